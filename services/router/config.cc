#include "services/router/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "services/router/clients/flavors.h"
#include "services/router/domain/names.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

constexpr int kMaxOutputTokens = 1'000'000;
constexpr absl::Duration kMaxTimeout = absl::Minutes(10);
constexpr size_t kVersionDigits = 12;
constexpr size_t kMaxNameBytes = 100;
constexpr size_t kMaxKeys = 32;
constexpr int kMaxPerMinute = 1'000'000'000;
constexpr int kMaxConcurrent = 100'000;

// Reads one document; every error carries its place. The first error ends the reading.
class ConfigReader {
 public:
  explicit ConfigReader(absl::string_view source) : source_(source) {}

  absl::StatusOr<RouterConfig> Read(const YAML::Node& root) {
    RETURN_IF_ERROR(
        CheckKeys(root, "the configuration", {"providers", "models", "defaults", "tasks"}));
    if (root["defaults"]) RETURN_IF_ERROR(ReadDefaults(root["defaults"]));
    RETURN_IF_ERROR(ReadProviders(root["providers"]));
    RETURN_IF_ERROR(ReadModels(root["models"]));
    for (const TaskKind task : kAllTasks) config_.policy.cascades[task] = defaults_;
    if (root["tasks"]) RETURN_IF_ERROR(ReadTasks(root["tasks"]));
    return std::move(config_);
  }

 private:
  using Keys = std::initializer_list<absl::string_view>;

  absl::Status Error(const YAML::Node& node, absl::string_view key,
                     absl::string_view expected) const {
    const YAML::Mark mark = node.Mark();
    const std::string place =
        mark.is_null() ? source_ : absl::StrCat(source_, ":", mark.line + 1, ":", mark.column + 1);
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": ", key, ": expected ", expected, "; correct the file"));
  }

  // A map with these keys only, each once.
  absl::Status CheckKeys(const YAML::Node& node, absl::string_view key, Keys allowed) const {
    if (!node || !node.IsMap()) {
      return Error(node, key, absl::StrCat("a map of ", absl::StrJoin(allowed, ", ")));
    }
    std::set<std::string> seen;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return Error(entry.first, key, "plain keys");
      const std::string& name = entry.first.Scalar();
      if (std::find(allowed.begin(), allowed.end(), absl::string_view(name)) == allowed.end()) {
        return Error(entry.first, name,
                     absl::StrCat("one of the keys ", absl::StrJoin(allowed, ", ")));
      }
      if (!seen.insert(name).second) return Error(entry.first, name, "each key once");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Text(const YAML::Node& node, absl::string_view key) const {
    if (!node.IsDefined() || !node.IsScalar() || node.Scalar().empty() ||
        node.Scalar().size() > kMaxNameBytes) {
      return Error(node, key, absl::StrCat("a text of 1 to ", kMaxNameBytes, " bytes"));
    }
    return node.Scalar();
  }

  absl::StatusOr<double> Share(const YAML::Node& node, absl::string_view key) const {
    double value = 0;
    if (!node.IsScalar() || !absl::SimpleAtod(node.Scalar(), &value) ||
        !(value >= 0 && value <= 1)) {
      return Error(node, key, "a number from 0 to 1");
    }
    return value;
  }

  absl::StatusOr<int> Count(const YAML::Node& node, absl::string_view key, int most) const {
    int value = 0;
    if (!node.IsScalar() || !absl::SimpleAtoi(node.Scalar(), &value) || value < 1 || value > most) {
      return Error(node, key, absl::StrCat("a whole number from 1 to ", most));
    }
    return value;
  }

  absl::Status ReadDefaults(const YAML::Node& node) {
    RETURN_IF_ERROR(CheckKeys(node, "defaults", {"threshold", "max_attempts"}));
    return ReadLimits(node, defaults_);
  }

  absl::Status ReadLimits(const YAML::Node& node, Cascade& cascade) const {
    if (node["threshold"]) {
      ASSIGN_OR_RETURN(cascade.threshold, Share(node["threshold"], "threshold"));
    }
    if (node["max_attempts"]) {
      ASSIGN_OR_RETURN(cascade.max_attempts,
                       Count(node["max_attempts"], "max_attempts", kMaxAttempts));
    }
    return absl::OkStatus();
  }

  absl::Status ReadProviders(const YAML::Node& node) {
    if (!node || !node.IsMap() || node.size() == 0) {
      return Error(node, "providers", "a map of at least one provider by name");
    }
    for (const auto& entry : node) {
      ASSIGN_OR_RETURN(const std::string name, Text(entry.first, "providers"));
      const std::string key = absl::StrCat("providers.", name);
      ProviderConfig provider{.name = name};
      RETURN_IF_ERROR(ReadProvider(entry.second, key, provider));
      if (!config_.providers.emplace(name, std::move(provider)).second) {
        return Error(entry.first, key, "each provider once");
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadProvider(const YAML::Node& node, const std::string& key,
                            ProviderConfig& provider) const {
    RETURN_IF_ERROR(
        CheckKeys(node, key, {"type", "base_url", "flavor", "api_key_env", "api_key_file"}));
    ASSIGN_OR_RETURN(const std::string type, Text(Child(node, "type"), absl::StrCat(key, ".type")));
    if (type == "builtin") return CheckKeys(node, key, {"type"});
    if (type != "openai" && type != "anthropic") {
      return Error(node["type"], absl::StrCat(key, ".type"), "builtin, openai or anthropic");
    }
    provider.type = type == "openai" ? ProviderType::kOpenAi : ProviderType::kAnthropic;
    ASSIGN_OR_RETURN(provider.base_url,
                     Text(Child(node, "base_url"), absl::StrCat(key, ".base_url")));
    if (!absl::StartsWith(provider.base_url, "http://") &&
        !absl::StartsWith(provider.base_url, "https://")) {
      return Error(node["base_url"], absl::StrCat(key, ".base_url"),
                   "an address such as https://api.openai.com/v1");
    }
    while (absl::EndsWith(provider.base_url, "/")) provider.base_url.pop_back();
    if (node["flavor"]) RETURN_IF_ERROR(ReadFlavor(node["flavor"], type, provider.flavor));
    RETURN_IF_ERROR(ReadTexts(node["api_key_env"], "api_key_env", provider.api_key_env));
    return ReadTexts(node["api_key_file"], "api_key_file", provider.api_key_files);
  }

  absl::Status ReadFlavor(const YAML::Node& node, const std::string& type,
                          std::string& flavor) const {
    std::vector<absl::string_view> names;
    for (const Flavor& known : kFlavors) names.push_back(known.name);
    if (type != "openai" || !node.IsScalar() || FindFlavor(node.Scalar()) == nullptr) {
      return Error(
          node, "flavor",
          absl::StrCat("of a provider of type openai, one of ", absl::StrJoin(names, ", ")));
    }
    flavor = node.Scalar();
    return absl::OkStatus();
  }

  // One text or a list of them; nothing when the node is missing.
  absl::Status ReadTexts(const YAML::Node& node, absl::string_view key,
                         std::vector<std::string>& texts) const {
    if (!node) return absl::OkStatus();
    if (!node.IsSequence()) {
      ASSIGN_OR_RETURN(texts.emplace_back(), Text(node, key));
      return absl::OkStatus();
    }
    if (node.size() == 0 || node.size() > kMaxKeys) {
      return Error(node, key, absl::StrCat("1 to ", kMaxKeys, " names"));
    }
    for (const auto& entry : node) {
      ASSIGN_OR_RETURN(texts.emplace_back(), Text(entry, key));
    }
    return absl::OkStatus();
  }

  absl::Status ReadModels(const YAML::Node& node) {
    if (!node || !node.IsSequence() || node.size() == 0 || node.size() > kMaxModels) {
      return Error(node, "models", absl::StrCat("a list of 1 to ", kMaxModels, " models"));
    }
    for (const auto& entry : node) RETURN_IF_ERROR(ReadModel(entry));
    return absl::OkStatus();
  }

  absl::Status ReadModel(const YAML::Node& node) {
    RETURN_IF_ERROR(
        CheckKeys(node, "models",
                  {"name", "provider", "id", "price", "max_output_tokens", "reasoning_tokens",
                   "timeout", "reasoning_effort", "context_tokens", "limits", "hedge_after"}));
    Model model;
    ASSIGN_OR_RETURN(model.name, Text(Child(node, "name"), "name"));
    if (config_.policy.FindModel(model.name) != nullptr) {
      return Error(node["name"], "name", "each model once");
    }
    ASSIGN_OR_RETURN(model.provider, Text(Child(node, "provider"), "provider"));
    const auto provider = config_.providers.find(model.provider);
    if (provider == config_.providers.end()) {
      return Error(node["provider"], "provider", "a name listed under providers");
    }
    model.provider_id = model.name;
    if (node["id"]) {
      ASSIGN_OR_RETURN(model.provider_id, Text(node["id"], "id"));
    }
    model.can_repair = provider->second.type != ProviderType::kBuiltin;
    RETURN_IF_ERROR(CheckBuiltin(node, provider->second, model));
    if (node["price"]) RETURN_IF_ERROR(ReadPrice(node["price"], model.price));
    if (node["max_output_tokens"]) {
      ASSIGN_OR_RETURN(model.max_output_tokens,
                       Count(node["max_output_tokens"], "max_output_tokens", kMaxOutputTokens));
    }
    if (node["reasoning_tokens"]) {
      ASSIGN_OR_RETURN(model.reasoning_tokens,
                       Count(node["reasoning_tokens"], "reasoning_tokens", kMaxOutputTokens));
    }
    if (node["timeout"]) RETURN_IF_ERROR(ReadTimeout(node["timeout"], "timeout", model.timeout));
    if (node["hedge_after"]) {
      RETURN_IF_ERROR(ReadTimeout(node["hedge_after"], "hedge_after", model.hedge_after));
    }
    if (node["reasoning_effort"]) {
      ASSIGN_OR_RETURN(model.reasoning_effort, Text(node["reasoning_effort"], "reasoning_effort"));
    }
    if (node["context_tokens"]) {
      ASSIGN_OR_RETURN(model.context_tokens,
                       Count(node["context_tokens"], "context_tokens", kMaxPerMinute));
    }
    if (node["limits"]) RETURN_IF_ERROR(ReadModelLimits(node["limits"], model.limits));
    config_.policy.models.push_back(std::move(model));
    return absl::OkStatus();
  }

  absl::Status CheckBuiltin(const YAML::Node& node, const ProviderConfig& provider,
                            const Model& model) const {
    if (provider.type != ProviderType::kBuiltin || model.provider_id == "extractive-fast" ||
        model.provider_id == "extractive-deep") {
      return absl::OkStatus();
    }
    return Error(Child(node, "id"), "id", "extractive-fast or extractive-deep");
  }

  absl::Status ReadPrice(const YAML::Node& node, Price& price) const {
    RETURN_IF_ERROR(CheckKeys(node, "price", {"input", "cached_input", "output"}));
    const std::pair<const char*, std::optional<int64_t>*> parts[] = {
        {"input", &price.input}, {"cached_input", &price.cached_input}, {"output", &price.output}};
    for (const auto& [key, value] : parts) {
      const YAML::Node& amount = node[key];
      if (!amount) continue;
      if (amount.IsScalar()) *value = ParseUsd(amount.Scalar());
      if (!value->has_value()) {
        return Error(amount, absl::StrCat("price.", key),
                     "US dollars per million tokens, 0 or more, at most 9 decimals");
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadModelLimits(const YAML::Node& node, ModelLimits& limits) const {
    RETURN_IF_ERROR(
        CheckKeys(node, "limits",
                  {"max_concurrent", "requests_per_minute", "tokens_per_minute", "max_queued"}));
    const auto read = [&](const char* key, int most, auto& value) -> absl::Status {
      if (!node[key]) return absl::OkStatus();
      ASSIGN_OR_RETURN(value, Count(node[key], absl::StrCat("limits.", key), most));
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(read("max_concurrent", kMaxConcurrent, limits.max_concurrent));
    RETURN_IF_ERROR(read("requests_per_minute", kMaxPerMinute, limits.requests_per_minute));
    RETURN_IF_ERROR(read("tokens_per_minute", kMaxPerMinute, limits.tokens_per_minute));
    return read("max_queued", kMaxConcurrent, limits.max_queued);
  }

  absl::Status ReadTimeout(const YAML::Node& node, absl::string_view key,
                           absl::Duration& timeout) const {
    absl::Duration value;
    if (!node.IsScalar() || !absl::ParseDuration(node.Scalar(), &value) ||
        value <= absl::ZeroDuration() || value > kMaxTimeout) {
      return Error(node, key, "a time such as 500ms or 30s, at most 10m");
    }
    timeout = value;
    return absl::OkStatus();
  }

  absl::Status ReadTasks(const YAML::Node& node) {
    RETURN_IF_ERROR(
        CheckKeys(node, "tasks", {"general", "analyze_call", "extract_facts", "write_email"}));
    for (const auto& entry : node) {
      const TaskKind task = *ParseTaskKind(entry.first.Scalar());
      const std::string key = absl::StrCat("tasks.", entry.first.Scalar());
      RETURN_IF_ERROR(CheckKeys(
          entry.second, key, {"cascade", "threshold", "max_attempts", "direct_above_difficulty"}));
      Cascade& cascade = config_.policy.cascades[task];
      RETURN_IF_ERROR(ReadLimits(entry.second, cascade));
      if (const YAML::Node& direct = entry.second["direct_above_difficulty"]) {
        ASSIGN_OR_RETURN(cascade.direct_difficulty, Share(direct, "direct_above_difficulty"));
      }
      if (const YAML::Node& models = entry.second["cascade"]) {
        RETURN_IF_ERROR(ReadCascade(models, absl::StrCat(key, ".cascade"), task, cascade));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadCascade(const YAML::Node& node, const std::string& key, TaskKind task,
                           Cascade& cascade) const {
    if (!node.IsSequence() || node.size() == 0) {
      return Error(node, key, "a list of model names, cheapest first");
    }
    for (const auto& entry : node) {
      ASSIGN_OR_RETURN(const std::string name, Text(entry, key));
      const Model* model = config_.policy.FindModel(name);
      if (model == nullptr) return Error(entry, key, "names listed under models");
      if (std::find(cascade.models.begin(), cascade.models.end(), name) != cascade.models.end()) {
        return Error(entry, key, "each model once, for a cascade only climbs");
      }
      const bool is_builtin = config_.providers.at(model->provider).type == ProviderType::kBuiltin;
      if (is_builtin && task == TaskKind::kGeneral) {
        return Error(entry, key, "a model that reads prompts; built-in models read calls only");
      }
      cascade.models.push_back(name);
    }
    return absl::OkStatus();
  }

  // The child, or the parent for its place in an error when there is none.
  static YAML::Node Child(const YAML::Node& node, const char* key) {
    return node[key] ? node[key] : YAML::Node(node);
  }

  const std::string source_;
  RouterConfig config_;
  Cascade defaults_;
};

}  // namespace

absl::StatusOr<RouterConfig> ParseConfig(absl::string_view yaml, absl::string_view source) {
  if (yaml.size() > kMaxConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": expected at most ", kMaxConfigBytes, " bytes"));
  }
  try {
    ConfigReader reader(source);
    ASSIGN_OR_RETURN(RouterConfig config, reader.Read(YAML::Load(std::string(yaml))));
    config.policy.version = Sha256Hex({yaml}).substr(0, kVersionDigits);
    return config;
  } catch (const YAML::Exception& error) {
    const std::string place =
        error.mark.is_null() ? ""
                             : absl::StrCat(":", error.mark.line + 1, ":", error.mark.column + 1);
    return absl::InvalidArgumentError(absl::StrCat(source, place, ": expected YAML: ", error.msg));
  }
}

absl::StatusOr<RouterConfig> LoadConfig(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("--router-config: expected a readable file at \"", path,
                            "\"; correct the path or leave the flag out for the built-in models"));
  }
  std::string yaml(kMaxConfigBytes + 1, '\0');
  file.read(yaml.data(), static_cast<std::streamsize>(yaml.size()));
  if (file.bad()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--router-config: expected a regular file at \"", path, "\""));
  }
  yaml.resize(static_cast<size_t>(file.gcount()));
  return ParseConfig(yaml, path);
}

}  // namespace throughline::router
