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

bool Holds(const CustomerIndex& index, size_t position, const RowFilter& filter) {
  const CustomerIndex::Row& row = index.row(position);
  if (filter.include_closed) return !filter.as_of.has_value() || row.valid_from <= *filter.as_of;
  if (!filter.as_of.has_value()) return index.IsCurrent(position);
  const CustomerIndex::Closing& closing = index.closing(position);
  return row.valid_from <= *filter.as_of && *filter.as_of < closing.valid_to &&
         *filter.as_of < closing.invalidated_at;
}

// By number of `lists`, whether `test` holds of the list.
template <typename Test>
std::vector<uint8_t> TestEach(const ValueTable& lists, Test test) {
  std::vector<uint8_t> results(lists.size());
  for (uint32_t number = 0; number < lists.size(); ++number) {
    results[number] = test(UnpackStrings(lists.value(number))) ? 1 : 0;
  }
  return results;
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

std::vector<uint8_t> EligibleRows(const CustomerIndex& index, const RowFilter& filter) {
  const std::vector<uint8_t> tags = TestEach(index.tags(), [&](const auto& list) {
    return MatchesTags(list, filter.tags, filter.tags_match);
  });
  const std::vector<uint8_t> calls = TestEach(index.calls(), [&](const auto& list) {
    return filter.call_id.empty() || Holds(list, filter.call_id);
  });
  const auto of_kind = [&filter](deal::FactKind kind) {
    return filter.kinds.empty() ||
           std::find(filter.kinds.begin(), filter.kinds.end(), kind) != filter.kinds.end();
  };
  std::vector<uint8_t> eligible(index.size());
  for (size_t i = 0; i < index.size(); ++i) {
    const CustomerIndex::Row& row = index.row(i);
    const bool in_range = (!filter.since.has_value() || row.valid_from >= *filter.since) &&
                          (!filter.until.has_value() || row.valid_from < *filter.until);
    eligible[i] = in_range && tags[row.tags] != 0 && calls[row.calls] != 0 && of_kind(row.kind) &&
                  Holds(index, i, filter);
  }
  return eligible;
}

}  // namespace throughline::memory
