#include "services/router/domain/redaction/personal_data.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"

namespace throughline::router {
namespace {

constexpr size_t kMinIbanCharacters = 15;
constexpr size_t kMinCardDigits = 13;
constexpr size_t kMaxCardDigits = 19;
constexpr size_t kMinPhoneDigits = 8;
constexpr size_t kMaxPhoneDigits = 15;

// A candidate is what a pattern captures in its only group.
const RE2& Pattern(PersonalData kind) {
  static const auto* const email = new RE2(
      R"(([A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}))");
  static const auto* const phone = new RE2(
      R"((?:^|[^0-9A-Za-z.,+$€£%\-])((?:\+|00)[1-9][0-9]{0,2}(?:[ .\-/]?\(?[0-9]{1,5}\)?){2,6})"
      R"(|\(?[0-9]{3}\)?[ .\-][0-9]{3}[ .\-][0-9]{4})"
      R"(|0[0-9]{2,4}[ \-/][0-9]{3,8}(?:[ \-][0-9]{2,5}){0,3}))");
  static const auto* const card = new RE2(R"((?:^|[^0-9A-Za-z+])([1-9](?:[ \-]?[0-9]){12,18}))");
  static const auto* const iban =
      new RE2(R"((?:^|[^0-9A-Za-z])([A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{1,4}){3,12}))");
  switch (kind) {
    case PersonalData::kEmail:
      return *email;
    case PersonalData::kPhone:
      return *phone;
    case PersonalData::kCard:
      return *card;
    case PersonalData::kIban:
      return *iban;
  }
  return *email;
}

std::string Alphanumerics(absl::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (absl::ascii_isalnum(c)) kept += c;
  }
  return kept;
}

bool PassesLuhn(absl::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit < 5 ? 2 * digit : 2 * digit - 9;
    sum += digit;
  }
  return sum % 10 == 0;
}

// ISO 7064, mod 97: the country and check digits go last, letters count from 10 on.
bool PassesMod97(absl::string_view iban) {
  int remainder = 0;
  for (size_t i = 0; i < iban.size(); ++i) {
    const char c = iban[(i + 4) % iban.size()];
    remainder =
        absl::ascii_isdigit(c) ? remainder * 10 + (c - '0') : remainder * 100 + (c - 'A' + 10);
    remainder %= 97;
  }
  return remainder == 1;
}

bool EndsAWord(absl::string_view text, size_t end) {
  return end >= text.size() || !absl::ascii_isalnum(text[end]);
}

// Capitals after an IBAN look like more of it: the longest part that ends a group and checks out.
size_t IbanLength(absl::string_view candidate, absl::string_view text, size_t begin) {
  for (size_t length = candidate.size(); length >= kMinIbanCharacters; --length) {
    const bool whole =
        length == candidate.size() ? EndsAWord(text, begin + length) : candidate[length] == ' ';
    if (!whole || candidate[length - 1] == ' ') continue;
    const std::string iban = Alphanumerics(candidate.substr(0, length));
    if (iban.size() >= kMinIbanCharacters && PassesMod97(iban)) return length;
  }
  return 0;
}

// Groups of digits go on before it: the middle of a longer number.
bool GoesOnBefore(absl::string_view text, size_t begin) {
  return begin >= 2 && text[begin - 1] == ' ' && absl::ascii_isdigit(text[begin - 2]);
}

// How much of the candidate is what it looks like; 0: nothing.
size_t Confirmed(PersonalData kind, absl::string_view candidate, absl::string_view text,
                 size_t begin) {
  if (kind == PersonalData::kIban) return IbanLength(candidate, text, begin);
  if (!EndsAWord(text, begin + candidate.size())) return 0;
  const size_t digits = Alphanumerics(candidate).size();
  switch (kind) {
    case PersonalData::kCard:
      return digits >= kMinCardDigits && digits <= kMaxCardDigits &&
                     PassesLuhn(Alphanumerics(candidate))
                 ? candidate.size()
                 : 0;
    case PersonalData::kPhone:
      return digits >= kMinPhoneDigits && digits <= kMaxPhoneDigits && !GoesOnBefore(text, begin)
                 ? candidate.size()
                 : 0;
    case PersonalData::kEmail:
    case PersonalData::kIban:
      break;
  }
  return candidate.size();
}

void FindOfKind(absl::string_view text, PersonalData kind, std::vector<PersonalSpan>& spans) {
  const re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece groups[2];
  size_t from = 0;
  while (from < text.size() &&
         Pattern(kind).Match(whole, from, text.size(), RE2::UNANCHORED, groups, 2)) {
    const size_t begin = static_cast<size_t>(groups[1].data() - text.data());
    const size_t length =
        Confirmed(kind, absl::string_view(groups[1].data(), groups[1].size()), text, begin);
    if (length > 0) spans.push_back({kind, begin, begin + length});
    // What follows directly may be the character that comes before the next one.
    from = begin + std::max<size_t>(length > 0 ? length : groups[1].size(), 1);
  }
}

// IBANs hold what looks like cards, cards what looks like phone numbers.
int Precedence(PersonalData kind) {
  switch (kind) {
    case PersonalData::kEmail:
      return 0;
    case PersonalData::kIban:
      return 1;
    case PersonalData::kCard:
      return 2;
    case PersonalData::kPhone:
      return 3;
  }
  return 4;
}

}  // namespace

absl::string_view Name(PersonalData kind) {
  switch (kind) {
    case PersonalData::kEmail:
      return "email";
    case PersonalData::kPhone:
      return "phone";
    case PersonalData::kCard:
      return "card";
    case PersonalData::kIban:
      return "iban";
  }
  return "";
}

std::optional<PersonalData> FindPersonalData(absl::string_view name) {
  for (const PersonalData kind : kEveryPersonalData) {
    if (Name(kind) == name) return kind;
  }
  return std::nullopt;
}

std::vector<PersonalSpan> FindPersonalSpans(absl::string_view text,
                                            const std::vector<PersonalData>& kinds) {
  std::vector<PersonalSpan> found;
  for (const PersonalData kind : kinds) FindOfKind(text, kind, found);
  std::sort(found.begin(), found.end(), [](const PersonalSpan& a, const PersonalSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : Precedence(a.kind) < Precedence(b.kind);
  });
  std::vector<PersonalSpan> spans;
  for (const PersonalSpan& span : found) {
    if (spans.empty() || spans.back().end <= span.begin) {
      spans.push_back(span);
    } else if (Precedence(span.kind) < Precedence(spans.back().kind)) {
      spans.back() = span;
    }
  }
  return spans;
}

}  // namespace throughline::router
