#ifndef THROUGHLINE_COMMON_RPC_TLS_H_
#define THROUGHLINE_COMMON_RPC_TLS_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace throughline::rpc {

// Files in PEM form, as the flags name them. All empty: plain text.
struct TlsFiles {
  std::string certificate;  // of this process, followed by those between it and the CA
  std::string key;          // of the certificate
  std::string authority;    // CAs whose certificates are believed
  // Of a server: names (DNS) of which a client's certificate, unless it is the server's own, must
  // carry one; empty: whoever the CA has signed.
  std::vector<std::string> clients;

  bool empty() const {
    return certificate.empty() && key.empty() && authority.empty() && clients.empty();
  }
};

// Adds --tls-cert, --tls-key and --tls-ca, each with its THROUGHLINE_TLS_* variable.
void AddTlsFlags(CLI::App& app, TlsFiles& files);
// Adds --tls-clients as well: for what listens.
void AddTlsServerFlags(CLI::App& app, TlsFiles& files);

// How often the files are looked at for changes.
inline constexpr absl::Duration kTlsRefresh = absl::Seconds(5);

// How a process proves who it is, and whom it believes. The default is plain text. With files, both
// ends of connections made from then on use what the files hold then; a connection that stands
// stays. Thread-safe; copies share one watcher of the files.
class Tls {
 public:
  // kServer: the process listens, so it needs a certificate of its own; with a CA its clients need
  // one, too. kClient: a CA alone is enough; without one the system's are believed.
  enum class Role { kServer, kClient };

  Tls() = default;

  // Reads the files once, to refuse what cannot work; `refresh` is at least a second.
  // INVALID_ARGUMENT names the flag of a file that is missing, cannot be read, holds no PEM, has
  // expired or does not belong to the other.
  static absl::StatusOr<Tls> Load(const TlsFiles& files, Role role,
                                  absl::Duration refresh = kTlsRefresh);

  bool enabled() const { return provider_ != nullptr; }

  std::shared_ptr<grpc::ServerCredentials> ServerCredentials() const;
  // The server's certificate must name the host that the channel was made for.
  std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials() const;
  // For a process that asks itself, on an address that its certificate need not name.
  std::shared_ptr<grpc::ChannelCredentials> OwnChannelCredentials() const;

  // When the certificate in the file ends, as of now. NOT_FOUND without one.
  absl::StatusOr<absl::Time> Expiry() const;

 private:
  TlsFiles files_;
  // Null in plain text.
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> provider_;
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_TLS_H_
