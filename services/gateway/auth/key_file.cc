#include "services/gateway/auth/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "services/gateway/auth/api_keys.h"

namespace throughline::gateway {
namespace {

size_t Indent(absl::string_view line) {
  return line.size() - absl::StripLeadingAsciiWhitespace(line).size();
}

bool IsContent(absl::string_view line) {
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
  return !text.empty() && text[0] != '#';
}

// One past the last line of the entry that begins at `first`: its fields stand further in than its
// dash. Comments behind the last field are of what follows.
size_t EndOfEntry(const std::vector<std::string>& lines, size_t first) {
  size_t end = first + 1;
  for (size_t at = end; at < lines.size(); ++at) {
    if (!IsContent(lines[at])) continue;
    if (Indent(lines[at]) <= Indent(lines[first])) break;
    end = at + 1;
  }
  return end;
}

absl::Status ByHand(absl::string_view place) {
  return absl::FailedPreconditionError(absl::StrCat(
      place, ": keys: expected entries below each other, each beginning its line with ",
      "\"- \"; take this one out by hand"));
}

absl::Status NotReplaced(const std::string& path, absl::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": expected a file that can be replaced (", why,
                   "); correct the permissions of its folder, or change it where it comes from"));
}

// Writes everything to a descriptor and to the disk.
bool WriteAll(int descriptor, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(descriptor) == 0;
}

// `text` takes the file's place when it lists as many keys as it should.
absl::Status Replace(const std::string& path, absl::string_view text, size_t keys) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  struct stat before = {};
  if (error || stat(target.c_str(), &before) != 0) return NotReplaced(path, error.message());
  std::string beside = absl::StrCat(target.string(), ".XXXXXX");
  const int descriptor = mkstemp(beside.data());
  if (descriptor < 0) return NotReplaced(path, std::strerror(errno));
  // Only root may give files away; for anybody else the file is their own already, or a group's.
  const bool is_owned = before.st_uid == geteuid() || geteuid() == 0;
  bool done = is_owned && fchmod(descriptor, before.st_mode & 07777) == 0 &&
              fchown(descriptor, before.st_uid, before.st_gid) == 0 && WriteAll(descriptor, text);
  int fault = done ? 0 : errno;
  if (close(descriptor) != 0 && done) {
    done = false;
    fault = errno;
  }
  const absl::StatusOr<std::vector<ApiKeyEntry>> left = ApiKeys::List(beside);
  if (done && (!left.ok() || left->size() != keys)) {
    unlink(beside.c_str());
    return ByHand(path);
  }
  if (done && rename(beside.c_str(), target.c_str()) != 0) {
    done = false;
    fault = errno;
  }
  if (!done) {
    const std::string why = is_owned ? std::strerror(fault) : "it is another user's";
    unlink(beside.c_str());
    return NotReplaced(path, why);
  }
  const int folder = open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return NotReplaced(path, "it cannot be read");
  return text.str();
}

}  // namespace

absl::Status RevokeKey(const std::string& path, absl::string_view id) {
  ASSIGN_OR_RETURN(const std::vector<ApiKeyEntry> entries, ApiKeys::List(path));
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const ApiKeyEntry& one) {
    return one.principal.key_id == id;
  });
  if (entry == entries.end()) {
    return absl::NotFoundError(absl::StrCat("ID: expected a key of ", path, ", got \"", id,
                                            "\"; `throughline keys list ", path,
                                            "` has those there are"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  const size_t first = static_cast<size_t>(entry->line) - 1;
  if (first >= lines.size() ||
      !absl::StartsWith(absl::StripLeadingAsciiWhitespace(lines[first]), "- ")) {
    return ByHand(absl::StrCat(path, ":", entry->line));
  }
  const size_t end = EndOfEntry(lines, first);
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(first),
              lines.begin() + static_cast<std::ptrdiff_t>(end));
  if (entries.size() == 1) {
    // An empty list has to be written as one, or the gateway would go on with the keys of before.
    for (std::string& line : lines) {
      if (absl::StartsWith(line, "keys:")) line.insert(5, " []");
    }
  }
  return Replace(path, absl::StrJoin(lines, "\n"), entries.size() - 1);
}

}  // namespace throughline::gateway
