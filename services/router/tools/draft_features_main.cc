// Prints what the draft scorer sees, for fitting its weights: reads lines of JSON {"prompt": "...",
// "response": "..."} on stdin and writes CSV on stdout, one row a line, after a row of names.
// See tools/fit_draft_scorer.py.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "services/router/domain/general_features.h"

int main() {
  using throughline::router::kFeatureCount;
  for (size_t i = 0; i < kFeatureCount; ++i) {
    const absl::string_view name = throughline::router::FeatureName(i);
    std::printf("%s%.*s", i == 0 ? "" : ",", static_cast<int>(name.size()), name.data());
  }
  std::printf("\n");
  std::string line;
  for (int number = 1; std::getline(std::cin, line); ++number) {
    const nlohmann::json row = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!row.is_object() || !row.contains("prompt") || !row["prompt"].is_string() ||
        !row.contains("response") || !row["response"].is_string()) {
      std::fprintf(stderr, "line %d: expected {\"prompt\": string, \"response\": string}\n",
                   number);
      return 1;
    }
    const auto prompt = row["prompt"].get<std::string>();
    const auto response = row["response"].get<std::string>();
    const auto values = throughline::router::DraftFeatures(throughline::router::ReadPrompt(prompt),
                                                           throughline::router::ReadText(response));
    for (size_t i = 0; i < kFeatureCount; ++i) std::printf("%s%.6g", i == 0 ? "" : ",", values[i]);
    std::printf("\n");
  }
  return 0;
}
