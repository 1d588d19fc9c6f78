#include "services/memory/domain/validation.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/deal_validation.h"
#include "services/memory/domain/field_checks.h"

namespace throughline::memory {
namespace {

// Clocks of callers may run a little ahead.
constexpr absl::Duration kClockTolerance = absl::Minutes(1);

absl::Status CheckFact(const deal::Fact& fact, const std::string& field) {
  if (fact.kind == deal::FactKind::kUnspecified) {
    return InvalidField(field + ".kind", "a kind of fact", "name one");
  }
  if (fact.kind == deal::FactKind::kVerbatim) {
    return InvalidField(field + ".kind", "a typed kind", "send raw text in texts");
  }
  RETURN_IF_ERROR(CheckRequired(fact.text, field + ".text", kMaxFactTextBytes));
  RETURN_IF_ERROR(CheckLength(fact.subject, field + ".subject", kMaxIdBytes));
  RETURN_IF_ERROR(CheckLength(fact.attribute, field + ".attribute", kMaxIdBytes));
  RETURN_IF_ERROR(CheckLength(fact.value, field + ".value", kMaxFactTextBytes));
  if (!(fact.confidence >= 0 && fact.confidence <= 1)) {
    return InvalidField(field + ".confidence", "0 to 1", "scale it");
  }
  if (fact.evidence.empty() || fact.evidence.size() > kMaxEvidencePerFact) {
    return InvalidField(field + ".evidence", absl::StrCat("1 to ", kMaxEvidencePerFact, " entries"),
                        "say where it was said");
  }
  for (size_t i = 0; i < fact.evidence.size(); ++i) {
    RETURN_IF_ERROR(CheckEvidence(fact.evidence[i], absl::StrCat(field, ".evidence[", i, "]")));
  }
  return CheckTags(fact.tags, field + ".tags");
}

absl::Status CheckText(const VerbatimText& text, const std::string& field) {
  RETURN_IF_ERROR(CheckLength(text.id, field + ".id", kMaxIdBytes));
  RETURN_IF_ERROR(CheckRequired(text.text, field + ".text", kMaxFactTextBytes));
  RETURN_IF_ERROR(CheckLength(text.speaker, field + ".speaker", kMaxIdBytes));
  RETURN_IF_ERROR(CheckLength(text.call_id, field + ".call_id", kMaxIdBytes));
  if (text.turn < 0) return InvalidField(field + ".turn", "0 or more", "count turns from 0");
  return CheckTags(text.tags, field + ".tags");
}

absl::Status CheckCall(const CallRecord& call) {
  RETURN_IF_ERROR(CheckRequired(call.call_id, "call.call_id", kMaxIdBytes));
  if (call.occurred_at == absl::InfinitePast() || call.occurred_at == absl::InfiniteFuture()) {
    return InvalidField("call.occurred_at", "the time of the call", "set it");
  }
  return CheckLength(call.summary, "call.summary", kMaxSummaryBytes);
}

absl::Status CheckAnalysis(const RetainCommand& command) {
  if (!command.analysis.has_value()) return absl::OkStatus();
  if (!command.call.has_value()) {
    return InvalidField("call", "the call that was analysed", "set call beside analysis");
  }
  return ValidateAnalysis(*command.analysis, "analysis");
}

}  // namespace

absl::Status ValidateCustomerId(absl::string_view customer_id) {
  RETURN_IF_ERROR(CheckRequired(customer_id, "customer_id", kMaxIdBytes));
  const bool has_control = std::any_of(customer_id.begin(), customer_id.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (has_control) {
    return InvalidField("customer_id", "no control characters", "send the id as it was chosen");
  }
  return absl::OkStatus();
}

absl::Status ValidateFactId(absl::string_view fact_id) {
  return CheckRequired(fact_id, "fact_id", kMaxIdBytes);
}

absl::Status ValidateReason(absl::string_view reason) {
  return CheckRequired(reason, "reason", kMaxReasonBytes);
}

absl::Status ValidateRetain(const RetainCommand& command) {
  if (command.call.has_value()) RETURN_IF_ERROR(CheckCall(*command.call));
  if (command.facts.size() > kMaxFactsPerRetain) {
    return InvalidField("facts", absl::StrCat("at most ", kMaxFactsPerRetain), "send several");
  }
  for (size_t i = 0; i < command.facts.size(); ++i) {
    RETURN_IF_ERROR(CheckFact(command.facts[i], absl::StrCat("facts[", i, "]")));
  }
  if (command.texts.size() > kMaxTextsPerRetain) {
    return InvalidField("texts", absl::StrCat("at most ", kMaxTextsPerRetain), "send several");
  }
  for (size_t i = 0; i < command.texts.size(); ++i) {
    RETURN_IF_ERROR(CheckText(command.texts[i], absl::StrCat("texts[", i, "]")));
  }
  RETURN_IF_ERROR(CheckAnalysis(command));
  if (command.profile_changes.has_value()) {
    RETURN_IF_ERROR(ValidateProfile(*command.profile_changes, "profile_changes"));
  }
  RETURN_IF_ERROR(CheckLength(command.idempotency_key, "idempotency_key", kMaxIdBytes));
  return CheckTags(command.tags, "tags");
}

absl::Status ValidateFilter(const RowFilter& filter, absl::Time now) {
  RETURN_IF_ERROR(CheckTags(filter.tags, "filter.tags"));
  const bool strict =
      filter.tags_match == TagsMatch::kAnyStrict || filter.tags_match == TagsMatch::kAllStrict;
  if (strict && filter.tags.empty()) {
    return InvalidField("filter.tags", "at least one tag with a strict tags_match",
                        "name a tag, or use TAGS_MATCH_ANY to find every row");
  }
  if (filter.kinds.size() > kMaxKinds) {
    return InvalidField("filter.kinds", absl::StrCat("at most ", kMaxKinds), "name each once");
  }
  for (size_t i = 0; i < filter.kinds.size(); ++i) {
    if (filter.kinds[i] == deal::FactKind::kUnspecified) {
      return InvalidField(absl::StrCat("filter.kinds[", i, "]"), "a kind of fact", "name one");
    }
  }
  RETURN_IF_ERROR(CheckLength(filter.call_id, "filter.call_id", kMaxIdBytes));
  if (filter.since.has_value() && filter.until.has_value() && *filter.since >= *filter.until) {
    return InvalidField("filter.until", "a time after filter.since", "swap them");
  }
  return ValidateAsOf(filter.as_of, "filter.as_of", now);
}

absl::Status ValidateAsOf(std::optional<absl::Time> as_of, absl::string_view field,
                          absl::Time now) {
  if (!as_of.has_value() || *as_of <= now + kClockTolerance) return absl::OkStatus();
  return InvalidField(field, "a time that is not in the future", "leave it unset for now");
}

absl::Status ValidateCallId(absl::string_view call_id) {
  return CheckRequired(call_id, "call_id", kMaxIdBytes);
}

absl::Status ValidateRecall(const RecallQuery& query, absl::Time now) {
  RETURN_IF_ERROR(CheckRequired(query.query, "query", kMaxQueryBytes));
  if (query.max_tokens < 1 || query.max_tokens > kMaxRecallTokens) {
    return InvalidField("max_tokens", absl::StrCat("1 to ", kMaxRecallTokens), "or 0 for 4,096");
  }
  if (query.limit < 1 || query.limit > kMaxRecallLimit) {
    return InvalidField("limit", absl::StrCat("1 to ", kMaxRecallLimit), "or 0 for 50");
  }
  if (query.min_version < 0) return InvalidField("min_version", "0 or more", "leave it unset");
  return ValidateFilter(query.filter, now);
}

absl::Status ValidatePageSize(int page_size) {
  if (page_size < 0 || page_size > kMaxPageSize) {
    return InvalidField("page_size", absl::StrCat("1 to ", kMaxPageSize), "or 0 for the default");
  }
  return absl::OkStatus();
}

}  // namespace throughline::memory
