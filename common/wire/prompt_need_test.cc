#include "common/wire/prompt_need.h"

#include <gmock/gmock.h>

#include <vector>

#include "common/base/errors.h"
#include "common/testing/status_matchers.h"

namespace throughline::wire {
namespace {

using ::testing::ElementsAre;

namespace router_v1 = throughline::router::v1;

class PromptNeedTest : public ::testing::Test {
 protected:
  // How many messages each request carried that was sent to a router whose models read prompts, or
  // read none.
  std::vector<int> Send(bool models_read_prompts, const std::string& model = "") {
    std::vector<int> sent;
    const auto send = [&](const PromptNeed::Request& request) -> Task<PromptNeed::Answer> {
      sent.push_back(request.messages_size());
      keys_.push_back(request.idempotency_key());
      if (models_read_prompts && request.messages_size() == 0) {
        co_return WithReason(InvalidField("messages", "the prompt", "send it"), "PROMPT_NEEDED");
      }
      router_v1::CompleteResponse response;
      response.set_messages_unread(!models_read_prompts);
      co_return response;
    };
    const grounding::ModelPrompt prompt{.words = [this] {
      ++made_;
      return grounding::PromptWords{.system = "Read.", .user = "Ana: Too expensive."};
    }};
    router_v1::CompleteRequest request =
        MakeCompleteRequest(router_v1::TASK_KIND_ANALYZE_CALL, {.call_id = "call-1"}, {});
    request.set_model(model);
    EXPECT_OK(Wait(need_.Complete(context_, std::move(request), prompt, send)));
    return sent;
  }

  const Context context_ = Context::Background();
  PromptNeed need_;
  int made_ = 0;
  std::vector<std::string> keys_;
};

TEST_F(PromptNeedTest, OnceNobodyIsKnownToReadAPromptNoneIsMade) {
  EXPECT_THAT(Send(false), ElementsAre(2));
  EXPECT_THAT(Send(false), ElementsAre(0));
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(keys_[0], keys_[1]) << "with its words or without, it is the same work";
}

TEST_F(PromptNeedTest, WhereAModelReadsItEachRequestCarriesIt) {
  EXPECT_THAT(Send(true), ElementsAre(2));
  EXPECT_THAT(Send(true), ElementsAre(2));
  EXPECT_EQ(keys_[0], keys_[1]);
}

TEST_F(PromptNeedTest, WhatIsKnownOfOneModelSaysNothingOfAnother) {
  Send(false, "builtin/extractive-deep");
  EXPECT_THAT(Send(true), ElementsAre(2));
}

TEST_F(PromptNeedTest, AModelThatIsConfiguredLaterGetsItsPrompt) {
  Send(false);
  EXPECT_THAT(Send(true), ElementsAre(0, 2));
  EXPECT_THAT(Send(true), ElementsAre(2));
}

}  // namespace
}  // namespace throughline::wire
