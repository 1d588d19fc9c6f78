#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_MEMORY_FIXTURE_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_MEMORY_FIXTURE_FOR_TESTS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "services/memory/domain/facts_for_tests.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/stores_for_tests.h"

namespace throughline::memory {

// Memory over one kind of store, with short ways to ask it.
class MemoryTest : public ::testing::TestWithParam<store::StoreKind> {
 protected:
  MemoryTest() : store_(GetParam().make(directory_)), memory_(*store_, clock_, {}) {}

  RetainResult Retain(const RetainCommand& command, const std::string& customer = "acme") {
    absl::StatusOr<RetainResult> result = memory_.Retain(context_, customer, command);
    EXPECT_OK(result.status());
    return result.value_or(RetainResult{});
  }
  std::vector<std::string> Recalled(const std::string& query, RowFilter filter = {},
                                    const std::string& customer = "acme") {
    const absl::StatusOr<Recollection> found = memory_.Recall(
        context_, customer,
        {.query = query, .budget = RecallBudget::kHigh, .filter = std::move(filter)});
    EXPECT_OK(found.status());
    std::vector<std::string> texts;
    if (found.ok()) {
      for (const ScoredFact& result : found->results) texts.push_back(result.fact->text);
    }
    return texts;
  }
  std::vector<deal::Fact> AllFacts(const std::string& customer = "acme") {
    return memory_.ListFacts(context_, customer, {.include_closed = true}, 1000, "")
        .value_or(FactPage{})
        .facts;
  }
  deal::DealState Deal(const std::string& customer = "acme") {
    return memory_.GetDeal(context_, customer, std::nullopt).value_or(deal::DealState{});
  }
  deal::CustomerProfile Profile(const std::string& customer = "acme") {
    return memory_.GetProfile(context_, customer, 0).value_or(deal::CustomerProfile{});
  }

  TempDirectory directory_;
  FakeClock clock_{Day(6, 1)};
  Context context_ = Context::Background();
  std::unique_ptr<MemoryStore> store_;
  Memory memory_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_MEMORY_FIXTURE_FOR_TESTS_H_
