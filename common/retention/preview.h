#ifndef THROUGHLINE_COMMON_RETENTION_PREVIEW_H_
#define THROUGHLINE_COMMON_RETENTION_PREVIEW_H_

#include <vector>

#include "absl/time/time.h"
#include "common/retention/sweeper.h"

namespace throughline::retention {

// Fills the PreviewRetentionResponse of a service; all are alike.
template <typename Response>
void Answer(const std::vector<Preview>& previews, Response& response) {
  for (const Preview& preview : previews) {
    auto& row = *response.add_previews();
    row.set_kind(preview.kind);
    row.set_keep_days(preview.keep_days);
    row.mutable_before()->set_seconds(absl::ToUnixSeconds(preview.before));
    row.set_records(preview.records);
  }
}

}  // namespace throughline::retention

#endif  // THROUGHLINE_COMMON_RETENTION_PREVIEW_H_
