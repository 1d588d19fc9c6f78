#include "services/memory/domain/customer_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace throughline::memory {
namespace {

// Turns without a call belong to one sitting when no longer pause lies between them.
constexpr absl::Duration kSittingPause = absl::Minutes(30);
// b of BM25 for documents made of several turns.
constexpr float kSpanLengthWeight = 0.3F;
constexpr float kSessionLengthWeight = 0.6F;
constexpr float kRecencyHalfLifeDays = 90;
// Days beyond these are as good as never.
constexpr int64_t kMaxDay = 1000000;
// What a table keeps of a value beside the value.
constexpr size_t kValueOverheadBytes = 100;

std::vector<float> Normaliser(const std::vector<float>& lengths, float b) {
  const float total = std::accumulate(lengths.begin(), lengths.end(), 0.0F);
  const float count = static_cast<float>(std::max<size_t>(1, lengths.size()));
  const float mean = std::max(1.0F, total / count);
  std::vector<float> normaliser(lengths.size());
  for (size_t i = 0; i < lengths.size(); ++i) normaliser[i] = 1 - b + b * lengths[i] / mean;
  return normaliser;
}

int32_t DayOf(absl::Time time) {
  constexpr int64_t kSecondsPerDay = 24 * 60 * 60;
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounded down, as days are
  const int64_t days = seconds / kSecondsPerDay - (seconds % kSecondsPerDay < 0 ? 1 : 0);
  return static_cast<int32_t>(std::clamp(days, -kMaxDay, kMaxDay));
}

float LogOf(uint32_t length) {
  static const std::vector<float> table = [] {
    std::vector<float> logs;
    for (int i = 0; i < 256; ++i) logs.push_back(std::log1p(static_cast<float>(i)));
    return logs;
  }();
  return length < table.size() ? table[length] : std::log1p(static_cast<float>(length));
}

// Sorts what mostly consists of a few runs that are in order: merges them, two by two.
template <typename T, typename Before>
void SortRuns(Before before, std::vector<T>* values) {
  const auto at = [values](size_t i) { return values->begin() + static_cast<ptrdiff_t>(i); };
  std::vector<size_t> bounds = {0};  // of the runs
  for (size_t i = 1; i < values->size(); ++i) {
    if (before((*values)[i], (*values)[i - 1])) bounds.push_back(i);
  }
  bounds.push_back(values->size());
  while (bounds.size() > 2) {
    size_t kept = 1;
    for (size_t i = 2; i < bounds.size(); i += 2) {
      std::inplace_merge(at(bounds[i - 2]), at(bounds[i - 1]), at(bounds[i]), before);
      bounds[kept++] = bounds[i];
    }
    // Without a neighbour to be merged with, the last one waits.
    if (bounds.size() % 2 == 0) bounds[kept++] = bounds.back();
    bounds.resize(kept);
  }
}

template <typename T>
size_t BytesOf(const std::vector<T>& values) {
  return values.capacity() * sizeof(T);
}

}  // namespace

uint32_t ValueTable::Number(absl::string_view value) {
  // Neighbouring rows often share theirs.
  if (last_ < values_.size() && values_[last_] == value) return last_;
  const auto known = numbers_.find(value);
  if (known != numbers_.end()) return last_ = known->second;
  const auto number = last_ = static_cast<uint32_t>(values_.size());
  values_.emplace_back(value);
  numbers_.emplace(value, number);
  bytes_ += 2 * value.size() + kValueOverheadBytes;
  return number;
}

CustomerIndex::Postings CustomerIndex::postings(TermHash term) const {
  const auto known = vocabulary_.find(term);
  if (known == vocabulary_.end()) return {};
  const uint32_t begin = postings_begin_[known->second];
  const uint32_t size = postings_begin_[known->second + 1] - begin;
  return {absl::MakeConstSpan(positions_).subspan(begin, size),
          absl::MakeConstSpan(counts_).subspan(begin, size)};
}

size_t CustomerIndex::bytes() const {
  constexpr size_t kBytesPerTerm = sizeof(TermHash) + sizeof(uint32_t) + 1;
  return sizeof(*this) + BytesOf(rows_) + ids_.capacity() + BytesOf(closings_) + calls_.bytes() +
         tags_.bytes() + names_.bytes() + BytesOf(sessions_) + BytesOf(turns_of_session_) +
         vocabulary_.capacity() * kBytesPerTerm + BytesOf(postings_begin_) + BytesOf(positions_) +
         BytesOf(counts_) + BytesOf(tables_.wide_normaliser) + BytesOf(tables_.pair_normaliser) +
         BytesOf(tables_.session_normaliser) + BytesOf(tables_.log_length) +
         BytesOf(tables_.recency) + BytesOf(tables_.current) + BytesOf(tables_.traits_number);
}

std::vector<uint32_t> CustomerIndex::RankCalls() const {
  std::vector<std::pair<std::string, uint32_t>> own;
  for (uint32_t number = 1; number < calls_.size(); ++number) {
    own.emplace_back(UnpackStrings(calls_.value(number)).front(), number);
  }
  std::sort(own.begin(), own.end());
  std::vector<uint32_t> ranks(calls_.size(), kNoCall);
  uint32_t rank = kNoCall;
  for (size_t i = 0; i < own.size(); ++i) {
    if (own[i].first.empty()) continue;
    if (i == 0 || own[i].first != own[i - 1].first) ++rank;
    ranks[own[i].second] = rank;
  }
  return ranks;
}

void CustomerIndex::Number(const std::vector<uint32_t>& call_ranks) {
  sessions_.assign(rows_.size(), kNoSession);
  verbatim_rows_ =
      static_cast<uint32_t>(std::partition_point(rows_.begin(), rows_.end(),
                                                 [](const Row& row) { return row.IsVerbatim(); }) -
                            rows_.begin());
  std::vector<uint32_t> session_of_call(calls_.size() + 1, kNoSession);  // by rank
  absl::flat_hash_set<uint32_t> seen_speakers;
  const auto add_session = [this](uint32_t first) {
    turns_of_session_.push_back({first, first});
    return session_count() - 1;
  };
  for (uint32_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    const uint32_t call = call_ranks[row.calls];
    if (call != kNoCall) {
      uint32_t& session = session_of_call[call];
      if (session == kNoSession) session = add_session(i);
      sessions_[i] = session;
    } else if (row.IsVerbatim()) {
      const bool same_sitting = i > 0 && call_ranks[rows_[i - 1].calls] == kNoCall &&
                                row.valid_from - rows_[i - 1].valid_from <= kSittingPause;
      sessions_[i] = same_sitting ? sessions_[i - 1] : add_session(i);
    }
    if (!row.IsVerbatim()) continue;
    turns_of_session_[sessions_[i]].last = i;
    if (row.names == 0 || !seen_speakers.insert(row.names).second) continue;
    speakers_.push_back(row.names);
    for (const TermHash name : UnpackHashes(names_.value(row.names))) speaker_names_.insert(name);
  }
}

void CustomerIndex::Tabulate() {
  const size_t n = rows_.size();
  std::vector<float> total(n + 1, 0);  // of the lengths of the rows before
  int32_t newest = std::numeric_limits<int32_t>::min();
  float total_log = 0;
  tables_.log_length.resize(n);
  for (size_t i = 0; i < n; ++i) {
    const auto length = static_cast<float>(rows_[i].length);
    total[i + 1] = total[i] + length;
    tables_.log_length[i] = LogOf(rows_[i].length);
    total_log += tables_.log_length[i];
    newest = std::max(newest, rows_[i].day);
  }
  std::vector<float> wide(n, 0);
  std::vector<float> pair(n, 0);
  std::vector<float> sessions(session_count(), 0);
  const float mean_log = total_log / static_cast<float>(std::max<size_t>(1, n));
  tables_.recency.resize(n);
  tables_.current.resize(n);
  tables_.traits_number.resize(n);
  absl::flat_hash_map<uint32_t, uint32_t> number_of_traits;
  uint32_t last_traits = 0;
  uint32_t traits_number = 0;
  int32_t day = newest + 1;
  float recency = 0;
  for (size_t i = 0; i < n; ++i) {
    tables_.current[i] = IsCurrent(i) ? 1 : 0;
    const Traits traits{.flags = rows_[i].flags,
                        .names_inside = rows_[i].names_inside,
                        .kind = static_cast<uint8_t>(rows_[i].kind)};
    const uint32_t packed =
        uint32_t{traits.flags} << 16 | uint32_t{traits.names_inside} << 8 | traits.kind;
    const auto next = static_cast<uint32_t>(tables_.traits.size());
    if (next == 0 || packed != last_traits) {  // neighbours are often alike
      last_traits = packed;
      const auto [known, fresh] = number_of_traits.emplace(packed, next);
      if (fresh) tables_.traits.push_back(traits);
      traits_number = known->second;
    }
    tables_.traits_number[i] = traits_number;
    if (rows_[i].day != day) {  // neighbours are mostly of one day
      day = rows_[i].day;
      recency = std::exp2(static_cast<float>(day - newest) / kRecencyHalfLifeDays);
    }
    tables_.recency[i] = recency;
    const Span around = Around(i, kWideSpan, kWideSpan);
    wide[i] = total[around.last + 1] - total[around.first];
    const Span two = Around(i, 1, 0);
    pair[i] = total[two.last + 1] - total[two.first];
    if (sessions_[i] != kNoSession) sessions[sessions_[i]] += total[i + 1] - total[i];
    tables_.log_length[i] -= mean_log;
  }
  tables_.wide_normaliser = Normaliser(wide, kSpanLengthWeight);
  tables_.pair_normaliser = Normaliser(pair, kSpanLengthWeight);
  tables_.session_normaliser = Normaliser(sessions, kSessionLengthWeight);
}

CustomerIndex::Builder::Builder(const CustomerIndex* previous)
    // The constructor is private, so make_shared cannot reach it.
    : previous_(previous), index_(new CustomerIndex()) {
  if (previous_ == nullptr) return;
  index_->ids_ = previous_->ids_;
  index_->closings_ = previous_->closings_;
  index_->calls_ = previous_->calls_;
  index_->tags_ = previous_->tags_;
  index_->names_ = previous_->names_;
  index_->vocabulary_ = previous_->vocabulary_;
  index_->replaced_rows_ = previous_->replaced_rows_;
}

void CustomerIndex::Builder::Expect(size_t rows) {
  constexpr size_t kTermsEach = 10;
  constexpr size_t kIdBytes = 24;
  rows = std::min(rows, kMaxReserved);
  new_rows_.reserve(rows);
  new_terms_begin_.reserve(rows + 1);
  new_terms_.reserve(rows * kTermsEach);
  index_->ids_.reserve(index_->ids_.size() + rows * kIdBytes);
  // A row brings about one word that was not there before.
  index_->vocabulary_.reserve(index_->vocabulary_.size() + rows);
}

void CustomerIndex::Builder::Visit(absl::string_view id, const IndexEntry& entry) {
  if (!std::exchange(single_, true)) runs_.push_back(static_cast<uint32_t>(new_rows_.size()));
  Add(id, entry, index_->calls_.Number(entry.calls), index_->tags_.Number(entry.tags),
      index_->names_.Number(entry.names));
  for (const auto& [hash, count] : entry.terms) {
    new_terms_.push_back({.term = NumberOf(hash), .count = count});
  }
  new_terms_begin_.push_back(static_cast<uint32_t>(new_terms_.size()));
}

void CustomerIndex::Builder::VisitBlock(const EntryBlock& block) {
  single_ = false;
  runs_.push_back(static_cast<uint32_t>(new_rows_.size()));
  const auto number = [](ValueTable& table, const std::vector<absl::string_view>& values,
                         std::vector<uint32_t>* numbers) {
    numbers->clear();
    for (const absl::string_view value : values) numbers->push_back(table.Number(value));
  };
  number(index_->calls_, block.calls, &numbers_.calls);
  number(index_->tags_, block.tags, &numbers_.tags);
  number(index_->names_, block.names, &numbers_.names);
  numbers_.terms.clear();
  for (const TermHash term : block.terms) numbers_.terms.push_back(NumberOf(term));
  for (const EntryBlock::Row& row : block.rows) {
    Add(row.id, row, numbers_.calls[row.calls], numbers_.tags[row.tags], numbers_.names[row.names]);
    for (uint32_t k = row.first_term; k < row.first_term + row.term_count; ++k) {
      const EntryBlock::TermUse use = block.uses[k];
      new_terms_.push_back({.term = numbers_.terms[use.term], .count = use.count});
    }
    new_terms_begin_.push_back(static_cast<uint32_t>(new_terms_.size()));
  }
}

void CustomerIndex::Builder::Add(absl::string_view id, const EntryNumbers& entry, uint32_t calls,
                                 uint32_t tags, uint32_t names) {
  Row row{.valid_from = entry.valid_from,
          .sequence = entry.sequence,
          .text = entry.text,
          .place = entry.place,
          .id_begin = static_cast<uint32_t>(index_->ids_.size()),
          .id_bytes = static_cast<uint16_t>(id.size()),
          .names_inside = entry.names_inside,
          .flags = entry.flags,
          .calls = calls,
          .tags = tags,
          .names = names,
          .turn = entry.turn,
          .day = DayOf(entry.valid_from),
          .length = entry.length,
          .text_bytes = entry.text_bytes,
          .kind = entry.kind};
  index_->ids_.append(id.data(), id.size());
  if (entry.valid_to != absl::InfiniteFuture() || entry.invalidated_at != absl::InfiniteFuture()) {
    row.closing = static_cast<uint32_t>(index_->closings_.size());
    index_->closings_.push_back({entry.valid_to, entry.invalidated_at});
  }
  new_rows_.push_back(row);
}

uint32_t CustomerIndex::Builder::NumberOf(TermHash term) {
  auto& [recent, number] = recent_[term % kRecentTerms];
  if (recent != term) {
    const auto next = static_cast<uint32_t>(index_->vocabulary_.size());
    number = index_->vocabulary_.emplace(term, next).first->second;
    recent = term;
  }
  return number;
}

CustomerIndex::Builder::Standing CustomerIndex::Builder::StandingOf(
    const Row& row, const std::vector<uint32_t>& call_ranks) {
  // Verbatim turns first, conversation by conversation; typed facts after them.
  const uint64_t call = call_ranks[row.calls];
  const auto turn = static_cast<uint32_t>(row.turn) ^ 0x80000000U;  // below 0 comes first
  return {.turn = (row.IsVerbatim() ? 0 : uint64_t{1} << 63) | call << 32 |
                  (call == kNoCall ? 0 : turn),
          .valid_from = row.valid_from,
          .sequence = row.sequence};
}

void CustomerIndex::Builder::SortNew(const std::vector<uint32_t>& call_ranks) {
  struct Placed {
    Standing standing;
    uint32_t row;
  };
  std::vector<Placed> placed;
  placed.reserve(new_rows_.size());
  // What comes together is in order, mostly, and what was written last comes first.
  uint32_t end = static_cast<uint32_t>(new_rows_.size());
  for (size_t run = runs_.size(); run > 0; end = runs_[--run]) {
    for (uint32_t row = runs_[run - 1]; row < end; ++row) {
      placed.push_back({StandingOf(new_rows_[row], call_ranks), row});
    }
  }
  const auto before = [this](const Placed& a, const Placed& b) {
    if (!(a.standing == b.standing)) return a.standing < b.standing;
    return index_->IdOf(new_rows_[a.row]) < index_->IdOf(new_rows_[b.row]);
  };
  SortRuns(before, &placed);
  new_order_.clear();
  new_order_.reserve(placed.size());
  for (const Placed& one : placed) new_order_.push_back(one.row);
}

void CustomerIndex::Builder::Arrange() {
  CustomerIndex& index = *index_;
  const std::vector<uint32_t> calls = index.RankCalls();
  SortNew(calls);
  new_position_.resize(new_rows_.size());
  if (previous_ == nullptr) {
    PlaceAll();
  } else {
    PlaceAmongKept(calls);
  }
  index.Number(calls);
}

void CustomerIndex::Builder::PlaceAll() {
  for (uint32_t i = 0; i < new_order_.size(); ++i) new_position_[new_order_[i]] = i;
  // In place, swap by swap, for there are many rows.
  std::vector<uint32_t> destination = new_position_;
  for (uint32_t i = 0; i < destination.size(); ++i) {
    while (destination[i] != i) {
      const uint32_t there = destination[i];
      std::swap(new_rows_[i], new_rows_[there]);
      std::swap(destination[i], destination[there]);
    }
  }
  if (new_rows_.capacity() > new_rows_.size() + new_rows_.size() / 4) new_rows_.shrink_to_fit();
  index_->rows_ = std::move(new_rows_);
}

void CustomerIndex::Builder::PlaceAmongKept(const std::vector<uint32_t>& call_ranks) {
  CustomerIndex& index = *index_;
  const auto before = [&](const Row& a, const Row& b) {
    const Standing left = StandingOf(a, call_ranks);
    const Standing right = StandingOf(b, call_ranks);
    return left == right ? index.IdOf(a) < index.IdOf(b) : left < right;
  };
  const std::vector<uint32_t>& order = new_order_;
  absl::flat_hash_set<absl::string_view> replaced;
  for (const Row& row : new_rows_) replaced.insert(index.IdOf(row));
  kept_position_.assign(previous_->size(), kGone);
  index.rows_.reserve(previous_->size() + new_rows_.size());
  size_t next = 0;
  const auto place_new = [&] {
    new_position_[order[next]] = static_cast<uint32_t>(index.rows_.size());
    index.rows_.push_back(new_rows_[order[next++]]);
  };
  for (size_t i = 0; i < previous_->size(); ++i) {
    if (replaced.contains(previous_->id(i))) {
      ++index.replaced_rows_;
      continue;
    }
    while (next < order.size() && before(new_rows_[order[next]], previous_->rows_[i])) place_new();
    kept_position_[i] = static_cast<uint32_t>(index.rows_.size());
    index.rows_.push_back(previous_->rows_[i]);
  }
  while (next < order.size()) place_new();
}

void CustomerIndex::Builder::MergePostings() {
  CustomerIndex& index = *index_;
  const size_t terms = index.vocabulary_.size();
  const size_t old_terms = previous_ == nullptr ? 0 : previous_->postings_begin_.size() - 1;
  std::vector<uint32_t>& begin = index.postings_begin_;
  begin.assign(terms + 1, 0);
  const auto for_kept = [&](auto visit) {
    for (size_t term = 0; term < old_terms; ++term) {
      for (uint32_t k = previous_->postings_begin_[term]; k < previous_->postings_begin_[term + 1];
           ++k) {
        const uint32_t position = kept_position_[previous_->positions_[k]];
        if (position != kGone) visit(term, position, previous_->counts_[k]);
      }
    }
  };
  for_kept([&](size_t term, uint32_t, uint8_t) { ++begin[term + 1]; });
  for (const NewTerm& term : new_terms_) ++begin[term.term + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  index.positions_.resize(begin.back());
  index.counts_.resize(begin.back());
  std::vector<uint32_t> end(begin.begin(), begin.end() - 1);
  const auto put = [&](size_t term, uint32_t position, uint8_t count) {
    index.positions_[end[term]] = position;
    index.counts_[end[term]++] = count;
  };
  for_kept(put);
  const std::vector<uint32_t> kept_end(end.begin(),
                                       end.begin() + static_cast<ptrdiff_t>(old_terms));
  for (const uint32_t row : new_order_) {
    for (uint32_t k = new_terms_begin_[row]; k < new_terms_begin_[row + 1]; ++k) {
      put(new_terms_[k].term, new_position_[row], new_terms_[k].count);
    }
  }
  std::vector<std::pair<uint32_t, uint8_t>> mixed;
  for (size_t term = 0; term < old_terms; ++term) {
    const uint32_t middle = kept_end[term];
    const bool in_order = middle == begin[term] || middle == end[term] ||
                          index.positions_[middle - 1] < index.positions_[middle];
    if (in_order) continue;
    mixed.clear();
    for (uint32_t k = begin[term]; k < end[term]; ++k) {
      mixed.emplace_back(index.positions_[k], index.counts_[k]);
    }
    std::inplace_merge(mixed.begin(), mixed.begin() + (middle - begin[term]), mixed.end());
    for (uint32_t k = begin[term]; k < end[term]; ++k) {
      std::tie(index.positions_[k], index.counts_[k]) = mixed[k - begin[term]];
    }
  }
}

std::shared_ptr<const CustomerIndex> CustomerIndex::Builder::Build() && {
  Arrange();
  MergePostings();
  index_->Tabulate();
  return std::move(index_);
}

}  // namespace throughline::memory
