#include "services/gateway/auth/api_keys.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <exception>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/observability/json_log.h"

namespace throughline::gateway {
namespace {

constexpr absl::Duration kLookInterval = absl::Seconds(1);
constexpr size_t kSecretBytes = 32;
constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxKeyBytes = 256;
constexpr double kMaxRequestsPerSecond = 1e6;

std::string Sha256(absl::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return std::string(digest.begin(), digest.end());
}

bool IsName(absl::string_view text, absl::string_view extra) {
  return !text.empty() && text.size() <= kMaxIdBytes &&
         std::all_of(text.begin(), text.end(), [extra](char c) {
           return absl::ascii_isalnum(c) || extra.find(c) != absl::string_view::npos;
         });
}
bool IsKeyId(absl::string_view id) { return IsName(id, "-_"); }
bool IsTenant(absl::string_view tenant) { return IsName(tenant, "-_."); }

absl::StatusOr<Scope> ParseScope(absl::string_view name) {
  for (const Scope scope : {Scope::kRead, Scope::kWrite, Scope::kComplete}) {
    if (Name(scope) == name) return scope;
  }
  return InvalidField("scopes", "read, write or complete", "correct the scope");
}

// What tells two states of the file apart, within one tick of the file system's clock, too.
std::string StateOf(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return "";
  return absl::StrCat(status.st_ino, ":", status.st_size, ":", status.st_mtim.tv_sec, ".",
                      status.st_mtim.tv_nsec);
}

// One entry of the file, or what is wrong with it as "<field>: expected …".
class EntryReader {
 public:
  EntryReader(const std::string& path, const YAML::Node& node) : path_(path), node_(node) {}

  absl::Status Expect(absl::string_view field, absl::string_view expected) const {
    return absl::InvalidArgumentError(absl::StrCat(path_, ":", node_.Mark().line + 1, ": ", field,
                                                   ": expected ", expected, "; correct the file"));
  }
  absl::Status CheckFields() const {
    static const std::set<std::string> known = {"id",     "tenant",  "sha256",
                                                "scopes", "expires", "requests_per_second"};
    if (!node_.IsMap()) return Expect("keys", "a map for each key");
    for (const auto& field : node_) {
      const std::string name = field.first.Scalar();
      if (known.count(name) == 0) {
        return Expect(name, absl::StrCat("one of ", absl::StrJoin(known, ", ")));
      }
    }
    return absl::OkStatus();
  }
  std::string Text(const char* field) const {
    const YAML::Node value = node_[field];
    return value && value.IsScalar() ? value.Scalar() : "";
  }
  absl::StatusOr<std::vector<Scope>> Scopes() const {
    const YAML::Node list = node_["scopes"];
    std::vector<Scope> scopes;
    if (list && list.IsSequence()) {
      for (const auto& item : list) {
        const absl::StatusOr<Scope> scope = ParseScope(item.Scalar());
        if (!scope.ok()) return Expect("scopes", "a list of read, write, complete");
        scopes.push_back(*scope);
      }
    }
    if (scopes.empty()) return Expect("scopes", "a list of read, write, complete");
    return scopes;
  }
  absl::StatusOr<absl::Time> Expires() const {
    if (!node_["expires"]) return absl::InfiniteFuture();
    absl::CivilDay day;
    if (!absl::ParseCivilTime(Text("expires"), &day)) {
      return Expect("expires", "a day as YYYY-MM-DD");
    }
    return absl::FromCivil(day, absl::UTCTimeZone());
  }
  absl::StatusOr<double> Rate() const {
    if (!node_["requests_per_second"]) return 0.0;
    double rate = 0;
    if (!absl::SimpleAtod(Text("requests_per_second"), &rate) || !(rate > 0) ||
        rate > kMaxRequestsPerSecond) {
      return Expect("requests_per_second", "a number above 0, at most 1000000");
    }
    return rate;
  }

 private:
  const std::string& path_;
  const YAML::Node& node_;
};

std::string NotReadable(const std::string& path) {
  return absl::StrCat(path,
                      ": expected a file with API keys; correct --api-keys, or make one with "
                      "`throughline keys`");
}

}  // namespace

absl::string_view Name(Scope scope) {
  switch (scope) {
    case Scope::kRead:
      return "read";
    case Scope::kWrite:
      return "write";
    case Scope::kComplete:
      return "complete";
  }
  return "unknown";
}

bool Principal::May(Scope scope) const {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

absl::StatusOr<ApiKeys::Entries> ApiKeys::Read(const std::string& path) {
  Entries entries;
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (!root.IsMap() || !root["keys"] || !root["keys"].IsSequence() || root.size() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": expected one list named keys; correct the file"));
    }
    for (const YAML::Node& node : root["keys"]) {
      const EntryReader reader(path, node);
      RETURN_IF_ERROR(reader.CheckFields());
      Entry entry;
      entry.line = node.Mark().line + 1;
      entry.principal.key_id = reader.Text("id");
      entry.principal.tenant = reader.Text("tenant");
      entry.sha256 = absl::HexStringToBytes(reader.Text("sha256"));
      if (!IsKeyId(entry.principal.key_id)) {
        return reader.Expect("id", "1 to 64 letters, digits, - and _");
      }
      if (!IsTenant(entry.principal.tenant)) {
        return reader.Expect("tenant", "1 to 64 characters of A-Z a-z 0-9 . _ -");
      }
      if (reader.Text("sha256").size() != 2 * SHA256_DIGEST_LENGTH) {
        return reader.Expect("sha256", "64 hex digits");
      }
      ASSIGN_OR_RETURN(entry.principal.scopes, reader.Scopes());
      ASSIGN_OR_RETURN(entry.expires, reader.Expires());
      ASSIGN_OR_RETURN(entry.principal.requests_per_second, reader.Rate());
      const std::string id = entry.principal.key_id;
      if (!entries.emplace(id, std::move(entry)).second) {
        return reader.Expect("id", "each id once");
      }
    }
  } catch (const YAML::BadFile&) {
    return absl::InvalidArgumentError(NotReadable(path));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected YAML (", error.what(), "); correct the file"));
  }
  return entries;
}

absl::StatusOr<std::vector<ApiKeyEntry>> ApiKeys::List(const std::string& path) {
  ASSIGN_OR_RETURN(const Entries entries, Read(path));
  std::vector<ApiKeyEntry> listed;
  for (const auto& [id, entry] : entries) listed.push_back(entry);
  return listed;
}

void ApiKeys::RecordReading(const absl::StatusOr<Entries>& entries) const {
  if (audit_ == nullptr) return;
  audit::Record record;
  record.actor = audit_->self();
  record.action = "gateway.keys_read";
  record.outcome = absl::StatusCodeToString(entries.status().code());
  if (entries.ok()) {
    record.outcome = "ok";
    // Changes with every key, tenant, scope and limit that changes.
    std::string all;
    for (const auto& [id, entry] : *entries) {
      absl::StrAppend(&all, id, "\n", entry.principal.tenant, "\n", entry.sha256, "\n",
                      absl::FormatTime(entry.expires), "\n", entry.principal.requests_per_second);
      for (const Scope scope : entry.principal.scopes) {
        absl::StrAppend(&all, "\n", static_cast<int>(scope));
      }
    }
    record.objects = {{"digest", absl::BytesToHexString(Sha256(all))}};
    record.counts = {{"keys", static_cast<int64_t>(entries->size())}};
  }
  audit_->Write(std::move(record));
}

absl::StatusOr<std::unique_ptr<ApiKeys>> ApiKeys::Load(std::string path, const Clock& clock,
                                                       audit::AuditLog* audit) {
  std::unique_ptr<ApiKeys> keys(new ApiKeys(std::move(path), clock, audit));
  std::string state = StateOf(keys->path_);
  ASSIGN_OR_RETURN(Entries entries, Read(keys->path_));
  keys->RecordReading(entries);
  absl::MutexLock lock(&keys->mutex_);
  keys->entries_ = std::move(entries);
  keys->state_ = std::move(state);
  return keys;
}

void ApiKeys::ReloadIfChanged() {
  const absl::Time now = clock_.Now();
  if (now < next_look_) return;
  next_look_ = now + kLookInterval;
  std::string state = StateOf(path_);
  if (state == state_) return;
  state_ = std::move(state);
  absl::StatusOr<Entries> entries = Read(path_);
  RecordReading(entries);
  if (!entries.ok()) {
    Log(Severity::kError, "API keys not reloaded; those of before still serve",
        {{"why", entries.status().message()}});
    return;
  }
  entries_ = *std::move(entries);
  Log(Severity::kInfo, "API keys reloaded", {{"keys", static_cast<int64_t>(entries_.size())}});
}

absl::StatusOr<Principal> ApiKeys::Check(absl::string_view key) {
  static const absl::Status refused = absl::UnauthenticatedError(
      "expected a valid API key as \"Authorization: Bearer KEY\" or \"X-API-Key: KEY\"");
  const std::string digest = Sha256(key.substr(0, kMaxKeyBytes));
  const std::vector<absl::string_view> parts = absl::StrSplit(key, '.');
  const std::string id = parts.size() == 3 ? std::string(parts[1]) : "";
  absl::MutexLock lock(&mutex_);
  ReloadIfChanged();
  const auto found = entries_.find(id);
  static const std::string nobody(SHA256_DIGEST_LENGTH, '\0');
  const std::string& expected = found == entries_.end() ? nobody : found->second.sha256;
  const bool same = CRYPTO_memcmp(digest.data(), expected.data(), digest.size()) == 0;
  if (!same || found == entries_.end() || clock_.Now() >= found->second.expires) return refused;
  return found->second.principal;
}

absl::StatusOr<NewApiKey> ApiKeys::Generate(absl::string_view id, absl::string_view tenant,
                                            absl::string_view scopes) {
  if (!IsKeyId(id)) return InvalidField("id", "1 to 64 letters, digits, - and _", "correct it");
  if (!IsTenant(tenant)) {
    return InvalidField("tenant", "1 to 64 characters of A-Z a-z 0-9 . _ -", "correct it");
  }
  for (const absl::string_view scope : absl::StrSplit(scopes, ',')) {
    RETURN_IF_ERROR(ParseScope(scope).status());
  }
  std::array<unsigned char, kSecretBytes> secret;
  if (RAND_bytes(secret.data(), secret.size()) != 1) {
    return absl::InternalError("the system gave no random bytes");
  }
  NewApiKey made;
  made.key = absl::StrCat("tl.", id, ".",
                          absl::WebSafeBase64Escape(absl::string_view(
                              reinterpret_cast<const char*>(secret.data()), secret.size())));
  made.file_entry =
      absl::StrCat("  - id: ", id, "\n    tenant: ", tenant,
                   "\n    sha256: ", absl::BytesToHexString(Sha256(made.key)), "\n    scopes: [",
                   absl::StrReplaceAll(scopes, {{",", ", "}}), "]\n");
  return made;
}

}  // namespace throughline::gateway
