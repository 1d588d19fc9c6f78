#include "common/rpc/tls.h"

#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"

namespace throughline::rpc {
namespace {

using grpc::experimental::CertificateVerifier;
using grpc::experimental::ExternalCertificateVerifier;
using grpc::experimental::FileWatcherCertificateProvider;
using grpc::experimental::NoOpCertificateVerifier;
using grpc::experimental::TlsChannelCredentialsOptions;
using grpc::experimental::TlsCustomVerificationCheckRequest;
using grpc::experimental::TlsServerCredentialsOptions;

constexpr char kCertificateFlag[] = "--tls-cert";
constexpr char kKeyFlag[] = "--tls-key";
constexpr char kAuthorityFlag[] = "--tls-ca";
constexpr size_t kMaxPemBytes = 1 << 20;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

absl::StatusOr<std::string> ReadPem(absl::string_view flag, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string pem(kMaxPemBytes + 1, '\0');
  file.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  if (!file.is_open() || file.bad()) {
    return InvalidField(
        flag,
        absl::StrCat("a file that can be read, got \"", path, "\" (", std::strerror(errno), ")"),
        "correct the path or its permissions");
  }
  pem.resize(static_cast<size_t>(file.gcount()));
  if (pem.size() <= kMaxPemBytes) return pem;
  return InvalidField(flag, absl::StrCat("at most ", kMaxPemBytes, " bytes in \"", path, "\""),
                      "name the PEM file itself");
}

Memory Bytes(const std::string& pem) {
  return Memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
}

// A key that asks for a password gets none, instead of asking the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

// The first certificate in `pem`; null when there is none.
Certificate FirstCertificate(const std::string& pem) {
  const Memory bytes = Bytes(pem);
  return Certificate(PEM_read_bio_X509(bytes.get(), nullptr, &NoPassword, nullptr), &X509_free);
}

absl::StatusOr<Certificate> ParseCertificate(absl::string_view flag, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string pem, ReadPem(flag, path));
  Certificate certificate = FirstCertificate(pem);
  if (certificate != nullptr) return certificate;
  return InvalidField(flag, absl::StrCat("a certificate in PEM form in \"", path, "\""),
                      "name a file that begins with -----BEGIN CERTIFICATE-----");
}

absl::Time EndOf(const X509& certificate) {
  std::tm end{};
  ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &end);
  return absl::FromTM(end, absl::UTCTimeZone());
}

absl::Status CheckEnd(absl::string_view flag, const std::string& path, const X509& certificate) {
  const absl::Time end = EndOf(certificate);
  if (end > Clock::Real().Now()) return absl::OkStatus();
  return InvalidField(
      flag,
      absl::StrCat("a certificate that is still valid, but \"", path, "\" ended ",
                   absl::FormatTime("%Y-%m-%d %H:%M UTC", end, absl::UTCTimeZone())),
      "issue a new one");
}

absl::Status CheckIdentity(const TlsFiles& files) {
  if (files.key.empty()) {
    return InvalidField(kKeyFlag, absl::StrCat("the key of ", kCertificateFlag), "name both files");
  }
  if (files.certificate.empty()) {
    return InvalidField(kCertificateFlag, absl::StrCat("the certificate of ", kKeyFlag),
                        "name both files");
  }
  ASSIGN_OR_RETURN(const Certificate certificate,
                   ParseCertificate(kCertificateFlag, files.certificate));
  RETURN_IF_ERROR(CheckEnd(kCertificateFlag, files.certificate, *certificate));
  ASSIGN_OR_RETURN(const std::string pem, ReadPem(kKeyFlag, files.key));
  const Memory bytes = Bytes(pem);
  const Key key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, &NoPassword, nullptr),
                &EVP_PKEY_free);
  if (key == nullptr) {
    return InvalidField(
        kKeyFlag,
        absl::StrCat("a private key in PEM form, without a password, in \"", files.key, "\""),
        "name the key that the certificate was made with");
  }
  if (X509_check_private_key(certificate.get(), key.get()) == 1) return absl::OkStatus();
  return InvalidField(kKeyFlag,
                      absl::StrCat("the key of the certificate in \"", files.certificate,
                                   "\", but \"", files.key, "\" is another's"),
                      "name the pair that was issued together");
}

// Believes what the CA signed for one of `names`, and the holder of `own_certificate`, which asks
// itself for its health.
class NamedClients final : public ExternalCertificateVerifier {
 public:
  NamedClients(std::vector<std::string> names, std::string own_certificate)
      : names_(std::move(names)), own_certificate_(std::move(own_certificate)) {}

  bool Verify(TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const std::vector<grpc::string_ref> carried = request->dns_names();
    const bool known = std::any_of(names_.begin(), names_.end(), [&](const std::string& name) {
      return std::find(carried.begin(), carried.end(), name) != carried.end();
    });
    *sync_status = known || IsOurs(request->peer_cert())
                       ? grpc::Status::OK
                       : grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                      "the certificate carries no name of --tls-clients");
    return true;
  }

  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  bool IsOurs(grpc::string_ref peer) const {
    const Certificate theirs = FirstCertificate(std::string(peer.data(), peer.size()));
    const absl::StatusOr<Certificate> ours = ParseCertificate(kCertificateFlag, own_certificate_);
    return theirs != nullptr && ours.ok() && X509_cmp(theirs.get(), ours->get()) == 0;
  }

  const std::vector<std::string> names_;
  const std::string own_certificate_;  // a file
};

TlsChannelCredentialsOptions ChannelOptionsOf(
    const TlsFiles& files,
    const std::shared_ptr<grpc::experimental::CertificateProviderInterface>& provider) {
  TlsChannelCredentialsOptions options;
  options.set_certificate_provider(provider);
  if (!files.authority.empty()) options.watch_root_certs();
  if (!files.certificate.empty()) options.watch_identity_key_cert_pairs();
  return options;
}

}  // namespace

void AddTlsFlags(CLI::App& app, TlsFiles& files) {
  app.add_option(kCertificateFlag, files.certificate,
                 "Certificate of this process as PEM, read again when it changes; needs --tls-key")
      ->envname("THROUGHLINE_TLS_CERT");
  app.add_option(kKeyFlag, files.key, "Private key of --tls-cert")->envname("THROUGHLINE_TLS_KEY");
  app.add_option(kAuthorityFlag, files.authority,
                 "CAs whose certificates are believed; the other side then needs one of theirs")
      ->envname("THROUGHLINE_TLS_CA");
}

void AddTlsServerFlags(CLI::App& app, TlsFiles& files) {
  AddTlsFlags(app, files);
  app.add_option("--tls-clients", files.clients,
                 "Names of which a client's certificate must carry one; any by default")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->envname("THROUGHLINE_TLS_CLIENTS");
}

absl::StatusOr<Tls> Tls::Load(const TlsFiles& files, Role role, absl::Duration refresh) {
  Tls tls;
  tls.files_ = files;
  if (files.empty()) return tls;
  const bool identified = !files.certificate.empty() || !files.key.empty();
  if (role == Role::kServer && !identified) {
    return InvalidField(kCertificateFlag, "a certificate of the server's own with --tls-ca",
                        "name --tls-cert and --tls-key too");
  }
  if (!files.clients.empty() && files.authority.empty()) {
    return InvalidField("--tls-clients", "a CA that signs them", "name --tls-ca too");
  }
  if (identified) RETURN_IF_ERROR(CheckIdentity(files));
  if (!files.authority.empty()) {
    ASSIGN_OR_RETURN(const Certificate authority,
                     ParseCertificate(kAuthorityFlag, files.authority));
    RETURN_IF_ERROR(CheckEnd(kAuthorityFlag, files.authority, *authority));
  }
  tls.provider_ = std::make_shared<FileWatcherCertificateProvider>(
      files.key, files.certificate, files.authority,
      static_cast<unsigned int>(absl::ToInt64Seconds(refresh)));
  return tls;
}

std::shared_ptr<grpc::ServerCredentials> Tls::ServerCredentials() const {
  if (!enabled()) return grpc::InsecureServerCredentials();
  TlsServerCredentialsOptions options(provider_);
  options.watch_identity_key_cert_pairs();
  if (!files_.authority.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  if (!files_.clients.empty()) {
    options.set_certificate_verifier(
        ExternalCertificateVerifier::Create<NamedClients>(files_.clients, files_.certificate));
  }
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> Tls::ChannelCredentials() const {
  if (!enabled()) return grpc::InsecureChannelCredentials();
  return grpc::experimental::TlsCredentials(ChannelOptionsOf(files_, provider_));
}

std::shared_ptr<grpc::ChannelCredentials> Tls::OwnChannelCredentials() const {
  if (!enabled()) return grpc::InsecureChannelCredentials();
  TlsChannelCredentialsOptions options = ChannelOptionsOf(files_, provider_);
  options.set_verify_server_certs(false);
  options.set_certificate_verifier(std::make_shared<NoOpCertificateVerifier>());
  options.set_check_call_host(false);
  return grpc::experimental::TlsCredentials(options);
}

absl::StatusOr<absl::Time> Tls::Expiry() const {
  if (files_.certificate.empty()) return absl::NotFoundError("no certificate");
  ASSIGN_OR_RETURN(const Certificate certificate,
                   ParseCertificate(kCertificateFlag, files_.certificate));
  return EndOf(*certificate);
}

}  // namespace throughline::rpc
