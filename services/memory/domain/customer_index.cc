#include "services/memory/domain/customer_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "services/memory/domain/query_dates.h"
#include "services/memory/domain/text.h"

namespace throughline::memory {
namespace {

constexpr size_t kMaxSpeakerPrefixBytes = 120;
// Turns without a call belong to one sitting when no longer pause lies between them.
constexpr absl::Duration kSittingPause = absl::Minutes(30);
// b of BM25 for documents made of several turns.
constexpr float kSpanLengthWeight = 0.3F;
constexpr float kSessionLengthWeight = 0.6F;
constexpr double kRecencyHalfLifeDays = 90;

std::vector<float> Normaliser(const std::vector<float>& lengths, float b) {
  float total = 0;
  for (const float length : lengths) total += length;
  const float count = static_cast<float>(std::max<size_t>(1, lengths.size()));
  const float mean = std::max(1.0F, total / count);
  std::vector<float> normaliser(lengths.size());
  for (size_t i = 0; i < lengths.size(); ++i) normaliser[i] = 1 - b + b * lengths[i] / mean;
  return normaliser;
}

// Words to terms, each distinct word stemmed once.
class TermTable {
 public:
  explicit TermTable(absl::flat_hash_map<std::string, TermId>* vocabulary)
      : vocabulary_(*vocabulary) {}

  // The term of `word`; false for a stop word.
  bool Find(const std::string& word, TermId* term) {
    const auto known = words_.find(word);
    if (known != words_.end()) {
      *term = known->second;
      return known->second != kStop;
    }
    TermId id = kStop;
    if (!IsStopWord(word)) {
      id = vocabulary_.emplace(stemmer_.Stem(word), static_cast<TermId>(vocabulary_.size()))
               .first->second;
    }
    words_.emplace(word, id);
    *term = id;
    return id != kStop;
  }
  Stemmer& stemmer() { return stemmer_; }

 private:
  static constexpr TermId kStop = std::numeric_limits<TermId>::max();

  absl::flat_hash_map<std::string, TermId>& vocabulary_;
  absl::flat_hash_map<std::string, TermId> words_;
  Stemmer stemmer_;
};

// "Sarah Chen (Tuesday): Hello" is "Hello", said by "Sarah Chen". Without a recorded speaker the
// part before the colon must look like a name.
absl::string_view WithoutSpeaker(absl::string_view text, std::string* speaker) {
  const size_t colon = text.substr(0, kMaxSpeakerPrefixBytes).find(": ");
  if (colon == absl::string_view::npos) return text;
  absl::string_view prefix = text.substr(0, colon);
  prefix = absl::StripAsciiWhitespace(prefix.substr(0, prefix.find('(')));
  if (prefix.empty()) return text;
  if (speaker->empty()) {
    const auto first = static_cast<unsigned char>(prefix[0]);
    const auto words = std::count(prefix.begin(), prefix.end(), ' ') + 1;
    const bool looks_like_name = (absl::ascii_isupper(first) || first >= 0x80) && words <= 4 &&
                                 prefix.find_first_of(",;!?\"") == absl::string_view::npos;
    if (!looks_like_name) return text;
    *speaker = std::string(prefix);
  } else if (!absl::EqualsIgnoreCase(prefix, *speaker)) {
    return text;
  }
  // A time in brackets may hold a colon itself: "Ann (9:30 am): Hello".
  const size_t bracket = text.find('(');
  if (bracket != absl::string_view::npos && bracket < colon) {
    const size_t end = text.find("): ", bracket);
    if (end != absl::string_view::npos && end < kMaxSpeakerPrefixBytes) return text.substr(end + 3);
  }
  return text.substr(colon + 2);
}

uint16_t NamesInside(absl::string_view text) {
  uint16_t count = 0;
  for (size_t i = 2; i + 1 < text.size(); ++i) {
    const bool inside =
        text[i - 1] == ' ' && (absl::ascii_islower(text[i - 2]) || text[i - 2] == ',');
    if (inside && absl::ascii_isupper(text[i]) && absl::ascii_islower(text[i + 1])) ++count;
  }
  return count;
}

std::shared_ptr<const IndexedRow> Analyse(FactRow row, TermTable& table) {
  auto indexed = std::make_shared<IndexedRow>();
  std::string speaker = row.speaker;
  absl::string_view body = row.fact.text;
  if (row.IsVerbatim()) body = WithoutSpeaker(body, &speaker);
  absl::flat_hash_map<TermId, uint16_t> counts;
  for (const std::string& word : Words(body)) {
    TermId term;
    if (!table.Find(word, &term)) continue;
    ++indexed->length;
    uint16_t& count = counts[term];
    if (count < std::numeric_limits<uint16_t>::max()) ++count;
  }
  indexed->terms.reserve(counts.size());
  for (const auto& [term, count] : counts) indexed->terms.push_back({term, count});
  std::vector<std::string> people = {speaker.empty() ? row.fact.subject : speaker};
  for (const deal::Evidence& evidence : row.fact.evidence) people.push_back(evidence.speaker);
  indexed->name_terms = table.stemmer().Terms(absl::StrJoin(people, " "));
  std::sort(indexed->name_terms.begin(), indexed->name_terms.end());
  indexed->name_terms.erase(std::unique(indexed->name_terms.begin(), indexed->name_terms.end()),
                            indexed->name_terms.end());
  indexed->day = absl::ToCivilDay(row.fact.valid_from, absl::UTCTimeZone());
  indexed->asks = absl::StrContains(body, "?");
  indexed->ends_asking = absl::EndsWith(absl::StripTrailingAsciiWhitespace(body), "?");
  indexed->speaks_of_time = SpeaksOfTime(body);
  indexed->names_inside = NamesInside(body);
  row.statements.clear();
  indexed->row = std::move(row);
  return indexed;
}

// Verbatim turns first, conversation by conversation; typed facts after them.
bool InOrder(const std::shared_ptr<const IndexedRow>& a,
             const std::shared_ptr<const IndexedRow>& b) {
  const auto key = [](const FactRow& row) {
    const bool in_call = !row.call_id.empty();
    return std::make_tuple(!row.IsVerbatim(), in_call, absl::string_view(row.call_id),
                           in_call ? row.turn : 0, row.fact.valid_from, row.sequence,
                           absl::string_view(row.fact.id));
  };
  return key(a->row) < key(b->row);
}

size_t BytesOf(const IndexedRow& indexed) {
  const deal::Fact& fact = indexed.row.fact;
  size_t bytes =
      sizeof(IndexedRow) + fact.text.size() + fact.value.size() + 200 +
      indexed.terms.size() * (sizeof(IndexedRow::TermCount) + sizeof(CustomerIndex::Posting));
  for (const deal::Evidence& evidence : fact.evidence) {
    bytes += sizeof(evidence) + evidence.quote.size();
  }
  return bytes;
}

}  // namespace

std::shared_ptr<const CustomerIndex> CustomerIndex::Build(const CustomerIndex* previous,
                                                          std::vector<FactRow> changed) {
  // The constructor is private, so make_shared cannot reach it.
  std::shared_ptr<CustomerIndex> index(new CustomerIndex());
  absl::flat_hash_set<absl::string_view> changed_ids;
  for (const FactRow& row : changed) changed_ids.insert(row.fact.id);
  if (previous != nullptr) {
    index->vocabulary_ = previous->vocabulary_;
    index->rows_.reserve(previous->rows_.size() + changed.size());
    for (const auto& row : previous->rows_) {
      if (!changed_ids.contains(row->row.fact.id)) index->rows_.push_back(row);
    }
  }
  TermTable table(&index->vocabulary_);
  changed_ids.clear();
  for (FactRow& row : changed) index->rows_.push_back(Analyse(std::move(row), table));
  std::sort(index->rows_.begin(), index->rows_.end(), InOrder);
  index->Number();
  index->Invert();
  index->Tabulate();
  return index;
}

void CustomerIndex::Number() {
  sessions_.assign(rows_.size(), kNoSession);
  lines_.assign(rows_.size(), kNoSession);
  absl::flat_hash_map<absl::string_view, uint32_t> by_call;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const FactRow& row = rows_[i]->row;
    if (!row.call_id.empty()) {
      const auto [it, fresh] = by_call.emplace(row.call_id, session_count_);
      if (fresh) ++session_count_;
      sessions_[i] = it->second;
    } else if (row.IsVerbatim()) {
      const bool same_sitting =
          i > 0 && rows_[i - 1]->row.call_id.empty() && rows_[i - 1]->row.IsVerbatim() &&
          row.fact.valid_from - rows_[i - 1]->row.fact.valid_from <= kSittingPause;
      sessions_[i] = same_sitting ? sessions_[i - 1] : session_count_++;
    }
    if (row.IsVerbatim()) lines_[i] = sessions_[i];
  }
}

void CustomerIndex::Invert() {
  postings_.resize(vocabulary_.size());
  absl::flat_hash_set<std::string> seen_speakers;
  for (size_t i = 0; i < rows_.size(); ++i) {
    for (const auto& [term, count] : rows_[i]->terms) {
      postings_[term].push_back({static_cast<uint32_t>(i), count});
    }
    bytes_ += BytesOf(*rows_[i]);
    if (!rows_[i]->row.IsVerbatim() || rows_[i]->name_terms.empty()) continue;
    if (seen_speakers.insert(absl::StrJoin(rows_[i]->name_terms, " ")).second) {
      speakers_.push_back(rows_[i]->name_terms);
      for (const std::string& name : rows_[i]->name_terms) ++names_[name];
    }
  }
  bytes_ += vocabulary_.size() * 64;
}

void CustomerIndex::Tabulate() {
  const auto length = [this](size_t i) { return static_cast<float>(rows_[i]->length); };
  std::vector<float> wide(rows_.size(), 0);
  std::vector<float> pair(rows_.size(), 0);
  std::vector<float> sessions(session_count_, 0);
  tables_.log_length.resize(rows_.size());
  absl::CivilDay newest = absl::CivilDay::min();
  float total_log = 0;
  for (size_t i = 0; i < rows_.size(); ++i) {
    ForSpan(i, kWideSpan, kWideSpan, [&](size_t k) { wide[i] += length(k); });
    ForSpan(i, 1, 0, [&](size_t k) { pair[i] += length(k); });
    if (sessions_[i] != kNoSession) sessions[sessions_[i]] += length(i);
    tables_.log_length[i] = std::log1p(length(i));
    total_log += tables_.log_length[i];
    newest = std::max(newest, rows_[i]->day);
  }
  tables_.wide_normaliser = Normaliser(wide, kSpanLengthWeight);
  tables_.pair_normaliser = Normaliser(pair, kSpanLengthWeight);
  tables_.session_normaliser = Normaliser(sessions, kSessionLengthWeight);
  tables_.recency.resize(rows_.size());
  const float mean_log = total_log / static_cast<float>(std::max<size_t>(1, rows_.size()));
  for (size_t i = 0; i < rows_.size(); ++i) {
    tables_.log_length[i] -= mean_log;
    tables_.recency[i] = static_cast<float>(
        std::exp2(-static_cast<double>(newest - rows_[i]->day) / kRecencyHalfLifeDays));
  }
  bytes_ += rows_.size() * (4 * sizeof(float) + 2 * sizeof(uint32_t));
}

const std::vector<CustomerIndex::Posting>& CustomerIndex::postings(absl::string_view term) const {
  static const auto& nothing = *new std::vector<Posting>();
  const auto it = vocabulary_.find(term);
  return it == vocabulary_.end() ? nothing : postings_[it->second];
}

}  // namespace throughline::memory
