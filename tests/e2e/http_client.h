#ifndef THROUGHLINE_TESTS_E2E_HTTP_CLIENT_H_
#define THROUGHLINE_TESTS_E2E_HTTP_CLIENT_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace throughline::e2e {

struct HttpReply {
  int status = 0;                              // 0: no answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The body as JSON; null when it is none.
  nlohmann::json Json() const;
};

// One request to `url`, "Name: value" headers, without a proxy; ends within half a minute.
HttpReply HttpCall(const std::string& method, const std::string& url,
                   const std::vector<std::string>& headers = {}, const std::string& body = "");

}  // namespace throughline::e2e

#endif  // THROUGHLINE_TESTS_E2E_HTTP_CLIENT_H_
