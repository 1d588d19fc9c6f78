#ifndef THROUGHLINE_SERVICES_ROUTER_CONFIG_H_
#define THROUGHLINE_SERVICES_ROUTER_CONFIG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/redaction/personal_data.h"
#include "services/router/price_table.h"

namespace throughline::router {

// What kind of provider a name of the configuration stands for.
enum class ProviderType { kBuiltin, kOpenAi, kAnthropic };

struct ProviderConfig {
  std::string name;
  ProviderType type = ProviderType::kBuiltin;
  std::string base_url;  // of all but kBuiltin, without a slash at the end
  std::string flavor;    // of kOpenAi, one of kFlavors; empty: by the host of base_url
  // Environment variables and files that hold keys, used in turn; none: no key is sent.
  std::vector<std::string> api_key_env;
  std::vector<std::string> api_key_files;
  std::vector<PersonalData> redact;  // what its models do not get to see; empty: all is sent
};

struct RouterConfig {
  std::map<std::string, ProviderConfig> providers;
  Policy policy;
  std::vector<std::string> files;  // what it was read from: to be watched
};

// The largest configuration accepted, in bytes.
inline constexpr size_t kMaxConfigBytes = 1024 * 1024;

// Models, providers, prices and cascades as YAML; deploy/config/router.yaml shows every key.
// Everything is checked: an unknown key, a wrong type, a price below zero, a cascade with an
// unknown model or one that names a model twice. INVALID_ARGUMENT reads
//   <source>:<line>:<column>: <key>: expected <what>
// `source` names the text in errors. The policy's version is a digest of the text.
// A model without a price of its own has that of `prices`, by its name.
absl::StatusOr<RouterConfig> ParseConfig(absl::string_view yaml, absl::string_view source,
                                         const PriceTable& prices = {});

// ParseConfig of a file and of the price table it names, as of `today`. NOT_FOUND or
// PERMISSION_DENIED names the path.
absl::StatusOr<RouterConfig> LoadConfig(const std::string& path, absl::CivilDay today);

// The configuration without a file: the built-in models for the call tasks, no network.
absl::string_view DefaultConfigYaml();

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CONFIG_H_
