#include "services/analyst/domain/analyst.h"

#include <gmock/gmock.h>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/testing/status_matchers.h"

namespace throughline::analyst {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Models that raise the price, in the words of the first turn they are shown, and the engine.
class ScriptedRouter final : public ModelRouter {
 public:
  Task<absl::StatusOr<grounding::Routed<deal::Analysis>>> Analyze(
      const Context&, const grounding::CallContext& call, const grounding::ModelPrompt&,
      Reader reader) override {
    Count(reader);
    const bool by_engine = reader == Reader::kEngine;
    if (by_engine && !has_engine) co_return absl::NotFoundError("no such model");
    if (!by_engine && !models.ok()) co_return models;
    grounding::Routed<deal::Analysis> routed;
    deal::Blocker price{.category = deal::BlockerCategory::kPrice, .object = "price"};
    price.history = {{.status = deal::BlockerStatus::kRaised,
                      .evidence = {.turn = 0, .quote = call.transcript.turns[0].text}}};
    routed.answer.open_blockers = {price};
    routed.answer.confidence = 0.5;
    routed.decision.model = by_engine || only_engine ? grounding::kEngineModel : "large";
    co_return routed;
  }

  Task<absl::StatusOr<grounding::Routed<CallFacts>>> ExtractFacts(
      const Context&, const grounding::CallContext& call, const grounding::ModelPrompt&,
      Reader reader) override {
    Count(reader);
    if (reader == Reader::kCheapestGoodEnough && !models.ok()) co_return models;
    grounding::Routed<CallFacts> routed;
    routed.answer.facts = {{.kind = deal::FactKind::kStatement,
                            .text = call.transcript.turns[0].text,
                            .evidence = {{.turn = 0, .quote = call.transcript.turns[0].text}}}};
    routed.decision.model = reader == Reader::kEngine ? grounding::kEngineModel : "large";
    co_return routed;
  }

  Task<ModelRoom> RoomFor(const Context&, Question) override { co_return room; }

  int asked(Reader reader) {
    absl::MutexLock lock(&mutex_);
    return reader == Reader::kEngine ? engine_asked_ : models_asked_;
  }

  absl::Status models;
  bool has_engine = true;
  bool only_engine = false;
  ModelRoom room;

 private:
  void Count(Reader reader) {
    absl::MutexLock lock(&mutex_);
    ++(reader == Reader::kEngine ? engine_asked_ : models_asked_);
  }

  absl::Mutex mutex_;
  int engine_asked_ ABSL_GUARDED_BY(mutex_) = 0;
  int models_asked_ ABSL_GUARDED_BY(mutex_) = 0;
};

grounding::CallContext Call(int turns) {
  grounding::CallContext call{.customer_id = "acme", .call_id = "call-1"};
  for (int32_t i = 0; i < turns; ++i) {
    call.transcript.turns.push_back(
        {.index = i,
         .speaker = "Ana",
         .text = absl::StrCat("Number ", i, " of what stands between us and a signature.")});
  }
  call.transcript.occurred_at = absl::UnixEpoch();
  return call;
}

absl::StatusOr<AnalyzedCall> Analyze(ScriptedRouter& router, int turns) {
  const Context context = Context::Background();
  const grounding::CallContext call = Call(turns);
  Analyst analyst(router);
  return Wait(analyst.Analyze(context, call));
}

TEST(AnalystTest, TheEnginesOwnAnswerIsNotComparedWithItself) {
  ScriptedRouter router;
  router.only_engine = true;
  ASSERT_OK_AND_ASSIGN(const AnalyzedCall read, Analyze(router, 2));
  EXPECT_THAT(read.decisions, SizeIs(1));
  EXPECT_THAT(read.agreements, IsEmpty());
  EXPECT_EQ(router.asked(Reader::kEngine), 0);
}

TEST(AnalystTest, AModelIsHeldAgainstTheEngineWhereThereIsOne) {
  ScriptedRouter router;
  ASSERT_OK_AND_ASSIGN(const AnalyzedCall both, Analyze(router, 2));
  EXPECT_THAT(both.decisions, SizeIs(2));
  EXPECT_DOUBLE_EQ(both.analysis.confidence, 0.75);
  router.has_engine = false;
  ASSERT_OK_AND_ASSIGN(const AnalyzedCall alone, Analyze(router, 2));
  EXPECT_THAT(alone.agreements, IsEmpty());
  EXPECT_DOUBLE_EQ(alone.analysis.confidence, 0.5);
}

TEST(AnalystTest, ACallThatTheEngineCannotReadIsNotSaidToHaveNothingOpen) {
  grounding::CallContext call = Call(1);
  for (int i = 0; i < 10; ++i) {
    call.transcript.turns[0].text +=
        "Ich kann nicht zustimmen, solange der Vertrag zur Auftragsverarbeitung nicht vorliegt. ";
  }
  ScriptedRouter router;
  Analyst analyst(router);
  const Context context = Context::Background();
  ASSERT_OK_AND_ASSIGN(const AnalyzedCall models, Wait(analyst.Analyze(context, call)));
  EXPECT_THAT(models.analysis.open_blockers, SizeIs(1));
  EXPECT_THAT(models.agreements, IsEmpty()) << "the engine's reading counts for nothing";
  EXPECT_THAT(models.dropped, IsEmpty());
  router.only_engine = true;
  ASSERT_OK_AND_ASSIGN(const AnalyzedCall engines, Wait(analyst.Analyze(context, call)));
  EXPECT_THAT(engines.analysis.open_blockers, IsEmpty());
  EXPECT_EQ(engines.analysis.confidence, 0);
  ASSERT_THAT(engines.dropped, SizeIs(1));
  EXPECT_THAT(engines.dropped[0].reason, HasSubstr("in German"));
}

TEST(AnalystTest, ALongCallIsReadInPartsEachTimeAlike) {
  ScriptedRouter router;
  router.room = {.context_tokens = 10'000, .answer_tokens = 1000};
  ASSERT_OK_AND_ASSIGN(const AnalyzedCall read, Analyze(router, 1500));
  EXPECT_GT(read.parts, 4);
  EXPECT_EQ(router.asked(Reader::kCheapestGoodEnough), read.parts);
  ASSERT_THAT(read.analysis.open_blockers, SizeIs(1));
  EXPECT_EQ(read.analysis.open_blockers[0].history[0].evidence.turn, 0);
  ASSERT_OK_AND_ASSIGN(const AnalyzedCall again, Analyze(router, 1500));
  EXPECT_EQ(again.parts, read.parts);

  const Context context = Context::Background();
  const grounding::CallContext call = Call(1500);
  Analyst analyst(router);
  ASSERT_OK_AND_ASSIGN(const ExtractedCall facts, Wait(analyst.ExtractFacts(context, call)));
  EXPECT_THAT(facts.extracted.facts, SizeIs(static_cast<size_t>(facts.parts)));
  EXPECT_LT(facts.extracted.facts[1].evidence[0].turn, facts.extracted.facts[2].evidence[0].turn);
}

TEST(AnalystTest, TheEngineStandsInForAnswersThatWouldNotDo) {
  ScriptedRouter router;
  router.models = absl::FailedPreconditionError("large: a quote stands nowhere");
  ASSERT_OK_AND_ASSIGN(const AnalyzedCall read, Analyze(router, 2));
  EXPECT_THAT(read.analysis.open_blockers, SizeIs(1));
  ASSERT_THAT(read.dropped, SizeIs(1));
  EXPECT_THAT(read.dropped[0].reason, HasSubstr("stands nowhere"));
  router.has_engine = false;
  EXPECT_THAT(Analyze(router, 2), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(AnalystTest, PassesOnThatNoModelCanBeReached) {
  ScriptedRouter router;
  router.models = absl::UnavailableError("no route");
  EXPECT_THAT(Analyze(router, 2), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(router.asked(Reader::kEngine), 0);
}

}  // namespace
}  // namespace throughline::analyst
