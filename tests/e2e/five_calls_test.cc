// The main job on real input: five calls of one customer in order, through every service.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/testing/status_matchers.h"
#include "re2/re2.h"
#include "tests/e2e/deployment.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::SizeIs;

constexpr char kCustomer[] = "meridian-logistics";

std::string CallId(int number) { return absl::StrCat("call-", number); }

// White space folded to single spaces, as turns hold it.
std::string Folded(const std::string& text) {
  return absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty()), " ");
}

std::vector<std::string> Names(const json& people) {
  std::vector<std::string> names;
  for (const json& person : people) names.push_back(person.at("name"));
  return names;
}

std::string Mail(const json& result) {
  return absl::StrCat(result.at("email").at("subject").get<std::string>(), "\n",
                      result.at("email").at("body").get<std::string>());
}

// Whether one of the "|"-separated `alternatives` stands in `text` as whole words, in any case.
bool Mentions(const std::string& text, const std::string& alternatives) {
  for (const absl::string_view alternative : absl::StrSplit(alternatives, '|')) {
    const std::string pattern = absl::StrCat(
        "(?i)(^|[^\\pL\\pN])", RE2::QuoteMeta(std::string(alternative)), "($|[^\\pL\\pN])");
    if (RE2::PartialMatch(text, pattern)) return true;
  }
  return false;
}

json Labels() {
  return json::parse(ReadFile(SourcePath("tests/data/deals/01-meridian-logistics/labels.json")));
}

class FiveCallsTest : public testing::TestWithParam<Shape> {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(system_, Deployment::Start({.shape = GetParam()})); }

  // Processes one call; an empty object when it fails, which fails the test.
  json Process(int number, const std::string& customer = kCustomer) {
    const Outcome outcome = system_->Run({"process", "--customer", customer, "--call-id",
                                          CallId(number), "--json", CallFile(number)});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const std::vector<json> lines = outcome.Json();
    EXPECT_THAT(lines, SizeIs(1)) << outcome.out;
    return lines.empty() ? json::object() : lines[0];
  }

  // The results of all five, call k at index k - 1.
  std::vector<json> ProcessAll() {
    std::vector<json> results;
    for (int number = 1; number <= kCalls; ++number) results.push_back(Process(number));
    return results;
  }

  std::vector<json> Facts(const std::string& customer = kCustomer) {
    return system_->Run({"facts", "--customer", customer, "--all", "--limit", "10000", "--json"})
        .Json();
  }

  std::unique_ptr<Deployment> system_;
};

TEST_P(FiveCallsTest, TheBlockerMovesFromPriceToTheOneMissingDocument) {
  const std::vector<json> results = ProcessAll();
  const auto category = [&](int number) {
    return results[number - 1].at("analysis").at("primaryBlocker").at("category");
  };
  EXPECT_EQ(category(1), "BLOCKER_CATEGORY_PRICE");
  EXPECT_EQ(category(2), "BLOCKER_CATEGORY_PRICE");
  EXPECT_THAT(category(3), AnyOf("BLOCKER_CATEGORY_COMPLIANCE", "BLOCKER_CATEGORY_SECURITY"));
  EXPECT_THAT(category(4), AnyOf("BLOCKER_CATEGORY_COMPLIANCE", "BLOCKER_CATEGORY_SECURITY"));

  const json& open = results[4].at("analysis").at("openBlockers");
  ASSERT_THAT(open, SizeIs(1)) << open.dump(1);
  const std::string object = open[0].at("object");
  EXPECT_TRUE(Mentions(object, "residency")) << object;
  EXPECT_EQ(open[0].at("category"), "BLOCKER_CATEGORY_COMPLIANCE");
  EXPECT_EQ(open[0].at("id"), results[4].at("analysis").at("primaryBlocker").at("id"));
  for (const json& result : results) {
    EXPECT_THAT(result.at("analysis").at("primaryReason"), Not(IsEmpty()));
  }
}

TEST_P(FiveCallsTest, InTheEndTheSecurityLeadDecidesAndTheVicePresidentDoesNot) {
  const std::vector<json> results = ProcessAll();
  EXPECT_THAT(Names(results[0].at("analysis").at("decisionMakers")), ElementsAre("Mike Reynolds"));
  const json& analysis = results[4].at("analysis");
  EXPECT_THAT(Names(analysis.at("decisionMakers")), ElementsAre("Sarah Chen"));
  EXPECT_THAT(Names(analysis.at("nominalDecisionMakers")), ElementsAre("Mike Reynolds"));
}

TEST_P(FiveCallsTest, TheFirstMailGoesToTheVicePresidentTheLastToTheSecurityLead) {
  const std::vector<json> results = ProcessAll();
  EXPECT_THAT(Names(results[0].at("email").at("to")), ElementsAre("Mike Reynolds"));
  EXPECT_THAT(Names(results[4].at("email").at("to")), ElementsAre("Sarah Chen"));
  const std::string mail = Mail(results[4]);
  EXPECT_TRUE(Mentions(mail, "residency")) << mail;
  EXPECT_TRUE(Mentions(mail, "EU")) << mail;
  for (const std::string word : {"price", "pricing", "discount", "ROI"}) {
    EXPECT_FALSE(Mentions(mail, word)) << word << " in:\n" << mail;
  }
}

TEST_P(FiveCallsTest, EveryMailFollowsItsLabels) {
  const std::vector<json> results = ProcessAll();
  const json labels = Labels();
  for (int number = 1; number <= kCalls; ++number) {
    const json& label = labels.at("calls").at(number - 1);
    const json& result = results[number - 1];
    const std::string mail = Mail(result);
    const std::string context = absl::StrCat("call ", number, ":\n", mail);
    EXPECT_THAT(Names(result.at("email").at("to")),
                ElementsAre(label.at("email_recipient").get<std::string>()))
        << context;
    const std::string with_names =
        absl::StrCat(absl::StrJoin(Names(result.at("email").at("to")), " "), "\n", mail);
    for (const std::string wanted : label.at("must_mention")) {
      EXPECT_TRUE(Mentions(with_names, wanted)) << wanted << " missing in " << context;
    }
    for (const std::string unwanted : label.at("must_not_mention")) {
      EXPECT_FALSE(Mentions(mail, unwanted)) << unwanted << " in " << context;
    }
    EXPECT_LE(std::distance(absl::StrSplit(result.at("email").at("body").get<std::string>(),
                                           absl::ByAnyChar(" \n"), absl::SkipEmpty())
                                .begin(),
                            absl::StrSplit(result.at("email").at("body").get<std::string>(),
                                           absl::ByAnyChar(" \n"), absl::SkipEmpty())
                                .end()),
              150)
        << context;
  }
}

TEST_P(FiveCallsTest, FactsGrowAtEveryCallAndEachQuoteStandsInItsFile) {
  size_t known = 0;
  for (int number = 1; number <= kCalls; ++number) {
    const json result = Process(number);
    const std::string spoken = Folded(ReadFile(CallFile(number)));
    EXPECT_THAT(result.at("facts"), Not(IsEmpty()));
    for (const json& fact : result.at("facts")) {
      EXPECT_THAT(fact.at("evidence"), Not(IsEmpty())) << fact.dump();
      for (const json& evidence : fact.at("evidence")) {
        EXPECT_EQ(evidence.at("callId"), CallId(number));
        EXPECT_THAT(spoken, HasSubstr(Folded(evidence.at("quote")))) << fact.dump();
      }
    }
    const size_t now = Facts().size();
    EXPECT_GT(now, known) << "after call " << number;
    known = now;
  }
}

TEST_P(FiveCallsTest, EveryClaimOfTheAnalysisIsQuotedFromTheCallThatMadeIt) {
  const std::vector<json> results = ProcessAll();
  std::vector<json> claims;
  for (const json& result : results) {
    for (const std::string list : {"openBlockers", "resolvedBlockers"}) {
      for (const json& blocker : result.at("analysis").at(list)) {
        EXPECT_THAT(blocker.at("history"), Not(IsEmpty())) << blocker.dump();
        for (const json& step : blocker.at("history")) claims.push_back(step.at("evidence"));
      }
    }
    for (const json& person : result.at("analysis").at("decisionMakers")) {
      EXPECT_THAT(person.at("authorityEvidence"), Not(IsEmpty())) << person.dump();
      for (const json& evidence : person.at("authorityEvidence")) claims.push_back(evidence);
    }
  }
  for (const json& claim : claims) {
    const std::string call_id = claim.at("callId");
    const std::string spoken = Folded(ReadFile(
        SourcePath(absl::StrCat("tests/data/deals/01-meridian-logistics/", call_id, ".txt"))));
    EXPECT_THAT(spoken, HasSubstr(Folded(claim.at("quote")))) << claim.dump();
  }
}

TEST_P(FiveCallsTest, ThePriceIsSettledInTheThirdCallAndStaysSettled) {
  const std::vector<json> results = ProcessAll();
  for (const int number : {3, 4, 5}) {
    bool settled = false;
    for (const json& blocker : results[number - 1].at("analysis").at("resolvedBlockers")) {
      if (blocker.at("category") != "BLOCKER_CATEGORY_PRICE") continue;
      for (const json& step : blocker.at("history")) {
        settled |= step.at("status") == "BLOCKER_STATUS_RESOLVED" &&
                   step.at("evidence").at("callId") == CallId(3);
      }
    }
    EXPECT_TRUE(settled) << "after call " << number << ": "
                         << results[number - 1].at("analysis").at("resolvedBlockers").dump(1);
  }
}

TEST_P(FiveCallsTest, TheLastCallAloneTellsADifferentStory) {
  const std::vector<json> results = ProcessAll();
  const json alone = Process(5, "a-stranger");
  const json& with_memory = results[4].at("analysis");
  const json& without = alone.at("analysis");
  EXPECT_EQ(alone.at("factsRecalled"), 0);
  EXPECT_GT(results[4].at("factsRecalled").get<int>(), 0);
  const auto settled = [](const json& analysis) {
    std::set<std::string> categories;
    for (const json& blocker : analysis.at("resolvedBlockers")) {
      categories.insert(blocker.at("category").get<std::string>());
    }
    return categories;
  };
  EXPECT_THAT(settled(with_memory), Contains("BLOCKER_CATEGORY_PRICE"));
  EXPECT_THAT(settled(without), Not(Contains("BLOCKER_CATEGORY_PRICE")));
  EXPECT_THAT(Names(without.at("nominalDecisionMakers")), Not(Contains("Mike Reynolds")));
}

TEST_P(FiveCallsTest, TheSameCallTwiceGivesTheSameAnswerAndStoresNothingTwice) {
  ProcessAll();
  const json first = Process(5);
  const std::vector<json> facts = Facts();
  const size_t decisions =
      system_->Run({"decisions", "--customer", kCustomer, "--limit", "1000", "--json"})
          .Json()
          .size();
  const json again = Process(5);
  EXPECT_EQ(again.at("replayed"), true);
  for (const std::string part : {"analysis", "email", "facts", "decisions", "memoryVersion"}) {
    EXPECT_EQ(again.at(part), first.at(part)) << part;
  }
  EXPECT_EQ(Facts(), facts);
  EXPECT_THAT(
      system_->Run({"decisions", "--customer", kCustomer, "--limit", "1000", "--json"}).Json(),
      SizeIs(decisions));
  EXPECT_THAT(system_->Run({"calls", "--customer", kCustomer, "--json"}).Json(), SizeIs(kCalls));
}

TEST_P(FiveCallsTest, AnotherTextUnderTheSameCallIdIsRefused) {
  Process(1);
  const Outcome outcome = system_->Run(
      {"process", "--customer", kCustomer, "--call-id", CallId(1), "--json", CallFile(2)});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(system_->Run({"calls", "--customer", kCustomer, "--json"}).Json(), SizeIs(1));
}

TEST_P(FiveCallsTest, TwoCustomersNeverSeeEachOthersFacts) {
  Process(1, "first");
  Process(5, "second");
  for (const json& fact : Facts("second")) {
    for (const json& evidence : fact.at("evidence")) {
      EXPECT_EQ(evidence.at("callId"), CallId(5)) << fact.dump();
    }
  }
  const Outcome recalled = system_->Run(
      {"recall", "--customer", "second", "--query", "Brandt Foods trailers clipboard", "--json"});
  ASSERT_EQ(recalled.code, 0) << recalled.err;
  EXPECT_THAT(recalled.out, Not(HasSubstr("Brandt Foods")));
  EXPECT_THAT(system_
                  ->Run({"recall", "--customer", "first", "--query",
                         "Brandt Foods trailers clipboard", "--json"})
                  .out,
              HasSubstr("Brandt Foods"));
  const Outcome unknown = system_->Run({"deal", "--customer", "third", "--json"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.out, IsEmpty());
}

TEST_P(FiveCallsTest, TheDealTheProfileAndTheSpendTellTheStory) {
  const std::vector<json> results = ProcessAll();
  const std::vector<json> deal = system_->Run({"deal", "--customer", kCustomer, "--json"}).Json();
  ASSERT_THAT(deal, SizeIs(1));
  EXPECT_THAT(deal[0].at("timeline"), SizeIs(kCalls));
  EXPECT_EQ(deal[0].at("primaryBlockerId"),
            results[4].at("analysis").at("primaryBlocker").at("id"));
  const Outcome profile = system_->Run({"profile", "--customer", kCustomer, "--json"});
  ASSERT_EQ(profile.code, 0) << profile.err;
  EXPECT_THAT(profile.Json().at(0).at("objections"), Not(IsEmpty()));
  const Outcome spend = system_->Run({"spend", "--by", "task", "--json"});
  ASSERT_EQ(spend.code, 0) << spend.err;
  EXPECT_THAT(spend.Json().at(0).at("rows"), Not(IsEmpty()));
  for (const json& result : results) EXPECT_THAT(result.at("decisions"), SizeIs(Gt(2u)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, FiveCallsTest,
                         testing::Values(Shape::kOneProcess, Shape::kFiveProcesses),
                         [](const auto& info) {
                           return info.param == Shape::kOneProcess ? "OneProcess" : "FiveProcesses";
                         });

}  // namespace
}  // namespace throughline::e2e
