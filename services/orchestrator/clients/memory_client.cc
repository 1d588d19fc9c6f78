#include "services/orchestrator/clients/memory_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/base/task_macros.h"
#include "common/digest/sha256.h"
#include "common/rpc/client_call.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "common/wire/time.h"

namespace throughline::orchestrator {
namespace {

namespace deal_v1 = throughline::deal::v1;
namespace memory_v1 = throughline::memory::v1;
using MemoryStub = memory_v1::MemoryService::StubInterface;
using AsyncMemoryStub = MemoryStub::async_interface;

constexpr absl::Duration kRecallBudget = absl::Seconds(3);
constexpr absl::Duration kRetainBudget = absl::Seconds(15);
constexpr absl::Duration kReadBudget = absl::Seconds(3);
constexpr int kMaxRecalledFacts = 50;
constexpr int kMaxRecalledTokens = 4096;

// What memory takes in one request and one row.
constexpr int kMaxTextsPerRequest = 5000;
constexpr size_t kMaxTextBytesPerRequest = 4 * 1024 * 1024;
constexpr size_t kMaxTextBytes = 8000;
constexpr size_t kMaxSpeakerBytes = 200;

// Where to cut `text` so that at most `bytes` come before it and no character is halved.
size_t CutAt(absl::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text.size();
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return bytes;
}

memory_v1::RetainRequest EmptyRequest(const ComputedCall& computed) {
  const AcceptedCall& call = computed.call;
  memory_v1::RetainRequest request;
  request.set_customer_id(call.key.customer_id);
  request.mutable_call()->set_call_id(call.key.call_id);
  *request.mutable_call()->mutable_occurred_at() = wire::ToTimestamp(call.occurred_at);
  request.mutable_call()->set_summary(computed.learned.summary);
  return request;
}

// The rows of one turn: one but for turns longer than a row may be.
void AppendTurn(const AcceptedCall& call, const std::string& id_prefix,
                const transcript::Turn& turn, std::vector<memory_v1::VerbatimText>& texts) {
  absl::string_view rest = turn.text;
  for (int part = 0; !rest.empty(); ++part) {
    const size_t cut = CutAt(rest, kMaxTextBytes);
    memory_v1::VerbatimText text;
    text.set_id(absl::StrCat(id_prefix, turn.index, part == 0 ? "" : absl::StrCat(".", part)));
    text.set_text(std::string(rest.substr(0, cut)));
    text.set_speaker(turn.speaker.substr(0, CutAt(turn.speaker, kMaxSpeakerBytes)));
    *text.mutable_at() =
        wire::ToTimestamp(call.occurred_at + turn.start.value_or(absl::ZeroDuration()));
    text.set_call_id(call.key.call_id);
    text.set_turn(turn.index);
    texts.push_back(std::move(text));
    rest.remove_prefix(cut);
  }
}

std::vector<memory_v1::VerbatimText> Words(const AcceptedCall& call) {
  // Rows need ids that are short, whatever the length of the call's own.
  const std::string prefix =
      absl::StrCat("turn:", Sha256Hex({call.key.call_id}).substr(0, 24), ":");
  std::vector<memory_v1::VerbatimText> texts;
  texts.reserve(call.transcript.turns.size());
  for (const transcript::Turn& turn : call.transcript.turns) AppendTurn(call, prefix, turn, texts);
  return texts;
}

std::vector<deal_v1::FactKind> KindsToRecall() {
  std::vector<deal_v1::FactKind> kinds;
  for (int kind = deal_v1::FactKind_MIN; kind <= deal_v1::FactKind_MAX; ++kind) {
    if (kind == deal_v1::FACT_KIND_UNSPECIFIED || kind == deal_v1::FACT_KIND_VERBATIM) continue;
    if (deal_v1::FactKind_IsValid(kind)) kinds.push_back(static_cast<deal_v1::FactKind>(kind));
  }
  return kinds;
}

// A replica that stands still is found out later than a recall may take. Whoever asked has more
// time: asked again, another replica answers.
template <typename Response>
absl::StatusOr<Response> AwayWhenLate(const Context& context, absl::StatusOr<Response> answer) {
  if (!absl::IsDeadlineExceeded(answer.status()) || !context.Check().ok()) return answer;
  return absl::UnavailableError(answer.status().message());
}

}  // namespace

std::vector<memory_v1::RetainRequest> RetainRequests(const ComputedCall& computed) {
  const AcceptedCall& call = computed.call;
  std::vector<memory_v1::RetainRequest> requests = {EmptyRequest(computed)};
  size_t bytes = 0;
  for (memory_v1::VerbatimText& text : Words(call)) {
    if (requests.back().texts_size() == kMaxTextsPerRequest ||
        bytes + text.text().size() > kMaxTextBytesPerRequest) {
      requests.push_back(EmptyRequest(computed));
      bytes = 0;
    }
    bytes += text.text().size();
    *requests.back().add_texts() = std::move(text);
  }
  memory_v1::RetainRequest& last = requests.back();
  wire::AppendAll(computed.learned.facts, last.mutable_facts());
  *last.mutable_analysis() = wire::ToProto(computed.result.analysis);
  *last.mutable_profile_changes() = wire::ToProto(computed.learned.profile_changes);
  const std::string digest =
      Sha256Hex({call.key.tenant, call.key.customer_id, call.key.call_id, call.content_digest});
  for (size_t i = 0; i < requests.size(); ++i) {
    const bool is_last = i + 1 == requests.size();
    requests[i].set_idempotency_key(
        absl::StrCat("call:", digest, is_last ? "" : absl::StrCat(":words-", i)));
  }
  return requests;
}

MemoryClient::MemoryClient(const rpc::Connection& memory) : client_(memory) {}

Task<absl::StatusOr<Recollection>> MemoryClient::Recall(const Context& context,
                                                        const std::string& customer_id,
                                                        const std::string& query) {
  memory_v1::RecallRequest request;
  request.set_customer_id(customer_id);
  request.set_query(query);
  request.set_budget(memory_v1::RECALL_BUDGET_MID);
  request.set_limit(kMaxRecalledFacts);
  request.set_max_tokens(kMaxRecalledTokens);
  for (const deal_v1::FactKind kind : KindsToRecall()) request.mutable_filter()->add_kinds(kind);
  const rpc::CallOptions options{.callee = "memory", .budget = kRecallBudget};
  CO_ASSIGN_OR_RETURN(const TaskGate::Pass pass, co_await gate_.Enter(context));
  CO_ASSIGN_OR_RETURN(const memory_v1::RecallResponse response,
                      AwayWhenLate(context, co_await client_.Call(context, &AsyncMemoryStub::Recall,
                                                                  request, options)));
  Recollection recollection{.known = wire::FromProto(response.deal()),
                            .cache_hit = response.cache_hit()};
  recollection.known.version = response.version();
  for (const memory_v1::ScoredFact& found : response.results()) {
    recollection.known.facts.push_back(wire::FromProto(found.fact()));
  }
  if (response.has_profile()) recollection.profile = wire::FromProto(response.profile());
  co_return recollection;
}

Task<absl::StatusOr<Retained>> MemoryClient::Retain(const Context& context,
                                                    const ComputedCall& call) {
  Retained retained;
  const std::vector<memory_v1::RetainRequest> requests = RetainRequests(call);
  const rpc::CallOptions options{.callee = "memory", .budget = kRetainBudget};
  CO_ASSIGN_OR_RETURN(const TaskGate::Pass pass, co_await gate_.Enter(context));
  for (const memory_v1::RetainRequest& request : requests) {
    CO_ASSIGN_OR_RETURN(
        const memory_v1::RetainResponse response,
        AwayWhenLate(context,
                     co_await client_.Call(context, &AsyncMemoryStub::Retain, request, options)));
    for (const memory_v1::RetainedRow& row : response.facts()) {
      retained.facts.push_back({.id = row.id(),
                                .added = row.outcome() == memory_v1::RETAIN_OUTCOME_ADDED ||
                                         row.outcome() == memory_v1::RETAIN_OUTCOME_SUPERSEDED,
                                .superseded_ids = wire::CollectAll(row.superseded_ids())});
      retained.added += retained.facts.back().added ? 1 : 0;
      retained.updated += row.outcome() == memory_v1::RETAIN_OUTCOME_UPDATED ? 1 : 0;
      retained.superseded += row.superseded_ids_size();
    }
    retained.version = response.version();
  }
  co_return retained;
}

absl::StatusOr<ProfileView> MemoryClient::GetProfile(const Context& context,
                                                     const std::string& customer_id) {
  memory_v1::GetProfileRequest request;
  request.set_customer_id(customer_id);
  ASSIGN_OR_RETURN(
      const memory_v1::GetProfileResponse response,
      AwayWhenLate(context, rpc::Invoke(context, client_.stub(), &MemoryStub::GetProfile, request,
                                        {.callee = "memory", .budget = kReadBudget})));
  return ProfileView{.profile = wire::FromProto(response.profile()),
                     .rendered = response.rendered()};
}

absl::StatusOr<deal::DealState> MemoryClient::GetDeal(const Context& context,
                                                      const std::string& customer_id) {
  memory_v1::GetDealRequest request;
  request.set_customer_id(customer_id);
  ASSIGN_OR_RETURN(
      const memory_v1::GetDealResponse response,
      AwayWhenLate(context, rpc::Invoke(context, client_.stub(), &MemoryStub::GetDeal, request,
                                        {.callee = "memory", .budget = kReadBudget})));
  return wire::FromProto(response.deal());
}

absl::StatusOr<ForgottenMemory> MemoryClient::Forget(const Context& context, const CallKey& key) {
  memory_v1::ForgetRequest request;
  request.set_customer_id(key.customer_id);
  if (!key.call_id.empty()) request.set_call_id(key.call_id);
  ASSIGN_OR_RETURN(const memory_v1::ForgetResponse receipt,
                   rpc::Invoke(context, client_.stub(), &MemoryStub::Forget, request,
                               {.callee = "memory", .budget = context.Remaining()}));
  return ForgottenMemory{.receipt_id = receipt.receipt_id(),
                         .forgotten_at = wire::FromTimestamp(receipt.forgotten_at()),
                         .facts = receipt.facts(),
                         .blockers = receipt.blockers(),
                         .stakeholders = receipt.stakeholders(),
                         .profile_versions = receipt.profile_versions(),
                         .cache_entries = receipt.cache_entries()};
}

}  // namespace throughline::orchestrator
