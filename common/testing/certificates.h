#ifndef THROUGHLINE_COMMON_TESTING_CERTIFICATES_H_
#define THROUGHLINE_COMMON_TESTING_CERTIFICATES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/testing/temp_directory.h"

namespace throughline {

// A CA of the test's own and what it signs, made by the openssl command. For one thread.
class CertificateAuthority {
 public:
  // INTERNAL with what openssl said.
  static absl::StatusOr<std::unique_ptr<CertificateAuthority>> Make();

  // A folder with tls.crt, tls.key and ca.crt, as Kubernetes mounts them: a certificate for
  // localhost, 127.0.0.1 and `names`, valid for `days` from now (negative: it has ended).
  absl::StatusOr<std::string> Issue(const std::vector<std::string>& names = {}, int days = 2);

  std::string ca_file() const { return directory_.File("ca.crt"); }

 private:
  CertificateAuthority() = default;
  absl::Status OpenSsl(std::vector<std::string> arguments) const;

  TempDirectory directory_;
  int issued_ = 0;
};

// Makes `link` lead to `folder`, whatever it led to before, at once: as Kubernetes replaces what it
// mounts.
absl::Status PointAt(const std::string& link, const std::string& folder);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_CERTIFICATES_H_
