#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_ANSWER_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_ANSWER_H_

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/types.h"

// A model's answer as JSON, and the places in it.
namespace throughline::router {

// Deeper answers are refused: some readers of JSON recurse.
inline constexpr int kMaxJsonDepth = 64;

// A string found in an answer.
struct FoundString {
  std::string place;  // "openBlockers[2].history[0].evidence.quote"
  const std::string* value;
  int64_t turn = -1;  // the sibling "turn" of a quote, when there is one
};

// Every string at `path` ("a[].b"; see FieldConstraint), in document order. Absent places give
// nothing.
std::vector<FoundString> StringsAt(const nlohmann::json& answer, absl::string_view path);

// What people read of the answer: the subject and body of an e-mail, every string of other JSON
// but the quotes in its evidence.
std::string VisibleText(TaskKind task, const nlohmann::json& json);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_ANSWER_H_
