#ifndef THROUGHLINE_COMMON_TESTING_NGINX_PROXY_H_
#define THROUGHLINE_COMMON_TESTING_NGINX_PROXY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/testing/child_process.h"
#include "common/testing/temp_directory.h"

namespace throughline {

// A real nginx before an HTTP server of the test, with kept-alive connections to both sides: TLS
// and HTTP/2 as providers speak them, or the least that a proxy adds to a call. Tells the server
// behind it what a request came by: "X-Protocol: HTTP/2.0" and "X-Connection: <serial number>".
// Killed when destroyed.
class NginxProxy {
 public:
  struct Options {
    std::string upstream;  // "http://host:port", without a path
    bool tls = false;      // with HTTP/2 and a certificate of its own for "localhost"
  };

  // Whether nginx and what makes certificates are installed here.
  static bool IsInstalled();

  // Takes calls when it returns. UNAVAILABLE with what nginx said.
  static absl::StatusOr<std::unique_ptr<NginxProxy>> Start(const Options& options);

  std::string url() const { return url_; }
  // The certificate that makes it trusted, PEM; with tls.
  std::string ca_file() const { return directory_.File("cert.pem"); }

 private:
  NginxProxy() = default;
  absl::Status Launch(const Options& options, int port);

  TempDirectory directory_;
  std::string url_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_NGINX_PROXY_H_
