#include "tests/e2e/http_client.h"

#include <curl/curl.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace throughline::e2e {
namespace {

size_t TakeBody(char* data, size_t size, size_t count, void* reply) {
  static_cast<HttpReply*>(reply)->body.append(data, size * count);
  return size * count;
}

size_t TakeHeader(char* data, size_t size, size_t count, void* reply) {
  const absl::string_view line(data, size * count);
  const size_t colon = line.find(':');
  if (colon != absl::string_view::npos) {
    static_cast<HttpReply*>(reply)->headers[absl::AsciiStrToLower(line.substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return size * count;
}

}  // namespace

nlohmann::json HttpReply::Json() const { return nlohmann::json::parse(body, nullptr, false); }

HttpReply HttpCall(const std::string& method, const std::string& url,
                   const std::vector<std::string>& headers, const std::string& body) {
  HttpReply reply;
  const std::unique_ptr<CURL, void (*)(CURL*)> request(curl_easy_init(), curl_easy_cleanup);
  curl_slist* list = nullptr;
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  curl_easy_setopt(request.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(request.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(request.get(), CURLOPT_HTTPHEADER, list);
  if (!body.empty()) {
    curl_easy_setopt(request.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(request.get(), CURLOPT_POSTFIELDS, body.data());
  }
  curl_easy_setopt(request.get(), CURLOPT_WRITEFUNCTION, TakeBody);
  curl_easy_setopt(request.get(), CURLOPT_WRITEDATA, &reply);
  curl_easy_setopt(request.get(), CURLOPT_HEADERFUNCTION, TakeHeader);
  curl_easy_setopt(request.get(), CURLOPT_HEADERDATA, &reply);
  curl_easy_setopt(request.get(), CURLOPT_TIMEOUT_MS, 30'000L);
  curl_easy_setopt(request.get(), CURLOPT_NOPROXY, "*");
  if (curl_easy_perform(request.get()) == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(request.get(), CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
  }
  curl_slist_free_all(list);
  return reply;
}

}  // namespace throughline::e2e
