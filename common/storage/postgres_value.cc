#include "common/storage/postgres_value.h"

#include <libpq-fe.h>

#include <bit>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"

namespace throughline::storage {
namespace {

// Of pg_type: fixed for ever.
constexpr unsigned kAnyType = 0;
constexpr unsigned kBooleanType = 16;
constexpr unsigned kByteaType = 17;
constexpr unsigned kBigintType = 20;
constexpr unsigned kTextType = 25;
constexpr unsigned kTidType = 27;
constexpr unsigned kDoubleType = 701;
constexpr unsigned kByteaArrayType = 1001;
constexpr unsigned kTextArrayType = 1009;
constexpr unsigned kTidArrayType = 1010;
constexpr unsigned kBigintArrayType = 1016;

// A tid is the number of a block and that of a row in it.
constexpr int kBlockBytes = 4;
constexpr int kRowNumberBytes = 2;
constexpr int kTidBytes = kBlockBytes + kRowNumberBytes;

// Appends `value` as `bytes` bytes, most significant first.
void AppendBigEndian(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

uint64_t ReadBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

std::string EncodeInteger(int64_t value) {
  std::string encoded;
  AppendBigEndian(static_cast<uint64_t>(value), sizeof(value), &encoded);
  return encoded;
}

// Dimensions, whether there are NULLs, element type; for each dimension its length and first
// index; then the elements, each behind its length.
template <typename Element>
std::string EncodeArray(unsigned element_type, absl::Span<const Element> elements) {
  std::string encoded;
  AppendBigEndian(elements.empty() ? 0 : 1, 4, &encoded);
  AppendBigEndian(0, 4, &encoded);
  AppendBigEndian(element_type, 4, &encoded);
  if (elements.empty()) return encoded;
  AppendBigEndian(elements.size(), 4, &encoded);
  AppendBigEndian(1, 4, &encoded);
  for (const Element& element : elements) {
    if constexpr (std::is_same_v<Element, int64_t>) {
      AppendBigEndian(sizeof(element), 4, &encoded);
      AppendBigEndian(static_cast<uint64_t>(element), sizeof(element), &encoded);
    } else {
      AppendBigEndian(element.size(), 4, &encoded);
      encoded.append(element);
    }
  }
  return encoded;
}

}  // namespace

PostgresValue PostgresValue::Text(absl::string_view value) {
  return {kTextType, std::string(value)};
}

PostgresValue PostgresValue::Bytes(absl::string_view value) {
  return {kByteaType, std::string(value)};
}

PostgresValue PostgresValue::Integer(int64_t value) { return {kBigintType, EncodeInteger(value)}; }

PostgresValue PostgresValue::Number(double value) {
  return {kDoubleType, EncodeInteger(std::bit_cast<int64_t>(value))};
}

PostgresValue PostgresValue::Boolean(bool value) {
  return {kBooleanType, std::string(1, value ? '\1' : '\0')};
}

PostgresValue PostgresValue::Null() { return {kAnyType, std::nullopt}; }

PostgresValue PostgresValue::Texts(absl::Span<const std::string> values) {
  return {kTextArrayType, EncodeArray(kTextType, values)};
}

PostgresValue PostgresValue::ByteStrings(absl::Span<const std::string> values) {
  return {kByteaArrayType, EncodeArray(kByteaType, values)};
}

PostgresValue PostgresValue::Integers(absl::Span<const int64_t> values) {
  return {kBigintArrayType, EncodeArray(kBigintType, values)};
}

PostgresValue PostgresValue::Places(absl::Span<const int64_t> values) {
  std::vector<std::string> places(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    AppendBigEndian(static_cast<uint64_t>(values[i]), kTidBytes, &places[i]);
  }
  return {kTidArrayType, EncodeArray(kTidType, absl::MakeConstSpan(places))};
}

PostgresRows::PostgresRows(pg_result* result) : result_(result) {}

void PostgresRows::Deleter::operator()(pg_result* result) const { PQclear(result); }

int PostgresRows::size() const { return PQntuples(result_.get()); }

int64_t PostgresRows::affected() const {
  int64_t rows = 0;
  return absl::SimpleAtoi(PQcmdTuples(result_.get()), &rows) ? rows : 0;
}

bool PostgresRows::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

absl::string_view PostgresRows::Text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

int64_t PostgresRows::Integer(int row, int column) const {
  const absl::string_view bytes = Text(row, column);
  const uint64_t value = ReadBigEndian(bytes);
  // Two's complement of the width it came in.
  switch (bytes.size()) {
    case sizeof(int16_t):
      return static_cast<int16_t>(value);
    case sizeof(int32_t):
      return static_cast<int32_t>(value);
    default:
      return static_cast<int64_t>(value);
  }
}

double PostgresRows::Number(int row, int column) const {
  return std::bit_cast<double>(ReadBigEndian(Text(row, column)));
}

int64_t PostgresRows::Place(int row, int column) const {
  return static_cast<int64_t>(ReadBigEndian(Text(row, column)));
}

bool PostgresRows::Boolean(int row, int column) const {
  return ReadBigEndian(Text(row, column)) != 0;
}

}  // namespace throughline::storage
