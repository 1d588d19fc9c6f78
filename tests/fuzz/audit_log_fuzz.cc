// An audit log as somebody may have left it: whatever was done to its bytes is found, nothing that
// stands in it ends the process, and the chain goes on behind it.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/audit/audit_file.h"
#include "common/audit/record.h"
#include "common/audit/verify.h"
#include "common/digest/sha256.h"
#include "common/testing/temp_directory.h"
#include "tests/fuzz/fuzz_input.h"

namespace throughline::audit {
namespace {

using fuzz::Expect;
using fuzz::Input;

constexpr int64_t kOneFile = int64_t{1} << 30;

// Of this process; each input finds it empty.
const TempDirectory& Folder() {
  static const TempDirectory folder;
  return folder;
}

void Empty() {
  for (const auto& entry : std::filesystem::directory_iterator(Folder().path())) {
    std::filesystem::remove(entry.path());
  }
}

std::vector<std::string> FilesOfLog() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(Folder().path())) {
    if (entry.path().extension() != ".head") files.push_back(entry.path().string());
  }
  return files;
}

size_t Number(Input& input) {
  return (size_t{input.Byte()} << 16) | (size_t{input.Byte()} << 8) | input.Byte();
}

std::string Text(Input& input) {
  std::string text(size_t{2} * input.Byte(), '\0');
  for (char& c : text) c = static_cast<char>(input.Byte());
  return text;
}

Record TakeRecord(Input& input) {
  Record record;
  for (std::string* field :
       {&record.tenant, &record.actor, &record.action, &record.outcome, &record.request_id}) {
    *field = Text(input);
  }
  const size_t objects = input.Byte() % (kMaxFields + 2);
  for (size_t i = 0; i < objects; ++i) {
    record.objects.emplace_back(absl::StrCat(i, Text(input)), Text(input));
  }
  const size_t counts = input.Byte() % (kMaxFields + 2);
  for (size_t i = 0; i < counts; ++i) {
    record.counts.emplace_back(absl::StrCat(i, Text(input)), Number(input));
  }
  return record;
}

// One to five lines behind `link`, each of which reads as it was made.
std::vector<Line> TakeLines(Input& input, Link link) {
  std::vector<Line> lines(1 + input.Byte() % 5);
  for (Line& line : lines) {
    line = MakeLine(link, "memory", absl::UnixEpoch(), TakeRecord(input));
    Expect(line.text.size() <= kMaxLineBytes, "a line is no longer than lines may be");
    const auto read = Read(line.text);
    Expect(read.ok() && read->intact, "a line that was made can be read");
    Expect(read->link == line.link && read->previous == link.hash, "and says where it stands");
    link = line.link;
  }
  return lines;
}

// Lines are changed or cut away after they were written.
void Tamper(Input& input) {
  const std::vector<Line> lines = TakeLines(input, Genesis());
  const Link head = lines.back().link;
  std::string content;
  for (const Line& line : lines) absl::StrAppend(&content, line.text, "\n");
  const auto verify = [&head](const std::string& bytes) {
    return Verify({Folder().Write("audit", bytes)}, head);
  };
  const auto whole = verify(content);
  Expect(whole.ok() && whole->last == head, "an untouched log is one chain");

  std::string changed = content;
  const auto other = static_cast<char>(std::max<int>(1, input.Byte()));
  changed[Number(input) % content.size()] ^= other;
  Expect(!verify(changed).ok(), "a changed byte is found");

  const size_t begin = Number(input) % content.size();
  const size_t size = 1 + Number(input) % (content.size() - begin);
  // Without its first lines it is a log of which earlier files were not given.
  const bool later_file = begin == 0 && content[size - 1] == '\n' && size < content.size();
  Expect(verify(std::string(content).erase(begin, size)).ok() == later_file,
         "bytes that were cut away are missed");
}

// The log is opened as it stands, goes on, and is opened again.
void GoOn() {
  const std::string path = Folder().File("audit");
  Link tail;
  {
    const auto log = AuditFile::Open(path, kOneFile);
    Expect(log.ok(), "a log of any bytes can be gone on with");
    const Line line = MakeLine((*log)->tail(), "memory", absl::UnixEpoch(), {});
    Expect((*log)->Append({line}).ok() && (*log)->Sync().ok(), "a line is written");
    tail = line.link;
  }
  if (tail.sequence == kMaxSequence) return;  // as far as a chain goes
  const auto again = AuditFile::Open(path, kOneFile);
  Expect(again.ok() && (*again)->tail() == tail && !(*again)->found().damaged &&
             (*again)->found().torn_bytes == 0,
         "the log that went on is as it was left");
}

void Look(const std::vector<std::string>& paths) {
  const std::string head_path = HeadPath(Folder().File("audit"));
  const auto head = ReadHead(head_path);
  const auto verified =
      Verify(paths, head.ok() ? std::optional<Link>(*head) : std::optional<Link>());
  if (verified.ok()) {
    Expect(verified->first_sequence >= 1 && verified->last.sequence >= verified->first_sequence,
           "a chain counts from 1");
  } else if (verified.status().code() == absl::StatusCode::kDataLoss) {
    Expect(absl::StartsWith(verified.status().message(), Folder().path()), "an error names a file");
  }
}

// Files of anything, behind a head of anything.
void Foreign(Input& input) {
  Folder().Write("audit.head", input.Part());
  const std::vector<std::string> paths = {Folder().Write("audit.000000000001", input.Part()),
                                          Folder().Write("audit", input.Rest())};
  Look(paths);
  GoOn();
}

// Lines whose hashes are right, and nothing else needs to be.
void Forged(Input& input) {
  Folder().Write("audit.head", absl::StrCat(input.Part(), " ", Genesis().hash, "\n"));
  std::string content;
  const std::string bodies = input.Rest();
  for (const absl::string_view body : absl::StrSplit(bodies, '\n')) {
    absl::StrAppend(&content, body, ",\"hash\":\"", Sha256Hex({body}), "\"}\n");
  }
  Look({Folder().Write("audit", content)});
  GoOn();
}

// Lines go through files that are renamed when they are large, and the last is cut by a crash.
void Crash(Input& input) {
  const std::string path = Folder().File("audit");
  const auto max_bytes = static_cast<int64_t>(1 + Number(input) % 4096);
  {
    const auto log = AuditFile::Open(path, max_bytes);
    Expect(log.ok(), "a log is opened");
    for (const Line& line : TakeLines(input, Genesis())) {
      Expect((*log)->Append({line}).ok(), "a line is written");
    }
    Expect((*log)->Sync().ok(), "lines are synced");
  }
  std::filesystem::resize_file(path, Number(input) % (std::filesystem::file_size(path) + 1));
  bool missing = false;
  {
    const auto log = AuditFile::Open(path, max_bytes);
    Expect(log.ok(), "a log that was cut is opened");
    missing = (*log)->found().missing_lines > 0;
    Expect(!(*log)->found().damaged, "what is left of it is as it was");
    Expect((*log)->Append(TakeLines(input, (*log)->tail())).ok() && (*log)->Sync().ok(),
           "the chain goes on");
  }
  const auto verified = Verify(FilesOfLog(), *ReadHead(HeadPath(path)));
  // Those that are missing from the start may stand in files that were not given.
  Expect(verified.ok() == !missing || (verified.ok() && verified->first_sequence > 1),
         "lines are missed if there are any");
}

void Check(Input input) {
  Empty();
  const int kind = input.Byte() % 4;
  if (kind == 0) Tamper(input);
  if (kind == 1) Foreign(input);
  if (kind == 2) Forged(input);
  if (kind == 3) Crash(input);
}

}  // namespace
}  // namespace throughline::audit

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  throughline::audit::Check(throughline::fuzz::Input(data, size));
  return 0;
}
