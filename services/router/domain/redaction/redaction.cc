#include "services/router/domain/redaction/redaction.h"

#include <re2/re2.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace throughline::router {
namespace {

const RE2& StandInPattern() {
  static const auto* const pattern = new RE2(R"((\[(?:EMAIL|PHONE|CARD|IBAN)_[0-9]{1,9}\]))");
  return *pattern;
}

// Calls `on_text` and `on_stand_in` for the parts of `text`, in order.
template <typename OnText, typename OnStandIn>
void Split(absl::string_view text, OnText on_text, OnStandIn on_stand_in) {
  const re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece found;
  size_t from = 0;
  while (StandInPattern().Match(whole, from, text.size(), RE2::UNANCHORED, &found, 1)) {
    const auto begin = static_cast<size_t>(found.data() - text.data());
    on_text(text.substr(from, begin - from));
    on_stand_in(text.substr(begin, found.size()));
    from = begin + found.size();
  }
  on_text(text.substr(from));
}

}  // namespace

void Redaction::Avoid(absl::string_view text) {
  Split(
      text, [](absl::string_view) {},
      [this](absl::string_view stand_in) { avoided_.insert(std::string(stand_in)); });
}

const std::string& Redaction::StandIn(PersonalData kind, absl::string_view value) {
  const auto [entry, is_new] = stand_ins_.try_emplace(std::string(value));
  if (!is_new) return entry->second;
  do {
    entry->second =
        absl::StrCat("[", absl::AsciiStrToUpper(Name(kind)), "_", ++last_number_[kind], "]");
  } while (avoided_.contains(entry->second));
  originals_[entry->second] = std::string(value);
  return entry->second;
}

std::string Redaction::Redact(absl::string_view text) {
  std::string redacted;
  size_t from = 0;
  for (const PersonalSpan& span : FindPersonalSpans(text, kinds_)) {
    absl::StrAppend(&redacted, text.substr(from, span.begin - from),
                    StandIn(span.kind, text.substr(span.begin, span.end - span.begin)));
    from = span.end;
  }
  absl::StrAppend(&redacted, text.substr(from));
  return redacted;
}

std::string Redaction::Restore(absl::string_view text) const {
  std::string restored;
  Split(
      text, [&](absl::string_view plain) { absl::StrAppend(&restored, plain); },
      [&](absl::string_view stand_in) {
        const auto original = originals_.find(std::string(stand_in));
        absl::StrAppend(&restored, original == originals_.end() ? stand_in : original->second);
      });
  return restored;
}

std::string StreamedRestore::Append(absl::string_view piece) {
  absl::StrAppend(&held_, piece);
  // An open bracket near the end may begin a stand-in; one that is further back would be complete.
  const size_t open = held_.rfind('[');
  const bool may_go_on = open != std::string::npos && held_.find(']', open) == std::string::npos &&
                         held_.size() - open < Redaction::kMaxStandInBytes;
  const std::string ready = held_.substr(0, may_go_on ? open : held_.size());
  held_.erase(0, ready.size());
  return redaction_.Restore(ready);
}

std::string StreamedRestore::Finish() {
  std::string rest = redaction_.Restore(held_);
  held_.clear();
  return rest;
}

}  // namespace throughline::router
