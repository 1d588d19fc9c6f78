#include "services/cli/client/retain_batches.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/wire/time.h"

namespace throughline::cli {
namespace {

namespace memory = throughline::memory::v1;

}  // namespace

absl::StatusOr<RetainRow> ParseRetainRow(const JsonRow& row) {
  RetainRow parsed;
  ASSIGN_OR_RETURN(parsed.customer, row.Required("customer"));
  ASSIGN_OR_RETURN(*parsed.text.mutable_id(), row.Required("id"));
  ASSIGN_OR_RETURN(*parsed.text.mutable_text(), row.Required("text"));
  ASSIGN_OR_RETURN(const std::optional<std::string> speaker, row.Optional("speaker"));
  parsed.text.set_speaker(speaker.value_or(""));
  ASSIGN_OR_RETURN(const std::optional<absl::Time> time, row.OptionalTime("time"));
  if (time.has_value()) *parsed.text.mutable_at() = wire::ToTimestamp(*time);
  ASSIGN_OR_RETURN(const std::vector<std::string> tags, row.OptionalList("tags"));
  parsed.text.mutable_tags()->Add(tags.begin(), tags.end());
  return parsed;
}

std::vector<memory::RetainRequest> RetainBatches::Add(RetainRow row) {
  const auto [found, is_new] = batches_.try_emplace(row.customer);
  Batch& batch = found->second;
  if (is_new) {
    batch.request.set_customer_id(row.customer);
    order_.push_back(row.customer);
  }
  batch.bytes += row.text.ByteSizeLong();
  *batch.request.add_texts() = std::move(row.text);
  ++waiting_rows_;
  if (waiting_rows_ >= kMaxWaitingRows) return TakeAll();
  if (batch.request.texts_size() < kMaxBatchRows && batch.bytes < kMaxBatchBytes) return {};
  std::vector<memory::RetainRequest> full;
  full.push_back(Take(row.customer));
  return full;
}

memory::RetainRequest RetainBatches::Take(const std::string& customer) {
  memory::RetainRequest request = std::move(batches_.at(customer).request);
  waiting_rows_ -= request.texts_size();
  batches_.erase(customer);
  order_.erase(std::find(order_.begin(), order_.end(), customer));
  return request;
}

std::vector<memory::RetainRequest> RetainBatches::TakeAll() {
  std::vector<memory::RetainRequest> all;
  for (const std::string& customer : std::exchange(order_, {})) {
    all.push_back(std::move(batches_.at(customer).request));
  }
  batches_.clear();
  waiting_rows_ = 0;
  return all;
}

}  // namespace throughline::cli
