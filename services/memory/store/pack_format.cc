#include "services/memory/store/pack_format.h"

#include <array>
#include <cstring>
#include <utility>

#include "services/memory/domain/bytes.h"

namespace throughline::memory::store {
namespace {

// Read as the format before: a place, and an id longer than any pack.
constexpr absl::string_view kMark = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
constexpr uint8_t kPackFormat = 3;
// Of a row: what shows how many there can be at most.
constexpr size_t kMinRowBytes = kPlaceBytes + 2;
constexpr uint32_t kNanosPerSecond = 1'000'000'000;

// How a time stands: as that of the row before, in whole seconds more than it, in those and
// nanoseconds, or never.
enum TimeForm : uint8_t { kSame, kSeconds, kNanos, kInfinite };
constexpr int kTimeBits = 2;
constexpr uint8_t kTimeMask = 3;

// Ids are mostly a letter and the digits of a hash, two to a byte then.
constexpr char kDigits[] = "0123456789abcdef";

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool IsHashed(absl::string_view id) {
  if (id.size() < 3 || id.size() % 2 == 0) return false;
  for (const char c : id.substr(1)) {
    if (DigitOf(c) < 0) return false;
  }
  return true;
}

std::array<std::array<char, 2>, 256> MakeDigitPairs() {
  std::array<std::array<char, 2>, 256> pairs{};
  for (size_t byte = 0; byte < pairs.size(); ++byte) {
    pairs[byte] = {kDigits[byte >> 4], kDigits[byte & 0xF]};
  }
  return pairs;
}

// Reads times of one kind, row by row.
class TimeReader {
 public:
  absl::Time Read(uint8_t form, ByteReader& reader) {
    switch (form & kTimeMask) {
      case kSeconds:
      case kNanos: {
        // Wraps around, as it did when it was written.
        seconds_ += static_cast<uint64_t>(reader.Signed());
        time_ = absl::FromUnixSeconds(static_cast<int64_t>(seconds_));
        if ((form & kTimeMask) == kNanos) {
          time_ += absl::Nanoseconds(reader.Varint32(kNanosPerSecond - 1));
        }
        break;
      }
      case kInfinite:
        time_ = reader.Fixed<uint8_t>() == 0 ? absl::InfinitePast() : absl::InfiniteFuture();
        break;
      default:
        break;
    }
    return time_;
  }

 private:
  absl::Time time_ = absl::InfiniteFuture();
  uint64_t seconds_ = 0;
};

bool ReadValues(ByteReader& reader, std::vector<absl::string_view>* values) {
  const uint32_t count = reader.Varint32(reader.left());
  values->clear();
  for (uint32_t i = 0; i < count && !reader.failed(); ++i) values->push_back(reader.Bytes());
  return !reader.failed();
}

bool ReadTerms(ByteReader& reader, std::vector<TermHash>* terms) {
  const uint32_t count = reader.Varint32(reader.left() / sizeof(TermHash));
  const absl::string_view bytes = reader.Take(count * sizeof(TermHash));
  if (reader.failed()) return false;
  terms->resize(count);
  if (count > 0) std::memcpy(terms->data(), bytes.data(), bytes.size());
  return true;
}

bool ReadIds(ByteReader& reader, ReadBlock* read) {
  static const std::array<std::array<char, 2>, 256> pairs = MakeDigitPairs();
  std::vector<EntryBlock::Row>& rows = read->block.rows;
  // None takes more than twice its bytes.
  read->ids.resize(reader.Varint32(2 * reader.left()));
  char* out = read->ids.data();
  size_t room = read->ids.size();
  for (EntryBlock::Row& row : rows) {
    const uint64_t head = reader.Varint();
    if ((head & 1) == 0) {
      row.id = reader.Take(head >> 1);
      continue;
    }
    const char first = reader.Fixed<char>();
    const absl::string_view bytes = reader.Take(head >> 1);
    if (reader.failed() || room < 1 + 2 * bytes.size()) return false;
    room -= 1 + 2 * bytes.size();
    const char* const begin = out;
    *out++ = first;
    for (const char byte : bytes) {
      std::memcpy(out, pairs[static_cast<uint8_t>(byte)].data(), 2);
      out += 2;
    }
    row.id = {begin, static_cast<size_t>(out - begin)};
  }
  return !reader.failed() && room == 0;
}

bool ReadUses(ByteReader& reader, EntryBlock* block, EntryBlock::Row* row) {
  const size_t terms = block->terms.size();
  row->first_term = static_cast<uint32_t>(block->uses.size());
  row->term_count = reader.Varint32(reader.left());
  for (uint32_t k = 0; k < row->term_count; ++k) {
    const uint64_t use = reader.Varint();
    const uint8_t count = (use & 1) != 0 ? reader.Fixed<uint8_t>() : 1;
    if (use >> 1 >= terms) return false;
    block->uses.push_back({.term = static_cast<uint32_t>(use >> 1), .count = count});
  }
  return !reader.failed();
}

bool ReadRows(ByteReader& reader, EntryBlock* block) {
  TimeReader valid_from;
  TimeReader valid_to;
  TimeReader invalidated_at;
  uint64_t sequence = 0;
  block->uses.clear();
  for (EntryBlock::Row& row : block->rows) {
    const auto forms = reader.Fixed<uint8_t>();
    row.kind = static_cast<deal::FactKind>(reader.Fixed<uint8_t>());
    row.flags = reader.Fixed<uint8_t>();
    row.names_inside = reader.Fixed<uint8_t>();
    row.valid_from = valid_from.Read(forms, reader);
    row.valid_to = valid_to.Read(static_cast<uint8_t>(forms >> kTimeBits), reader);
    row.invalidated_at = invalidated_at.Read(static_cast<uint8_t>(forms >> 2 * kTimeBits), reader);
    row.turn = static_cast<int32_t>(reader.Signed());
    sequence += static_cast<uint64_t>(reader.Signed());
    row.sequence = static_cast<int64_t>(sequence);
    row.length = reader.Varint32();
    row.text_bytes = reader.Varint32();
    row.text = reader.Fixed<uint64_t>();
    row.calls = reader.Varint32();
    row.tags = reader.Varint32();
    row.names = reader.Varint32();
    if (row.calls >= block->calls.size() || row.tags >= block->tags.size() ||
        row.names >= block->names.size() || !ReadUses(reader, block, &row)) {
      return false;
    }
  }
  return true;
}

}  // namespace

int64_t PlaceOf(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(value);
}

void AppendPlace(int64_t place, std::string* out) {
  for (size_t left = kPlaceBytes; left > 0; --left) {
    out->push_back(static_cast<char>(static_cast<uint64_t>(place) >> (8 * (left - 1)) & 0xFF));
  }
}

uint32_t PackWriter::Table::Number(const std::string& value) {
  const auto [it, fresh] = numbers.emplace(value, static_cast<uint32_t>(numbers.size()));
  if (fresh) AppendBytes(value, &bytes);
  return it->second;
}

uint8_t PackWriter::AppendTime(absl::Time time, Before* before, std::string* bytes) {
  if (time == before->time) return kSame;
  before->time = time;
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    bytes->push_back(time == absl::InfinitePast() ? 0 : 1);
    return kInfinite;
  }
  const int64_t seconds = absl::ToUnixSeconds(time);
  const uint64_t more = static_cast<uint64_t>(seconds) - static_cast<uint64_t>(before->seconds);
  before->seconds = seconds;
  AppendSigned(static_cast<int64_t>(more), bytes);
  const auto nanos =
      static_cast<uint64_t>((time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1));
  if (nanos == 0) return kSeconds;
  AppendVarint(nanos, bytes);
  return kNanos;
}

void PackWriter::AppendId(absl::string_view id) {
  if (!IsHashed(id)) {
    AppendVarint(id.size() << 1, &id_bytes_);
    id_bytes_.append(id.data(), id.size());
    return;
  }
  hashed_bytes_ += id.size();
  AppendVarint((id.size() / 2) << 1 | 1, &id_bytes_);
  id_bytes_.push_back(id[0]);
  for (size_t i = 1; i < id.size(); i += 2) {
    id_bytes_.push_back(static_cast<char>(DigitOf(id[i]) << 4 | DigitOf(id[i + 1])));
  }
}

void PackWriter::Add(absl::string_view id, const IndexEntry& entry) {
  ++rows_;
  AppendId(id);
  std::string& out = row_bytes_;
  const size_t forms_at = out.size();
  out.push_back(0);
  out.push_back(static_cast<char>(entry.kind));
  out.push_back(static_cast<char>(entry.flags));
  out.push_back(static_cast<char>(entry.names_inside));
  int forms = AppendTime(entry.valid_from, &valid_from_, &out);
  forms |= AppendTime(entry.valid_to, &valid_to_, &out) << kTimeBits;
  forms |= AppendTime(entry.invalidated_at, &invalidated_at_, &out) << 2 * kTimeBits;
  out[forms_at] = static_cast<char>(forms);
  AppendSigned(entry.turn, &out);
  AppendSigned(static_cast<int64_t>(static_cast<uint64_t>(entry.sequence) -
                                    static_cast<uint64_t>(sequence_)),
               &out);
  sequence_ = entry.sequence;
  AppendVarint(entry.length, &out);
  AppendVarint(entry.text_bytes, &out);
  AppendFixed(entry.text, &out);
  AppendVarint(calls_.Number(entry.calls), &out);
  AppendVarint(tags_.Number(entry.tags), &out);
  AppendVarint(names_.Number(entry.names), &out);
  AppendVarint(entry.terms.size(), &out);
  for (const auto& [term, count] : entry.terms) {
    const auto [it, fresh] = terms_.emplace(term, static_cast<uint32_t>(terms_.size()));
    if (fresh) AppendFixed(term, &term_bytes_);
    AppendVarint(uint64_t{it->second} << 1 | (count == 1 ? 0 : 1), &out);
    if (count != 1) out.push_back(static_cast<char>(count));
  }
}

size_t PackWriter::size() const {
  constexpr size_t kHeadBytes = 32;
  return kHeadBytes + term_bytes_.size() + calls_.bytes.size() + tags_.bytes.size() +
         names_.bytes.size() + id_bytes_.size() + row_bytes_.size() + kPlaceBytes * rows_;
}

std::string PackWriter::Take() {
  const PackWriter taken = std::exchange(*this, PackWriter());
  std::string out;
  out.reserve(taken.size());
  out.append(kMark.data(), kMark.size());
  out.push_back(static_cast<char>(kPackFormat));
  out.push_back(static_cast<char>(kEntryFormat));
  AppendVarint(taken.rows_, &out);
  AppendVarint(taken.terms_.size(), &out);
  out += taken.term_bytes_;
  for (const Table* table : {&taken.calls_, &taken.tags_, &taken.names_}) {
    AppendVarint(table->numbers.size(), &out);
    out += table->bytes;
  }
  AppendVarint(taken.hashed_bytes_, &out);
  out += taken.id_bytes_;
  out += taken.row_bytes_;
  return out;
}

bool IsBlockPack(absl::string_view bytes) { return bytes.substr(0, kMark.size()) == kMark; }

bool ReadPack(absl::string_view bytes, ReadBlock* read) {
  ByteReader reader(bytes);
  EntryBlock& block = read->block;
  if (reader.Take(kMark.size()) != kMark || reader.Fixed<uint8_t>() != kPackFormat) return false;
  read->other_entries = reader.Fixed<uint8_t>() != kEntryFormat;
  const uint32_t rows = reader.Varint32(reader.left() / kMinRowBytes);
  block.rows.assign(rows, {});
  if (!ReadTerms(reader, &block.terms) || !ReadValues(reader, &block.calls) ||
      !ReadValues(reader, &block.tags) || !ReadValues(reader, &block.names) ||
      !ReadIds(reader, read) || !ReadRows(reader, &block) || reader.left() != kPlaceBytes * rows) {
    return false;
  }
  const absl::string_view places = reader.rest();
  for (uint32_t i = 0; i < rows; ++i) {
    block.rows[i].place = PlaceOf(places.substr(i * kPlaceBytes, kPlaceBytes));
  }
  return true;
}

}  // namespace throughline::memory::store
