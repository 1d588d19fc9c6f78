#include "services/memory/store/archive_lines.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/store/codec.h"

namespace throughline::memory::store {
namespace {

absl::StatusOr<std::string> ToLine(const pb::ExportedRecord& record) {
  std::string line;
  if (!google::protobuf::util::MessageToJsonString(record, &line).ok()) {
    return absl::InternalError("an exported record cannot be written as JSON");
  }
  return line;
}

absl::Status BadLine(size_t position, absl::string_view expected) {
  return InvalidField(absl::StrCat("json_lines[", position, "]"), expected,
                      "send the lines as Export gave them");
}

}  // namespace

absl::Status WriteLines(const Archive& archive, absl::FunctionRef<bool(const std::string&)> line) {
  bool wanted = true;
  const auto write = [&](const pb::ExportedRecord& record) -> absl::Status {
    if (!wanted) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::string text, ToLine(record));
    wanted = line(text);
    return absl::OkStatus();
  };
  pb::ExportedRecord record;
  *record.mutable_head() = Encode(archive.head);
  RETURN_IF_ERROR(write(record));
  for (const FactRow& row : archive.facts) {
    *record.mutable_fact() = Encode(row);
    *record.mutable_fact()->mutable_statements() = EncodeStatements(row.statements).statements();
    RETURN_IF_ERROR(write(record));
  }
  for (const Contribution& contribution : archive.contributions) {
    *record.mutable_contribution() = Encode(contribution);
    RETURN_IF_ERROR(write(record));
  }
  for (const ProfileRecord& profile : archive.profiles) {
    *record.mutable_profile() = Encode(profile);
    RETURN_IF_ERROR(write(record));
  }
  return absl::OkStatus();
}

absl::StatusOr<Archive> ReadLines(absl::Span<const std::string* const> lines) {
  Archive archive;
  bool has_head = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    pb::ExportedRecord record;
    if (!google::protobuf::util::JsonStringToMessage(*lines[i], &record).ok()) {
      return BadLine(i, "an exported record as JSON");
    }
    switch (record.record_case()) {
      case pb::ExportedRecord::kHead:
        if (has_head) return BadLine(i, "one head in an export");
        archive.head = Decode(record.head());
        has_head = true;
        break;
      case pb::ExportedRecord::kFact:
        archive.facts.push_back(Decode(record.fact()));
        break;
      case pb::ExportedRecord::kContribution:
        archive.contributions.push_back(Decode(record.contribution()));
        break;
      case pb::ExportedRecord::kProfile:
        archive.profiles.push_back(Decode(record.profile()));
        break;
      case pb::ExportedRecord::RECORD_NOT_SET:
        return BadLine(i, "a head, fact, contribution or profile");
    }
  }
  if (!has_head) return InvalidField("json_lines", "a head among the lines", "send every line");
  return archive;
}

}  // namespace throughline::memory::store
