// Whether a recall ever shows a row of another customer:
//
//   isolation_benchmark [recalls] [sqlite|postgres]
//
// Customers of several tenants whose ids look like parts of each other hold rows of the same ids,
// calls, speakers and tags; each row's text carries the mark of its owner. Recalls with filters of
// all sorts go through the cache, while the customers are written to and one is erased again and
// again. Prints how many rows came back and how many of them were foreign; ends with 1 when any
// was.
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/observability/metrics.h"
#include "common/testing/postgres_server.h"
#include "common/testing/temp_directory.h"
#include "services/memory/convert.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/cached_recall.h"
#include "services/memory/store/postgres_store.h"
#include "services/memory/store/sqlite_store.h"

namespace throughline::memory {
namespace {

constexpr int kDefaultRecalls = 1'000'000;
constexpr int kMaxRecalls = 100'000'000;
constexpr int kThreads = 4;
constexpr int kRowsEach = 40;
constexpr int kLimits = 97;  // so many that most recalls are not in the cache
constexpr int kRecallsPerWrite = 500;
constexpr const char* kTenants[] = {"a", "a.b", "A", "default"};
constexpr const char* kCustomers[] = {"acme",   "Acme",   "acme ",       "acme}:1", "{a:acme}",
                                      "a:acme", "%",      "acme%",       "_cme",    "' OR 1=1 --",
                                      "..",     "a/acme", "acm\xC3\xA9", "*",       "acme:1:"};
constexpr const char* kQuestions[] = {"Which dock is red?",
                                      "What did Ann say of the contract?",
                                      "*",
                                      "' OR '1'='1",
                                      "the dock in March",
                                      "mark"};

struct Owner {
  std::string tenant;
  std::string customer;
  std::string mark;  // in the text of every row of theirs
};

std::vector<Owner> Owners() {
  std::vector<Owner> owners;
  for (const char* tenant : kTenants) {
    for (const char* customer : kCustomers) {
      owners.push_back({tenant, customer, absl::StrCat("[mark-", owners.size(), "]")});
    }
  }
  return owners;
}

Context ContextOf(const Owner& owner) { return Context(Context::Fields{.tenant = owner.tenant}); }

absl::Status Write(Memory& memory, const Owner& owner, int round) {
  RetainCommand command;
  for (int i = 0; i < kRowsEach; ++i) {
    command.texts.push_back(
        {.id = absl::StrCat("row-", round, "-", i),
         .text = absl::StrCat("Ann Lee: dock ", i, " of the contract is red ", owner.mark),
         .speaker = "Ann Lee",
         .tags = {"customer:acme", i % 2 == 0 ? "*" : "%"},
         .call_id = absl::StrCat("call-", i / 10),
         .turn = round * kRowsEach + i});
  }
  return memory.Retain(ContextOf(owner), owner.customer, std::move(command)).status();
}

v1::RecallRequest RequestOf(const Owner& owner, int number) {
  v1::RecallRequest request;
  request.set_customer_id(owner.customer);
  request.set_query(kQuestions[number % 6]);
  request.set_budget(number % 3 == 0 ? v1::RECALL_BUDGET_LOW : v1::RECALL_BUDGET_HIGH);
  request.set_limit(1 + number % kLimits);
  if (number % 5 == 1) request.mutable_filter()->set_call_id("call-1");
  if (number % 5 == 2) {
    request.mutable_filter()->add_tags(number % 2 == 0 ? "*" : "customer:acme");
    request.mutable_filter()->set_tags_match(v1::TAGS_MATCH_ANY_STRICT);
  }
  if (number % 5 == 3) request.mutable_filter()->set_include_closed(true);
  return request;
}

struct Tally {
  std::atomic<int64_t> rows = 0;
  std::atomic<int64_t> foreign = 0;
  std::atomic<int64_t> hits = 0;
  std::atomic<int64_t> failed = 0;
};

// As the service recalls: by version, through the cache.
void RecallOnce(Memory& memory, store::CachedRecall& cached, const Owner& owner, int number,
                Tally* tally) {
  const Context context = ContextOf(owner);
  const v1::RecallRequest request = RequestOf(owner, number);
  const auto query = FromProto(request);
  const auto version = memory.Version(context, owner.customer);
  if (!query.ok() || !version.ok()) {
    ++tally->failed;
    return;
  }
  const auto answer =
      cached.Get(context, RecallKey(owner.tenant, request, *version, absl::CivilDay(2026, 6, 1)),
                 [&]() -> absl::StatusOr<store::CachedRecall::Computed> {
                   const auto found = memory.Recall(context, owner.customer, *query);
                   if (!found.ok()) return found.status();
                   return ToProto(*found, false).SerializeAsString();
                 });
  v1::RecallResponse response;
  if (!answer.ok() || !response.ParseFromString(answer->bytes)) {
    ++tally->failed;
    return;
  }
  tally->hits += answer->hit ? 1 : 0;
  tally->rows += response.results_size();
  for (const v1::ScoredFact& result : response.results()) {
    if (!absl::StrContains(result.fact().text(), owner.mark)) ++tally->foreign;
  }
}

// A store of its own, and the server it may stand on.
struct Place {
  TempDirectory directory;
  std::unique_ptr<PostgresServer> server;
  std::unique_ptr<MemoryStore> store;
};

absl::Status Open(bool postgres, Place* place) {
  if (!postgres) {
    ASSIGN_OR_RETURN(place->store, store::SqliteStore::Open(place->directory.File("memory.db")));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(place->server, PostgresServer::Start());
  ASSIGN_OR_RETURN(place->store, store::PostgresStore::Open({.conninfo = place->server->Conninfo()},
                                                            std::nullopt));
  return absl::OkStatus();
}

int Run(int recalls, bool postgres) {
  Place place;
  if (const absl::Status opened = Open(postgres, &place); !opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.ToString().c_str());
    return 1;
  }
  MetricsRegistry metrics;
  Memory memory(*place.store, Clock::Real(), {});
  store::CachedRecall cached(
      std::make_unique<store::LocalRecallCache>(size_t{32} << 20, absl::Minutes(10), Clock::Real()),
      metrics);
  const std::vector<Owner> owners = Owners();
  for (const Owner& owner : owners) {
    if (const absl::Status written = Write(memory, owner, 0); !written.ok()) {
      std::fprintf(stderr, "%s\n", written.ToString().c_str());
      return 1;
    }
  }
  Tally tally;
  std::atomic<int> next = 0;
  const absl::Time started = absl::Now();
  std::vector<std::thread> workers;
  for (int t = 0; t < kThreads; ++t) {
    workers.emplace_back([&] {
      for (int i = next++; i < recalls; i = next++) {
        const Owner& owner = owners[static_cast<size_t>(i) * 7919 % owners.size()];
        if (i % kRecallsPerWrite == 0) {
          const bool erased = memory.Forget(ContextOf(owner), owner.customer, {}).ok() ||
                              memory.Version(ContextOf(owner), owner.customer).value_or(1) == 0;
          if (!erased || !Write(memory, owner, i).ok()) ++tally.failed;
        }
        RecallOnce(memory, cached, owner, i, &tally);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  std::printf(
      "%d recalls of %zu customers in %.1f s: %lld rows, %lld foreign; %lld from the cache, %lld "
      "failed\n",
      recalls, owners.size(), absl::ToDoubleSeconds(absl::Now() - started),
      static_cast<long long>(tally.rows), static_cast<long long>(tally.foreign),
      static_cast<long long>(tally.hits), static_cast<long long>(tally.failed));
  return tally.foreign == 0 && tally.failed == 0 && tally.rows > 0 ? 0 : 1;
}

}  // namespace
}  // namespace throughline::memory

int main(int argc, char** argv) {
  int recalls = throughline::memory::kDefaultRecalls;
  const absl::string_view store = argc > 2 ? argv[2] : "sqlite";
  const bool good = argc <= 3 && (store == "sqlite" || store == "postgres") &&
                    (argc < 2 || (absl::SimpleAtoi(argv[1], &recalls) && recalls > 0 &&
                                  recalls <= throughline::memory::kMaxRecalls));
  if (!good) {
    std::fprintf(stderr, "usage: isolation_benchmark [recalls, 1 to %d] [sqlite|postgres]\n",
                 throughline::memory::kMaxRecalls);
    return 2;
  }
  return throughline::memory::Run(recalls, store == "postgres");
}
