#ifndef THROUGHLINE_SERVICES_CLI_CLIENT_RETAIN_BATCHES_H_
#define THROUGHLINE_SERVICES_CLI_CLIENT_RETAIN_BATCHES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "services/cli/client/json_lines.h"
#include "throughline/memory/v1/memory_service.pb.h"

namespace throughline::cli {

// One Retain request holds at most this much: far below the server's limits, large enough that a
// round trip and a commit are shared by many rows.
inline constexpr int kMaxBatchRows = 500;
inline constexpr size_t kMaxBatchBytes = 2 * 1024 * 1024;
// Rows of all customers that wait for their batch to fill.
inline constexpr int kMaxWaitingRows = 20'000;

// A row of a retain file.
struct RetainRow {
  std::string customer;
  throughline::memory::v1::VerbatimText text;
};

// Reads {customer, id, text, speaker?, time?, tags?}; the error names the place and the field.
absl::StatusOr<RetainRow> ParseRetainRow(const JsonRow& row);

// Gathers rows into one request a customer. Rows of a customer keep their order. For one thread.
class RetainBatches {
 public:
  // Adds a row; returns the requests that are full because of it, mostly none.
  std::vector<throughline::memory::v1::RetainRequest> Add(RetainRow row);
  // What is left, in order of the customers' first rows.
  std::vector<throughline::memory::v1::RetainRequest> TakeAll();

 private:
  struct Batch {
    throughline::memory::v1::RetainRequest request;
    size_t bytes = 0;
  };

  throughline::memory::v1::RetainRequest Take(const std::string& customer);

  absl::flat_hash_map<std::string, Batch> batches_;
  std::vector<std::string> order_;  // customers in batches_, by first row
  int waiting_rows_ = 0;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_CLIENT_RETAIN_BATCHES_H_
