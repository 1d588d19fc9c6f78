#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SCHEMA_PATTERNS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SCHEMA_PATTERNS_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace re2 {
class RE2;
}

namespace throughline::router {

// The "pattern" keywords of a JSON schema, matched in linear time: the schema library would use
// backtracking regular expressions on text that a model wrote. Immutable; thread-safe.
class SchemaPatterns {
 public:
  // Takes the patterns out of `schema`. INVALID_ARGUMENT for a pattern that RE2 cannot read, and
  // for one below anyOf, oneOf, not, if or contains, where matching depends on the rest of the
  // schema. References in `schema` are already known to exist and not to circle.
  static absl::StatusOr<SchemaPatterns> TakeFrom(nlohmann::json& schema);

  SchemaPatterns(SchemaPatterns&&) noexcept;
  ~SchemaPatterns();

  // What is wrong with `json`, one sentence naming the place; empty when every pattern matches.
  std::string Violation(const nlohmann::json& json) const;

 private:
  SchemaPatterns();

  absl::Status Collect(const nlohmann::json& schema, bool conditional);
  std::string Check(const nlohmann::json& schema, const nlohmann::json& value,
                    const std::string& place) const;
  const nlohmann::json& TargetOf(const nlohmann::json& reference) const;
  bool NoteWhetherItLeads(const nlohmann::json& schema);

  nlohmann::json document_;  // as given, patterns included
  absl::flat_hash_map<std::string, std::unique_ptr<re2::RE2>> compiled_;
  // Parts of document_ below its root, and whether a pattern can be met on the way down from them.
  absl::flat_hash_map<const nlohmann::json*, bool> leads_to_pattern_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SCHEMA_PATTERNS_H_
