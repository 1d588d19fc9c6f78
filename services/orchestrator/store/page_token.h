#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_PAGE_TOKEN_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_PAGE_TOKEN_H_

#include <cstdint>
#include <limits>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "common/base/errors.h"

namespace throughline::orchestrator {

// The token of a page, newest first, is the sequence behind which it begins. Empty: the first page.
inline absl::StatusOr<int64_t> ReadSequenceToken(absl::string_view token) {
  int64_t before = std::numeric_limits<int64_t>::max();
  if (token.empty() || absl::SimpleAtoi(token, &before)) return before;
  return InvalidField("page_token", "the next_page_token of an earlier answer",
                      "send it unchanged, or none for the first page");
}

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_PAGE_TOKEN_H_
