#include "services/router/domain/extractive/language/sentence_model.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

// Weights stand in the file as whole numbers of 1/kScale.
constexpr float kScale = 40;
constexpr size_t kBeginningLetters = 5;

absl::Status Broken(size_t line, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("sentences.model line ", line, ": expected ", what,
                   "; fit the file again with services/router/tools/fit_reading.py"));
}

// Turns scores into probabilities, in place.
void Softmax(float* first, size_t count) {
  const float top = *std::max_element(first, first + count);
  float sum = 0;
  for (size_t i = 0; i < count; ++i) sum += first[i] = std::exp(first[i] - top);
  for (size_t i = 0; i < count; ++i) first[i] /= sum;
}

// Calls `take` with each feature of the sentence; the view lives until the next call.
template <typename Take>
void ForEachFeature(const Reading& reading, const Sentence& sentence, Take take) {
  static const std::string* const kStart = new std::string("<");
  static const std::string* const kEnd = new std::string(">");
  const size_t first = sentence.span.first_token;
  const size_t last = sentence.span.last_token;
  const auto word = [&](size_t i) -> const std::string& {
    if (i < first + 1) return *kStart;
    return i - 1 < last ? reading.tokens[i - 1].text : *kEnd;
  };
  std::string feature;
  for (size_t i = first; i <= last + 1; ++i) {  // shifted by one: the marks count as words
    const std::string& text = word(i);
    if (i > first && i <= last) {
      feature.assign("w:").append(text);
      take(feature);
      if (text.size() > kBeginningLetters) {
        feature.assign("p:").append(text, 0, kBeginningLetters);
        take(feature);
      }
    }
    if (i <= last) {
      feature.assign("b:").append(text).append("_").append(word(i + 1));
      take(feature);
    }
    if (i + 1 <= last) {
      feature.assign("t:").append(text).append("_").append(word(i + 2));
      take(feature);
    }
  }
  if (sentence.question) take("q:");
}

}  // namespace

std::vector<std::string> SentenceFeatures(const Reading& reading, const Sentence& sentence) {
  std::vector<std::string> features;
  ForEachFeature(reading, sentence,
                 [&](absl::string_view feature) { features.emplace_back(feature); });
  std::sort(features.begin(), features.end());
  features.erase(std::unique(features.begin(), features.end()), features.end());
  return features;
}

absl::StatusOr<SentenceModel> SentenceModel::Parse(absl::string_view text) {
  SentenceModel model;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, '\t');
    if (parts.second.empty()) return Broken(number, "feature, tab, output:weight pairs");
    const auto first = static_cast<uint32_t>(model.weights_.size());
    for (const absl::string_view pair : absl::StrSplit(parts.second, ' ')) {
      const std::pair<absl::string_view, absl::string_view> weight = absl::StrSplit(pair, ':');
      int output = 0;
      int value = 0;
      if (!absl::SimpleAtoi(weight.first, &output) || !absl::SimpleAtoi(weight.second, &value) ||
          output < 0 || output >= static_cast<int>(kClasses) || std::abs(value) > 127) {
        return Broken(number, "outputs 0 to 21 and weights -127 to 127");
      }
      model.weights_.push_back({static_cast<uint8_t>(output), static_cast<int8_t>(value)});
      if (parts.first == "bias") model.bias_[output] = static_cast<float>(value) / kScale;
    }
    model.features_[parts.first] = {first, static_cast<uint32_t>(model.weights_.size())};
  }
  return model;
}

SentenceScores SentenceModel::Score(const Reading& reading, const Sentence& sentence) const {
  std::array<float, kClasses> sum = bias_;
  std::vector<uint32_t> seen;
  ForEachFeature(reading, sentence, [&](absl::string_view feature) {
    const auto found = features_.find(feature);
    if (found == features_.end()) return;
    const Range range = found->second;
    if (std::find(seen.begin(), seen.end(), range.first) != seen.end()) return;
    seen.push_back(range.first);
    for (uint32_t i = range.first; i < range.last; ++i) {
      sum[weights_[i].output] += static_cast<float>(weights_[i].value) / kScale;
    }
  });
  Softmax(sum.data(), kActs);
  Softmax(sum.data() + kActs, kSubjects);
  SentenceScores scores;
  std::copy_n(sum.begin(), kActs, scores.act.begin());
  std::copy_n(sum.begin() + kActs, kSubjects, scores.subject.begin());
  return scores;
}

const SentenceModel& BuiltinSentenceModel() {
  static const SentenceModel* const kModel = [] {
    absl::StatusOr<SentenceModel> parsed = SentenceModel::Parse(EmbeddedModelFiles().front().text);
    if (!parsed.ok()) {  // a broken file is a build defect; sentence_model_test names it first
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new SentenceModel(*std::move(parsed));
  }();
  return *kModel;
}

}  // namespace throughline::router::extractive
