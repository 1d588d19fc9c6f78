#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/retention/rules.h"
#include "common/retention/sweeper.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::retention {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Calls of two tenants, by when they took place.
class Calls final : public Erasable {
 public:
  void Add(const std::string& tenant, absl::Time at) { calls_[tenant].push_back(at); }
  const std::vector<absl::Time>& of(const std::string& tenant) { return calls_[tenant]; }
  int64_t largest_batch() const { return largest_batch_; }

  std::vector<absl::string_view> Kinds() const override { return {kCalls}; }
  absl::StatusOr<std::vector<std::string>> Tenants(const Context&) override {
    std::vector<std::string> tenants;
    for (const auto& [tenant, times] : calls_) tenants.push_back(tenant);
    return tenants;
  }
  absl::StatusOr<int64_t> Count(const Context& context, absl::string_view,
                                absl::Time before) override {
    const std::vector<absl::Time>& times = calls_[context.tenant()];
    return std::count_if(times.begin(), times.end(), [&](absl::Time at) { return at < before; });
  }
  absl::StatusOr<Batch> Erase(const Context& context, absl::string_view, absl::Time before,
                              int limit) override {
    std::vector<absl::Time>& times = calls_[context.tenant()];
    int64_t erased = 0;
    for (auto it = times.begin(); it != times.end() && erased < limit;) {
      const bool is_due = *it < before;
      erased += is_due ? 1 : 0;
      it = is_due ? times.erase(it) : it + 1;
    }
    largest_batch_ = std::max(largest_batch_, erased);
    return Batch{.erased = erased, .more = erased == limit};
  }
  absl::Status ScrubErased(const Context&) override {
    ++scrubs_;
    return absl::OkStatus();
  }
  int scrubs() const { return scrubs_; }

 private:
  std::map<std::string, std::vector<absl::Time>> calls_;
  int64_t largest_batch_ = 0;
  int scrubs_ = 0;
};

class SweeperTest : public ::testing::Test {
 protected:
  static constexpr char kAcmeKeepsThirtyDays[] =
      "retention:\n  tenants:\n    - tenant: acme\n      calls_days: 30\n";

  std::unique_ptr<Sweeper> Make(const std::string& rules, int max_batches = 1000) {
    file_ = folder_.Write("retention.yaml", rules);
    auto sweeper = Sweeper::Make(
        {.path = file_, .batch = 10, .max_batches = max_batches, .pause = absl::ZeroDuration()},
        calls_, metrics_, clock_, nullptr);
    EXPECT_OK(sweeper.status());
    return *std::move(sweeper);
  }
  absl::Time DaysAgo(int days) const { return clock_.Now() - absl::Hours(24) * days; }

  TempDirectory folder_;
  std::string file_;
  MetricsRegistry metrics_;
  FakeClock clock_;
  const Context context_{{.clock = &clock_}};
  Calls calls_;
};

TEST_F(SweeperTest, WhatIsOlderGoesAndNothingThatIsNewer) {
  calls_.Add("acme", DaysAgo(31));
  calls_.Add("acme", DaysAgo(30));  // thirty days old to the second: not older
  calls_.Add("acme", DaysAgo(1));
  calls_.Add("globex", DaysAgo(3000));
  const auto sweeper = Make(kAcmeKeepsThirtyDays);
  ASSERT_OK_AND_ASSIGN(const int64_t erased, sweeper->Sweep(context_));
  EXPECT_EQ(erased, 1);
  EXPECT_THAT(calls_.of("acme"), ElementsAre(DaysAgo(30), DaysAgo(1)));
  EXPECT_THAT(calls_.of("globex"), SizeIs(1)) << "no rule is theirs";
  EXPECT_THAT(metrics_.Render(), HasSubstr("throughline_retention_erased_total{kind=\"calls\"} 1"));

  clock_.Advance(absl::Hours(12));
  ASSERT_OK_AND_ASSIGN(const int64_t later, sweeper->Sweep(context_));
  EXPECT_EQ(later, 1) << "its time has come";
  EXPECT_EQ(calls_.scrubs(), 2) << "once each";
  ASSERT_OK(sweeper->Sweep(context_).status());
  EXPECT_EQ(calls_.scrubs(), 2) << "nothing was erased";
}

TEST_F(SweeperTest, ATenantsOwnRuleTakesThePlaceOfEverybodys) {
  for (const char* tenant : {"acme", "globex"}) calls_.Add(tenant, DaysAgo(20));
  const auto sweeper =
      Make(absl::StrCat(kAcmeKeepsThirtyDays, "    - tenant: \"*\"\n      calls_days: 10\n"));
  ASSERT_OK(sweeper->Sweep(context_).status());
  EXPECT_THAT(calls_.of("acme"), SizeIs(1));
  EXPECT_THAT(calls_.of("globex"), IsEmpty());
}

TEST_F(SweeperTest, APreviewCountsAndErasesNothing) {
  calls_.Add("acme", DaysAgo(40));
  calls_.Add("acme", DaysAgo(4));
  const auto sweeper = Make(kAcmeKeepsThirtyDays);
  const Context acme({.tenant = "acme", .clock = &clock_});
  ASSERT_OK_AND_ASSIGN(const std::vector<Preview> previews, sweeper->PreviewTenant(acme));
  ASSERT_THAT(previews, SizeIs(1));
  EXPECT_EQ(previews[0].kind, "calls");
  EXPECT_EQ(previews[0].keep_days, 30);
  EXPECT_EQ(previews[0].before, DaysAgo(30));
  EXPECT_EQ(previews[0].records, 1);
  EXPECT_THAT(calls_.of("acme"), SizeIs(2));
  EXPECT_THAT(sweeper->PreviewTenant(context_).value(), IsEmpty()) << "another tenant";
}

TEST_F(SweeperTest, ASweepIsBoundedAndTheNextGoesOn) {
  for (int i = 0; i < 45; ++i) calls_.Add("acme", DaysAgo(100));
  const auto sweeper = Make(kAcmeKeepsThirtyDays, /*max_batches=*/3);
  EXPECT_EQ(*sweeper->Sweep(context_), 30);
  EXPECT_EQ(*sweeper->Sweep(context_), 15);
  EXPECT_EQ(calls_.largest_batch(), 10);
}

TEST_F(SweeperTest, ABadFileIsRefusedWhileTheOldRulesHold) {
  calls_.Add("acme", DaysAgo(20));
  const auto sweeper = Make(kAcmeKeepsThirtyDays);
  folder_.Write("retention.yaml",
                "retention:\n  tenants:\n    - tenant: acme\n      calls_days: 0\n");
  sweeper->ReloadIfChanged();
  EXPECT_EQ(*sweeper->Sweep(context_), 0);
  folder_.Write("retention.yaml",
                "retention:\n  tenants:\n    - tenant: acme\n      calls_days: 10\n\n");
  sweeper->ReloadIfChanged();
  EXPECT_EQ(*sweeper->Sweep(context_), 1);
}

TEST_F(SweeperTest, AClockThatWasSetFarForwardErasesNothing) {
  calls_.Add("acme", DaysAgo(1));
  const auto sweeper = Make(kAcmeKeepsThirtyDays);
  clock_.Set(clock_.Now() + absl::Hours(24 * 365));
  EXPECT_THAT(sweeper->Sweep(context_),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("set forward")));
  EXPECT_THAT(calls_.of("acme"), SizeIs(1));
  clock_.Set(clock_.Now() - absl::Hours(24 * 365));
  EXPECT_OK(sweeper->Sweep(context_).status());
}

TEST(RulesTest, TheFileSaysHowLongEachKindIsKept) {
  ASSERT_OK_AND_ASSIGN(const Rules rules, Rules::Parse("retention:\n"
                                                       "  sweep_every: 30m\n"
                                                       "  tenants:\n"
                                                       "    - tenant: acme\n"
                                                       "      calls_days: 365\n"
                                                       "      texts_days: 90\n",
                                                       "retention.yaml"));
  EXPECT_EQ(rules.sweep_every(), absl::Minutes(30));
  EXPECT_EQ(rules.KeepDays("acme", kCalls), 365);
  EXPECT_EQ(rules.KeepDays("acme", kTexts), 90);
  EXPECT_EQ(rules.KeepDays("acme", kJobs), std::nullopt) << "what is not named is kept";
  EXPECT_EQ(rules.KeepDays("globex", kCalls), std::nullopt);
}

TEST(RulesTest, WhatIsWrongIsNamedWithItsLine) {
  const auto error = [](const std::string& yaml) {
    return std::string(Rules::Parse(yaml, "r.yaml").status().message());
  };
  const std::string head = "retention:\n  tenants:\n    - tenant: acme\n";
  EXPECT_THAT(error(head + "      calls_days: 0\n"),
              HasSubstr("r.yaml:4:19: calls_days: expected"));
  EXPECT_THAT(error(head + "      calls_days: soon\n"), HasSubstr("r.yaml:4:"));
  EXPECT_THAT(error(head + "      emails_days: 3\n"), HasSubstr("r.yaml:4:7: emails_days"));
  EXPECT_THAT(error(head), HasSubstr("a rule, such as"));
  EXPECT_THAT(error(head + "      calls_days: 1\n      calls_days: 2\n"),
              HasSubstr("each key once"));
  EXPECT_THAT(error(head + "      calls_days: 1\n    - tenant: acme\n      calls_days: 2\n"),
              HasSubstr("each tenant once"));
  EXPECT_THAT(error("retention:\n  tenants:\n    - tenant: a b\n      calls_days: 1\n"),
              HasSubstr("r.yaml:3:15: tenant"));
  EXPECT_THAT(error("retention:\n  sweep_every: 1s\n  tenants: []\n"), HasSubstr("r.yaml:2:16"));
  EXPECT_THAT(error("retention:\n  tenant: []\n"), HasSubstr("r.yaml:2:3: tenant"));
  EXPECT_THAT(error("retention: ["), HasSubstr("expected YAML"));
  EXPECT_THAT(error(""), HasSubstr("retention"));
}

}  // namespace
}  // namespace throughline::retention
