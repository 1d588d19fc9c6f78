#include "services/router/config.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/shown.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "services/router/clients/flavors.h"
#include "services/router/config_budgets.h"
#include "services/router/config_yaml.h"
#include "services/router/domain/names.h"

namespace throughline::router {
namespace {

constexpr int kMaxOutputTokens = 1'000'000;
constexpr absl::Duration kMaxTimeout = absl::Minutes(10);
constexpr size_t kVersionDigits = 12;
constexpr absl::Duration kMaxCacheTime = absl::Hours(24 * 30);
constexpr size_t kMaxKeys = 32;
constexpr int kMaxPerMinute = 1'000'000'000;
constexpr int kMaxConcurrent = 100'000;

// Reads one document; every error carries its place. The first error ends the reading.
class ConfigReader : private YamlReader {
 public:
  ConfigReader(absl::string_view source, const PriceTable& prices)
      : YamlReader(source), prices_(prices) {}

  absl::StatusOr<RouterConfig> Read(const YAML::Node& root) {
    RETURN_IF_ERROR(CheckKeys(
        root, "the configuration",
        {"providers", "models", "defaults", "tasks", "thresholds", "budgets", "price_table"}));
    if (root["defaults"]) RETURN_IF_ERROR(ReadDefaults(root["defaults"]));
    RETURN_IF_ERROR(ReadProviders(root["providers"]));
    RETURN_IF_ERROR(ReadModels(root["models"]));
    for (const TaskKind task : kAllTasks) config_.policy.cascades[task] = defaults_;
    if (root["tasks"]) RETURN_IF_ERROR(ReadTasks(root["tasks"]));
    if (root["thresholds"]) RETURN_IF_ERROR(ReadThresholds(root["thresholds"], root["tasks"]));
    if (root["budgets"]) {
      ASSIGN_OR_RETURN(config_.policy.budgets, ReadBudgets(*this, root["budgets"]));
    }
    return std::move(config_);
  }

 private:
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
    RETURN_IF_ERROR(CheckKeys(
        node, key, {"type", "base_url", "flavor", "api_key_env", "api_key_file", "redact"}));
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
    if (node["redact"]) RETURN_IF_ERROR(ReadRedact(node["redact"], provider.redact));
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

  absl::Status ReadRedact(const YAML::Node& node, std::vector<PersonalData>& kinds) const {
    std::vector<std::string> names;
    RETURN_IF_ERROR(ReadTexts(node, "redact", names));
    for (const std::string& name : names) {
      const std::optional<PersonalData> kind = FindPersonalData(name);
      if (!kind.has_value()) {
        return Error(node, "redact", absl::StrCat("email, phone, card or iban, got ", Shown(name)));
      }
      kinds.push_back(*kind);
    }
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
    RETURN_IF_ERROR(CheckKeys(
        node, "models",
        {"name", "provider", "id", "price", "max_output_tokens", "reasoning_tokens", "timeout",
         "reasoning_effort", "context_tokens", "limits", "hedge_after", "capabilities"}));
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
    RETURN_IF_ERROR(ReadModelPrice(node, model));
    RETURN_IF_ERROR(ReadCapabilities(node["capabilities"], model));
    if (node["max_output_tokens"]) {
      ASSIGN_OR_RETURN(model.max_output_tokens,
                       Count(node["max_output_tokens"], "max_output_tokens", kMaxOutputTokens));
    }
    if (node["reasoning_tokens"]) {
      ASSIGN_OR_RETURN(model.reasoning_tokens,
                       Count(node["reasoning_tokens"], "reasoning_tokens", kMaxOutputTokens));
    }
    if (node["timeout"]) {
      ASSIGN_OR_RETURN(model.timeout, Time(node["timeout"], "timeout", kMaxTimeout));
    }
    if (node["hedge_after"]) {
      ASSIGN_OR_RETURN(model.hedge_after, Time(node["hedge_after"], "hedge_after", kMaxTimeout));
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

  // The price of the configuration itself, else that of the table.
  absl::Status ReadModelPrice(const YAML::Node& node, Model& model) const {
    if (node["price"]) return ReadPrice(*this, node["price"], model.price);
    const auto dated = prices_.find(model.name);
    if (dated == prices_.end()) return absl::OkStatus();
    model.price = dated->second.price;
    model.price_source = dated->second.source;
    model.price_as_of = dated->second.looked_up;
    return absl::OkStatus();
  }

  absl::Status ReadCapabilities(const YAML::Node& node, Model& model) const {
    if (!node) return absl::OkStatus();
    if (!node.IsSequence()) return Error(node, "capabilities", "a list of json and tools");
    model.capabilities.clear();
    for (const auto& entry : node) {
      const std::string name = entry.IsScalar() ? entry.Scalar() : "";
      if (name != "json" && name != "tools") return Error(entry, "capabilities", "json or tools");
      model.capabilities.push_back(name == "json" ? Capability::kJson : Capability::kTools);
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

  absl::Status ReadTasks(const YAML::Node& node) {
    RETURN_IF_ERROR(
        CheckKeys(node, "tasks", {"general", "analyze_call", "extract_facts", "write_email"}));
    for (const auto& entry : node) {
      const TaskKind task = *ParseTaskKind(entry.first.Scalar());
      const std::string key = absl::StrCat("tasks.", entry.first.Scalar());
      RETURN_IF_ERROR(CheckKeys(entry.second, key,
                                {"cascade", "threshold", "max_attempts", "direct_above_difficulty",
                                 "skip_losing_drafts", "shadow_share", "cache"}));
      Cascade& cascade = config_.policy.cascades[task];
      RETURN_IF_ERROR(ReadLimits(entry.second, cascade));
      if (const YAML::Node& direct = entry.second["direct_above_difficulty"]) {
        ASSIGN_OR_RETURN(cascade.direct_difficulty, Share(direct, "direct_above_difficulty"));
      }
      RETURN_IF_ERROR(ReadHabits(entry.second, cascade));
      if (const YAML::Node& models = entry.second["cascade"]) {
        RETURN_IF_ERROR(ReadCascade(models, absl::StrCat(key, ".cascade"), task, cascade));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadHabits(const YAML::Node& node, Cascade& cascade) const {
    if (node["skip_losing_drafts"]) {
      ASSIGN_OR_RETURN(cascade.skip_losing_drafts,
                       Flag(node["skip_losing_drafts"], "skip_losing_drafts"));
    }
    if (node["shadow_share"]) {
      ASSIGN_OR_RETURN(cascade.shadow_share, Share(node["shadow_share"], "shadow_share"));
    }
    if (node["cache"]) {
      ASSIGN_OR_RETURN(cascade.cache_ttl, Time(node["cache"], "cache", kMaxCacheTime));
    }
    return absl::OkStatus();
  }

  // What a calibration found: a version, and a threshold a task. A task sets its threshold here or
  // under tasks, not in both places.
  absl::Status ReadThresholds(const YAML::Node& node, const YAML::Node& tasks) {
    RETURN_IF_ERROR(
        CheckKeys(node, "thresholds",
                  {"version", "general", "analyze_call", "extract_facts", "write_email"}));
    ASSIGN_OR_RETURN(config_.policy.thresholds_version,
                     Text(Child(node, "version"), "thresholds.version"));
    for (const TaskKind task : kAllTasks) {
      const std::string name(Name(task));
      const YAML::Node& calibrated = node[name];
      if (!calibrated) continue;
      const std::string key = absl::StrCat("thresholds.", name);
      if (tasks && tasks[name] && tasks[name]["threshold"]) {
        return Error(calibrated, key, absl::StrCat("this or tasks.", name, ".threshold, not both"));
      }
      RETURN_IF_ERROR(CheckKeys(calibrated, key, {"threshold", "error_bound", "samples"}));
      ASSIGN_OR_RETURN(config_.policy.cascades[task].threshold,
                       Share(Child(calibrated, "threshold"), absl::StrCat(key, ".threshold")));
      for (const char* note : {"error_bound", "samples"}) {
        if (!calibrated[note]) continue;
        double value = 0;
        if (!calibrated[note].IsScalar() || !absl::SimpleAtod(calibrated[note].Scalar(), &value)) {
          return Error(calibrated[note], absl::StrCat(key, ".", note), "a number");
        }
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

  const PriceTable& prices_;
  RouterConfig config_;
  Cascade defaults_;
};

absl::StatusOr<std::string> ReadText(const std::string& path, absl::string_view key) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::ErrnoToStatus(errno, absl::StrCat(key, ": expected a readable file at \"", path,
                                                   "\"; correct the path or leave it out"));
  }
  std::string text(kMaxConfigBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, ": expected a regular file at \"", path, "\""));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace

absl::StatusOr<RouterConfig> ParseConfig(absl::string_view yaml, absl::string_view source,
                                         const PriceTable& prices) {
  if (yaml.size() > kMaxConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": expected at most ", kMaxConfigBytes, " bytes"));
  }
  RouterConfig config;
  RETURN_IF_ERROR(ReadYaml(yaml, source, [&](const YAML::Node& root) -> absl::Status {
    ASSIGN_OR_RETURN(config, ConfigReader(source, prices).Read(root));
    return absl::OkStatus();
  }));
  config.policy.version = Sha256Hex({yaml}).substr(0, kVersionDigits);
  return config;
}

absl::StatusOr<RouterConfig> LoadConfig(const std::string& path, absl::CivilDay today) {
  ASSIGN_OR_RETURN(const std::string yaml, ReadText(path, "--router-config"));
  std::string table;
  PriceTable prices;
  std::string price_path;
  RETURN_IF_ERROR(ReadYaml(yaml, path, [&](const YAML::Node& root) -> absl::Status {
    if (!root.IsMap() || !root["price_table"]) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::string name,
                     YamlReader(path).Text(root["price_table"], "price_table"));
    price_path = (std::filesystem::path(path).parent_path() / name).string();
    return absl::OkStatus();
  }));
  if (!price_path.empty()) {
    ASSIGN_OR_RETURN(table, ReadText(price_path, "price_table"));
    ASSIGN_OR_RETURN(prices, ParsePriceTable(table, price_path, today));
  }
  ASSIGN_OR_RETURN(RouterConfig config, ParseConfig(yaml, path, prices));
  config.files = {path};
  if (!price_path.empty()) {
    config.files.push_back(price_path);
    config.policy.version = Sha256Hex({yaml, table}).substr(0, kVersionDigits);
  }
  return config;
}

}  // namespace throughline::router
