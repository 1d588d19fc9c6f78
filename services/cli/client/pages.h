#ifndef THROUGHLINE_SERVICES_CLI_CLIENT_PAGES_H_
#define THROUGHLINE_SERVICES_CLI_CLIENT_PAGES_H_

#include <algorithm>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status_macros.h"

namespace throughline::cli {

// The largest page every list of the API gives.
inline constexpr int kMaxPageSize = 1000;

// Reads pages until `limit` rows were given or none are left. `fetch(request)` answers one page,
// `rows(response)` is its repeated field, and each row goes to `on_row`, which returns a status.
template <typename Request, typename Fetch, typename Rows, typename OnRow>
absl::Status ForEachRow(Request request, int limit, Fetch fetch, Rows rows, OnRow on_row) {
  int left = limit;
  while (left > 0) {
    request.set_page_size(std::min(left, kMaxPageSize));
    const auto response = fetch(request);
    if (!response.ok()) return response.status();
    for (const auto& row : rows(*response)) {
      if (left-- == 0) return absl::OkStatus();
      RETURN_IF_ERROR(on_row(row));
    }
    if (response->next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(response->next_page_token());
  }
  return absl::OkStatus();
}

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_CLIENT_PAGES_H_
