#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_CUSTOMER_INDEX_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_CUSTOMER_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/memory/domain/records.h"

namespace throughline::memory {

using TermId = uint32_t;

// A row with what ranking needs of its words, computed once.
struct IndexedRow {
  struct TermCount {
    TermId term;
    uint16_t count;
  };
  FactRow row;
  std::vector<TermCount> terms;         // each term once
  std::vector<std::string> name_terms;  // of the people whose words these are
  uint32_t length = 0;                  // terms, repeats included
  absl::CivilDay day;                   // of valid_from, UTC
  bool asks = false;                    // holds a question
  bool ends_asking = false;             // ends with one
  bool speaks_of_time = false;
  uint16_t names_inside = 0;  // capitalised words inside a sentence
};

// Everything one customer's recall ranks over: rows in order of the conversation, and who said
// which word where. Immutable; shared between recalls.
class CustomerIndex {
 public:
  struct Posting {
    uint32_t position;
    uint16_t count;
  };
  static constexpr uint32_t kNoSession = UINT32_MAX;

  // The index after `changed` rows (by id) have replaced or joined those of `previous`, which may
  // be null.
  static std::shared_ptr<const CustomerIndex> Build(const CustomerIndex* previous,
                                                    std::vector<FactRow> changed);

  size_t size() const { return rows_.size(); }
  const IndexedRow& row(size_t position) const { return *rows_[position]; }
  // Conversation a row belongs to: rows of one call, or of one sitting when they carry no call.
  uint32_t session(size_t position) const { return sessions_[position]; }
  uint32_t session_count() const { return session_count_; }
  // True when both are verbatim turns of one conversation, so that one is the other's context.
  bool Together(size_t a, size_t b) const {
    return a < lines_.size() && b < lines_.size() && lines_[a] == lines_[b] &&
           lines_[a] != kNoSession;
  }

  // Calls `visit` with `position`, then with each position up to `before` before and `after` after
  // it that is Together with it.
  template <typename Visit>
  void ForSpan(size_t position, size_t before, size_t after, Visit visit) const {
    visit(position);
    for (size_t k = 1; k <= before && k <= position && Together(position, position - k); ++k) {
      visit(position - k);
    }
    for (size_t k = 1; k <= after && Together(position, position + k); ++k) visit(position + k);
  }

  // What a question does not change, by position (by session where it says so). The normalisers
  // are 1 - b + b * length / mean length, BM25's correction for long documents.
  struct Tables {
    std::vector<float> wide_normaliser;     // of the row with kWideSpan turns on either side
    std::vector<float> pair_normaliser;     // of the row with the turn before
    std::vector<float> session_normaliser;  // by session
    std::vector<float> log_length;          // of the row, less the mean
    std::vector<float> recency;             // 1 for the newest day, halved every 90 days
  };
  static constexpr size_t kWideSpan = 4;
  const Tables& tables() const { return tables_; }

  // Empty when no row holds `term`.
  const std::vector<Posting>& postings(absl::string_view term) const;
  // Stems of the names of everybody whose words are kept.
  bool IsName(absl::string_view term) const { return names_.contains(term); }
  // Distinct sets of name stems, one a speaker.
  const std::vector<std::vector<std::string>>& speakers() const { return speakers_; }

  // Rough number of bytes held.
  size_t bytes() const { return bytes_; }

 private:
  CustomerIndex() = default;

  void Number();
  void Invert();
  void Tabulate();

  std::vector<std::shared_ptr<const IndexedRow>> rows_;
  std::vector<uint32_t> sessions_;
  std::vector<uint32_t> lines_;  // sessions of verbatim turns alone
  uint32_t session_count_ = 0;
  absl::flat_hash_map<std::string, TermId> vocabulary_;
  std::vector<std::vector<Posting>> postings_;  // by term
  absl::flat_hash_map<std::string, int> names_;
  std::vector<std::vector<std::string>> speakers_;
  Tables tables_;
  size_t bytes_ = 0;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_CUSTOMER_INDEX_H_
