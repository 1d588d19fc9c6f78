#include "services/router/config_yaml.h"

#include <algorithm>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/shown.h"

namespace throughline::router {
absl::Status YamlReader::Error(const YAML::Node& node, absl::string_view key,
                               absl::string_view expected) const {
  const YAML::Mark mark = node.Mark();
  const std::string place =
      mark.is_null() ? source_ : absl::StrCat(source_, ":", mark.line + 1, ":", mark.column + 1);
  return absl::InvalidArgumentError(
      absl::StrCat(place, ": ", Shown(key), ": expected ", expected, "; correct the file"));
}

absl::Status YamlReader::CheckKeys(const YAML::Node& node, absl::string_view key,
                                   Keys allowed) const {
  if (!node || !node.IsMap()) {
    return Error(node, key, absl::StrCat("a map of ", absl::StrJoin(allowed, ", ")));
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) return Error(entry.first, key, "plain keys");
    const std::string& name = entry.first.Scalar();
    if (std::find(allowed.begin(), allowed.end(), absl::string_view(name)) == allowed.end()) {
      return Error(entry.first, name,
                   absl::StrCat("one of the keys ", absl::StrJoin(allowed, ", ")));
    }
    if (!seen.insert(name).second) return Error(entry.first, name, "each key once");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> YamlReader::Text(const YAML::Node& node, absl::string_view key) const {
  if (!node.IsDefined() || !node.IsScalar() || node.Scalar().empty() ||
      node.Scalar().size() > kMaxNameBytes) {
    return Error(node, key, absl::StrCat("a text of 1 to ", kMaxNameBytes, " bytes"));
  }
  return node.Scalar();
}

absl::StatusOr<double> YamlReader::Share(const YAML::Node& node, absl::string_view key) const {
  double value = 0;
  if (!node.IsScalar() || !absl::SimpleAtod(node.Scalar(), &value) || !(value >= 0 && value <= 1)) {
    return Error(node, key, "a number from 0 to 1");
  }
  return value;
}

absl::StatusOr<int> YamlReader::Count(const YAML::Node& node, absl::string_view key,
                                      int most) const {
  int value = 0;
  if (!node.IsScalar() || !absl::SimpleAtoi(node.Scalar(), &value) || value < 1 || value > most) {
    return Error(node, key, absl::StrCat("a whole number from 1 to ", most));
  }
  return value;
}

absl::StatusOr<bool> YamlReader::Flag(const YAML::Node& node, absl::string_view key) const {
  if (node.IsScalar() && node.Scalar() == "true") return true;
  if (node.IsScalar() && node.Scalar() == "false") return false;
  return Error(node, key, "true or false");
}

absl::StatusOr<absl::Duration> YamlReader::Time(const YAML::Node& node, absl::string_view key,
                                                absl::Duration most) const {
  absl::Duration value;
  if (!node.IsScalar() || !absl::ParseDuration(node.Scalar(), &value) ||
      value <= absl::ZeroDuration() || value > most) {
    return Error(node, key,
                 absl::StrCat("a time such as 500ms or 30s, at most ", absl::FormatDuration(most)));
  }
  return value;
}

absl::Status ReadYaml(absl::string_view yaml, absl::string_view source,
                      const std::function<absl::Status(const YAML::Node&)>& read) {
  try {
    return read(YAML::Load(std::string(yaml)));
  } catch (const YAML::Exception& error) {
    const std::string place =
        error.mark.is_null() ? ""
                             : absl::StrCat(":", error.mark.line + 1, ":", error.mark.column + 1);
    return absl::InvalidArgumentError(
        absl::StrCat(source, place, ": expected YAML: ", Shown(error.msg)));
  }
}

}  // namespace throughline::router
