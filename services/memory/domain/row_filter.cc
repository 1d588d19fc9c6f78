#include "services/memory/domain/row_filter.h"

#include <algorithm>
#include <set>

namespace throughline::memory {
namespace {

bool Holds(const std::vector<std::string>& set, const std::string& value) {
  return std::find(set.begin(), set.end(), value) != set.end();
}

bool HoldsAny(const std::vector<std::string>& tags, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&tags](const std::string& tag) { return Holds(tags, tag); });
}

bool HoldsAll(const std::vector<std::string>& tags, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&tags](const std::string& tag) { return Holds(tags, tag); });
}

bool OfCall(const FactRow& row, const std::string& call_id) {
  return row.call_id == call_id ||
         std::any_of(row.fact.evidence.begin(), row.fact.evidence.end(),
                     [&](const deal::Evidence& evidence) { return evidence.call_id == call_id; });
}

bool ValidAt(const FactRow& row, absl::Time time) {
  const bool invalid = row.invalidation.has_value() && row.invalidation->at <= time;
  return !invalid && row.fact.valid_from <= time && time < row.fact.valid_to;
}

}  // namespace

bool MatchesTags(const std::vector<std::string>& tags, const std::vector<std::string>& wanted,
                 TagsMatch match) {
  switch (match) {
    case TagsMatch::kAny:
      return wanted.empty() || tags.empty() || HoldsAny(tags, wanted);
    case TagsMatch::kAll:
      return tags.empty() || HoldsAll(tags, wanted);
    case TagsMatch::kAnyStrict:
      return HoldsAny(tags, wanted);
    case TagsMatch::kAllStrict:
      return !wanted.empty() && HoldsAll(tags, wanted);
    case TagsMatch::kExact:
      return std::set<std::string>(tags.begin(), tags.end()) ==
             std::set<std::string>(wanted.begin(), wanted.end());
  }
  return false;
}

bool Matches(const RowFilter& filter, const FactRow& row) {
  if (!filter.kinds.empty() &&
      std::find(filter.kinds.begin(), filter.kinds.end(), row.fact.kind) == filter.kinds.end()) {
    return false;
  }
  if (!filter.call_id.empty() && !OfCall(row, filter.call_id)) return false;
  if (filter.since.has_value() && row.fact.valid_from < *filter.since) return false;
  if (filter.until.has_value() && row.fact.valid_from >= *filter.until) return false;
  if (!filter.include_closed) {
    const bool holds = filter.as_of.has_value() ? ValidAt(row, *filter.as_of) : row.IsCurrent();
    if (!holds) return false;
  } else if (filter.as_of.has_value() && row.fact.valid_from > *filter.as_of) {
    return false;
  }
  return MatchesTags(row.fact.tags, filter.tags, filter.tags_match);
}

}  // namespace throughline::memory
