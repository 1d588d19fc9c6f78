#include "common/testing/certificates.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/testing/child_process.h"

namespace throughline {
namespace {

constexpr absl::Duration kOpenSslTimeout = absl::Seconds(20);
constexpr char kConfiguration[] = R"([req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:TRUE
)";

absl::Status Copy(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::copy_file(from, to, error);
  return error ? absl::InternalError(absl::StrCat(to, ": ", error.message())) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<CertificateAuthority>> CertificateAuthority::Make() {
  std::unique_ptr<CertificateAuthority> authority(new CertificateAuthority);
  const TempDirectory& directory = authority->directory_;
  const std::string configuration = directory.Write("ca.cnf", kConfiguration);
  RETURN_IF_ERROR(authority->OpenSsl(
      {"req", "-x509", "-config", configuration, "-extensions", "ca", "-newkey", "ec", "-pkeyopt",
       "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", directory.File("ca.key"), "-out",
       directory.File("ca.crt"), "-days", "2", "-subj",
       // Two authorities of one name would be taken for each other.
       absl::StrCat("/CN=", std::filesystem::path(directory.path()).filename().string())}));
  return authority;
}

absl::StatusOr<std::string> CertificateAuthority::Issue(const std::vector<std::string>& names,
                                                        int days) {
  const std::string folder = directory_.File(absl::StrCat("issued-", ++issued_));
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  if (error) return absl::InternalError(absl::StrCat(folder, ": ", error.message()));
  std::string alternatives = "DNS:localhost,IP:127.0.0.1";
  for (const std::string& name : names) absl::StrAppend(&alternatives, ",DNS:", name);
  const std::string extensions = directory_.Write(
      "leaf.cnf", absl::StrCat("basicConstraints = CA:FALSE\nsubjectAltName = ", alternatives));
  const std::string request = directory_.File("leaf.csr");
  RETURN_IF_ERROR(OpenSsl({"req", "-new", "-config", directory_.File("ca.cnf"), "-newkey", "ec",
                           "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                           absl::StrCat(folder, "/tls.key"), "-out", request, "-subj",
                           absl::StrCat("/CN=issued-", issued_)}));
  RETURN_IF_ERROR(
      OpenSsl({"x509", "-req", "-in", request, "-CA", ca_file(), "-CAkey",
               directory_.File("ca.key"), "-CAcreateserial", "-days", absl::StrCat(days),
               "-extfile", extensions, "-out", absl::StrCat(folder, "/tls.crt")}));
  RETURN_IF_ERROR(Copy(ca_file(), absl::StrCat(folder, "/ca.crt")));
  return folder;
}

absl::Status CertificateAuthority::OpenSsl(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "openssl");
  ASSIGN_OR_RETURN(const auto child, ChildProcess::Start({.command = arguments}));
  ASSIGN_OR_RETURN(const int code, child->Wait(kOpenSslTimeout));
  if (code == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(absl::StrJoin(arguments, " "), ": ", child->Stderr()));
}

absl::Status PointAt(const std::string& link, const std::string& folder) {
  const std::string fresh = absl::StrCat(link, ".new");
  std::error_code error;
  std::filesystem::create_directory_symlink(folder, fresh, error);
  if (!error) std::filesystem::rename(fresh, link, error);
  return error ? absl::InternalError(absl::StrCat(link, ": ", error.message())) : absl::OkStatus();
}

}  // namespace throughline
