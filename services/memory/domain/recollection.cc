#include "services/memory/domain/recollection.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/packing.h"
#include "services/memory/domain/paging.h"
#include "services/memory/domain/rendering.h"
#include "services/memory/domain/row_filter.h"
#include "services/memory/domain/validation.h"

namespace throughline::memory {
namespace {

// The longest beginning of `text` within `max_bytes` that splits no character.
absl::string_view Beginning(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::vector<bool> Eligible(const CustomerIndex& index, const RowFilter& filter) {
  std::vector<bool> eligible(index.size());
  for (size_t i = 0; i < index.size(); ++i) eligible[i] = Matches(filter, index.row(i).row);
  return eligible;
}

}  // namespace

deal::Fact FactOf(const FactRow& row) {
  deal::Fact fact = row.fact;
  if (row.IsVerbatim() && !(row.call_id.empty() && row.speaker.empty())) {
    fact.evidence = {{.call_id = row.call_id,
                      .turn = row.turn,
                      .speaker = row.speaker,
                      .quote = std::string(Beginning(fact.text, kMaxQuoteBytes))}};
  }
  return fact;
}

absl::StatusOr<Recollection> RecallFrom(const Snapshot& snapshot, const RecallQuery& query,
                                        absl::Time now) {
  ASSIGN_OR_RETURN(const RecallCursor cursor, ParseRecallCursor(query.page_token));
  if (!query.page_token.empty() && cursor.version != snapshot.version) {
    return WithReason(absl::FailedPreconditionError(
                          "page_token: the customer has changed since the first page; start again "
                          "with an empty token"),
                      "PAGE_TOKEN_STALE");
  }
  const CustomerIndex& index = *snapshot.index;
  const absl::Time query_time = query.query_time.value_or(now);
  // As deep as this page and those before it can reach.
  const size_t max_rows = (cursor.page + 1) * static_cast<size_t>(query.limit) + kMaxSkippedPerPage;
  const std::vector<RankedRow> ranked =
      Rank(index,
           {.text = query.query,
            .budget = query.budget,
            .today = absl::ToCivilDay(query_time, absl::UTCTimeZone())},
           Eligible(index, query.filter), max_rows);
  std::vector<int> tokens;
  tokens.reserve(ranked.size());
  for (const RankedRow& row : ranked) {
    tokens.push_back(EstimateTokens(index.row(row.position).row.fact.text));
  }
  bool more = false;
  const std::vector<size_t> page =
      PackPage(tokens, query.max_tokens, static_cast<size_t>(query.limit), cursor.page, &more);
  more = more || (ranked.size() == max_rows && !page.empty());
  Recollection found{.state = snapshot.state, .version = snapshot.version};
  std::vector<deal::Fact> facts;
  for (const size_t rank : page) {
    const RankedRow& row = ranked[rank];
    found.results.push_back(
        {.fact = FactOf(index.row(row.position).row), .score = row.score, .parts = row.parts});
    facts.push_back(found.results.back().fact);
  }
  found.rendered_context = RenderContext(found.state, facts);
  if (more && cursor.page < kMaxRecallPages) {
    found.next_page_token =
        FormatRecallCursor({.version = snapshot.version, .page = cursor.page + 1});
  }
  return found;
}

}  // namespace throughline::memory
