#include "services/memory/domain/recollection.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/packing.h"
#include "services/memory/domain/ranking.h"
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

// The rows at `positions`, in that order.
absl::StatusOr<std::vector<FactRow>> FetchInOrder(const CustomerIndex& index,
                                                  const std::vector<uint32_t>& positions,
                                                  FetchRows fetch) {
  if (positions.empty()) return std::vector<FactRow>();
  std::vector<RowPlace> wanted;
  wanted.reserve(positions.size());
  for (const uint32_t position : positions) {
    wanted.push_back({.id = std::string(index.id(position)), .place = index.row(position).place});
  }
  ASSIGN_OR_RETURN(std::vector<FactRow> rows, fetch(wanted));
  if (rows.size() != wanted.size()) {
    return absl::DataLossError(
        "facts are missing of those the customer should have; restore the database from a backup");
  }
  // Most stores give them in the order they were asked for.
  const bool in_order =
      std::equal(rows.begin(), rows.end(), wanted.begin(),
                 [](const FactRow& row, const RowPlace& place) { return row.fact.id == place.id; });
  if (in_order) return rows;
  absl::flat_hash_map<absl::string_view, size_t> ranks;
  for (size_t i = 0; i < wanted.size(); ++i) ranks.emplace(wanted[i].id, i);
  std::vector<FactRow> ordered(rows.size());
  for (FactRow& row : rows) {
    const size_t rank = ranks.at(row.fact.id);
    ordered[rank] = std::move(row);
  }
  return ordered;
}

// The facts at `positions`, in that order: only those that no answer has shown yet are fetched.
absl::StatusOr<std::vector<SharedFact>> FindFacts(const Snapshot& snapshot,
                                                  const std::vector<uint32_t>& positions,
                                                  FetchRows fetch) {
  std::vector<SharedFact> facts = snapshot.facts->Find(positions);
  std::vector<uint32_t> missing;
  for (size_t i = 0; i < facts.size(); ++i) {
    if (facts[i] == nullptr) missing.push_back(positions[i]);
  }
  if (missing.empty()) return facts;
  ASSIGN_OR_RETURN(std::vector<FactRow> rows, FetchInOrder(*snapshot.index, missing, fetch));
  std::vector<SharedFact> fresh;
  fresh.reserve(rows.size());
  for (FactRow& row : rows) {
    fresh.push_back(std::make_shared<const deal::Fact>(FactOf(std::move(row))));
  }
  snapshot.facts->Keep(missing, fresh);
  auto next = fresh.begin();
  for (SharedFact& fact : facts) {
    if (fact == nullptr) fact = std::move(*next++);
  }
  return facts;
}

FactCursor CursorAt(const CustomerIndex& index, uint32_t position) {
  return {.valid_from_micros = absl::ToUnixMicros(index.row(position).valid_from),
          .id = std::string(index.id(position))};
}

}  // namespace

deal::Fact FactOf(FactRow&& row) {
  deal::Fact fact = std::move(row.fact);
  if (fact.kind == deal::FactKind::kVerbatim && !(row.call_id.empty() && row.speaker.empty())) {
    fact.evidence = {{.call_id = row.call_id,
                      .turn = row.turn,
                      .speaker = row.speaker,
                      .quote = std::string(Beginning(fact.text, kMaxQuoteBytes))}};
  }
  return fact;
}

absl::StatusOr<Recollection> RecallFrom(const Snapshot& snapshot, const RecallQuery& query,
                                        std::vector<float> closeness, absl::Time now,
                                        FetchRows fetch) {
  ASSIGN_OR_RETURN(const RecallCursor cursor, ParseRecallCursor(query.page_token));
  if (!query.page_token.empty() && cursor.version != snapshot.version) {
    return WithReason(absl::FailedPreconditionError(
                          "page_token: the customer has changed since the first page; start again "
                          "with an empty token"),
                      "PAGE_TOKEN_STALE");
  }
  const CustomerIndex& index = *snapshot.index;
  const std::vector<uint8_t> eligible = EligibleRows(index, query.filter);
  Ranking ranking(index,
                  {.text = query.query,
                   .budget = query.budget,
                   .today = absl::ToCivilDay(query.query_time.value_or(now), absl::UTCTimeZone()),
                   .closeness = std::move(closeness)},
                  eligible);
  std::vector<RankedRow> ranked;
  ranked.reserve(static_cast<size_t>(query.limit));
  const auto tokens_of = [&](size_t rank) -> std::optional<int> {
    while (ranked.size() <= rank) {
      const std::optional<RankedRow> next = ranking.Next();
      if (!next.has_value()) return std::nullopt;
      ranked.push_back(*next);
    }
    return EstimateTokens(index.row(ranked[rank].position).text_bytes);
  };
  bool more = false;
  const std::vector<size_t> page =
      PackPage(tokens_of, query.max_tokens, static_cast<size_t>(query.limit), cursor.page, &more);
  std::vector<uint32_t> positions;
  for (const size_t rank : page) positions.push_back(ranked[rank].position);
  ASSIGN_OR_RETURN(std::vector<SharedFact> facts, FindFacts(snapshot, positions, fetch));
  Recollection found{.state = snapshot.state, .version = snapshot.version};
  found.rendered_context = RenderContext(found.state, facts);
  found.results.reserve(page.size());
  for (size_t i = 0; i < page.size(); ++i) {
    const RankedRow& row = ranked[page[i]];
    found.results.push_back({.fact = std::move(facts[i]), .score = row.score, .parts = row.parts});
  }
  if (more && cursor.page < kMaxRecallPages) {
    found.next_page_token =
        FormatRecallCursor({.version = snapshot.version, .page = cursor.page + 1});
  }
  return found;
}

absl::StatusOr<FactPage> ListFrom(const Snapshot& snapshot, const RowFilter& filter,
                                  size_t page_size, const std::optional<FactCursor>& after,
                                  FetchRows fetch) {
  const CustomerIndex& index = *snapshot.index;
  const std::vector<uint8_t> eligible = EligibleRows(index, filter);
  std::vector<uint32_t> positions;
  for (uint32_t i = 0; i < eligible.size(); ++i) {
    if (eligible[i] != 0 && (!after.has_value() || *after < CursorAt(index, i))) {
      positions.push_back(i);
    }
  }
  const size_t wanted = std::min(positions.size(), page_size);
  std::partial_sort(
      positions.begin(), positions.begin() + static_cast<ptrdiff_t>(wanted), positions.end(),
      [&index](uint32_t a, uint32_t b) { return CursorAt(index, a) < CursorAt(index, b); });
  const bool more = positions.size() > wanted && wanted > 0;
  positions.resize(wanted);
  FactPage page{.version = snapshot.version};
  ASSIGN_OR_RETURN(std::vector<FactRow> rows, FetchInOrder(index, positions, fetch));
  page.facts.reserve(rows.size());
  for (FactRow& row : rows) page.facts.push_back(FactOf(std::move(row)));
  if (more) page.next_page_token = FormatFactCursor(CursorAt(index, positions.back()));
  return page;
}

}  // namespace throughline::memory
