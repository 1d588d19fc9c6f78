#include "services/memory/memory_service.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/audit/audited.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/observability/json_log.h"
#include "common/retention/preview.h"
#include "common/rpc/stream_call.h"
#include "common/rpc/unary_call.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "common/wire/time.h"
#include "services/memory/convert.h"
#include "services/memory/domain/paging.h"
#include "services/memory/domain/rendering.h"
#include "services/memory/store/archive_lines.h"

namespace throughline::memory {
namespace {

constexpr int kMaxBatchedRecalls = 100;
constexpr int kDefaultVersionsPage = 50;
constexpr int kDefaultFactsPage = 100;
constexpr int kDefaultCustomersPage = 100;
constexpr int kMaxImportedLines = 100000;
constexpr size_t kMaxImportedBytes = size_t{12} << 20;

// `status` of a part of a request, with its fields named as the caller sees them.
absl::Status InElement(const absl::Status& status, const std::string& element) {
  std::vector<FieldViolation> violations = FieldViolations(status);
  if (violations.empty()) return status;
  for (FieldViolation& violation : violations) {
    violation.field = absl::StrCat(element, ".", violation.field);
  }
  return InvalidFields(violations);
}

// What the audit log says of an act on a customer; ids that are empty are left out.
audit::Record OnCustomer(absl::string_view action, const std::string& customer_id,
                         std::vector<std::pair<std::string, std::string>> others = {}) {
  audit::Record record;
  record.action = absl::StrCat("memory.", action);
  record.objects = {{"customer_id", customer_id}};
  for (auto& other : others) {
    if (!other.second.empty()) record.objects.push_back(std::move(other));
  }
  return record;
}

std::string Method(absl::string_view name) {
  return absl::StrCat(v1::MemoryService::service_full_name(), "/", name);
}

}  // namespace

MemoryServiceImpl::MemoryServiceImpl(Memory& memory, store::CachedRecall& cached,
                                     MetricsRegistry& metrics, const Clock& clock,
                                     audit::AuditLog* audit, retention::Sweeper& sweeper,
                                     rpc::Runtime& runtime)
    : memory_(memory),
      cached_(cached),
      facts_total_(metrics.Counter("throughline_memory_facts_total",
                                   "Rows by what was done: added, updated, superseded, duplicate, "
                                   "invalidated, restored, forgotten.")),
      recall_seconds_(metrics.Histogram("throughline_memory_recall_seconds",
                                        "Time of a recall by what the cache did.")),
      meaning_total_(metrics.Counter("throughline_memory_meaning_total",
                                     "Recalls ranked by meaning, used, or by words alone because "
                                     "the embedder did not answer, missing.")),
      clock_(clock),
      audit_(audit),
      sweeper_(sweeper),
      runtime_(runtime),
      retain_(runtime, Method("Retain"), std::bind_front(&MemoryServiceImpl::AnswerRetain, this)),
      recall_(runtime, Method("Recall"), std::bind_front(&MemoryServiceImpl::AnswerRecall, this)) {
  SetMessageAllocatorFor_Retain(&retain_requests_);
}

void MemoryServiceImpl::CountMeaning(MeaningUse use) {
  if (use == MeaningUse::kNotAsked) return;
  meaning_total_.Add({{"result", use == MeaningUse::kUsed ? "used" : "missing"}}).Increment();
}

void MemoryServiceImpl::CountRows(absl::string_view operation, int64_t rows) {
  if (rows > 0) {
    facts_total_.Add({{"op", std::string(operation)}}).Increment(static_cast<double>(rows));
  }
}

void MemoryServiceImpl::OfferTo(rpc::LocalMethods& methods) {
  methods.Offer(retain_);
  methods.Offer(recall_);
}

grpc::ServerUnaryReactor* MemoryServiceImpl::Retain(grpc::CallbackServerContext* call,
                                                    const v1::RetainRequest* request,
                                                    v1::RetainResponse* response) {
  return retain_.Start(call, request, response);
}

absl::Status MemoryServiceImpl::AnswerRetain(const Context& context,
                                             const grpc::CallbackServerContext* call,
                                             const v1::RetainRequest& request,
                                             v1::RetainResponse& response) {
  return audit::Audited(
      audit_, context, call,
      OnCustomer("retain", request.customer_id(), {{"call_id", request.call().call_id()}}),
      audit::When::kSoon, [&](audit::Record& record) -> absl::Status {
        ASSIGN_OR_RETURN(const RetainResult result,
                         memory_.Retain(context, request.customer_id(), FromProto(request)));
        response = ToProto(result);
        record.counts = {{"added", response.added()},
                         {"updated", response.updated()},
                         {"superseded", response.superseded()},
                         {"duplicates", response.duplicates()},
                         {"replayed", result.replayed ? 1 : 0}};
        if (!result.replayed) {
          CountRows("added", response.added());
          CountRows("updated", response.updated());
          CountRows("superseded", response.superseded());
          CountRows("duplicate", response.duplicates());
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::RecallResponse> MemoryServiceImpl::RecallCached(const Context& context,
                                                                   const v1::RecallRequest& request,
                                                                   const RecallQuery& query,
                                                                   int64_t version) {
  const absl::CivilDay today = absl::ToCivilDay(clock_.Now(), absl::UTCTimeZone());
  std::optional<v1::RecallResponse> computed;  // unless another request did it
  ASSIGN_OR_RETURN(
      const store::CachedRecall::Answer answer,
      cached_.Get(context, RecallKey(context.tenant(), request, version, today),
                  [&]() -> absl::StatusOr<store::CachedRecall::Computed> {
                    ASSIGN_OR_RETURN(const Recollection found,
                                     memory_.Recall(context, request.customer_id(), query));
                    CountMeaning(found.meaning);
                    computed = ToProto(found, request.explain());
                    return store::CachedRecall::Computed(computed->SerializeAsString(),
                                                         found.meaning != MeaningUse::kMissing);
                  }));
  if (computed.has_value()) return *std::move(computed);
  v1::RecallResponse response;
  if (!response.ParseFromString(answer.bytes)) {
    // Something else has written under our key: the store knows better.
    ASSIGN_OR_RETURN(const Recollection found,
                     memory_.Recall(context, request.customer_id(), query));
    return ToProto(found, request.explain());
  }
  response.set_cache_hit(answer.hit);
  return response;
}

absl::StatusOr<v1::RecallResponse> MemoryServiceImpl::RecallOne(const Context& context,
                                                                const v1::RecallRequest& request) {
  const absl::Time started = clock_.Now();
  ASSIGN_OR_RETURN(RecallQuery query, FromProto(request));
  RETURN_IF_ERROR(memory_.CheckRecall(request.customer_id(), query));
  ASSIGN_OR_RETURN(const int64_t version,
                   memory_.Version(context, request.customer_id(), query.min_version));
  v1::RecallResponse response;
  const char* cache = "bypass";
  if (version == 0 || query.min_version > version) {
    cached_.CountBypass();
    ASSIGN_OR_RETURN(const Recollection found,
                     memory_.Recall(context, request.customer_id(), query));
    response = ToProto(found, request.explain());
  } else {
    // What is kept under a version is not older than it.
    if (query.min_version > 0) query.min_version = version;
    ASSIGN_OR_RETURN(response, RecallCached(context, request, query, version));
    cache = response.cache_hit() ? "hit" : "miss";
  }
  recall_seconds_.Add({{"cache", cache}}).Observe(absl::ToDoubleSeconds(clock_.Now() - started));
  return response;
}

grpc::ServerUnaryReactor* MemoryServiceImpl::Recall(grpc::CallbackServerContext* call,
                                                    const v1::RecallRequest* request,
                                                    v1::RecallResponse* response) {
  return recall_.Start(call, request, response);
}

absl::Status MemoryServiceImpl::AnswerRecall(const Context& context,
                                             const grpc::CallbackServerContext*,
                                             const v1::RecallRequest& request,
                                             v1::RecallResponse& response) {
  ASSIGN_OR_RETURN(response, RecallOne(context, request));
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* MemoryServiceImpl::BatchRecall(grpc::CallbackServerContext* call,
                                                         const v1::BatchRecallRequest* request,
                                                         v1::BatchRecallResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("BatchRecall"), [=, this](const Context& ctx) -> absl::Status {
        if (request->requests_size() < 1 || request->requests_size() > kMaxBatchedRecalls) {
          return InvalidField("requests", absl::StrCat("1 to ", kMaxBatchedRecalls, " recalls"),
                              "split the batch");
        }
        for (int i = 0; i < request->requests_size(); ++i) {
          absl::StatusOr<v1::RecallResponse> answer = RecallOne(ctx, request->requests(i));
          if (!answer.ok()) return InElement(answer.status(), absl::StrCat("requests[", i, "]"));
          *response->add_responses() = *std::move(answer);
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::GetProfile(grpc::CallbackServerContext* call,
                                                        const v1::GetProfileRequest* request,
                                                        v1::GetProfileResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("GetProfile"), [=, this](const Context& ctx) -> absl::Status {
        ASSIGN_OR_RETURN(const deal::CustomerProfile profile,
                         memory_.GetProfile(ctx, request->customer_id(), request->version()));
        *response->mutable_profile() = wire::ToProto(profile);
        response->set_rendered(RenderProfile(profile));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::UpdateProfile(grpc::CallbackServerContext* call,
                                                           const v1::UpdateProfileRequest* request,
                                                           v1::UpdateProfileResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("UpdateProfile"), [=, this](const Context& ctx) -> absl::Status {
        return audit::Audited(
            audit_, ctx, call, OnCustomer("update_profile", request->customer_id()),
            audit::When::kSoon, [&](audit::Record& record) -> absl::Status {
              ASSIGN_OR_RETURN(const deal::CustomerProfile profile,
                               memory_.UpdateProfile(ctx, request->customer_id(),
                                                     wire::FromProto(request->changes()),
                                                     request->expected_version()));
              record.counts = {{"version", profile.version}};
              *response->mutable_profile() = wire::ToProto(profile);
              return absl::OkStatus();
            });
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::ListProfileVersions(
    grpc::CallbackServerContext* call, const v1::ListProfileVersionsRequest* request,
    v1::ListProfileVersionsResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("ListProfileVersions"), [=, this](const Context& ctx) -> absl::Status {
        ASSIGN_OR_RETURN(const int size, PageSize(request->page_size(), kDefaultVersionsPage));
        ASSIGN_OR_RETURN(const std::string token, ParseToken(request->page_token()));
        int64_t before = 0;
        if (!token.empty() && !absl::SimpleAtoi(token, &before)) {
          return InvalidField("page_token", "a next_page_token of this request", "leave it empty");
        }
        ASSIGN_OR_RETURN(std::vector<ProfileRecord> records,
                         memory_.ListProfiles(ctx, request->customer_id(), before, size + 1));
        const bool more = records.size() > static_cast<size_t>(size);
        if (more) records.pop_back();
        for (const ProfileRecord& record : records) *response->add_versions() = ToProto(record);
        if (more) {
          response->set_next_page_token(FormatToken(absl::StrCat(records.back().profile.version)));
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::GetDeal(grpc::CallbackServerContext* call,
                                                     const v1::GetDealRequest* request,
                                                     v1::GetDealResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("GetDeal"), [=, this](const Context& ctx) -> absl::Status {
        std::optional<absl::Time> as_of;
        if (request->has_as_of()) as_of = wire::FromTimestamp(request->as_of());
        ASSIGN_OR_RETURN(const deal::DealState deal,
                         memory_.GetDeal(ctx, request->customer_id(), as_of));
        *response->mutable_deal() = wire::ToProto(deal);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::ListFacts(grpc::CallbackServerContext* call,
                                                       const v1::ListFactsRequest* request,
                                                       v1::ListFactsResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("ListFacts"), [=, this](const Context& ctx) -> absl::Status {
        ASSIGN_OR_RETURN(const RowFilter filter, FromProto(request->filter()));
        ASSIGN_OR_RETURN(const int size, PageSize(request->page_size(), kDefaultFactsPage));
        ASSIGN_OR_RETURN(const FactPage page, memory_.ListFacts(ctx, request->customer_id(), filter,
                                                                size, request->page_token()));
        wire::AppendAll(page.facts, response->mutable_facts());
        response->set_next_page_token(page.next_page_token);
        response->set_version(page.version);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::GetFactHistory(
    grpc::CallbackServerContext* call, const v1::GetFactHistoryRequest* request,
    v1::GetFactHistoryResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("GetFactHistory"), [=, this](const Context& ctx) -> absl::Status {
        ASSIGN_OR_RETURN(const std::vector<deal::Fact> facts,
                         memory_.FactHistory(ctx, request->customer_id(), request->fact_id()));
        wire::AppendAll(facts, response->mutable_facts());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::Invalidate(grpc::CallbackServerContext* call,
                                                        const v1::InvalidateRequest* request,
                                                        v1::InvalidateResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("Invalidate"), [=, this](const Context& ctx) -> absl::Status {
        return audit::Audited(
            audit_, ctx, call,
            OnCustomer("invalidate", request->customer_id(), {{"fact_id", request->fact_id()}}),
            audit::When::kSoon, [&](audit::Record&) -> absl::Status {
              ASSIGN_OR_RETURN(const ChangedFact changed,
                               memory_.Invalidate(ctx, request->customer_id(), request->fact_id(),
                                                  request->reason()));
              *response->mutable_fact() = wire::ToProto(changed.fact);
              response->set_version(changed.version);
              CountRows("invalidated", 1);
              return absl::OkStatus();
            });
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::Restore(grpc::CallbackServerContext* call,
                                                     const v1::RestoreRequest* request,
                                                     v1::RestoreResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("Restore"), [=, this](const Context& ctx) -> absl::Status {
        return audit::Audited(
            audit_, ctx, call,
            OnCustomer("restore", request->customer_id(), {{"fact_id", request->fact_id()}}),
            audit::When::kSoon, [&](audit::Record&) -> absl::Status {
              ASSIGN_OR_RETURN(const ChangedFact changed,
                               memory_.Restore(ctx, request->customer_id(), request->fact_id()));
              *response->mutable_fact() = wire::ToProto(changed.fact);
              response->set_version(changed.version);
              CountRows("restored", 1);
              return absl::OkStatus();
            });
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::Forget(grpc::CallbackServerContext* call,
                                                    const v1::ForgetRequest* request,
                                                    v1::ForgetResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("Forget"), [=, this](const Context& ctx) -> absl::Status {
        return audit::Audited(
            audit_, ctx, call,
            OnCustomer("forget", request->customer_id(),
                       {{"call_id", request->call_id()}, {"fact_id", request->fact_id()}}),
            audit::When::kBeforeTheAnswer, [&](audit::Record& record) -> absl::Status {
              const bool named = request->target_case() != v1::ForgetRequest::TARGET_NOT_SET;
              const ForgetTarget target{.call_id = request->call_id(),
                                        .fact_id = request->fact_id()};
              if (named && target.call_id.empty() && target.fact_id.empty()) {
                return InvalidField("target", "a call_id or fact_id that is not empty",
                                    "leave the target unset to erase the whole customer");
              }
              ASSIGN_OR_RETURN(const ForgetReceipt receipt,
                               memory_.Forget(ctx, request->customer_id(), target));
              *response = ToProto(receipt);
              response->set_cache_entries(
                  cached_.Erase(ctx, RecallKeyPrefix(ctx.tenant(), request->customer_id())));
              CountRows("forgotten", receipt.facts);
              record.objects.emplace_back("receipt_id", receipt.receipt_id);
              record.counts = {{"facts", response->facts()},
                               {"blockers", response->blockers()},
                               {"stakeholders", response->stakeholders()},
                               {"profile_versions", response->profile_versions()},
                               {"cache_entries", response->cache_entries()}};
              Log(ctx, Severity::kInfo, "erased on request",
                  {{"receipt_id", receipt.receipt_id}, {"facts", receipt.facts}});
              return absl::OkStatus();
            });
      });
}

grpc::ServerWriteReactor<v1::ExportResponse>* MemoryServiceImpl::Export(
    grpc::CallbackServerContext* call, const v1::ExportRequest* request) {
  return rpc::StreamCall<v1::ExportResponse>::Start(
      runtime_, call, Method("Export"),
      [=, this](const Context& ctx, rpc::Sink<v1::ExportResponse>& sink) -> absl::Status {
        return audit::Audited(
            audit_, ctx, call, OnCustomer("export", request->customer_id()),
            audit::When::kBeforeTheAnswer, [&](audit::Record& record) -> absl::Status {
              ASSIGN_OR_RETURN(const Archive archive, memory_.Export(ctx, request->customer_id()));
              record.counts = {{"facts", static_cast<int64_t>(archive.facts.size())},
                               {"profile_versions", static_cast<int64_t>(archive.profiles.size())}};
              RETURN_IF_ERROR(store::WriteLines(archive, [&sink](const std::string& line) {
                v1::ExportResponse response;
                response.set_json_line(line);
                return sink.Write(response);
              }));
              return ctx.Check();
            });
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::Import(grpc::CallbackServerContext* call,
                                                    const v1::ImportRequest* request,
                                                    v1::ImportResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("Import"), [=, this](const Context& ctx) -> absl::Status {
        return audit::Audited(
            audit_, ctx, call, OnCustomer("import", request->customer_id()), audit::When::kSoon,
            [&](audit::Record& record) -> absl::Status {
              if (request->json_lines_size() > kMaxImportedLines ||
                  request->ByteSizeLong() > kMaxImportedBytes) {
                return InvalidField("json_lines", "at most 100,000 lines and 12 MiB together",
                                    "import a smaller customer");
              }
              const std::vector<const std::string*> lines(request->json_lines().pointer_begin(),
                                                          request->json_lines().pointer_end());
              ASSIGN_OR_RETURN(const Archive archive, store::ReadLines(lines));
              ASSIGN_OR_RETURN(const int64_t version,
                               memory_.Import(ctx, request->customer_id(), archive));
              response->set_rows(static_cast<int64_t>(
                  archive.facts.size() + archive.contributions.size() + archive.profiles.size()));
              response->set_version(version);
              record.counts = {{"rows", response->rows()}, {"version", version}};
              return absl::OkStatus();
            });
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::ListCustomers(grpc::CallbackServerContext* call,
                                                           const v1::ListCustomersRequest* request,
                                                           v1::ListCustomersResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, Method("ListCustomers"), [=, this](const Context& ctx) -> absl::Status {
        ASSIGN_OR_RETURN(const int size, PageSize(request->page_size(), kDefaultCustomersPage));
        ASSIGN_OR_RETURN(const std::string after, ParseToken(request->page_token()));
        ASSIGN_OR_RETURN(std::vector<CustomerSummary> customers,
                         memory_.ListCustomers(ctx, after, size + 1));
        const bool more = customers.size() > static_cast<size_t>(size);
        if (more) customers.pop_back();
        for (const CustomerSummary& customer : customers) {
          *response->add_customers() = ToProto(customer);
        }
        if (more) response->set_next_page_token(FormatToken(customers.back().customer_id));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemoryServiceImpl::PreviewRetention(
    grpc::CallbackServerContext* call, const v1::PreviewRetentionRequest*,
    v1::PreviewRetentionResponse* response) {
  return rpc::UnaryCall::Start(runtime_, call, Method("PreviewRetention"),
                               [=, this](const Context& ctx) -> absl::Status {
                                 ASSIGN_OR_RETURN(const auto previews, sweeper_.PreviewTenant(ctx));
                                 retention::Answer(previews, *response);
                                 return absl::OkStatus();
                               });
}

}  // namespace throughline::memory
