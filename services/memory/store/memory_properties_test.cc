#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/memory/store/archive_lines.h"
#include "services/memory/store/codec.h"
#include "services/memory/store/memory_fixture_for_tests.h"
#include "services/memory/store/random_calls_for_tests.h"

// What holds for any calls, tried on many made at random, the same ones each time.
namespace throughline::memory {
namespace {

using ::testing::SizeIs;

constexpr int kCalls = 7;
constexpr int kManyCalls = 40;  // more than a deal in brief holds
constexpr int kOrders = 6;

std::vector<RetainCommand> MakeCalls(unsigned seed, int count = kCalls) {
  RandomCalls random(seed);
  std::vector<RetainCommand> calls;
  for (int i = 0; i < count; ++i) calls.push_back(random.Call(i));
  return calls;
}

std::vector<std::string> ExportLines(Memory& memory, const Context& context,
                                     const std::string& customer) {
  std::vector<std::string> lines;
  const absl::StatusOr<Archive> archive = memory.Export(context, customer);
  EXPECT_OK(archive.status());
  if (!archive.ok()) return lines;
  EXPECT_OK(store::WriteLines(*archive, [&lines](const std::string& line) {
    lines.push_back(line);
    return true;
  }));
  return lines;
}

absl::StatusOr<Archive> Parse(const std::vector<std::string>& lines) {
  std::vector<const std::string*> pointers;
  for (const std::string& line : lines) pointers.push_back(&line);
  return store::ReadLines(pointers);
}

class PropertiesTest : public MemoryTest {
 protected:
  // All that a caller can see of a customer but when and in how many steps it was written.
  std::string Story(const std::string& customer) {
    std::string story;
    for (deal::Fact fact : AllFacts(customer)) {
      fact.recorded_at = absl::InfinitePast();
      absl::StrAppend(&story, store::Encode(FactRow{.fact = fact}).DebugString());
    }
    CustomerState state{.deal = Deal(customer), .profile = Profile(customer)};
    state.deal.version = 0;
    state.profile->version = 0;
    state.profile->customer_id.clear();
    return absl::StrCat(story, store::Encode(state).DebugString());
  }
};

TEST_P(PropertiesTest, AnyOrderOfTheSameCallsGivesTheSameState) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::vector<RetainCommand> calls = MakeCalls(seed);
    std::mt19937 shuffle(seed);
    std::string expected;
    for (int order = 0; order < kOrders; ++order) {
      const std::string customer = absl::StrCat("customer-", seed, "-", order);
      for (const RetainCommand& call : calls) Retain(call, customer);
      const std::string story = Story(customer);
      if (order == 0) expected = story;
      ASSERT_EQ(story, expected) << "seed " << seed << ", order " << order;
      std::shuffle(calls.begin(), calls.end(), shuffle);
    }
  }
}

// In order of their time each call is put on top of what there is; in any other, all are told anew.
TEST_P(PropertiesTest, ALongStoryIsTheSameCallByCallAndToldAnew) {
  std::vector<RetainCommand> calls = MakeCalls(9, kManyCalls);
  std::stable_sort(calls.begin(), calls.end(), [](const RetainCommand& a, const RetainCommand& b) {
    return std::tie(a.call->occurred_at, a.call->call_id) <
           std::tie(b.call->occurred_at, b.call->call_id);
  });
  for (const RetainCommand& call : calls) Retain(call, "in-order");
  EXPECT_THAT(Deal("in-order").timeline, SizeIs(kManyCalls));
  std::mt19937 shuffle(9);
  std::shuffle(calls.begin(), calls.end(), shuffle);
  for (const RetainCommand& call : calls) Retain(call, "in-any");
  EXPECT_EQ(Story("in-any"), Story("in-order"));

  ASSERT_OK_AND_ASSIGN(const Archive archive, memory_.Export(context_, "in-order"));
  ASSERT_OK(memory_.Import(context_, "copy", archive).status());
  EXPECT_EQ(Story("copy"), Story("in-order"));
}

TEST_P(PropertiesTest, TellingEverythingTwiceChangesNothing) {
  const std::vector<RetainCommand> calls = MakeCalls(4);
  for (const RetainCommand& call : calls) Retain(call);
  const std::string once = Story("acme");
  for (const RetainCommand& call : calls) {
    for (const RetainedRow& row : Retain(call).facts) {
      EXPECT_EQ(row.outcome, RetainOutcome::kDuplicate);
    }
  }
  EXPECT_EQ(Story("acme"), once);
}

TEST_P(PropertiesTest, AnImportedExportIsTheSameCustomerInThisStoreAndInAnother) {
  for (const unsigned seed : {5U, 6U}) {
    const std::string customer = absl::StrCat("original-", seed);
    for (const RetainCommand& call : MakeCalls(seed)) Retain(call, customer);
    const std::vector<deal::Fact> facts = AllFacts(customer);
    ASSERT_OK(memory_.Invalidate(context_, customer, facts[0].id, "for the test").status());
    const std::vector<std::string> lines = ExportLines(memory_, context_, customer);
    ASSERT_OK_AND_ASSIGN(const Archive archive, Parse(lines));

    const std::string copy = absl::StrCat("copy-", seed);
    ASSERT_OK(memory_.Import(context_, copy, archive).status());
    EXPECT_EQ(ExportLines(memory_, context_, copy), lines);
    EXPECT_EQ(Story(copy), Story(customer));

    store::InMemoryStore other_store;
    Memory other(other_store, clock_, {});
    ASSERT_OK(other.Import(context_, customer, archive).status());
    EXPECT_EQ(ExportLines(other, context_, customer), lines);
  }
}

// The store under test and the simplest one, told the same, must answer the same.
TEST_P(PropertiesTest, EveryStoreAnswersAsTheSimplestOneDoes) {
  store::InMemoryStore reference_store;
  Memory reference(reference_store, clock_, {});
  RandomCalls random(7);
  const auto agree = [](const auto& a, const auto& b) {
    ASSERT_EQ(a.status(), b.status());
    if (a.ok()) {
      ASSERT_EQ(a->version, b->version);
    }
  };
  for (int step = 0; step < 40; ++step) {
    clock_.Advance(absl::Hours(1));
    const RetainCommand call = random.Call(random.Below(12));
    const std::vector<deal::Fact> facts = AllFacts();
    const std::string id =
        facts.empty() ? "none" : facts[static_cast<size_t>(random.Below(100)) % facts.size()].id;
    switch (random.Below(6)) {
      case 0:
        agree(memory_.Invalidate(context_, "acme", id, "why"),
              reference.Invalidate(context_, "acme", id, "why"));
        break;
      case 1:
        agree(memory_.Restore(context_, "acme", id), reference.Restore(context_, "acme", id));
        break;
      case 2: {
        const ForgetTarget target =
            random.Below(2) == 0 ? ForgetTarget{.fact_id = id} : ForgetTarget{.call_id = "call-1"};
        const auto a = memory_.Forget(context_, "acme", target);
        const auto b = reference.Forget(context_, "acme", target);
        ASSERT_EQ(a.status(), b.status());
        break;
      }
      default:
        agree(memory_.Retain(context_, "acme", call), reference.Retain(context_, "acme", call));
    }
    if (::testing::Test::HasFatalFailure()) FAIL() << "step " << step;
  }
  EXPECT_EQ(ExportLines(memory_, context_, "acme"), ExportLines(reference, context_, "acme"));
}

INSTANTIATE_TEST_SUITE_P(Stores, PropertiesTest, ::testing::ValuesIn(store::AllStores()),
                         store::StoreName);

// Erasure from a file is SQLite's alone: what PostgreSQL does is in postgres_store_test.cc.
class SqliteErasureTest : public PropertiesTest {
 protected:
  bool FilesHold(const std::string& word) const {
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      if (bytes.find(word) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_P(SqliteErasureTest, AForgottenCustomerLeavesNoByteInTheFile) {
  // Enough for pages to be full and their rows to be moved.
  for (const RetainCommand& call : MakeCalls(8, kManyCalls)) {
    Retain(call, "victim-name");
    Retain(call, "bystander");
  }
  const std::vector<deal::Fact> kept = AllFacts("bystander");
  Retain({.texts = {{.text = "only the victim says zanzibar"}}}, "victim-name");
  ASSERT_TRUE(FilesHold("zanzibar"));
  ASSERT_OK(memory_.Forget(context_, "victim-name", {}).status());
  EXPECT_FALSE(FilesHold("zanzibar"));
  EXPECT_FALSE(FilesHold("victim-name"));
  EXPECT_THAT(AllFacts("bystander"), SizeIs(kept.size()));
}

TEST_P(SqliteErasureTest, AForgottenCallLeavesNoByteInTheFile) {
  for (int i = 0; i < 30; ++i) {
    const std::string id = absl::StrCat("call-", i);
    const absl::Time at = Day(3, 3) + absl::Hours(i);
    const deal::Evidence said = Said(id, 1, absl::StrCat("marker-", i, "-of the ledger"));
    Retain({.call = CallRecord{.call_id = id, .occurred_at = at},
            .texts = {{.text = absl::StrCat("Ann: marker-", i, "-", std::string(3000, 'x'))}},
            .analysis = deal::Analysis{
                .open_blockers = {BlockerOf(
                    deal::BlockerCategory::kPrice, "monthly price",
                    {{.status = deal::BlockerStatus::kRaised, .at = at, .evidence = said}})}}});
  }
  for (const int i : {3, 17, 29}) {
    const std::string marker = absl::StrCat("marker-", i, "-");
    ASSERT_TRUE(FilesHold(marker));
    ASSERT_OK(memory_.Forget(context_, "acme", {.call_id = absl::StrCat("call-", i)}).status());
    EXPECT_FALSE(FilesHold(marker));
  }
  EXPECT_THAT(AllFacts(), SizeIs(27));
  EXPECT_THAT(Deal().timeline, SizeIs(27));
  EXPECT_THAT(Deal().blockers.at(0).history, SizeIs(27));
}

INSTANTIATE_TEST_SUITE_P(Store, SqliteErasureTest, ::testing::Values(store::AllStores()[1]),
                         store::StoreName);

}  // namespace
}  // namespace throughline::memory
