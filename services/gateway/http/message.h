#ifndef THROUGHLINE_SERVICES_GATEWAY_HTTP_MESSAGE_H_
#define THROUGHLINE_SERVICES_GATEWAY_HTTP_MESSAGE_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace throughline::gateway {

// A part of a multipart/form-data body, or a field of an urlencoded one.
struct FormPart {
  std::string name;
  std::string file_name;  // empty for a plain field
  std::string content;
};

// What a client sent, read in full. Nothing of it is trusted.
struct HttpRequest {
  std::string method;                          // "GET"
  std::string path;                            // as sent, still percent-encoded, without the query
  std::map<std::string, std::string> query;    // decoded; the last of a repeated name
  std::map<std::string, std::string> headers;  // names in lower case; the last of a repeated name
  std::string body;                            // empty for a form, whose parts are in `form`
  std::vector<FormPart> form;
  std::string remote_address;  // of the peer, without its port

  // The header's value, or "".
  absl::string_view Header(absl::string_view lower_case_name) const;
  // The query parameter's value; nothing when it is absent.
  std::optional<std::string> Query(const std::string& name) const;
};

// What it is answered with. `headers` must not hold Content-Type or Content-Length.
struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// `text` with %XX replaced; INVALID_ARGUMENT for a broken escape, a NUL, or what is not UTF-8.
absl::StatusOr<std::string> PercentDecode(absl::string_view text);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_HTTP_MESSAGE_H_
