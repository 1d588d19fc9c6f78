#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_CHECKS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_CHECKS_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/router/domain/judge/schema_cache.h"
#include "services/router/domain/judge/sources.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/types.h"

// The gates an answer passes, one function each, in the order judge.cc asks them. All are pure,
// thread-safe and linear in answer and sources.
namespace throughline::router {

// What one check found.
struct Finding {
  CheckResult result = CheckResult::kSkipped;
  DecisionReason reason = DecisionReason::kUnspecified;  // why, when it failed
  std::string explanation;

  static Finding Passed(std::string explanation = "") {
    return {CheckResult::kPassed, DecisionReason::kUnspecified, std::move(explanation)};
  }
  static Finding Failed(DecisionReason reason, std::string explanation) {
    return {CheckResult::kFailed, reason, std::move(explanation)};
  }
  static Finding Skipped() { return {}; }
};

// An answer under judgement. `json` is set once it has parsed.
struct Draft {
  const Request& request;
  const Sources& sources;
  const ModelReply& reply;
  std::optional<nlohmann::json> json;
  absl::string_view visible;  // VisibleText of the answer
  std::string from_json;      // what `visible` borrows, unless that is the reply's text
};

// integrity.cc: something is there, it is whole, and it is an answer.
Finding CheckIntegrity(const Draft& draft);

// schema.cc: the answer is JSON where JSON is asked for, and matches the contract's schema. Sets
// draft.json and draft.visible.
Finding CheckSchema(SchemaCache& schemas, Draft& draft);

// grounding.cc: what the answer quotes, counts and names stands in the sources.
Finding CheckQuotes(const Draft& draft);
Finding CheckNumbers(const Draft& draft);
Finding CheckNames(const Draft& draft);

// known_state.cc: an analysis accounts for everything memory holds open, and contradicts nothing
// it holds settled.
Finding CheckKnownState(const Draft& draft);

// leaks.cc: no reasoning, control tokens or prompt text in the answer.
Finding CheckLeaks(const Draft& draft);

// style.cc: phrases, length, placeholders, language.
Finding CheckStyle(const Draft& draft);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_CHECKS_H_
