#include "services/memory/convert.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "common/wire/time.h"
#include "services/memory/domain/validation.h"

namespace throughline::memory {
namespace {

// The same bytes for the same message, in this build.
std::string Canonical(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

VerbatimText ToText(const v1::VerbatimText& proto) {
  VerbatimText text{.id = proto.id(),
                    .text = proto.text(),
                    .speaker = proto.speaker(),
                    .tags = wire::CollectAll(proto.tags()),
                    .call_id = proto.call_id(),
                    .turn = proto.turn()};
  if (proto.has_at()) text.at = wire::FromTimestamp(proto.at());
  return text;
}

std::optional<absl::Time> TimeOf(bool present, const google::protobuf::Timestamp& timestamp) {
  if (!present) return std::nullopt;
  return wire::FromTimestamp(timestamp);
}

v1::RetainedRow ToRow(const RetainedRow& row) {
  v1::RetainedRow proto;
  proto.set_id(row.id);
  proto.set_outcome(static_cast<v1::RetainOutcome>(row.outcome));
  wire::AppendAll(row.superseded_ids, proto.mutable_superseded_ids());
  return proto;
}

void Count(const RetainedRow& row, v1::RetainResponse* response) {
  switch (row.outcome) {
    case RetainOutcome::kSuperseded:
    case RetainOutcome::kAdded:
      response->set_added(response->added() + 1);
      break;
    case RetainOutcome::kUpdated:
      response->set_updated(response->updated() + 1);
      break;
    case RetainOutcome::kDuplicate:
      response->set_duplicates(response->duplicates() + 1);
      break;
  }
  response->set_superseded(response->superseded() + static_cast<int>(row.superseded_ids.size()));
}

absl::StatusOr<TagsMatch> FromProto(v1::TagsMatch match) {
  switch (match) {
    case v1::TAGS_MATCH_UNSPECIFIED:
    case v1::TAGS_MATCH_ANY:
      return TagsMatch::kAny;
    case v1::TAGS_MATCH_ALL:
      return TagsMatch::kAll;
    case v1::TAGS_MATCH_ANY_STRICT:
      return TagsMatch::kAnyStrict;
    case v1::TAGS_MATCH_ALL_STRICT:
      return TagsMatch::kAllStrict;
    case v1::TAGS_MATCH_EXACT:
      return TagsMatch::kExact;
    default:
      return InvalidField("filter.tags_match", "a value of TagsMatch", "use one of the five modes");
  }
}

absl::StatusOr<RecallBudget> FromProto(v1::RecallBudget budget) {
  switch (budget) {
    case v1::RECALL_BUDGET_LOW:
      return RecallBudget::kLow;
    case v1::RECALL_BUDGET_UNSPECIFIED:
    case v1::RECALL_BUDGET_MID:
      return RecallBudget::kMid;
    case v1::RECALL_BUDGET_HIGH:
      return RecallBudget::kHigh;
    default:
      return InvalidField("budget", "a value of RecallBudget", "use LOW, MID or HIGH");
  }
}

void AddComponent(const char* name, double value, v1::ScoredFact* scored) {
  if (value == 0) return;
  v1::ScoreComponent* component = scored->add_explanation();
  component->set_name(name);
  component->set_value(value);
}

v1::ScoredFact ToScored(const ScoredFact& fact, bool explain, MeaningUse meaning) {
  v1::ScoredFact scored;
  *scored.mutable_fact() = wire::ToProto(*fact.fact);
  scored.set_score(fact.score);
  if (explain) {
    AddComponent("words", fact.parts.words, &scored);
    AddComponent("speaker", fact.parts.speaker, &scored);
    AddComponent("neighbours", fact.parts.neighbours, &scored);
    AddComponent("dates", fact.parts.dates, &scored);
    AddComponent("recency", fact.parts.recency, &scored);
    AddComponent("kind", fact.parts.kind, &scored);
    AddComponent("meaning", fact.parts.meaning, &scored);
    // Asked for and not to be had: there, and 0.
    if (meaning == MeaningUse::kMissing) scored.add_explanation()->set_name("meaning");
  }
  return scored;
}

}  // namespace

RetainCommand FromProto(const v1::RetainRequest& request) {
  RetainCommand command{.facts = wire::CollectAll(request.facts()),
                        .idempotency_key = request.idempotency_key(),
                        .tags = wire::CollectAll(request.tags())};
  if (request.has_call()) {
    command.call = CallRecord{.call_id = request.call().call_id(),
                              .occurred_at = request.call().has_occurred_at()
                                                 ? wire::FromTimestamp(request.call().occurred_at())
                                                 : absl::InfinitePast(),
                              .summary = request.call().summary()};
  }
  for (const v1::VerbatimText& text : request.texts()) command.texts.push_back(ToText(text));
  if (request.has_analysis()) command.analysis = wire::FromProto(request.analysis());
  if (request.has_profile_changes()) {
    command.profile_changes = wire::FromProto(request.profile_changes());
  }
  if (!command.idempotency_key.empty()) {
    v1::RetainRequest content = request;
    content.clear_idempotency_key();
    command.request_digest = Sha256Hex({Canonical(content)});
  }
  return command;
}

v1::RetainResponse ToProto(const RetainResult& result) {
  v1::RetainResponse response;
  for (const RetainedRow& row : result.facts) {
    *response.add_facts() = ToRow(row);
    Count(row, &response);
  }
  for (const RetainedRow& row : result.texts) {
    *response.add_texts() = ToRow(row);
    Count(row, &response);
  }
  response.set_version(result.version);
  response.set_replayed(result.replayed);
  return response;
}

absl::StatusOr<RowFilter> FromProto(const v1::RowFilter& filter) {
  ASSIGN_OR_RETURN(const TagsMatch match, FromProto(filter.tags_match()));
  RowFilter row_filter{.tags = wire::CollectAll(filter.tags()),
                       .tags_match = match,
                       .call_id = filter.call_id(),
                       .since = TimeOf(filter.has_since(), filter.since()),
                       .until = TimeOf(filter.has_until(), filter.until()),
                       .as_of = TimeOf(filter.has_as_of(), filter.as_of()),
                       .include_closed = filter.include_closed()};
  for (const int kind : filter.kinds()) {
    if (!throughline::deal::v1::FactKind_IsValid(kind)) {
      return InvalidField("filter.kinds", "values of FactKind", "name one of its kinds");
    }
    row_filter.kinds.push_back(static_cast<deal::FactKind>(kind));
  }
  return row_filter;
}

absl::StatusOr<RecallQuery> FromProto(const v1::RecallRequest& request) {
  ASSIGN_OR_RETURN(const RecallBudget budget, FromProto(request.budget()));
  ASSIGN_OR_RETURN(RowFilter filter, FromProto(request.filter()));
  return RecallQuery{
      .query = request.query(),
      .budget = budget,
      .max_tokens = request.max_tokens() == 0 ? kDefaultRecallTokens : request.max_tokens(),
      .limit = request.limit() == 0 ? kDefaultRecallLimit : request.limit(),
      .filter = std::move(filter),
      .min_version = request.min_version(),
      .page_token = request.page_token(),
      .query_time = TimeOf(request.has_query_time(), request.query_time())};
}

v1::RecallResponse ToProto(const Recollection& found, bool explain) {
  v1::RecallResponse response;
  for (const ScoredFact& fact : found.results) {
    *response.add_results() = ToScored(fact, explain, found.meaning);
  }
  *response.mutable_deal() = wire::ToProto(found.state.deal);
  if (found.state.profile.has_value()) {
    *response.mutable_profile() = wire::ToProto(*found.state.profile);
  }
  response.set_rendered_context(found.rendered_context);
  response.set_version(found.version);
  response.set_next_page_token(found.next_page_token);
  return response;
}

v1::CustomerSummary ToProto(const CustomerSummary& summary) {
  v1::CustomerSummary proto;
  proto.set_customer_id(summary.customer_id);
  proto.set_version(summary.version);
  proto.set_facts(summary.current_facts);
  *proto.mutable_updated_at() = wire::ToTimestamp(summary.updated_at);
  return proto;
}

v1::ProfileVersion ToProto(const ProfileRecord& record) {
  v1::ProfileVersion proto;
  *proto.mutable_profile() = wire::ToProto(record.profile);
  *proto.mutable_written_at() = wire::ToTimestamp(record.written_at);
  proto.set_call_id(record.call_id);
  return proto;
}

v1::ForgetResponse ToProto(const ForgetReceipt& receipt) {
  v1::ForgetResponse proto;
  proto.set_receipt_id(receipt.receipt_id);
  *proto.mutable_forgotten_at() = wire::ToTimestamp(receipt.forgotten_at);
  proto.set_facts(receipt.facts);
  proto.set_blockers(receipt.blockers);
  proto.set_stakeholders(receipt.stakeholders);
  proto.set_profile_versions(receipt.profile_versions);
  return proto;
}

absl::StatusOr<int> PageSize(int asked, int otherwise) {
  RETURN_IF_ERROR(ValidatePageSize(asked));
  return asked == 0 ? otherwise : asked;
}

std::string RecallKeyPrefix(const std::string& tenant, const std::string& customer_id) {
  return absl::StrCat("{", tenant, ":", customer_id, "}:");
}

std::string RecallKey(const std::string& tenant, const v1::RecallRequest& request, int64_t version,
                      absl::CivilDay today) {
  v1::RecallRequest content = request;
  content.clear_min_version();
  const std::string day = request.has_query_time() ? "" : absl::FormatCivilTime(today);
  return absl::StrCat(RecallKeyPrefix(tenant, request.customer_id()), version, ":",
                      Sha256Hex({Canonical(content), day}));
}

}  // namespace throughline::memory
