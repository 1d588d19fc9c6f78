#include "services/router/domain/extractive/email/ask.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/router/domain/extractive/language/dates.h"

namespace throughline::router::extractive {
namespace {

std::string WeekdayOf(absl::CivilDay day) {
  const std::string date = FormatDay(day);
  return date.substr(0, date.find(','));
}

}  // namespace

std::optional<EmailDay> Asking::Day() const {
  const EmailMaterial& material = context_.material;
  const bool soon = material.promised && material.promised->day <= context_.Today() + 1;
  if (material.promised && !(soon && material.meeting)) return material.promised;
  return material.meeting;
}

bool Asking::IsForMeeting() const {
  const EmailMaterial& material = context_.material;
  const std::optional<EmailDay> day = Day();
  return day && material.meeting && day->day == material.meeting->day &&
         !(material.promised && material.promised->day == day->day);
}

std::string Asking::DateOf(absl::CivilDay day, absl::string_view after) const {
  const EmailMaterial& material = context_.material;
  const bool hour =
      !material.not_before.empty() && material.meeting && material.meeting->day == day;
  return absl::StrCat(FormatDay(day), hour ? ", not before " : "", hour ? material.not_before : "",
                      hour ? after : "");
}

std::string Asking::Question(absl::string_view said) const {
  const EmailMaterial& material = context_.material;
  if (context_.Lost()) return context_.voice.Say("ask.lost", {});
  const std::optional<EmailDay> day = Day();
  if (material.items.empty()) {
    return day ? context_.voice.Say("ask.meeting", {{"date", DateOf(day->day, ",")}})
               : context_.voice.Say("ask.nothing", {});
  }
  const std::string item = material.items.size() > 1 ? "these points" : FirstItem();
  if (!day) return context_.voice.Say("ask.undated", {{"item", item}});
  if (!IsForMeeting() && material.promises.empty() && material.recaps.empty()) {
    return context_.voice.Say("ask.open", {{"item", item}, {"date", FormatDay(day->day)}});
  }
  if (IsForMeeting()) return context_.voice.Say("ask.meeting", {{"date", DateOf(day->day, ",")}});
  if (!absl::StrContains(said, FormatDay(day->day))) {
    return context_.voice.Say("ask.deliver", {{"item", item}, {"date", FormatDay(day->day)}});
  }
  if (material.meeting && material.meeting->day > day->day && material.meeting_with.empty()) {
    return context_.voice.Say("ask.before.meeting",
                              {{"item", item}, {"date", DateOf(material.meeting->day, ",")}});
  }
  return context_.voice.Say("ask.same.day", {{"item", item}, {"weekday", WeekdayOf(day->day)}});
}

std::string Asking::Subject() const {
  const EmailMaterial& material = context_.material;
  const std::optional<EmailDay> day = Day();
  if (context_.Won() || context_.Lost() || material.items.empty()) {
    const std::string end = context_.Won() ? "won" : context_.Lost() ? "lost" : "nothing";
    if (day && !context_.Lost()) {
      return context_.voice.Say(absl::StrCat("subject.", end, ".dated"),
                                {{"date", FormatDay(day->day)}});
    }
    if (context_.cast.seller() == "the seller")
      return context_.voice.Say(absl::StrCat("subject.", end), {});
    return context_.voice.Say(absl::StrCat("subject.", end, ".named"),
                              {{"seller", context_.cast.seller()}});
  }
  std::string item = FirstItem();
  if (absl::StartsWith(item, "the ")) item = item.substr(4);
  if (!day) return context_.voice.Say("subject.undated", {{"item", item}, {"named", FirstItem()}});
  return context_.voice.Say(
      IsForMeeting() ? "subject.meeting" : "subject.deliver",
      {{"item", item}, {"named", FirstItem()}, {"date", FormatDay(day->day)}});
}

std::string Asking::FirstItem() const {
  const EmailMaterial& material = context_.material;
  return material.items.empty() ? "" : material.items.front().text;
}

}  // namespace throughline::router::extractive
