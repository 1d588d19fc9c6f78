#ifndef THROUGHLINE_COMMON_GROUNDING_MODEL_WORK_H_
#define THROUGHLINE_COMMON_GROUNDING_MODEL_WORK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"

namespace throughline::grounding {

// The built-in engine's deep reading, as configurations name it. It reads typed input, costs
// nothing and holds a call of any length.
inline constexpr char kEngineModel[] = "builtin/extractive-deep";
// What the names of the engine's models begin with.
inline constexpr char kEnginePrefix[] = "builtin/";

// What a string at one place of an answer must be grounded in. Numbers as on the wire.
enum class FieldRule {
  kQuote = 1,   // stands verbatim in a source
  kName = 2,    // a person named in a source
  kNumber = 3,  // its numbers and dates occur in a source
};

struct FieldConstraint {
  std::string path;  // "openBlockers[].history[].evidence.quote"
  FieldRule rule;
};

// What a model's answer must satisfy for the router to accept it.
struct OutputContract {
  std::string json_schema;           // draft 7
  std::vector<std::string> sources;  // beside the call and what is known
  std::vector<FieldConstraint> fields;
  std::vector<std::string> forbidden_phrases;
  std::vector<std::string> required_phrases;  // "|" separates alternatives
  int32_t max_words = 0;                      // 0: no limit
  bool ground_numbers = false;
};

// What a model reads.
struct PromptWords {
  std::string system;
  std::string user;
};

// A piece of work for a model.
struct ModelPrompt {
  // Makes the words, where a model is to read them: the built-in engine reads typed input alone.
  // Borrows what they are about.
  std::function<PromptWords()> words;
  // What they say beyond what every prompt of this kind says of its input; mostly nothing.
  std::string addition;
  OutputContract contract;
};

// The router's record of one request, carried unread but for what the request cost.
struct RoutedDecision {
  std::string record;  // as the router wrote it
  int64_t cost_nano_usd = 0;
  bool cost_unpriced = false;
  int64_t baseline_nano_usd = 0;
  bool baseline_unpriced = false;
  std::string model;  // whose answer was used; empty when the router failed

  bool IsEngines() const { return absl::StartsWith(model, kEnginePrefix); }
};

// A model's answer and how the model was chosen.
template <typename Answer>
struct Routed {
  Answer answer;
  RoutedDecision decision;
};

// A claim that was dropped because its evidence did not hold.
struct DroppedClaim {
  std::string claim;
  std::string reason;  // one sentence
};

}  // namespace throughline::grounding

#endif  // THROUGHLINE_COMMON_GROUNDING_MODEL_WORK_H_
