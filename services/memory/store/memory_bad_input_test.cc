#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "common/base/errors.h"
#include "services/memory/store/memory_fixture_for_tests.h"

// Every refusal names its field, so that a program can point at it, and stores nothing.
namespace throughline::memory {
namespace {

using ::testing::HasSubstr;

struct BadInput {
  std::string name;
  std::function<absl::Status(Memory&, const Context&)> call;
  std::string field;
};

// `command` after `spoil`, retained.
BadInput BadRetain(const std::string& name, std::function<void(RetainCommand&)> spoil,
                   const std::string& field) {
  return {name,
          [spoil](Memory& memory, const Context& context) {
            RetainCommand command =
                OfCall("c1", Day(3, 3), {PlainFact("They use Oracle.", Said("c1", 1, "Oracle"))});
            command.analysis =
                deal::Analysis{.open_blockers = {BlockerOf(deal::BlockerCategory::kPrice, "price",
                                                           {{.status = deal::BlockerStatus::kRaised,
                                                             .at = Day(3, 3),
                                                             .evidence = Said("c1", 1, "dear")}})}};
            command.profile_changes = deal::CustomerProfile{};
            command.texts = {{.text = "Ann: hello"}};
            spoil(command);
            return memory.Retain(context, "acme", command).status();
          },
          field};
}

BadInput BadRecall(const std::string& name, std::function<void(RecallQuery&)> spoil,
                   const std::string& field) {
  return {name,
          [spoil](Memory& memory, const Context& context) {
            RecallQuery query{.query = "price"};
            spoil(query);
            return memory.Recall(context, "acme", query).status();
          },
          field};
}

BadInput BadCustomer(const std::string& name, const std::string& customer_id) {
  return {name,
          [customer_id](Memory& memory, const Context& context) {
            return memory.GetDeal(context, customer_id, std::nullopt).status();
          },
          "customer_id"};
}

const std::string kNotUtf8 = "caf\xe9";
const std::string kWithNul("a\0b", 3);

std::vector<BadInput> BadRetains() {
  using C = RetainCommand;
  return {
      BadRetain(
          "OversizedFact", [](C& c) { c.facts[0].text.assign(8001, 'x'); }, "facts[0].text"),
      BadRetain(
          "FactNotUtf8", [](C& c) { c.facts[0].text = kNotUtf8; }, "facts[0].text"),
      BadRetain(
          "FactWithNul", [](C& c) { c.facts[0].value = kWithNul; }, "facts[0].value"),
      BadRetain(
          "EmptyFact", [](C& c) { c.facts[0].text.clear(); }, "facts[0].text"),
      BadRetain(
          "FactOfNoKind", [](C& c) { c.facts[0].kind = deal::FactKind::kUnspecified; },
          "facts[0].kind"),
      BadRetain(
          "VerbatimAmongFacts", [](C& c) { c.facts[0].kind = deal::FactKind::kVerbatim; },
          "facts[0].kind"),
      BadRetain(
          "FactWithoutEvidence", [](C& c) { c.facts[0].evidence.clear(); }, "facts[0].evidence"),
      BadRetain(
          "EvidenceWithoutQuote", [](C& c) { c.facts[0].evidence[0].quote.clear(); },
          "facts[0].evidence[0].quote"),
      BadRetain(
          "NegativeTurn", [](C& c) { c.facts[0].evidence[0].turn = -1; },
          "facts[0].evidence[0].turn"),
      BadRetain(
          "ConfidenceAboveOne", [](C& c) { c.facts[0].confidence = 1.5; }, "facts[0].confidence"),
      BadRetain(
          "ConfidenceNotANumber",
          [](C& c) { c.facts[0].confidence = std::numeric_limits<double>::quiet_NaN(); },
          "facts[0].confidence"),
      BadRetain(
          "TenThousandTags", [](C& c) { c.facts[0].tags.assign(10000, "t"); }, "facts[0].tags"),
      BadRetain(
          "EmptyTag",
          [](C& c) {
            c.tags = {"a", ""};
          },
          "tags[1]"),
      BadRetain(
          "LongTag", [](C& c) { c.tags = {std::string(101, 't')}; }, "tags[0]"),
      BadRetain(
          "TooManyFacts", [](C& c) { c.facts.resize(2001, c.facts[0]); }, "facts"),
      BadRetain(
          "TooManyTexts", [](C& c) { c.texts.resize(20001, c.texts[0]); }, "texts"),
      BadRetain(
          "TextNotUtf8", [](C& c) { c.texts[0].text = kNotUtf8; }, "texts[0].text"),
      BadRetain(
          "TextOfNegativeTurn", [](C& c) { c.texts[0].turn = -5; }, "texts[0].turn"),
      BadRetain(
          "CallWithoutId", [](C& c) { c.call->call_id.clear(); }, "call.call_id"),
      BadRetain(
          "CallWithoutTime", [](C& c) { c.call->occurred_at = absl::InfinitePast(); },
          "call.occurred_at"),
      BadRetain(
          "LongSummary", [](C& c) { c.call->summary.assign(2001, 's'); }, "call.summary"),
      BadRetain(
          "AnalysisWithoutCall", [](C& c) { c.call.reset(); }, "call"),
      BadRetain(
          "LongKey", [](C& c) { c.idempotency_key.assign(201, 'k'); }, "idempotency_key"),
      BadRetain(
          "BlockerOfNoCategory",
          [](C& c) { c.analysis->open_blockers[0].category = deal::BlockerCategory::kUnspecified; },
          "analysis.open_blockers[0].category"),
      BadRetain(
          "BlockerWithoutHistory", [](C& c) { c.analysis->open_blockers[0].history.clear(); },
          "analysis.open_blockers[0].history"),
      BadRetain(
          "OversizedBlocker",
          [](C& c) { c.analysis->open_blockers[0].description.assign(2001, 'd'); },
          "analysis.open_blockers[0].description"),
      BadRetain(
          "TooManyBlockers",
          [](C& c) { c.analysis->open_blockers.resize(1001, c.analysis->open_blockers[0]); },
          "analysis.open_blockers"),
      BadRetain(
          "NamelessPerson", [](C& c) { c.analysis->stakeholders = {{.title = "CFO"}}; },
          "analysis.stakeholders[0].name"),
      BadRetain(
          "EmptyProfileEntry", [](C& c) { c.profile_changes->preferences = {{}}; },
          "profile_changes.preferences[0].text"),
      BadRetain(
          "ProfileEntryNotUtf8",
          [](C& c) { c.profile_changes->budget = deal::ProfileEntry{.text = kNotUtf8}; },
          "profile_changes.budget.text"),
  };
}

std::vector<BadInput> BadRecalls() {
  using Q = RecallQuery;
  return {
      BadRecall(
          "EmptyQuery", [](Q& q) { q.query.clear(); }, "query"),
      BadRecall(
          "QueryOfOneMegabyte", [](Q& q) { q.query.assign(1 << 20, 'q'); }, "query"),
      BadRecall(
          "QueryNotUtf8", [](Q& q) { q.query = kNotUtf8; }, "query"),
      BadRecall(
          "QueryWithNul", [](Q& q) { q.query = kWithNul; }, "query"),
      BadRecall(
          "NegativeLimit", [](Q& q) { q.limit = -1; }, "limit"),
      BadRecall(
          "HugeLimit", [](Q& q) { q.limit = 1001; }, "limit"),
      BadRecall(
          "NegativeTokens", [](Q& q) { q.max_tokens = -1; }, "max_tokens"),
      BadRecall(
          "NegativeMinVersion", [](Q& q) { q.min_version = -1; }, "min_version"),
      BadRecall(
          "AsOfInTheFuture", [](Q& q) { q.filter.as_of = Day(12, 1); }, "filter.as_of"),
      BadRecall(
          "UntilBeforeSince",
          [](Q& q) {
            q.filter.since = Day(3, 3);
            q.filter.until = Day(3, 2);
          },
          "filter.until"),
      BadRecall(
          "StrictWithoutTags", [](Q& q) { q.filter.tags_match = TagsMatch::kAnyStrict; },
          "filter.tags"),
      BadRecall(
          "TenThousandTags", [](Q& q) { q.filter.tags.assign(10000, "t"); }, "filter.tags"),
      BadRecall(
          "UnknownKind", [](Q& q) { q.filter.kinds = {deal::FactKind::kUnspecified}; },
          "filter.kinds[0]"),
      BadRecall(
          "ForeignPageToken", [](Q& q) { q.page_token = "!"; }, "page_token"),
  };
}

std::vector<BadInput> BadCalls() {
  return {
      BadCustomer("NoCustomer", ""),
      BadCustomer("LongCustomer", std::string(201, 'c')),
      BadCustomer("CustomerNotUtf8", kNotUtf8),
      BadCustomer("CustomerWithControl", "a\nb"),
      {"DealInTheFuture",
       [](Memory& memory, const Context& context) {
         return memory.GetDeal(context, "acme", Day(12, 1)).status();
       },
       "as_of"},
      {"NegativeProfileVersion",
       [](Memory& memory, const Context& context) {
         return memory.GetProfile(context, "acme", -1).status();
       },
       "version"},
      {"NegativeExpectedVersion",
       [](Memory& memory, const Context& context) {
         return memory.UpdateProfile(context, "acme", {}, -1).status();
       },
       "expected_version"},
      {"OversizedProfileEdit",
       [](Memory& memory, const Context& context) {
         const deal::CustomerProfile changes{.preferences = {{.text = std::string(2001, 'p')}}};
         return memory.UpdateProfile(context, "acme", changes, 0).status();
       },
       "changes.preferences[0].text"},
      {"NegativePage",
       [](Memory& memory, const Context& context) {
         return memory.ListFacts(context, "acme", {}, -1, "").status();
       },
       "page_size"},
      {"NoFactId",
       [](Memory& memory, const Context& context) {
         return memory.FactHistory(context, "acme", "").status();
       },
       "fact_id"},
      {"NoReason",
       [](Memory& memory, const Context& context) {
         return memory.Invalidate(context, "acme", "f1", "").status();
       },
       "reason"},
      {"LongReason",
       [](Memory& memory, const Context& context) {
         return memory.Invalidate(context, "acme", "f1", std::string(2001, 'r')).status();
       },
       "reason"},
      {"CallToForgetNotUtf8",
       [](Memory& memory, const Context& context) {
         return memory.Forget(context, "acme", {.call_id = kNotUtf8}).status();
       },
       "call_id"},
  };
}

std::vector<BadInput> AllBadInputs() {
  std::vector<BadInput> all = BadCalls();
  for (const auto& part : {BadRetains(), BadRecalls()}) {
    for (BadInput input : part) {
      input.name = absl::StrCat(all.size(), "_", input.name);
      all.push_back(std::move(input));
    }
  }
  return all;
}

class BadInputTest : public ::testing::TestWithParam<BadInput> {
 protected:
  FakeClock clock_{Day(6, 1)};
  const Context context_ = Context::Background();
  store::InMemoryStore store_;
  Memory memory_{store_, clock_, {}};
};

TEST_P(BadInputTest, IsRefusedByTheNameOfItsFieldAndStoresNothing) {
  ASSERT_OK(memory_.Retain(context_, "acme", {.texts = {{.text = "Ann: hello"}}}).status());
  const absl::Status refused = GetParam().call(memory_, context_);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  const std::vector<FieldViolation> violations = FieldViolations(refused);
  ASSERT_EQ(violations.size(), 1U) << refused;
  EXPECT_EQ(violations[0].field, GetParam().field);
  EXPECT_THAT(violations[0].description, HasSubstr("expected"));
  EXPECT_LT(refused.message().size(), 400U) << "says what is wrong without repeating it";
  EXPECT_THAT(memory_.Version(context_, "acme"), IsOkAndHolds(1));
}

INSTANTIATE_TEST_SUITE_P(Cases, BadInputTest, ::testing::ValuesIn(AllBadInputs()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace throughline::memory
