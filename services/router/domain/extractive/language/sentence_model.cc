#include "services/router/domain/extractive/language/sentence_model.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/base/status_macros.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

constexpr float kScale = 40;
constexpr size_t kClasses = kActs + kSubjects;
constexpr size_t kBeginningLetters = 5;

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

void ForEachWord(const Reading& reading, const Sentence& sentence,
                 absl::FunctionRef<void(absl::string_view)> take) {
  std::string feature;
  for (size_t i = sentence.span.first_token; i < sentence.span.last_token; ++i) {
    const std::string& text = reading.tokens[i].text;
    feature.assign("w:").append(text);
    take(feature);
    if (text.size() <= kBeginningLetters) continue;
    feature.assign("p:").append(text, 0, kBeginningLetters);
    take(feature);
  }
}

absl::StatusOr<SentenceModel> SentenceModel::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(WeightTable weights,
                   WeightTable::Parse("sentences.model", text, kClasses, kScale));
  return SentenceModel(std::move(weights));
}

SentenceScores SentenceModel::Score(const Reading& reading, const Sentence& sentence) const {
  std::array<float, kClasses> sum;
  std::copy_n(weights_.bias().begin(), kClasses, sum.begin());
  std::vector<const WeightTable::Weight*> seen;
  ForEachFeature(reading, sentence, [&](absl::string_view feature) {
    const absl::Span<const WeightTable::Weight> found = weights_.Find(feature);
    if (found.empty() || std::find(seen.begin(), seen.end(), found.data()) != seen.end()) return;
    seen.push_back(found.data());
    for (const WeightTable::Weight& weight : found) sum[weight.output] += weight.value;
  });
  SentenceScores scores;
  std::copy_n(sum.begin() + kActs, kSubjects, scores.subject_sums.begin());
  Softmax(absl::MakeSpan(sum).first(kActs));
  Softmax(absl::MakeSpan(sum).subspan(kActs));
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
