#include "services/memory/store/fact_reader.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "common/wire/time.h"
#include "services/memory/domain/bytes.h"
#include "services/memory/domain/text.h"
#include "services/memory/store/codec.h"
#include "throughline/deal/v1/deal.pb.h"

namespace throughline::memory::store {
namespace {

namespace proto = throughline::deal::v1;

// How a field stands on the wire.
enum WireType : uint32_t { kNumber = 0, kFixed64 = 1, kSized = 2 };
constexpr int kWireTypeBits = 3;

constexpr uint32_t Tag(int field, WireType type) {
  return static_cast<uint32_t>(field) << kWireTypeBits | type;
}

// Runs `read` on the tag of each field, behind which it takes the value. False when one of them is
// none it expects: then what the message means is for its parser to say.
template <typename Read>
bool ReadFields(absl::string_view bytes, Read read) {
  ByteReader reader(bytes);
  while (reader.left() > 0) {
    const uint32_t tag = reader.Varint32();
    if (reader.failed() || !read(tag, reader) || reader.failed()) return false;
  }
  return true;
}

bool IsAscii(absl::string_view text) {
  uint64_t bits = 0;
  for (; text.size() >= sizeof(bits); text.remove_prefix(sizeof(bits))) {
    uint64_t eight = 0;
    std::memcpy(&eight, text.data(), sizeof(eight));
    bits |= eight;
  }
  for (const char c : text) bits |= static_cast<unsigned char>(c);
  return (bits & 0x8080808080808080U) == 0;
}

bool ReadText(ByteReader& reader, std::string* text) {
  const absl::string_view bytes = reader.Bytes();
  if (!IsAscii(bytes) && !IsCleanText(bytes)) return false;
  text->assign(bytes.data(), bytes.size());
  return true;
}

bool ReadTime(ByteReader& reader, absl::Time* time) {
  int64_t seconds = 0;
  int32_t nanos = 0;
  const bool read = ReadFields(reader.Bytes(), [&](uint32_t tag, ByteReader& value) {
    switch (tag) {
      case Tag(google::protobuf::Timestamp::kSecondsFieldNumber, kNumber):
        seconds = static_cast<int64_t>(value.Varint());
        return true;
      case Tag(google::protobuf::Timestamp::kNanosFieldNumber, kNumber):
        nanos = static_cast<int32_t>(value.Varint());
        return true;
      default:
        return false;
    }
  });
  if (read) *time = wire::FromTimestamp(seconds, nanos);
  return read;
}

bool ReadEvidence(ByteReader& reader, deal::Evidence* evidence) {
  return ReadFields(reader.Bytes(), [evidence](uint32_t tag, ByteReader& value) {
    switch (tag) {
      case Tag(proto::Evidence::kCallIdFieldNumber, kSized):
        return ReadText(value, &evidence->call_id);
      case Tag(proto::Evidence::kTurnFieldNumber, kNumber):
        evidence->turn = static_cast<int32_t>(value.Varint());
        return true;
      case Tag(proto::Evidence::kSpeakerFieldNumber, kSized):
        return ReadText(value, &evidence->speaker);
      case Tag(proto::Evidence::kQuoteFieldNumber, kSized):
        return ReadText(value, &evidence->quote);
      default:
        return false;
    }
  });
}

// A message in a field that is not repeated, met twice, would have to be merged with the first.
class Once {
 public:
  bool First(uint32_t tag) {
    const uint64_t bit = uint64_t{1} << (tag >> kWireTypeBits);
    const bool first = (met_ & bit) == 0;
    met_ |= bit;
    return first;
  }

 private:
  uint64_t met_ = 0;
};

bool ReadField(uint32_t tag, ByteReader& value, Once* once, deal::Fact* fact) {
  using Stored = proto::Fact;
  switch (tag) {
    case Tag(Stored::kIdFieldNumber, kSized):
      return ReadText(value, &fact->id);
    case Tag(Stored::kKindFieldNumber, kNumber): {
      const auto kind = static_cast<int>(value.Varint());
      fact->kind = static_cast<deal::FactKind>(proto::FactKind_IsValid(kind) ? kind : 0);
      return true;
    }
    case Tag(Stored::kTextFieldNumber, kSized):
      return ReadText(value, &fact->text);
    case Tag(Stored::kSubjectFieldNumber, kSized):
      return ReadText(value, &fact->subject);
    case Tag(Stored::kAttributeFieldNumber, kSized):
      return ReadText(value, &fact->attribute);
    case Tag(Stored::kValueFieldNumber, kSized):
      return ReadText(value, &fact->value);
    case Tag(Stored::kEvidenceFieldNumber, kSized):
      return ReadEvidence(value, &fact->evidence.emplace_back());
    case Tag(Stored::kConfidenceFieldNumber, kFixed64):
      fact->confidence = std::bit_cast<double>(value.Fixed<uint64_t>());
      return true;
    case Tag(Stored::kValidFromFieldNumber, kSized):
      return once->First(tag) && ReadTime(value, &fact->valid_from);
    case Tag(Stored::kValidToFieldNumber, kSized):
      return once->First(tag) && ReadTime(value, &fact->valid_to);
    case Tag(Stored::kRecordedAtFieldNumber, kSized):
      return once->First(tag) && ReadTime(value, &fact->recorded_at);
    case Tag(Stored::kSupersededByFieldNumber, kSized):
      return ReadText(value, &fact->superseded_by);
    case Tag(Stored::kTagsFieldNumber, kSized):
      return ReadText(value, &fact->tags.emplace_back());
    case Tag(Stored::kInvalidationReasonFieldNumber, kSized):
      return ReadText(value, &fact->invalidation_reason);
    default:
      return false;
  }
}

// Reads what every release has written, into a row that is empty yet.
bool ReadKnown(absl::string_view bytes, FactRow* row) {
  using Stored = pb::StoredFact;
  Once once;
  Once once_in_fact;
  std::string reason;
  row->fact.valid_from = absl::InfinitePast();
  row->fact.valid_to = absl::InfiniteFuture();
  row->fact.recorded_at = absl::InfinitePast();
  const bool read = ReadFields(bytes, [&](uint32_t tag, ByteReader& value) {
    switch (tag) {
      case Tag(Stored::kKeyFieldNumber, kSized):
        return ReadText(value, &row->key);
      case Tag(Stored::kFactFieldNumber, kSized):
        return once.First(tag) && ReadFields(value.Bytes(), [&](uint32_t inner, ByteReader& of) {
                 return ReadField(inner, of, &once_in_fact, &row->fact);
               });
      case Tag(Stored::kInvalidatedAtFieldNumber, kSized):
        return once.First(tag) && ReadTime(value, &row->invalidation.emplace().at);
      case Tag(Stored::kInvalidationReasonFieldNumber, kSized):
        return ReadText(value, &reason);
      case Tag(Stored::kCallIdFieldNumber, kSized):
        return ReadText(value, &row->call_id);
      case Tag(Stored::kTurnFieldNumber, kNumber):
        row->turn = static_cast<int32_t>(value.Varint());
        return true;
      case Tag(Stored::kSpeakerFieldNumber, kSized):
        return ReadText(value, &row->speaker);
      case Tag(Stored::kSequenceFieldNumber, kNumber):
        row->sequence = static_cast<int64_t>(value.Varint());
        return true;
      default:
        return false;
    }
  });
  if (read && row->invalidation.has_value()) {
    row->invalidation->reason = reason;
    row->fact.invalidation_reason = std::move(reason);
  }
  return read;
}

bool ReadField(uint32_t tag, ByteReader& value, Once* once, Statement* statement) {
  using Stored = pb::StoredStatement;
  switch (tag) {
    case Tag(Stored::kSignatureFieldNumber, kSized):
      return ReadText(value, &statement->signature);
    case Tag(Stored::kTextFieldNumber, kSized):
      return ReadText(value, &statement->text);
    case Tag(Stored::kValueFieldNumber, kSized):
      return ReadText(value, &statement->value);
    case Tag(Stored::kKindFieldNumber, kNumber):
      statement->kind = static_cast<deal::FactKind>(static_cast<int>(value.Varint()));
      return true;
    case Tag(Stored::kConfidenceFieldNumber, kFixed64):
      statement->confidence = std::bit_cast<double>(value.Fixed<uint64_t>());
      return true;
    case Tag(Stored::kValidFromFieldNumber, kSized):
      return once->First(tag) && ReadTime(value, &statement->valid_from);
    case Tag(Stored::kRecordedAtFieldNumber, kSized):
      return once->First(tag) && ReadTime(value, &statement->recorded_at);
    case Tag(Stored::kCallIdFieldNumber, kSized):
      return ReadText(value, &statement->call_id);
    case Tag(Stored::kEvidenceFieldNumber, kSized):
      return ReadEvidence(value, &statement->evidence.emplace_back());
    case Tag(Stored::kTagsFieldNumber, kSized):
      return ReadText(value, &statement->tags.emplace_back());
    case Tag(Stored::kSubjectFieldNumber, kSized):
      return ReadText(value, &statement->subject);
    case Tag(Stored::kAttributeFieldNumber, kSized):
      return ReadText(value, &statement->attribute);
    default:
      return false;
  }
}

bool ReadKnown(absl::string_view bytes, std::vector<Statement>* statements) {
  return ReadFields(bytes, [statements](uint32_t tag, ByteReader& value) {
    if (tag != Tag(pb::StoredStatements::kStatementsFieldNumber, kSized)) return false;
    Statement& statement = statements->emplace_back();
    statement.valid_from = wire::FromTimestamp(0, 0);
    statement.recorded_at = wire::FromTimestamp(0, 0);
    Once once;
    return ReadFields(value.Bytes(), [&](uint32_t inner, ByteReader& of) {
      return ReadField(inner, of, &once, &statement);
    });
  });
}

}  // namespace

bool ReadStatements(absl::string_view bytes, std::vector<Statement>* statements) {
  if (ReadKnown(bytes, statements)) return true;
  pb::StoredStatements stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  *statements = DecodeStatements(stored);
  return true;
}

bool ReadFact(absl::string_view bytes, FactRow* row) {
  if (ReadKnown(bytes, row)) return true;
  pb::StoredFact stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  *row = Decode(stored);
  return true;
}

}  // namespace throughline::memory::store
