#include "services/router/domain/extractive/email_habits.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/language/text.h"

namespace throughline::router::extractive {
namespace {}  // namespace

void FindHabits(const std::vector<Statement>& statements, const std::string& reader,
                EmailMaterial& material) {
  static const RE2& refused =
      *new RE2("(?i)\\b(?:not|no|don't|never|instead of)\\s+(?:as|by|in|through)\\b");
  static const RE2& file =
      *new RE2("(?i)\\b(as an? (?:pdf|word (?:file|document)|spreadsheet))\\b");
  static const RE2& channel = *new RE2("(?i)\\b(by e-?mail)\\b");
  static const RE2& hour = *new RE2(
      "(?i)\\bnot (?:before|earlier than) ([a-z]+|[0-9:]+)|\\b(\\w+) o'clock,? not earlier");
  std::string as, by;
  for (const Statement& statement : statements) {
    if (statement.voice != reader || statement.question || statement.Has("anecdote")) continue;
    if (!Matches(statement.clean, refused)) {
      RE2::PartialMatch(statement.clean, file, &as);
      RE2::PartialMatch(statement.clean, channel, &by);
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
