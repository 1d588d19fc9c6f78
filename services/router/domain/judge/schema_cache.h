#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SCHEMA_CACHE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SCHEMA_CACHE_H_

#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace throughline::router {

inline constexpr size_t kMaxSchemaBytes = 256 * 1024;

// A JSON schema ready to use. Immutable; thread-safe.
class CompiledSchema {
 public:
  virtual ~CompiledSchema() = default;
  // What is wrong with `json`, one sentence naming the place; empty when it matches.
  virtual std::string Violation(const nlohmann::json& json) const = 0;
};

// Reads a draft 7 schema. INVALID_ARGUMENT naming contract.json_schema for text that is no schema,
// and for what is not safe to run on other people's text: "patternProperties", patterns that
// SchemaPatterns refuses, references to other documents, and schemas that refer to themselves
// without going deeper into the answer. "format" is not checked.
absl::StatusOr<std::shared_ptr<const CompiledSchema>> CompileSchema(absl::string_view text);

// Compiled schemas by their text; the few contracts in use are compiled once. Thread-safe.
class SchemaCache {
 public:
  absl::StatusOr<std::shared_ptr<const CompiledSchema>> Get(const std::string& text)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr size_t kMaxSchemas = 64;

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<const CompiledSchema>> schemas_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_SCHEMA_CACHE_H_
