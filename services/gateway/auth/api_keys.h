#ifndef THROUGHLINE_SERVICES_GATEWAY_AUTH_API_KEYS_H_
#define THROUGHLINE_SERVICES_GATEWAY_AUTH_API_KEYS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"

namespace throughline::gateway {

// What a caller may do.
enum class Scope {
  kRead,      // look at what is stored
  kWrite,     // process calls, retain, forget
  kComplete,  // have models answer
};

// As the file writes it: "read".
absl::string_view Name(Scope scope);

// Whom a credential speaks for.
struct Principal {
  std::string key_id;  // for logs and limits; not secret
  std::string tenant;
  std::vector<Scope> scopes;
  double requests_per_second = 0;  // 0: the gateway's default

  bool May(Scope scope) const;
};

// A key as the file lists it.
struct ApiKeyEntry {
  Principal principal;
  absl::Time expires = absl::InfiniteFuture();
  int line = 0;  // where its entry begins, from 1
};

// A key as its owner gets it ("tl.<id>.<secret>") and as the file keeps it.
struct NewApiKey {
  std::string key;         // shown once, stored nowhere
  std::string file_entry;  // YAML to append under `keys:`
};

// The API keys of a YAML file:
//
//   keys:
//     - id: acme-2026            # letters, digits, "-" and "_"; the middle part of the key
//       tenant: acme
//       sha256: 9f86d08…         # of the whole key, in hex
//       scopes: [read, write, complete]
//       expires: 2027-01-01      # optional; the first day on which it no longer works
//       requests_per_second: 50  # optional
//
// A tenant may have several, so that one is replaced while both work. The file is read again when
// it changes; one that is wrong is refused with a log line while the last good one serves.
// Thread-safe.
class ApiKeys {
 public:
  // INVALID_ARGUMENT names the file, the line and the field. Borrows `clock` and `audit`, which
  // hears of each reading of the file and may be null.
  static absl::StatusOr<std::unique_ptr<ApiKeys>> Load(std::string path, const Clock& clock,
                                                       audit::AuditLog* audit = nullptr);

  // What the file lists, by id. Errors as Load's.
  static absl::StatusOr<std::vector<ApiKeyEntry>> List(const std::string& path);

  // UNAUTHENTICATED without saying why. Takes as long for a wrong secret as for the right one.
  absl::StatusOr<Principal> Check(absl::string_view key) ABSL_LOCKS_EXCLUDED(mutex_);

  // A new key; `id` as in the file, `scopes` comma-separated.
  static absl::StatusOr<NewApiKey> Generate(absl::string_view id, absl::string_view tenant,
                                            absl::string_view scopes);

 private:
  struct Entry : ApiKeyEntry {
    std::string sha256;  // 32 bytes
  };
  using Entries = std::map<std::string, Entry>;

  ApiKeys(std::string path, const Clock& clock, audit::AuditLog* audit)
      : path_(std::move(path)), clock_(clock), audit_(audit) {}

  static absl::StatusOr<Entries> Read(const std::string& path);
  void RecordReading(const absl::StatusOr<Entries>& entries) const;
  void ReloadIfChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const Clock& clock_;
  audit::AuditLog* const audit_;
  absl::Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  std::string state_ ABSL_GUARDED_BY(mutex_);  // of the file, when it was read last
  absl::Time next_look_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_AUTH_API_KEYS_H_
