#include "services/router/domain/extractive/email/habits.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/language/text.h"

namespace throughline::router::extractive {

bool IsMessageChannel(absl::string_view words) { return Says(words, "message"); }

void FindHabits(const std::vector<Statement>& statements, const std::string& reader,
                EmailMaterial& material) {
  static const RE2& file =
      *new RE2("(?i)\\b(as an? (?:pdf|word (?:file|document)|spreadsheet))\\b");
  static const RE2& channel = *new RE2("(?i)\\b(by e-?mail)\\b");
  static const RE2& hour = *new RE2(
      "(?i)\\bnot (?:before|earlier than) ([a-z]+|[0-9:]+)|\\b(\\w+) o'clock,? not earlier");
  // "Text me if it slips" is about news, "text me, don't email" about everything.
  std::string as, by;
  for (const Statement& statement : statements) {
    if (statement.voice != reader || statement.question || statement.Has("anecdote")) continue;
    if (!Says(statement.clean, "not.so.sent")) {
      RE2::PartialMatch(statement.clean, file, &as);
      RE2::PartialMatch(statement.clean, channel, &by);
      material.brief = material.brief || Says(statement.clean, "message.rather");
    }
    std::string before, clock;
    if (RE2::PartialMatch(statement.clean, hour, &before, &clock)) {
      material.not_before = before.empty() ? clock : before;
    }
  }
  as = absl::StrReplaceAll(absl::AsciiStrToLower(as), {{"pdf", "PDF"}, {"word", "Word"}});
  material.form = as.empty() ? "" : absl::StrCat(as, by.empty() ? "" : " by email");
  static const RE2& number =
      *new RE2("^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|noon|twelve|[0-9:]+)$");
  if (!Matches(absl::AsciiStrToLower(material.not_before), number)) material.not_before.clear();
}

}  // namespace throughline::router::extractive
