#include "services/writer/domain/writer.h"

#include <gmock/gmock.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "services/writer/domain/prompts.h"
#include "services/writer/domain/verify_email.h"

namespace throughline::writer {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Gives prepared bodies in turn and keeps what it was asked.
class ScriptedRouter final : public ModelRouter {
 public:
  explicit ScriptedRouter(std::deque<std::string> bodies) : bodies_(std::move(bodies)) {}

  Task<absl::StatusOr<grounding::Routed<deal::Email>>> WriteEmail(
      const Context&, const EmailTask&, const grounding::ModelPrompt& prompt, double) override {
    prompts.push_back(prompt);
    if (bodies_.empty()) co_return absl::UnavailableError("no more drafts");
    grounding::Routed<deal::Email> routed;
    routed.answer = {.subject = "Follow-up", .body = bodies_.front()};
    bodies_.pop_front();
    co_return routed;
  }

  std::vector<grounding::ModelPrompt> prompts;

 private:
  std::deque<std::string> bodies_;
};

std::string Words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) absl::StrAppend(&text, "word ");
  return text;
}

EmailTask SmallTask() {
  EmailTask task;
  task.call.call_id = "call-1";
  task.call.transcript.turns = {{.index = 0, .speaker = "Ana Ruiz", .text = "Send it to me."}};
  task.analysis.follow_up.recipient = "Ana Ruiz";
  return task;
}

absl::StatusOr<WrittenEmail> Write(ModelRouter& router, int alternatives) {
  const Context context = Context::Background();
  const EmailTask task = SmallTask();
  Writer writer(router);
  return Wait(writer.Write(context, task, alternatives));
}

TEST(WriterTest, WritesOnceWhenTheDraftWillDo) {
  ScriptedRouter router({"Hi Ana, here it is."});
  ASSERT_OK_AND_ASSIGN(const WrittenEmail written, Write(router, 0));
  EXPECT_EQ(written.email.body, "Hi Ana, here it is.");
  EXPECT_THAT(written.decisions, SizeIs(1));
  EXPECT_THAT(written.dropped, IsEmpty());
}

TEST(WriterTest, AsksOnceMoreForALongDraftAndReportsOneThatStaysLong) {
  ScriptedRouter router({Words(200), Words(180)});
  ASSERT_OK_AND_ASSIGN(const WrittenEmail written, Write(router, 0));
  ASSERT_THAT(router.prompts, SizeIs(2));
  EXPECT_THAT(router.prompts[1].user, HasSubstr("had 200 words"));
  EXPECT_EQ(CountWords(written.email.body), 180);
  ASSERT_THAT(written.dropped, SizeIs(1));
  EXPECT_THAT(written.dropped[0].reason, HasSubstr("180 words"));
}

TEST(WriterTest, GivesOnlyAlternativesThatDiffer) {
  ScriptedRouter router({"Hi Ana.", "Hi Ana.", "Hello Ana."});
  ASSERT_OK_AND_ASSIGN(const WrittenEmail written, Write(router, 2));
  ASSERT_THAT(written.alternatives, SizeIs(1));
  EXPECT_EQ(written.alternatives[0].body, "Hello Ana.");
  EXPECT_THAT(written.decisions, SizeIs(3));
}

TEST(WriterTest, PassesOnThatNoModelAnswers) {
  ScriptedRouter router({});
  EXPECT_THAT(Write(router, 0), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(EmailPromptTest, TheContractNamesTheRecipientAndIsASchema) {
  const grounding::OutputContract contract = EmailPrompt(SmallTask()).contract;
  EXPECT_THAT(contract.required_phrases, testing::ElementsAre("Ana"));
  const auto schema = nlohmann::json::parse(contract.json_schema);
  EXPECT_TRUE(schema.at("properties").contains("body"));
  EXPECT_EQ(schema.at("required").size(), 2u);
}

TEST(EmailPromptTest, WithNobodyToWriteToNothingNeedBeWritten) {
  EmailTask task = SmallTask();
  task.analysis.follow_up.recipient.clear();
  const grounding::OutputContract contract = EmailPrompt(task).contract;
  EXPECT_THAT(contract.required_phrases, IsEmpty());
  EXPECT_FALSE(nlohmann::json::parse(contract.json_schema).contains("required"));
}

}  // namespace
}  // namespace throughline::writer
