#include "common/audit/verify.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace throughline::audit {
namespace {

struct File {
  std::string path;
  int64_t first_sequence;
};

absl::Status Broken(const std::string& path, int64_t line, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(path, ":", line, ": ", what));
}

absl::StatusOr<File> LookAt(const std::string& path) {
  std::ifstream stream(path);
  if (!stream) {
    return absl::NotFoundError(
        absl::StrCat(path, ": expected a file that can be read; correct the name"));
  }
  std::string text;
  std::getline(stream, text);
  const absl::StatusOr<ReadLine> line = Read(text);
  // The walk says what is wrong with a line that cannot be read.
  return File{.path = path, .first_sequence = line.ok() ? line->link.sequence : 0};
}

// Goes from line to line.
class Walk {
 public:
  explicit Walk(const std::optional<Link>& head) : head_(head) {}

  absl::Status Through(const std::string& path) {
    std::ifstream stream(path);
    std::string text;
    for (int64_t number = 1; std::getline(stream, text); ++number) {
      if (stream.eof()) return Broken(path, number, "the last line was cut off");
      const absl::StatusOr<ReadLine> line = Read(text);
      if (!line.ok()) return Broken(path, number, "changed: this is no line of an audit log");
      if (!line->intact) return Broken(path, number, "changed: its hash is not that of its text");
      RETURN_IF_ERROR(Follow(path, number, *line));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Verified> End(const std::string& last_path) const {
    if (found_.last.sequence == 0) {
      return absl::InvalidArgumentError("expected files with lines of an audit log; name others");
    }
    if (head_.has_value() && head_->sequence > found_.last.sequence) {
      return absl::DataLossError(absl::StrCat(last_path, ": cut off at the end: lines ",
                                              found_.last.sequence + 1, " to ", head_->sequence,
                                              " are missing, of which the head knows"));
    }
    return found_;
  }

 private:
  absl::Status Follow(const std::string& path, int64_t number, const ReadLine& line) {
    const int64_t expected = found_.last.sequence + 1;
    if (found_.last.sequence == 0) {
      found_.first_sequence = line.link.sequence;
      if (line.link.sequence == 1 && line.previous != Genesis().hash) {
        return Broken(path, number, "changed: it is the first line, and names one before it");
      }
    } else if (line.link.sequence > expected) {
      return Broken(
          path, number,
          absl::StrCat("removed: line ", expected, " should stand here, not ", line.link.sequence));
    } else if (line.link.sequence < expected) {
      return Broken(path, number,
                    absl::StrCat("inserted: line ", line.link.sequence, " stands behind line ",
                                 found_.last.sequence));
    } else if (line.previous != found_.last.hash) {
      return Broken(path, number,
                    "changed: the line before it is not the one it was written behind");
    }
    found_.last = line.link;
    if (head_.has_value() && head_->sequence == found_.last.sequence &&
        head_->hash != found_.last.hash) {
      return Broken(path, number, "changed: the head knows another line in its place");
    }
    return absl::OkStatus();
  }

  const std::optional<Link>& head_;
  Verified found_;
};

}  // namespace

absl::StatusOr<Verified> Verify(const std::vector<std::string>& paths,
                                const std::optional<Link>& head) {
  std::vector<File> files;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(File file, LookAt(path));
    files.push_back(std::move(file));
  }
  std::stable_sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return a.first_sequence < b.first_sequence;
  });
  Walk walk(head);
  for (const File& file : files) RETURN_IF_ERROR(walk.Through(file.path));
  return walk.End(files.empty() ? "" : files.back().path);
}

}  // namespace throughline::audit
