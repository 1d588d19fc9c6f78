#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_CUSTOMER_INDEX_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_CUSTOMER_INDEX_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/memory/domain/entry_block.h"
#include "services/memory/domain/index_entry.h"

namespace throughline::memory {

// Numbers the different values of something, so that rows hold a number instead of the value.
class ValueTable {
 public:
  ValueTable() { Number(""); }  // number 0 is the empty value

  uint32_t Number(absl::string_view value);
  absl::string_view value(uint32_t number) const { return values_[number]; }
  size_t size() const { return values_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  std::vector<std::string> values_;
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  uint32_t last_ = 0;  // given last
  size_t bytes_ = 0;
};

// Everything one customer's recall filters and ranks over: rows in order of the conversation, and
// which word stands where; about 200 bytes a row, its words not among them. Rows are known by
// their position. Immutable; shared between recalls.
class CustomerIndex {
 public:
  class Builder;

  struct Row {
    absl::Time valid_from;
    int64_t sequence = 0;
    uint64_t text = 0;      // hash of its text
    int64_t place = 0;      // in its store; 0: none of its own
    uint32_t id_begin = 0;  // in the run of ids
    uint16_t id_bytes = 0;
    uint8_t names_inside = 0;
    uint8_t flags = 0;     // of IndexEntry
    uint32_t calls = 0;    // number of a packed list, its own call first
    uint32_t tags = 0;     // number of a packed list
    uint32_t names = 0;    // number of a packed list
    uint32_t closing = 0;  // number of its Closing; 0: open-ended
    int32_t turn = 0;
    int32_t day = 0;  // of valid_from in UTC, from 1970
    uint32_t length = 0;
    uint32_t text_bytes = 0;
    deal::FactKind kind = deal::FactKind::kUnspecified;

    bool Has(IndexEntry::Flag flag) const { return (flags & flag) != 0; }
    bool IsVerbatim() const { return kind == deal::FactKind::kVerbatim; }
  };
  struct Closing {
    absl::Time valid_to = absl::InfiniteFuture();
    absl::Time invalidated_at = absl::InfiniteFuture();
  };
  // Positions of the rows that hold a term, ascending, and how often each holds it.
  struct Postings {
    absl::Span<const uint32_t> positions;
    absl::Span<const uint8_t> counts;
  };
  // Positions first to last, inclusive.
  struct Span {
    uint32_t first = 0;
    uint32_t last = 0;
  };
  static constexpr uint32_t kNoSession = UINT32_MAX;

  size_t size() const { return rows_.size(); }
  const Row& row(size_t position) const { return rows_[position]; }
  absl::string_view id(size_t position) const { return IdOf(rows_[position]); }
  const Closing& closing(size_t position) const { return closings_[rows_[position].closing]; }
  // Neither superseded nor invalidated.
  bool IsCurrent(size_t position) const {
    return !rows_[position].Has(IndexEntry::kSuperseded) &&
           closing(position).invalidated_at == absl::InfiniteFuture();
  }
  const ValueTable& calls() const { return calls_; }
  const ValueTable& tags() const { return tags_; }
  const ValueTable& names() const { return names_; }

  // Verbatim turns stand first: as many rows as these.
  uint32_t verbatim_rows() const { return verbatim_rows_; }
  // Conversation a row belongs to: rows of one call, or of one sitting when they carry no call.
  uint32_t session(size_t position) const { return sessions_[position]; }
  absl::Span<const uint32_t> sessions() const { return sessions_; }
  uint32_t session_count() const { return static_cast<uint32_t>(turns_of_session_.size()); }
  // The row with up to `before` turns before and `after` turns after it in one conversation; the
  // row alone when it is no verbatim turn.
  Span Around(size_t position, uint32_t before, uint32_t after) const {
    const auto at = static_cast<uint32_t>(position);
    if (at >= verbatim_rows_) return {at, at};
    const Span& turns = turns_of_session_[sessions_[position]];
    return {at - std::min(before, at - turns.first), at + std::min(after, turns.last - at)};
  }

  // What a row is like, apart from the rest of it: a recall looks at these of every row.
  struct Traits {
    uint8_t flags = 0;
    uint8_t names_inside = 0;
    uint8_t kind = 0;
  };
  // What a question does not change, by position (by session where it says so). The normalisers
  // are 1 - b + b * length / mean length, BM25's correction for long documents.
  struct Tables {
    std::vector<float> wide_normaliser;     // of the row with kWideSpan turns on either side
    std::vector<float> pair_normaliser;     // of the row with the turn before
    std::vector<float> session_normaliser;  // by session
    std::vector<float> log_length;          // of the row, less the mean
    std::vector<float> recency;             // 1 for the newest day, halved every 90 days
    std::vector<uint8_t> current;           // 1 for a row that IsCurrent
    std::vector<uint32_t> traits_number;    // of the row
    std::vector<Traits> traits;             // by that number
  };
  static constexpr uint32_t kWideSpan = 4;
  const Tables& tables() const { return tables_; }

  // Empty when no row holds `term`.
  Postings postings(TermHash term) const;
  // True for the stems of the names of everybody whose turns are kept.
  bool IsName(TermHash term) const { return speaker_names_.contains(term); }
  // Numbers, in names(), of the different sets of names that turns were said under.
  const std::vector<uint32_t>& speakers() const { return speakers_; }

  // Rough number of bytes held.
  size_t bytes() const;
  // What rows replaced since it was made anew have left behind is not worth carrying on.
  bool IsWorn() const { return replaced_rows_ > kMinReplaced + rows_.size(); }

 private:
  CustomerIndex() = default;

  static constexpr uint32_t kNoCall = 0;
  static constexpr size_t kMinReplaced = 1000;

  absl::string_view IdOf(const Row& row) const {
    return absl::string_view(ids_).substr(row.id_begin, row.id_bytes);
  }
  // By the number of a list of calls, the place of its own call among all; kNoCall without one.
  std::vector<uint32_t> RankCalls() const;
  void Number(const std::vector<uint32_t>& call_ranks);
  void Tabulate();

  std::vector<Row> rows_;
  uint32_t verbatim_rows_ = 0;
  std::string ids_;
  std::vector<Closing> closings_ = {Closing{}};
  ValueTable calls_;
  ValueTable tags_;
  ValueTable names_;
  std::vector<uint32_t> sessions_;
  std::vector<Span> turns_of_session_;  // of its verbatim turns; unused when it has none
  // Terms are hashes already.
  struct AsItIs {
    size_t operator()(TermHash term) const { return term; }
  };
  absl::flat_hash_map<TermHash, uint32_t, AsItIs> vocabulary_;
  std::vector<uint32_t> postings_begin_;  // by term, and the end
  std::vector<uint32_t> positions_;
  std::vector<uint8_t> counts_;
  absl::flat_hash_set<TermHash> speaker_names_;
  std::vector<uint32_t> speakers_;
  Tables tables_;
  size_t replaced_rows_ = 0;
};

// Makes an index out of an older one, which may be null, and the rows that have changed since: a
// row that is visited stands in place of one of the same id.
class CustomerIndex::Builder final : public EntryVisitor {
 public:
  explicit Builder(const CustomerIndex* previous);

  void Expect(size_t rows) override;
  void Visit(absl::string_view id, const IndexEntry& entry) override;
  void VisitBlock(const EntryBlock& block) override;
  std::shared_ptr<const CustomerIndex> Build() &&;

 private:
  struct NewTerm {
    uint32_t term;
    uint8_t count;
  };

  // The new rows in the order they are to stand in.
  void SortNew(const std::vector<uint32_t>& call_ranks);
  // Puts all rows in order: new_position_ and kept_position_ say where each has gone.
  void Arrange();
  void PlaceAll();  // when there are no others
  void PlaceAmongKept(const std::vector<uint32_t>& call_ranks);
  void MergePostings();

  uint32_t NumberOf(TermHash term);
  // Takes a row in; its terms follow. The numbers are those of the index.
  void Add(absl::string_view id, const EntryNumbers& entry, uint32_t calls, uint32_t tags,
           uint32_t names);

  // Where a row stands among others, without the ids that decide between equals.
  struct Standing {
    uint64_t turn;  // kind, call and turn in it
    absl::Time valid_from;
    int64_t sequence;

    friend bool operator==(const Standing& a, const Standing& b) {
      return a.turn == b.turn && a.valid_from == b.valid_from && a.sequence == b.sequence;
    }
    friend bool operator<(const Standing& a, const Standing& b) {
      if (a.turn != b.turn) return a.turn < b.turn;
      if (a.valid_from != b.valid_from) return a.valid_from < b.valid_from;
      return a.sequence < b.sequence;
    }
  };
  static Standing StandingOf(const Row& row, const std::vector<uint32_t>& call_ranks);

  static constexpr uint32_t kGone = UINT32_MAX;
  static constexpr size_t kMaxReserved = 20000;
  static constexpr size_t kRecentTerms = 512;

  const CustomerIndex* previous_;
  std::shared_ptr<CustomerIndex> index_;
  std::vector<Row> new_rows_;
  std::vector<uint32_t> runs_;                   // first rows of those that came together
  bool single_ = false;                          // the last row came by itself
  std::vector<NewTerm> new_terms_;               // row by row
  std::vector<uint32_t> new_terms_begin_ = {0};  // by new row, and the end
  // Most words are among a few: their numbers, in the places that their hashes end with. 0, which
  // is no term's hash, marks a place as free.
  std::array<std::pair<TermHash, uint32_t>, kRecentTerms> recent_{};
  // The numbers of what a block numbers, here.
  struct Numbers {
    std::vector<uint32_t> terms, calls, tags, names;
  } numbers_;
  std::vector<uint32_t> new_order_;  // new rows as they are to stand
  std::vector<uint32_t> new_position_;
  std::vector<uint32_t> kept_position_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_CUSTOMER_INDEX_H_
