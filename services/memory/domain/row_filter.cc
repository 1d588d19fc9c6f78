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

// Whether the row at `position` is there at the moment that `filter` asks for.
bool IsThere(const CustomerIndex& index, size_t position, const RowFilter& filter) {
  const CustomerIndex::Row& row = index.row(position);
  if (row.valid_from > *filter.as_of) return false;
  if (filter.include_closed) return true;
  const CustomerIndex::Closing& closing = index.closing(position);
  return *filter.as_of < closing.valid_to && *filter.as_of < closing.invalidated_at;
}

// Whether tags can keep a row out although none are asked for.
bool IsStrict(TagsMatch match) { return match != TagsMatch::kAny && match != TagsMatch::kAll; }

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
  // Most questions ask for what is current and for no more.
  std::vector<uint8_t> eligible = index.tables().current;
  if (filter.include_closed || filter.as_of.has_value()) {
    for (size_t i = 0; i < eligible.size(); ++i) {
      eligible[i] = !filter.as_of.has_value() || IsThere(index, i, filter) ? 1 : 0;
    }
  }
  const auto keep_if = [&](auto test) {
    for (size_t i = 0; i < eligible.size(); ++i) {
      if (eligible[i] != 0 && !test(index.row(i))) eligible[i] = 0;
    }
  };
  if (!filter.tags.empty() || IsStrict(filter.tags_match)) {
    const std::vector<uint8_t> tags = TestEach(index.tags(), [&](const auto& list) {
      return MatchesTags(list, filter.tags, filter.tags_match);
    });
    keep_if([&tags](const CustomerIndex::Row& row) { return tags[row.tags] != 0; });
  }
  if (!filter.call_id.empty()) {
    const std::vector<uint8_t> calls = TestEach(
        index.calls(), [&filter](const auto& list) { return Holds(list, filter.call_id); });
    keep_if([&calls](const CustomerIndex::Row& row) { return calls[row.calls] != 0; });
  }
  if (!filter.kinds.empty()) {
    keep_if([&filter](const CustomerIndex::Row& row) {
      return std::find(filter.kinds.begin(), filter.kinds.end(), row.kind) != filter.kinds.end();
    });
  }
  if (filter.since.has_value() || filter.until.has_value()) {
    keep_if([&filter](const CustomerIndex::Row& row) {
      return (!filter.since.has_value() || row.valid_from >= *filter.since) &&
             (!filter.until.has_value() || row.valid_from < *filter.until);
    });
  }
  return eligible;
}

}  // namespace throughline::memory
