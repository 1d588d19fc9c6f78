#include "services/analyst/domain/analyst.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/base/forked.h"
#include "common/base/task_macros.h"
#include "common/grounding/language.h"
#include "services/analyst/domain/merge_parts.h"
#include "services/analyst/domain/prompts.h"
#include "services/analyst/domain/verify_analysis.h"
#include "services/analyst/domain/verify_facts.h"

namespace throughline::analyst {
namespace {

// A token is taken to be this short: English has four bytes a token, names and figures fewer.
constexpr int64_t kBytesPerToken = 3;
// A part below this says too little, whatever room there is.
constexpr int64_t kLeastPartBytes = 4096;

// Parts that are asked about at once: a provider's limits are for all of its callers.
constexpr size_t kMaxPartsAtOnce = 4;

// What models say of the parts of a call, in their order.
template <typename Answer>
struct InParts {
  std::vector<Answer> answers;
  std::vector<grounding::RoutedDecision> decisions;

  bool AreEngines() const {
    return std::all_of(decisions.begin(), decisions.end(),
                       [](const auto& decision) { return decision.IsEngines(); });
  }
};

// Asks `ask(part, prompt)` about each part, a few at once; the first part's error, if any has one.
template <typename Answer, typename Prompt, typename Ask>
Task<absl::StatusOr<InParts<Answer>>> AskAboutEach(const std::vector<CallPart>& parts,
                                                   const Prompt& make_prompt, const Ask& ask) {
  using Result = absl::StatusOr<grounding::Routed<Answer>>;
  Executor& executor = co_await Here();
  InParts<Answer> all;
  for (size_t begin = 0; begin < parts.size(); begin += kMaxPartsAtOnce) {
    const size_t end = std::min(begin + kMaxPartsAtOnce, parts.size());
    std::vector<grounding::ModelPrompt> prompts;
    for (size_t i = begin; i < end; ++i) prompts.push_back(make_prompt(parts[i].call));
    std::vector<std::unique_ptr<Forked<Result>>> others;
    for (size_t i = begin + 1; i < end; ++i) {
      others.push_back(
          std::make_unique<Forked<Result>>(executor, ask(parts[i].call, prompts[i - begin])));
    }
    std::vector<Result> results;
    results.push_back(co_await ask(parts[begin].call, prompts[0]));
    for (const auto& other : others) results.push_back(co_await other->Join());
    for (Result& result : results) {
      if (!result.ok()) co_return result.status();
      all.answers.push_back(std::move(result->answer));
      all.decisions.push_back(std::move(result->decision));
    }
  }
  co_return all;
}

// Whether models answered and no answer would do: the engine may stand in.
bool WasRejected(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsInternal(status);
}

grounding::DroppedClaim Rejected(const char* claim, const absl::Status& status) {
  return {.claim = claim, .reason = std::string(status.message())};
}

// What the engine says of a call, held against it. Of one in a language that it cannot read, it
// says no more than which words try to instruct the software; what was open stays so.
VerifiedAnalysis VerifyEngines(const grounding::CallContext& call, deal::Analysis claimed) {
  const bool is_read = !grounding::IsForeign(call);
  if (!is_read) claimed = {.suspicious_content = std::move(claimed.suspicious_content)};
  VerifiedAnalysis verified = VerifyAnalysis(call, std::move(claimed));
  if (!is_read) {
    verified.dropped.push_back(
        {.claim = "the analysis", .reason = grounding::WhyUnread(call, "analyses")});
  }
  return verified;
}

template <typename T>
void Append(std::vector<T> more, std::vector<T>& all) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

}  // namespace

Task<std::vector<CallPart>> Analyst::PartsFor(const Context& context, Question question,
                                              const grounding::CallContext& call,
                                              PromptMaker make_prompt) {
  const ModelRoom room = co_await router_.RoomFor(context, question);
  if (room.context_tokens == 0) co_return SplitCall(call, 0);
  const grounding::PromptWords prompt = make_prompt(call).words();
  const auto prompt_bytes = static_cast<int64_t>(prompt.system.size() + prompt.user.size());
  const int64_t room_bytes = (room.context_tokens - room.answer_tokens) * kBytesPerToken;
  if (prompt_bytes <= room_bytes) co_return SplitCall(call, 0);
  int64_t words = 0;
  for (const transcript::Turn& turn : call.transcript.turns) {
    words += static_cast<int64_t>(turn.text.size() + turn.speaker.size());
  }
  const int64_t around = std::max<int64_t>(prompt_bytes - words, 0);
  co_return SplitCall(call, static_cast<size_t>(std::max(room_bytes - around, kLeastPartBytes)));
}

Task<std::optional<AnalyzedCall>> Analyst::ReadByEngine(const Context& context,
                                                        const grounding::CallContext& call) {
  const grounding::ModelPrompt prompt = AnalysisPrompt(call);
  auto routed = co_await router_.Analyze(context, call, prompt, Reader::kEngine);
  if (!routed.ok()) co_return std::nullopt;
  VerifiedAnalysis verified = VerifyEngines(call, std::move(routed->answer));
  AnalyzedCall read{.analysis = std::move(verified.analysis),
                    .dropped = std::move(verified.dropped)};
  read.decisions.push_back(std::move(routed->decision));
  co_return read;
}

Task<absl::StatusOr<AnalyzedCall>> Analyst::Analyze(const Context& context,
                                                    const grounding::CallContext& call) {
  const std::vector<CallPart> parts =
      co_await PartsFor(context, Question::kAnalysis, call, &AnalysisPrompt);
  const auto ask = [&](const grounding::CallContext& part, const grounding::ModelPrompt& about) {
    return router_.Analyze(context, part, about, Reader::kCheapestGoodEnough);
  };
  auto read = co_await AskAboutEach<deal::Analysis>(parts, AnalysisPrompt, ask);
  if (!read.ok() && !WasRejected(read.status())) co_return read.status();
  if (read.ok() && read->AreEngines()) {
    VerifiedAnalysis verified =
        VerifyEngines(call, MergeAnalyses(call, parts, std::move(read->answers)));
    co_return AnalyzedCall{.analysis = std::move(verified.analysis),
                           .decisions = std::move(read->decisions),
                           .dropped = std::move(verified.dropped),
                           .parts = static_cast<int>(parts.size())};
  }
  std::optional<AnalyzedCall> engine = co_await ReadByEngine(context, call);
  if (!read.ok()) {
    if (!engine) co_return read.status();
    engine->dropped.push_back(Rejected("the analysis of a model", read.status()));
    co_return *std::move(engine);
  }
  const deal::Analysis* const engines = engine ? &engine->analysis : nullptr;
  VerifiedAnalysis verified =
      VerifyModelsAnalysis(call, MergeAnalyses(call, parts, std::move(read->answers)), engines);
  AnalyzedCall result{.analysis = std::move(verified.analysis),
                      .decisions = std::move(read->decisions),
                      .dropped = std::move(verified.dropped),
                      .parts = static_cast<int>(parts.size())};
  if (engines == nullptr || grounding::IsForeign(call)) co_return result;
  Reconciliation both = Reconcile(result.analysis, *engines);
  result.analysis.confidence = both.confidence;
  result.agreements = std::move(both.agreements);
  result.disagreements = std::move(both.disagreements);
  Append(std::move(engine->decisions), result.decisions);
  co_return result;
}

Task<absl::StatusOr<ExtractedCall>> Analyst::ExtractFacts(const Context& context,
                                                          const grounding::CallContext& call) {
  std::vector<CallPart> parts = co_await PartsFor(context, Question::kFacts, call, &FactsPrompt);
  const auto ask = [&](const grounding::CallContext& part, const grounding::ModelPrompt& about) {
    return router_.ExtractFacts(context, part, about, Reader::kCheapestGoodEnough);
  };
  auto read = co_await AskAboutEach<CallFacts>(parts, FactsPrompt, ask);
  std::vector<grounding::DroppedClaim> rejected;
  if (!read.ok()) {
    if (!WasRejected(read.status())) co_return read.status();
    rejected.push_back(Rejected("the facts of a model", read.status()));
    const grounding::ModelPrompt prompt = FactsPrompt(call);
    auto engines = co_await router_.ExtractFacts(context, call, prompt, Reader::kEngine);
    if (!engines.ok()) co_return read.status();
    read = InParts<CallFacts>();
    read->answers.push_back(std::move(engines->answer));
    read->decisions.push_back(std::move(engines->decision));
  }
  std::vector<deal::Evidence> instructions;
  if (!read->AreEngines()) {
    if (std::optional<AnalyzedCall> engine = co_await ReadByEngine(context, call)) {
      instructions = std::move(engine->analysis.suspicious_content);
      Append(std::move(engine->decisions), read->decisions);
    }
  }
  const bool whole = read->answers.size() == 1;
  if (whole && parts.size() > 1) parts = SplitCall(call, 0);
  VerifiedFacts verified =
      VerifyFacts(call, MergeFacts(call, parts, std::move(read->answers)), instructions);
  Append(std::move(rejected), verified.dropped);
  co_return ExtractedCall{.extracted = std::move(verified.extracted),
                          .decisions = std::move(read->decisions),
                          .dropped = std::move(verified.dropped),
                          .parts = static_cast<int>(parts.size())};
}

}  // namespace throughline::analyst
