#include "common/deal/types.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/deal/names.h"

namespace throughline::deal {

std::string BlockerId(BlockerCategory category, const std::string& object) {
  std::string slug;
  for (const char c : object) {
    const bool word = absl::ascii_isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0;
    if (word) {
      slug.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  const absl::string_view name = Name(category);
  return slug.empty() ? std::string(name) : absl::StrCat(name, ":", slug);
}

bool IsOpen(BlockerStatus status) {
  return status == BlockerStatus::kRaised || status == BlockerStatus::kBeingAddressed ||
         status == BlockerStatus::kReopened;
}

}  // namespace throughline::deal
