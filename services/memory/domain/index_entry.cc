#include "services/memory/domain/index_entry.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "services/memory/domain/bytes.h"
#include "services/memory/domain/query_dates.h"

namespace throughline::memory {
namespace {

constexpr size_t kMaxSpeakerPrefixBytes = 120;
constexpr int kMaxCount = std::numeric_limits<uint8_t>::max();

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

uint8_t NamesInside(absl::string_view text) {
  int count = 0;
  for (size_t i = 2; i + 1 < text.size(); ++i) {
    const bool inside =
        text[i - 1] == ' ' && (absl::ascii_islower(text[i - 2]) || text[i - 2] == ',');
    if (inside && absl::ascii_isupper(text[i]) && absl::ascii_islower(text[i + 1])) ++count;
  }
  return static_cast<uint8_t>(std::min(count, kMaxCount));
}

std::string PackedCalls(const FactRow& row) {
  std::vector<std::string> calls = {row.call_id};
  for (const deal::Evidence& evidence : row.fact.evidence) {
    if (std::find(calls.begin(), calls.end(), evidence.call_id) == calls.end()) {
      calls.push_back(evidence.call_id);
    }
  }
  return calls.size() == 1 && calls[0].empty() ? std::string() : PackStrings(calls);
}

void Sort(std::vector<TermHash>* hashes) {
  std::sort(hashes->begin(), hashes->end());
  hashes->erase(std::unique(hashes->begin(), hashes->end()), hashes->end());
}

constexpr int64_t kPast = std::numeric_limits<int64_t>::min();
constexpr int64_t kFuture = std::numeric_limits<int64_t>::max();

void AppendTime(absl::Time time, std::string* out) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    AppendFixed(time == absl::InfinitePast() ? kPast : kFuture, out);
    AppendFixed(uint32_t{0}, out);
    return;
  }
  const int64_t seconds = absl::ToUnixSeconds(time);
  AppendFixed(seconds, out);
  AppendFixed(static_cast<uint32_t>((time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)),
              out);
}

absl::Time ReadTime(ByteReader& reader) {
  const auto seconds = reader.Fixed<int64_t>();
  const auto nanos = reader.Fixed<uint32_t>();
  if (seconds == kPast) return absl::InfinitePast();
  if (seconds == kFuture) return absl::InfiniteFuture();
  return absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanos);
}

}  // namespace

TermHash HashOfTerm(absl::string_view stem) {
  // FNV-1a, then the finaliser of MurmurHash3 for the high bits.
  uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : stem) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDU;
  hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53U;
  hash ^= hash >> 33;
  return hash == 0 ? 1 : hash;
}

std::string PackStrings(const std::vector<std::string>& strings) {
  std::string packed;
  for (const std::string& string : strings) AppendBytes(string, &packed);
  return packed;
}

std::vector<std::string> UnpackStrings(absl::string_view packed) {
  std::vector<std::string> strings;
  ByteReader reader(packed);
  while (reader.left() > 0 && !reader.failed()) strings.emplace_back(reader.Bytes());
  return strings;
}

absl::string_view FirstPacked(absl::string_view packed) { return ByteReader(packed).Bytes(); }

std::vector<TermHash> UnpackHashes(absl::string_view packed) {
  std::vector<TermHash> hashes;
  ByteReader reader(packed);
  while (reader.left() >= sizeof(TermHash)) hashes.push_back(reader.Fixed<TermHash>());
  return hashes;
}

TermHash RowAnalyser::TermOf(const std::string& word) {
  const auto known = words_.find(word);
  if (known != words_.end()) return known->second;
  const TermHash term = IsStopWord(word) ? 0 : HashOfTerm(stemmer_.Stem(word));
  if (words_.size() >= kMaxRememberedWords) words_.clear();
  words_.emplace(word, term);
  return term;
}

IndexEntry RowAnalyser::Analyse(const FactRow& row) {
  IndexEntry entry{{.kind = row.fact.kind,
                    .valid_from = row.fact.valid_from,
                    .valid_to = row.fact.valid_to,
                    .turn = row.turn,
                    .sequence = row.sequence,
                    .text_bytes = static_cast<uint32_t>(row.fact.text.size()),
                    .text = HashOfTerm(row.fact.text)}};
  entry.calls = PackedCalls(row);
  entry.tags = PackStrings(row.fact.tags);
  std::string speaker = row.speaker;
  absl::string_view body = row.fact.text;
  if (row.IsVerbatim()) body = WithoutSpeaker(body, &speaker);
  absl::flat_hash_map<TermHash, size_t> places;
  for (const std::string& word : Words(body)) {
    const TermHash term = TermOf(word);
    if (term == 0) continue;
    ++entry.length;
    const auto [place, fresh] = places.emplace(term, entry.terms.size());
    if (fresh) entry.terms.push_back({.term = term});
    uint8_t& count = entry.terms[place->second].count;
    if (count < kMaxCount) ++count;
  }
  std::vector<std::string> people = {speaker.empty() ? row.fact.subject : speaker};
  for (const deal::Evidence& evidence : row.fact.evidence) people.push_back(evidence.speaker);
  std::vector<TermHash> names;
  for (const std::string& word : Words(absl::StrJoin(people, " "))) {
    if (const TermHash term = TermOf(word); term != 0) names.push_back(term);
  }
  Sort(&names);
  for (const TermHash name : names) AppendFixed(name, &entry.names);
  if (row.invalidation.has_value()) entry.invalidated_at = row.invalidation->at;
  if (!row.fact.superseded_by.empty()) entry.flags |= IndexEntry::kSuperseded;
  if (absl::StrContains(body, "?")) entry.flags |= IndexEntry::kAsks;
  if (absl::EndsWith(absl::StripTrailingAsciiWhitespace(body), "?")) {
    entry.flags |= IndexEntry::kEndsAsking;
  }
  if (SpeaksOfTime(body)) entry.flags |= IndexEntry::kSpeaksOfTime;
  entry.names_inside = NamesInside(body);
  return entry;
}

std::string EncodeEntry(const IndexEntry& entry) {
  std::string out;
  out.push_back(static_cast<char>(kEntryFormat));
  out.push_back(static_cast<char>(entry.kind));
  out.push_back(static_cast<char>(entry.flags));
  out.push_back(static_cast<char>(entry.names_inside));
  AppendTime(entry.valid_from, &out);
  AppendTime(entry.valid_to, &out);
  AppendTime(entry.invalidated_at, &out);
  AppendFixed(entry.turn, &out);
  AppendVarint(static_cast<uint64_t>(entry.sequence), &out);
  AppendVarint(entry.length, &out);
  AppendVarint(entry.text_bytes, &out);
  AppendFixed(entry.text, &out);
  AppendBytes(entry.calls, &out);
  AppendBytes(entry.tags, &out);
  AppendBytes(entry.names, &out);
  AppendVarint(entry.terms.size(), &out);
  for (const auto& [term, count] : entry.terms) {
    AppendFixed(term, &out);
    out.push_back(static_cast<char>(count));
  }
  return out;
}

bool DecodeEntry(absl::string_view bytes, IndexEntry* entry) {
  ByteReader reader(bytes);
  if (reader.Fixed<uint8_t>() != kEntryFormat) return false;
  entry->kind = static_cast<deal::FactKind>(reader.Fixed<uint8_t>());
  entry->flags = reader.Fixed<uint8_t>();
  entry->names_inside = reader.Fixed<uint8_t>();
  entry->valid_from = ReadTime(reader);
  entry->valid_to = ReadTime(reader);
  entry->invalidated_at = ReadTime(reader);
  entry->turn = reader.Fixed<int32_t>();
  entry->sequence = static_cast<int64_t>(reader.Varint());
  entry->length = static_cast<uint32_t>(reader.Varint());
  entry->text_bytes = static_cast<uint32_t>(reader.Varint());
  entry->text = reader.Fixed<uint64_t>();
  const auto take = [&reader](std::string* into) {
    const absl::string_view bytes_taken = reader.Bytes();
    into->assign(bytes_taken.data(), bytes_taken.size());
  };
  take(&entry->calls);
  take(&entry->tags);
  take(&entry->names);
  constexpr size_t kTermBytes = sizeof(TermHash) + 1;
  const uint64_t terms = reader.Varint();
  const absl::string_view rest = reader.rest();
  if (reader.failed() || rest.size() % kTermBytes != 0 || rest.size() / kTermBytes != terms) {
    return false;
  }
  entry->terms.resize(terms);
  const char* next = rest.data();  // there are many of them
  for (IndexEntry::TermCount& term : entry->terms) {
    std::memcpy(&term.term, next, sizeof(TermHash));
    term.count = static_cast<uint8_t>(next[sizeof(TermHash)]);
    next += kTermBytes;
  }
  return true;
}

}  // namespace throughline::memory
