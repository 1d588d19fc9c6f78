#include "services/cli/bench/operations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/wire/time.h"
#include "services/cli/bench/made_calls.h"

namespace throughline::cli {
namespace {

namespace memory = throughline::memory::v1;
namespace orchestrator = throughline::orchestrator::v1;
namespace router = throughline::router::v1;

// Between two attempts: what a server that is away cannot say, and the most that one may say.
constexpr absl::Duration kDelayUnlessTold = absl::Milliseconds(100);
constexpr absl::Duration kMaxDelay = absl::Seconds(10);

bool IsWrite(Operation operation) {
  return operation == Operation::kProcess || operation == Operation::kIngest;
}

}  // namespace

Performed Operations::Perform(Operation wanted, int64_t number, BenchCustomer& customer) const {
  Performed performed{
      .operation = wanted, .status = absl::OkStatus(), .violation = "", .retries = 0};
  if (IsWrite(wanted)) performed.operation = customer.in_doubt.value_or(wanted);
  performed.status = Send(performed.operation, number, customer, performed.violation);
  while (absl::IsUnavailable(performed.status) && performed.retries < retries_) {
    absl::SleepFor(std::min(kMaxDelay, RetryAfter(performed.status).value_or(kDelayUnlessTold)));
    ++performed.retries;
    performed.status = Send(performed.operation, number, customer, performed.violation);
  }
  if (IsWrite(performed.operation)) {
    customer.in_doubt =
        performed.status.ok() ? std::nullopt : std::optional<Operation>(performed.operation);
  }
  return performed;
}

absl::Status Operations::Send(Operation operation, int64_t number, BenchCustomer& customer,
                              std::string& violation) const {
  switch (operation) {
    case Operation::kProcess:
      return Process(customer);
    case Operation::kIngest:
      return Ingest(customer);
    case Operation::kRecall:
      return Recall(number, customer, violation);
    case Operation::kComplete:
      return Complete(number, customer);
  }
  return absl::InternalError("an operation of no kind");
}

absl::Status Operations::Process(BenchCustomer& customer) const {
  const auto number = static_cast<int64_t>(customer.calls.size());
  orchestrator::ProcessCallRequest request;
  auto& call = *request.mutable_call();
  call.set_customer_id(customer.id);
  call.set_call_id(CallId(number));
  call.set_call_date(wire::FormatDay(DayOfCall(number)));
  call.set_transcript(MadeTranscript(number, texts_));
  ASSIGN_OR_RETURN(const orchestrator::ProcessCallResponse response,
                   client_.Call(client_.orchestrator(),
                                &Client::Orchestrator::StubInterface::ProcessCall, request));
  AcknowledgedCall acknowledged{.processed = true, .version = response.result().memory_version()};
  for (const auto& fact : response.result().facts()) {
    acknowledged.facts.push_back(HashId(fact.id()));
  }
  for (const auto& decision : response.result().decisions()) {
    acknowledged.decisions.push_back(HashId(decision.id()));
  }
  customer.version = std::max(customer.version, acknowledged.version);
  customer.calls.push_back(std::move(acknowledged));
  return absl::OkStatus();
}

absl::Status Operations::Ingest(BenchCustomer& customer) const {
  const auto number = static_cast<int64_t>(customer.calls.size());
  orchestrator::IngestRequest request = MadeConversation(number);
  request.set_customer_id(customer.id);
  request.set_conversation_id(CallId(number));
  RETURN_IF_ERROR(
      client_.Call(client_.orchestrator(), &Client::Orchestrator::StubInterface::Ingest, request)
          .status());
  customer.calls.emplace_back();
  return absl::OkStatus();
}

absl::Status Operations::Recall(int64_t number, BenchCustomer& customer,
                                std::string& violation) const {
  memory::RecallRequest request;
  request.set_customer_id(customer.id);
  request.set_query(MadeQuestion(number));
  ASSIGN_OR_RETURN(const memory::RecallResponse response,
                   client_.Call(client_.memory(), &Client::Memory::StubInterface::Recall, request));
  if (response.version() < customer.version) {
    violation = absl::StrCat(customer.id, ": a recall answered from version ", response.version(),
                             " after version ", customer.version, " had been acknowledged");
  }
  customer.version = std::max(customer.version, response.version());
  return absl::OkStatus();
}

absl::Status Operations::Complete(int64_t number, BenchCustomer& customer) const {
  router::CompleteRequest request = MadeCompletion(number);
  request.mutable_attribution()->set_customer_id(customer.id);
  ASSIGN_OR_RETURN(
      const router::CompleteResponse response,
      client_.Call(client_.router(), &Client::Router::StubInterface::Complete, request));
  customer.decisions.push_back(HashId(response.decision().id()));
  return absl::OkStatus();
}

}  // namespace throughline::cli
