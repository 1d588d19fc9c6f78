#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_SSE_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_SSE_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace throughline::router {

// Splits a text/event-stream that arrives in arbitrary pieces into the data of its events. Lines
// end in \n or \r\n; comments, names and ids of events are skipped. Not thread-safe.
class SseReader {
 public:
  // Calls `on_data` for each event that `piece` completes.
  void Append(absl::string_view piece, absl::FunctionRef<void(absl::string_view data)> on_data);
  // The stream has ended: calls `on_data` for an event without its closing empty line.
  void Finish(absl::FunctionRef<void(absl::string_view data)> on_data);

 private:
  void ReadLine(absl::string_view line, absl::FunctionRef<void(absl::string_view)> on_data);

  std::string line_;  // begun, not ended
  std::string data_;
  bool has_data_ = false;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_SSE_H_
