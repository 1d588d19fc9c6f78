// The parts of the batch commands: reading lines, keeping requests under way, gathering rows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/cli/client/json_lines.h"
#include "services/cli/client/ordered_pipeline.h"
#include "services/cli/client/retain_batches.h"

namespace throughline::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

JsonRow Row(const std::string& json) {
  return JsonRow("notes.jsonl:7", nlohmann::json::parse(json));
}

TEST(JsonLinesTest, GivesEachObjectAndSkipsEmptyLines) {
  std::istringstream input("{\"id\":\"a\"}\n\n  \n{\"id\":\"b\"}");
  ASSERT_OK_AND_ASSIGN(const auto lines, JsonLines::Open("-", input));
  std::vector<std::string> ids;
  while (true) {
    ASSERT_OK_AND_ASSIGN(const std::optional<JsonRow> row, lines->Next());
    if (!row.has_value()) break;
    ASSERT_OK_AND_ASSIGN(const std::string id, row->Required("id"));
    ids.push_back(absl::StrCat(row->place(), "=", id));
  }
  EXPECT_THAT(ids, ElementsAre("stdin:1=a", "stdin:4=b"));
}

TEST(JsonLinesTest, ABrokenLineIsNamedByFileAndNumber) {
  const TempDirectory directory;
  const std::string path = directory.Write("bad.jsonl", "{\"id\":\"a\"}\n{oops\n");
  std::istringstream unused;
  ASSERT_OK_AND_ASSIGN(const auto lines, JsonLines::Open(path, unused));
  ASSERT_OK(lines->Next());
  EXPECT_THAT(lines->Next(), StatusIs(kInvalid, AllOf(HasSubstr("bad.jsonl:2"),
                                                      HasSubstr("expected one JSON object"))));
}

TEST(JsonLinesTest, AListOrBrokenUtf8IsNoObject) {
  std::istringstream input("[1]\n{\"a\":\"\xff\"}\n");
  ASSERT_OK_AND_ASSIGN(const auto lines, JsonLines::Open("-", input));
  EXPECT_THAT(lines->Next(), StatusIs(kInvalid));
  EXPECT_THAT(lines->Next(), StatusIs(kInvalid));
}

TEST(JsonLinesTest, AMissingFileIsNamed) {
  std::istringstream unused;
  EXPECT_THAT(JsonLines::Open("/nowhere/x.jsonl", unused),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("--jsonl: expected"), HasSubstr("/nowhere/x.jsonl"))));
}

TEST(JsonRowTest, ErrorsNamePlaceFieldAndWhatWasFound) {
  EXPECT_THAT(Row(R"({"id":3})").Required("id"),
              StatusIs(kInvalid, HasSubstr("notes.jsonl:7: id: expected a string that is not "
                                           "empty, found number")));
  EXPECT_THAT(Row(R"({})").Required("id"), StatusIs(kInvalid, HasSubstr("found none")));
  EXPECT_THAT(Row(R"({"tags":["a",1]})").OptionalList("tags"),
              StatusIs(kInvalid, HasSubstr("tags: expected a list of strings")));
  EXPECT_THAT(Row(R"({"time":"yesterday"})").OptionalTime("time"),
              StatusIs(kInvalid, HasSubstr("found \"yesterday\"")));
}

TEST(JsonRowTest, TimesAreDaysOrRfc3339) {
  EXPECT_THAT(Row(R"({"time":"2026-01-14"})").OptionalTime("time"),
              IsOkAndHolds(std::optional(absl::FromUnixSeconds(1768348800))));
  EXPECT_THAT(Row(R"({"time":"2026-01-14T01:00:00+01:00"})").OptionalTime("time"),
              IsOkAndHolds(std::optional(absl::FromUnixSeconds(1768348800))));
  EXPECT_THAT(Row(R"({"time":null})").OptionalTime("time"),
              IsOkAndHolds(std::optional<absl::Time>()));
}

TEST(OrderedPipelineTest, ResultsComeInTheOrderOfSubmission) {
  std::vector<int> delivered;
  OrderedPipeline<int> pipeline([&](int value) {
    delivered.push_back(value);
    return absl::OkStatus();
  });
  // The first job ends only after a later one ran: order does not come from timing.
  absl::Notification later_ran;
  ASSERT_OK(pipeline.Submit([&] {
    later_ran.WaitForNotification();
    return 0;
  }));
  ASSERT_OK(pipeline.Submit([&] {
    later_ran.Notify();
    return 1;
  }));
  for (int i = 2; i < 100; ++i) ASSERT_OK(pipeline.Submit([i] { return i; }));
  ASSERT_OK(pipeline.Finish());
  ASSERT_THAT(delivered, SizeIs(100));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(delivered[i], i);
}

TEST(OrderedPipelineTest, NeverRunsMoreThanItsLimit) {
  std::atomic<size_t> running = 0;
  std::atomic<size_t> most = 0;
  OrderedPipeline<int> pipeline([](int) { return absl::OkStatus(); });
  for (int i = 0; i < 200; ++i) {
    ASSERT_OK(pipeline.Submit([&] {
      const size_t now = ++running;
      size_t seen = most.load();
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      --running;
      return 0;
    }));
  }
  ASSERT_OK(pipeline.Finish());
  EXPECT_LE(most.load(), kMaxInFlight);
}

TEST(OrderedPipelineTest, TheFirstErrorEndsTheBatch) {
  std::vector<int> delivered;
  OrderedPipeline<int> pipeline([&](int value) {
    delivered.push_back(value);
    return absl::OkStatus();
  });
  ASSERT_OK(pipeline.Submit([] { return 0; }));
  ASSERT_OK(pipeline.Submit([]() -> absl::StatusOr<int> { return absl::AbortedError("no"); }));
  ASSERT_OK(pipeline.Submit([] { return 2; }));
  EXPECT_THAT(pipeline.Finish(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(delivered, ElementsAre(0));
}

TEST(RetainBatchesTest, ReadsEveryFieldOfARow) {
  ASSERT_OK_AND_ASSIGN(const RetainRow row,
                       ParseRetainRow(Row(R"({"customer":"acme","id":"n1","text":"Calls after ten.",
                             "speaker":"Ana","time":"2026-01-14","tags":["a","b"]})")));
  EXPECT_EQ(row.customer, "acme");
  EXPECT_EQ(row.text.id(), "n1");
  EXPECT_EQ(row.text.text(), "Calls after ten.");
  EXPECT_EQ(row.text.speaker(), "Ana");
  EXPECT_EQ(row.text.at().seconds(), 1768348800);
  EXPECT_THAT(row.text.tags(), ElementsAre("a", "b"));
}

RetainRow RowOf(const std::string& customer, int number) {
  RetainRow row;
  row.customer = customer;
  row.text.set_id(absl::StrCat(number));
  row.text.set_text("text");
  return row;
}

TEST(RetainBatchesTest, GathersOneRequestACustomerInOrder) {
  RetainBatches batches;
  EXPECT_TRUE(batches.Add(RowOf("b", 1)).empty());
  EXPECT_TRUE(batches.Add(RowOf("a", 2)).empty());
  EXPECT_TRUE(batches.Add(RowOf("b", 3)).empty());
  const auto requests = batches.TakeAll();
  ASSERT_EQ(requests.size(), size_t{2});
  EXPECT_EQ(requests[0].customer_id(), "b");
  EXPECT_EQ(requests[0].texts(1).id(), "3");
  EXPECT_EQ(requests[1].customer_id(), "a");
  EXPECT_TRUE(batches.TakeAll().empty());
}

TEST(RetainBatchesTest, AFullBatchLeavesAtOnce) {
  RetainBatches batches;
  for (int i = 1; i < kMaxBatchRows; ++i) ASSERT_TRUE(batches.Add(RowOf("a", i)).empty());
  const auto full = batches.Add(RowOf("a", kMaxBatchRows));
  ASSERT_EQ(full.size(), size_t{1});
  EXPECT_EQ(full[0].texts_size(), kMaxBatchRows);
  EXPECT_TRUE(batches.TakeAll().empty());
}

TEST(RetainBatchesTest, ManyCustomersNeverWaitWithoutEnd) {
  RetainBatches batches;
  std::vector<throughline::memory::v1::RetainRequest> left;
  int added = 0;
  while (left.empty() && added <= kMaxWaitingRows) {
    left = batches.Add(RowOf(absl::StrCat("customer-", added), added));
    ++added;
  }
  EXPECT_EQ(added, kMaxWaitingRows);
  EXPECT_EQ(left.size(), size_t{kMaxWaitingRows});
}

}  // namespace
}  // namespace throughline::cli
