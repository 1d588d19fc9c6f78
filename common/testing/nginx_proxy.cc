#include "common/testing/nginx_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"

namespace throughline {
namespace {

constexpr char kNginx[] = "/usr/sbin/nginx";
constexpr char kOpenssl[] = "/usr/bin/openssl";
// Below the system's ephemeral range, so that no outgoing connection takes the port meanwhile.
constexpr int kFirstPort = 20000;
constexpr int kLastPort = 32000;
constexpr int kMaxLaunches = 10;
constexpr absl::Duration kLaunchTimeout = absl::Seconds(10);

constexpr char kConfig[] = R"(daemon off; master_process off; error_log stderr crit; pid $D/pid;
events {}
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path $D; proxy_temp_path $D; fastcgi_temp_path $D; uwsgi_temp_path $D;
  scgi_temp_path $D;
  upstream behind { server $U; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:$P $S;
    location / {
      proxy_pass http://behind; proxy_http_version 1.1; proxy_buffering off;
      proxy_set_header Connection ""; proxy_set_header X-Protocol $server_protocol;
      proxy_set_header X-Connection $connection;
      client_max_body_size 1m; client_body_buffer_size 64k;
    }
  }
}
)";

bool Accepts(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool accepts = connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(probe);
  return accepts;
}

absl::Status MakeCertificate(const TempDirectory& directory) {
  ASSIGN_OR_RETURN(
      const auto openssl,
      ChildProcess::Start(
          {.command = {kOpenssl, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                       "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                       "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                       "-keyout", directory.File("key.pem"), "-out", directory.File("cert.pem")}}));
  ASSIGN_OR_RETURN(const int exit_code, openssl->Wait(kLaunchTimeout));
  return exit_code == 0 ? absl::OkStatus() : absl::UnavailableError(openssl->Stderr());
}

}  // namespace

bool NginxProxy::IsInstalled() { return access(kNginx, X_OK) == 0 && access(kOpenssl, X_OK) == 0; }

absl::StatusOr<std::unique_ptr<NginxProxy>> NginxProxy::Start(const Options& options) {
  absl::BitGen random;
  absl::Status last = absl::UnavailableError("no free port was found");
  for (int launch = 0; launch < kMaxLaunches; ++launch) {
    const int port = absl::Uniform(absl::IntervalClosed, random, kFirstPort, kLastPort);
    if (Accepts(port)) continue;
    std::unique_ptr<NginxProxy> proxy(new NginxProxy);
    last = proxy->Launch(options, port);
    if (last.ok()) return proxy;
  }
  return last;
}

absl::Status NginxProxy::Launch(const Options& options, int port) {
  std::string listen;
  if (options.tls) {
    RETURN_IF_ERROR(MakeCertificate(directory_));
    listen = absl::StrCat("ssl http2; ssl_certificate ", ca_file(), "; ssl_certificate_key ",
                          directory_.File("key.pem"));
  }
  const std::string config = directory_.File("nginx.conf");
  std::ofstream(config) << absl::StrReplaceAll(
      kConfig, {{"$D", directory_.path()},
                {"$U", absl::StripPrefix(options.upstream, "http://")},
                {"$P", absl::StrCat(port)},
                {"$S", listen}});
  ASSIGN_OR_RETURN(process_, ChildProcess::Start({.command = {kNginx, "-p", directory_.path(), "-c",
                                                              config, "-e", "stderr"}}));
  url_ = options.tls ? absl::StrCat("https://localhost:", port)
                     : absl::StrCat("http://127.0.0.1:", port);
  const absl::Time deadline = absl::Now() + kLaunchTimeout;
  while (absl::Now() < deadline && process_->Running()) {
    if (Accepts(port)) return absl::OkStatus();
    absl::SleepFor(absl::Milliseconds(10));
  }
  return absl::UnavailableError(absl::StrCat("nginx does not answer: ", process_->Stderr()));
}

}  // namespace throughline
