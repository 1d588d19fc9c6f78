#include "services/cli/bench/audit.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "services/cli/client/pages.h"

namespace throughline::cli {
namespace {

namespace memory = throughline::memory::v1;
namespace orchestrator = throughline::orchestrator::v1;
namespace router = throughline::router::v1;

constexpr int kAuditThreads = 8;
constexpr int kMaxRows = std::numeric_limits<int>::max();
constexpr absl::Duration kJobPollInterval = absl::Milliseconds(50);

constexpr absl::Duration kAskAgainInterval = absl::Milliseconds(100);

using Counts = absl::flat_hash_map<uint64_t, int>;

// The client with patience: a server that is away may be on its way back.
class PatientClient {
 public:
  PatientClient(const Client& client, absl::Time deadline) : client_(client), deadline_(deadline) {}

  const Client& servers() const { return client_; }
  absl::Time deadline() const { return deadline_; }

  // As Client::Call, again while the server cannot be reached.
  template <typename Remote, typename Method, typename Request>
  auto Call(const Remote& remote, Method method, const Request& request) const {
    auto response = client_.Call(remote, method, request);
    while (absl::IsUnavailable(response.status()) && absl::Now() < deadline_) {
      absl::SleepFor(kAskAgainInterval);
      response = client_.Call(remote, method, request);
    }
    return response;
  }

 private:
  const Client& client_;
  const absl::Time deadline_;
};

// Audits one customer.
class CustomerAudit {
 public:
  CustomerAudit(const PatientClient& client, const BenchCustomer& customer, AuditResult& result)
      : client_(client), customer_(customer), result_(result) {}

  absl::Status Run() {
    // A customer that nothing was acknowledged for may be unknown to the server.
    if (customer_.calls.empty() && customer_.decisions.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(CheckCalls());
    RETURN_IF_ERROR(CheckFacts());
    return CheckDecisions();
  }

 private:
  void Violation(absl::string_view what) {
    result_.violations.Add(absl::StrCat(customer_.id, ": ", what));
  }

  // How often each of `ids` was counted, in words when it is not once.
  void ExpectOnce(const Counts& counts, const std::vector<uint64_t>& ids, absl::string_view what,
                  const std::string& where) {
    for (const uint64_t id : ids) {
      const auto found = counts.find(id);
      const int times = found == counts.end() ? 0 : found->second;
      if (times != 1) {
        Violation(absl::StrCat("an acknowledged ", what, where, " is there ", times, " times"));
      }
    }
  }

  absl::Status CheckCalls() {
    if (customer_.calls.empty()) return absl::OkStatus();
    orchestrator::ListCallsRequest request;
    request.set_customer_id(customer_.id);
    std::map<std::string, int> stored;
    RETURN_IF_ERROR(ForEachRow(
        request, kMaxRows,
        [&](const auto& page) {
          return client_.Call(client_.servers().orchestrator(),
                              &Client::Orchestrator::StubInterface::ListCalls, page);
        },
        [](const auto& page) -> const auto& { return page.calls(); },
        [&](const orchestrator::CallSummary& call) {
          ++stored[call.call_id()];
          return absl::OkStatus();
        }));
    const auto acknowledged = static_cast<int64_t>(customer_.calls.size());
    for (int64_t number = 0; number < acknowledged; ++number) {
      const auto found = stored.find(CallId(number));
      const int times = found == stored.end() ? 0 : found->second;
      if (times != 1) {
        Violation(absl::StrCat("acknowledged ", CallId(number), " is there ", times, " times"));
      } else {
        RETURN_IF_ERROR(CheckCall(number));
      }
      stored.erase(CallId(number));
    }
    if (customer_.in_doubt.has_value()) {
      if (stored[CallId(acknowledged)] <= 1) stored.erase(CallId(acknowledged));
    }
    for (const auto& [id, times] : stored) {
      Violation(absl::StrCat(id, " is there ", times, " times and was not sent so often"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckCall(int64_t number) {
    orchestrator::GetCallRequest request;
    request.set_customer_id(customer_.id);
    request.set_call_id(CallId(number));
    ASSIGN_OR_RETURN(const orchestrator::GetCallResponse response,
                     client_.Call(client_.servers().orchestrator(),
                                  &Client::Orchestrator::StubInterface::GetCall, request));
    ++result_.calls;
    const AcknowledgedCall& acknowledged = customer_.calls[number];
    const int64_t version = response.result().memory_version();
    if (acknowledged.processed && version != acknowledged.version) {
      Violation(absl::StrCat(CallId(number), " was acknowledged with version ",
                             acknowledged.version, " and is stored with ", version));
    }
    if (version != number + 1) {
      Violation(absl::StrCat(CallId(number), " left the customer at version ", version,
                             ", expected ", number + 1, ": one a call, in their order"));
    }
    for (const auto& fact : response.result().facts()) {
      facts_of_calls_.push_back(HashId(fact.id()));
    }
    return absl::OkStatus();
  }

  absl::Status CheckFacts() {
    if (customer_.calls.empty()) return absl::OkStatus();
    memory::ListFactsRequest request;
    request.set_customer_id(customer_.id);
    request.mutable_filter()->set_include_closed(true);
    Counts stored;
    RETURN_IF_ERROR(ForEachRow(
        request, kMaxRows,
        [&](const auto& page) {
          return client_.Call(client_.servers().memory(), &Client::Memory::StubInterface::ListFacts,
                              page);
        },
        [](const auto& page) -> const auto& { return page.facts(); },
        [&](const auto& fact) {
          ++stored[HashId(fact.id())];
          return absl::OkStatus();
        }));
    result_.facts += static_cast<int64_t>(stored.size());
    ExpectOnce(stored, facts_of_calls_, "fact", " of a stored call");
    for (size_t number = 0; number < customer_.calls.size(); ++number) {
      ExpectOnce(stored, customer_.calls[number].facts, "fact",
                 absl::StrCat(" of ", CallId(static_cast<int64_t>(number))));
    }
    return absl::OkStatus();
  }

  absl::Status CheckDecisions() {
    router::ListDecisionsRequest request;
    request.set_customer_id(customer_.id);
    Counts stored;
    std::map<std::pair<std::string, int>, int> answered;
    int64_t attempts = 0;
    int64_t cost_nano_usd = 0;
    RETURN_IF_ERROR(ForEachRow(
        request, kMaxRows,
        [&](const auto& page) {
          return client_.Call(client_.servers().router(),
                              &Client::Router::StubInterface::ListDecisions, page);
        },
        [](const auto& page) -> const auto& { return page.decisions(); },
        [&](const router::Decision& decision) {
          ++stored[HashId(decision.id())];
          attempts += decision.attempts_size();
          cost_nano_usd += decision.cost().nano_usd();
          if (decision.outcome() != router::DECISION_OUTCOME_FAILED &&
              !decision.attribution().call_id().empty()) {
            ++answered[{decision.attribution().call_id(), decision.task()}];
          }
          return absl::OkStatus();
        }));
    result_.decisions += static_cast<int64_t>(stored.size());
    ExpectOnce(stored, customer_.decisions, "decision", "");
    for (const AcknowledgedCall& call : customer_.calls) {
      ExpectOnce(stored, call.decisions, "decision", " of a call");
    }
    for (const auto& [work, times] : answered) {
      if (times == 1) continue;
      Violation(absl::StrCat(work.first, ": ", router::TaskKind_Name(work.second), " was answered ",
                             times, " times"));
    }
    return CheckSpend(attempts, cost_nano_usd);
  }

  absl::Status CheckSpend(int64_t attempts, int64_t cost_nano_usd) {
    router::GetSpendRequest request;
    request.set_customer_id(customer_.id);
    ASSIGN_OR_RETURN(const router::GetSpendResponse spend,
                     client_.Call(client_.servers().router(),
                                  &Client::Router::StubInterface::GetSpend, request));
    if (spend.total().model_calls() != attempts ||
        spend.total().cost().nano_usd() != cost_nano_usd) {
      Violation(absl::StrCat("the ledger sums to ", spend.total().model_calls(),
                             " model calls and ", spend.total().cost().nano_usd(),
                             " nano-dollars, its rows to ", attempts, " and ", cost_nano_usd));
    }
    return absl::OkStatus();
  }

  const PatientClient& client_;
  const BenchCustomer& customer_;
  AuditResult& result_;
  std::vector<uint64_t> facts_of_calls_;
};

absl::StatusOr<bool> HasJobs(const PatientClient& client, const std::string& customer) {
  for (const orchestrator::JobState state :
       {orchestrator::JOB_STATE_QUEUED, orchestrator::JOB_STATE_RUNNING}) {
    orchestrator::ListJobsRequest request;
    request.set_customer_id(customer);
    request.set_state(state);
    request.set_page_size(1);
    ASSIGN_OR_RETURN(const orchestrator::ListJobsResponse response,
                     client.Call(client.servers().orchestrator(),
                                 &Client::Orchestrator::StubInterface::ListJobs, request));
    if (response.jobs_size() > 0) return true;
  }
  return false;
}

absl::Status AwaitJobs(const PatientClient& client, const CustomerPool& customers,
                       AuditResult& result) {
  const absl::Time start = absl::Now();
  for (const auto& customer : customers.all()) {
    if (customer->calls.empty() && !customer->in_doubt.has_value()) continue;
    while (true) {
      ASSIGN_OR_RETURN(const bool busy, HasJobs(client, customer->id));
      if (!busy) break;
      if (absl::Now() > client.deadline()) {
        result.violations.Add(
            absl::StrCat(customer->id, ": calls are still under way; give --patience more time"));
        return absl::OkStatus();
      }
      absl::SleepFor(kJobPollInterval);
    }
  }
  result.waited = absl::Now() - start;
  return absl::OkStatus();
}

void Merge(const AuditResult& part, AuditResult& whole) {
  whole.calls += part.calls;
  whole.facts += part.facts;
  whole.decisions += part.decisions;
  whole.violations.Merge(part.violations);
}

}  // namespace

absl::StatusOr<AuditResult> Audit(const Client& client, const CustomerPool& customers,
                                  absl::Duration patience,
                                  const std::function<void(int64_t)>& on_progress) {
  const PatientClient patient(client, absl::Now() + patience);
  AuditResult whole;
  RETURN_IF_ERROR(AwaitJobs(patient, customers, whole));

  absl::Mutex mutex;
  absl::Status first_error;
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < customers.all().size(); i = next++) {
      AuditResult part;
      const absl::Status status = CustomerAudit(patient, *customers.all()[i], part).Run();
      absl::MutexLock lock(&mutex);
      first_error.Update(status);
      if (!first_error.ok()) return;
      Merge(part, whole);
      on_progress(1);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kAuditThreads; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  RETURN_IF_ERROR(first_error);
  return whole;
}

}  // namespace throughline::cli
