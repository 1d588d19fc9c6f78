#include "services/router/clients/sse.h"

#include "absl/strings/strip.h"

namespace throughline::router {

void SseReader::Append(absl::string_view piece,
                       absl::FunctionRef<void(absl::string_view data)> on_data) {
  while (true) {
    const size_t end = piece.find('\n');
    if (end == absl::string_view::npos) {
      line_.append(piece.data(), piece.size());
      return;
    }
    line_.append(piece.data(), end);
    absl::string_view line = line_;
    absl::ConsumeSuffix(&line, "\r");
    ReadLine(line, on_data);
    line_.clear();
    piece.remove_prefix(end + 1);
  }
}

void SseReader::Finish(absl::FunctionRef<void(absl::string_view data)> on_data) {
  if (!line_.empty()) Append("\n", on_data);
  ReadLine("", on_data);
}

void SseReader::ReadLine(absl::string_view line,
                         absl::FunctionRef<void(absl::string_view)> on_data) {
  if (line.empty()) {
    if (has_data_) on_data(data_);
    data_.clear();
    has_data_ = false;
    return;
  }
  if (!absl::ConsumePrefix(&line, "data:")) return;
  absl::ConsumePrefix(&line, " ");
  if (has_data_) data_ += '\n';
  data_.append(line.data(), line.size());
  has_data_ = true;
}

}  // namespace throughline::router
