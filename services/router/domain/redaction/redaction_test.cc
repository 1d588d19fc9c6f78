// What is personal in a prompt, what a provider sees of it, and what comes back.

#include "services/router/domain/redaction/redaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/router/domain/redaction/redacting_provider.h"

namespace throughline::router {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::vector<PersonalData> kAll(kEveryPersonalData.begin(), kEveryPersonalData.end());

std::string Redacted(const std::string& text) { return Redaction(kAll).Redact(text); }

TEST(RedactionTest, FindsWhatIsPersonal) {
  EXPECT_EQ(Redacted("Write to dana.whitfield+deal@meridian-logistics.co.uk, please."),
            "Write to [EMAIL_1], please.");
  for (const char* phone :
       {"+44 20 7946 0958", "+1 (555) 010-9999", "+4915112345678", "0049 151 1234 5678",
        "555-010-9999", "(555) 010-9999", "020 7946 0958", "030/123456-78"}) {
    EXPECT_EQ(Redacted(absl::StrCat("Call ", phone, ".")), "Call [PHONE_1].") << phone;
  }
  for (const char* card : {"4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005"}) {
    EXPECT_EQ(Redacted(absl::StrCat("Card ", card, " it is")), "Card [CARD_1] it is") << card;
  }
  for (const char* iban :
       {"DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO93 8601 1117 947"}) {
    EXPECT_EQ(Redacted(absl::StrCat("To ", iban, " today")), "To [IBAN_1] today") << iban;
    EXPECT_EQ(Redacted(absl::StrCat("To ", iban, " TODAY PLEASE")), "To [IBAN_1] TODAY PLEASE")
        << iban;
  }
}

TEST(RedactionTest, LeavesAloneWhatOnlyLooksLikeIt) {
  for (const char* text :
       {"We meet on 2026-01-14 at 10:30.", "It costs 1,250,000 euros, or 95 000.50 a month.",
        "Order 4111 1111 1111 1112 has a wrong digit.", "DE89 3704 0044 0532 0130 02 is a typo.",
        "Version 10.20.300.4000 of 192.168.100.200", "call-000012 at @mike, a@b",
        "SOC 2, ISO 27001, 2025-2026, 100-200-300", "+5% or + 12 seats", "id 20260114103000"}) {
    EXPECT_EQ(Redacted(text), text);
  }
}

TEST(RedactionTest, OnlyTheKindsAskedFor) {
  EXPECT_EQ(Redaction({PersonalData::kEmail}).Redact("a@b.com +44 20 7946 0958"),
            "[EMAIL_1] +44 20 7946 0958");
  EXPECT_EQ(FindPersonalData("iban"), PersonalData::kIban);
  EXPECT_EQ(FindPersonalData("name"), std::nullopt);
}

TEST(RedactionTest, TheSameValueHasOneStandInAndComesBack) {
  Redaction redaction(kAll);
  const std::string text = "a@b.com and c@d.org and a@b.com";
  EXPECT_EQ(redaction.Redact(text), "[EMAIL_1] and [EMAIL_2] and [EMAIL_1]");
  EXPECT_EQ(redaction.Redact("again c@d.org"), "again [EMAIL_2]");
  EXPECT_EQ(redaction.Restore("[EMAIL_2] before [EMAIL_1], not [EMAIL_3] or [EMAIL_1"),
            "c@d.org before a@b.com, not [EMAIL_3] or [EMAIL_1");
}

TEST(RedactionTest, AStandInOfTheTextsOwnIsNotGivenOut) {
  Redaction redaction(kAll);
  redaction.Avoid("the caller wrote [EMAIL_1]");
  EXPECT_EQ(redaction.Redact("[EMAIL_1] is not a@b.com"), "[EMAIL_1] is not [EMAIL_2]");
  EXPECT_EQ(redaction.Restore("[EMAIL_1] [EMAIL_2]"), "[EMAIL_1] a@b.com");
}

TEST(RedactionTest, AStreamIsRestoredWhereverItIsCut) {
  Redaction redaction(kAll);
  redaction.Redact("a@b.com +44 20 7946 0958");
  const std::string answer = "Write [to] [EMAIL_1][PHONE_1] [EMAIL_9] [[EMAIL_1]] and [";
  for (size_t cut = 0; cut <= answer.size(); ++cut) {
    StreamedRestore restore(redaction);
    std::string whole = restore.Append(answer.substr(0, cut));
    whole += restore.Append(answer.substr(cut));
    whole += restore.Finish();
    EXPECT_EQ(whole, redaction.Restore(answer)) << cut;
  }
}

TEST(RedactionTest, HostileTextCostsNoMoreThanItsLength) {
  for (const std::string& piece : {std::string("+1 "), std::string("1-1 "), std::string("a@"),
                                   std::string("GB29 AAAA "), std::string("4"), std::string("(")}) {
    std::string text;
    while (text.size() < 300'000) text += piece;
    const absl::Time before = absl::Now();
    EXPECT_LE(Redacted(text).size(), 2 * text.size());
    EXPECT_LT(absl::Now() - before, absl::Seconds(10)) << piece;
  }
}

// Answers with what it was asked, and keeps that.
class Parrot final : public ModelProvider {
 public:
  Task<ModelResult> Ask(const Context&, const ModelCall& call) override {
    seen = call.request->messages.back().content;
    seen_last_answer = call.last_answer;
    if (call.live != nullptr) {
      for (const char c : seen) call.live->Send(absl::string_view(&c, 1));
    }
    co_return ModelReply{.text = seen};
  }
  BreakerState Breaker(absl::string_view) const override { return BreakerState::kClosed; }

  std::string seen;
  std::string seen_last_answer;
};

class Notebook final : public TextSink {
 public:
  void Send(absl::string_view text) override { absl::StrAppend(&written, text); }
  std::string written;
};

TEST(RedactingProviderTest, TheModelSeesStandInsAndTheCallerTheOriginals) {
  Parrot parrot;
  RedactingProvider provider(parrot, kAll);
  const std::string text = "Mail dana@meridian.com or call +44 20 7946 0958.";
  const Request request{.messages = {{.content = "You are kind."}, {.content = text}}};
  Notebook live;
  const ModelCall call{
      .request = &request, .last_answer = "I wrote dana@meridian.com", .live = &live};
  const ModelResult result = Wait(provider.Ask(Context::Background(), call));
  ASSERT_TRUE(result.reply.ok());
  EXPECT_EQ(parrot.seen, "Mail [EMAIL_1] or call [PHONE_1].");
  EXPECT_EQ(parrot.seen_last_answer, "I wrote [EMAIL_1]");
  EXPECT_EQ(result.reply->text, text);
  EXPECT_EQ(live.written, text);
}

}  // namespace
}  // namespace throughline::router
