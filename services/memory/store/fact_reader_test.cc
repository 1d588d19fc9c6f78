#include "services/memory/store/fact_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/memory/store/codec.h"

namespace throughline::memory::store {
namespace {

// A row with something in every field.
FactRow FullRow() {
  return {.key = "person/budget",
          .fact = {.id = "f0123456789abcdef",
                   .kind = deal::FactKind::kCommitment,
                   .text = "El presupuesto es de 9.000 \xE2\x82\xAC.",
                   .subject = "Ann Lee",
                   .attribute = "budget",
                   .value = "9.000 \xE2\x82\xAC",
                   .evidence = {{.call_id = "call-1", .turn = 4, .speaker = "Ann", .quote = "nine"},
                                {.call_id = "call-2", .turn = -1, .quote = "a second one"}},
                   .confidence = 0.625,
                   .valid_from = absl::FromUnixSeconds(1'790'000'000) + absl::Nanoseconds(17),
                   .valid_to = absl::FromUnixSeconds(-5),
                   .recorded_at = absl::FromUnixSeconds(1'790'000'001),
                   .superseded_by = "f9",
                   .tags = {"emea", "", "priority"},
                   .invalidation_reason = "misheard"},
          .invalidation =
              Invalidation{.at = absl::FromUnixSeconds(1'790'000'002), .reason = "misheard"},
          .call_id = "call-1",
          .turn = 4,
          .speaker = "Ann Lee",
          .sequence = 123456};
}

std::string Bytes(const FactRow& row) { return Encode(row).SerializeAsString(); }

// What the message's own parser makes of `bytes`.
std::string Parsed(const std::string& bytes) {
  pb::StoredFact stored;
  EXPECT_TRUE(stored.ParseFromString(bytes));
  return Encode(Decode(stored)).DebugString();
}

std::string Read(const std::string& bytes) {
  FactRow row;
  EXPECT_TRUE(ReadFact(bytes, &row));
  return Encode(row).DebugString();
}

TEST(FactReaderTest, ReadsWhatTheParserReads) {
  FactRow open = FullRow();
  open.invalidation.reset();
  open.fact.invalidation_reason.clear();
  open.fact.valid_to = absl::InfiniteFuture();
  for (const FactRow& row : {FullRow(), open, FactRow()}) {
    EXPECT_EQ(Read(Bytes(row)), Parsed(Bytes(row)));
    EXPECT_EQ(Read(Bytes(row)), Encode(row).DebugString());
  }
  EXPECT_EQ(Read(""), Parsed(""));
}

TEST(FactReaderTest, LeavesWhatItDoesNotExpectToTheParser) {
  const std::string bytes = Bytes(FullRow());
  pb::StoredFact more;
  more.mutable_fact()->set_value("another");
  more.mutable_fact()->mutable_valid_from()->set_nanos(3);
  more.add_statements()->set_text("said so");
  const std::string unknown =
      "\xFA\x7F\x03"
      "new";  // field 2047, of a release to come
  for (const std::string& tail : {more.SerializeAsString(), unknown}) {
    EXPECT_EQ(Read(bytes + tail), Parsed(bytes + tail));
    EXPECT_EQ(Read(tail + bytes), Parsed(tail + bytes));
  }
}

// What the message's own parser makes of `bytes`.
std::string ParsedStatements(const std::string& bytes) {
  pb::StoredStatements stored;
  EXPECT_TRUE(stored.ParseFromString(bytes));
  return EncodeStatements(DecodeStatements(stored)).DebugString();
}

std::string ReadAll(const std::string& bytes) {
  std::vector<Statement> statements;
  EXPECT_TRUE(ReadStatements(bytes, &statements));
  return EncodeStatements(statements).DebugString();
}

TEST(FactReaderTest, ReadsStatementsAsTheParserDoes) {
  const deal::Fact fact = FullRow().fact;
  const Statement full{.signature = "nine\x01sand",
                       .subject = fact.subject,
                       .attribute = fact.attribute,
                       .text = fact.text,
                       .value = fact.value,
                       .kind = fact.kind,
                       .confidence = fact.confidence,
                       .valid_from = fact.valid_from,
                       .recorded_at = fact.recorded_at,
                       .call_id = "call-1",
                       .evidence = fact.evidence,
                       .tags = fact.tags};
  const Statement scant{.valid_from = absl::UnixEpoch(), .recorded_at = absl::InfinitePast()};
  const std::string bytes = EncodeStatements({full, scant, full}).SerializeAsString();
  EXPECT_EQ(ReadAll(bytes), EncodeStatements({full, scant, full}).DebugString());
  EXPECT_EQ(ReadAll(""), "");
  pb::StoredStatements more;
  more.add_statements();  // without times
  more.add_statements()->set_kind(static_cast<throughline::deal::v1::FactKind>(99));
  pb::StoredStatement twice;  // parts of one time
  twice.mutable_valid_from()->set_seconds(5);
  std::string parts = twice.SerializeAsString();
  twice.mutable_valid_from()->Clear();
  twice.mutable_valid_from()->set_nanos(7);
  parts += twice.SerializeAsString();
  const std::string split = std::string(1, '\x0A') + static_cast<char>(parts.size()) + parts;
  const std::string unknown =
      "\xFA\x7F\x03"
      "new";  // field 2047, of a release to come
  for (const std::string& tail : {more.SerializeAsString(), split, unknown}) {
    EXPECT_EQ(ReadAll(bytes + tail), ParsedStatements(bytes + tail));
  }
  for (size_t size = 0; size <= bytes.size(); ++size) {
    pb::StoredStatements stored;
    std::vector<Statement> statements;
    const std::string cut = bytes.substr(0, size);
    EXPECT_EQ(ReadStatements(cut, &statements), stored.ParseFromString(cut)) << size;
  }
}

TEST(FactReaderTest, RefusesWhatTheParserRefuses) {
  const std::string bytes = Bytes(FullRow());
  for (size_t size = 0; size <= bytes.size(); ++size) {
    pb::StoredFact stored;
    FactRow row;
    const std::string cut = bytes.substr(0, size);
    EXPECT_EQ(ReadFact(cut, &row), stored.ParseFromString(cut)) << size;
  }
  FactRow row;
  std::string broken = bytes;
  broken[broken.find("\xE2\x82\xAC")] = 'x';  // no UTF-8 any more
  EXPECT_FALSE(ReadFact(broken, &row));
}

}  // namespace
}  // namespace throughline::memory::store
