#include "services/router/config_budgets.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

constexpr int kMaxRequests = 1'000'000'000;
constexpr std::pair<const char*, BudgetScope> kScopes[] = {{"tenant", BudgetScope::kTenant},
                                                           {"customer", BudgetScope::kCustomer},
                                                           {"call", BudgetScope::kCall}};
constexpr std::pair<const char*, BudgetWindow> kWindows[] = {{"minute", BudgetWindow::kMinute},
                                                             {"hour", BudgetWindow::kHour},
                                                             {"day", BudgetWindow::kDay},
                                                             {"month", BudgetWindow::kMonth},
                                                             {"forever", BudgetWindow::kForever}};

template <typename Enum, size_t N>
absl::StatusOr<Enum> ReadWord(const YamlReader& reader, const YAML::Node& node,
                              absl::string_view key, const std::pair<const char*, Enum> (&words)[N],
                              absl::string_view expected) {
  for (const auto& [word, value] : words) {
    if (node.IsScalar() && node.Scalar() == word) return value;
  }
  return reader.Error(node, key, expected);
}

absl::Status ReadLimits(const YamlReader& reader, const YAML::Node& node, BudgetRule& rule) {
  if (const YAML::Node& limit = node["limit_usd"]) {
    const std::optional<int64_t> nano_usd =
        limit.IsScalar() ? ParseUsd(limit.Scalar()) : std::nullopt;
    if (!nano_usd.has_value() || *nano_usd == 0) {
      return reader.Error(limit, "limit_usd",
                          "US dollars above 0, at most 9 decimals; to stop a tenant, take away its "
                          "key");
    }
    rule.limit_nano_usd = *nano_usd;
  }
  if (const YAML::Node& limit = node["limit_requests"]) {
    ASSIGN_OR_RETURN(rule.limit_requests, reader.Count(limit, "limit_requests", kMaxRequests));
  }
  if (rule.limit_nano_usd == 0 && rule.limit_requests == 0) {
    return reader.Error(node, "budgets", "limit_usd or limit_requests");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<BudgetRule>> ReadBudgets(const YamlReader& reader,
                                                    const YAML::Node& node) {
  if (!node.IsSequence() || node.size() > kMaxBudgets) {
    return reader.Error(node, "budgets", absl::StrCat("a list of at most ", kMaxBudgets));
  }
  std::vector<BudgetRule> rules;
  for (const auto& entry : node) {
    RETURN_IF_ERROR(reader.CheckKeys(
        entry, "budgets", {"name", "scope", "subject", "window", "limit_usd", "limit_requests"}));
    BudgetRule rule;
    ASSIGN_OR_RETURN(rule.name, reader.Text(YamlReader::Child(entry, "name"), "name"));
    const bool is_known = std::any_of(rules.begin(), rules.end(), [&](const BudgetRule& other) {
      return other.name == rule.name;
    });
    if (is_known) return reader.Error(entry["name"], "name", "each budget once");
    ASSIGN_OR_RETURN(rule.scope, ReadWord(reader, YamlReader::Child(entry, "scope"), "scope",
                                          kScopes, "tenant, customer or call"));
    if (entry["subject"]) {
      ASSIGN_OR_RETURN(rule.subject, reader.Text(entry["subject"], "subject"));
    }
    if (entry["window"]) {
      ASSIGN_OR_RETURN(rule.window, ReadWord(reader, entry["window"], "window", kWindows,
                                             "minute, hour, day, month or forever"));
    }
    RETURN_IF_ERROR(ReadLimits(reader, entry, rule));
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace throughline::router
