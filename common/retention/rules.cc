#include "common/retention/rules.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/shown.h"
#include "common/base/status_macros.h"

namespace throughline::retention {
namespace {

constexpr absl::string_view kEveryTenant = "*";
constexpr absl::string_view kKinds[] = {kCalls, kTexts, kDecisions, kJobs, kDeliveries};
constexpr size_t kMaxTenants = 10'000;
constexpr size_t kMaxTenantBytes = 64;
constexpr size_t kMaxFileBytes = size_t{4} << 20;
constexpr absl::Duration kMinSweep = absl::Minutes(1);
constexpr absl::Duration kMaxSweep = absl::Hours(24 * 7);

bool IsTenant(absl::string_view name) {
  return name == kEveryTenant || (!name.empty() && name.size() <= kMaxTenantBytes &&
                                  std::all_of(name.begin(), name.end(), [](char c) {
                                    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                                           c == '.' || c == '_' || c == '-';
                                  }));
}

// Says where in the file something is wrong.
class Place {
 public:
  explicit Place(absl::string_view source) : source_(source) {}

  absl::Status Expect(const YAML::Node& node, absl::string_view key,
                      absl::string_view expected) const {
    const YAML::Mark mark = node.Mark();
    const std::string place =
        mark.is_null() ? source_ : absl::StrCat(source_, ":", mark.line + 1, ":", mark.column + 1);
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": ", Shown(key), ": expected ", expected, "; correct the file"));
  }
  // A map with some of these keys, each once.
  absl::Status CheckKeys(const YAML::Node& node, absl::string_view key,
                         const std::vector<std::string>& known) const {
    if (!node.IsMap()) {
      return Expect(node, key, absl::StrCat("a map of ", absl::StrJoin(known, ", ")));
    }
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        return Expect(entry.first, name.empty() ? std::string(key) : name,
                      absl::StrCat("one of the keys ", absl::StrJoin(known, ", ")));
      }
      if (!seen.insert(name).second) return Expect(entry.first, name, "each key once");
    }
    return absl::OkStatus();
  }

 private:
  const std::string source_;
};

absl::StatusOr<std::pair<std::string, std::map<std::string, int, std::less<>>>> ReadTenant(
    const Place& place, const YAML::Node& node) {
  std::vector<std::string> known = {"tenant"};
  for (const absl::string_view kind : kKinds) known.push_back(absl::StrCat(kind, "_days"));
  RETURN_IF_ERROR(place.CheckKeys(node, "tenants", known));
  const YAML::Node name = node["tenant"];
  if (!name || !name.IsScalar() || !IsTenant(name.Scalar())) {
    return place.Expect(name ? name : node, "tenant",
                        "1 to 64 characters of A-Z a-z 0-9 . _ -, or \"*\" for all others");
  }
  std::map<std::string, int, std::less<>> days;
  for (const absl::string_view kind : kKinds) {
    const std::string key = absl::StrCat(kind, "_days");
    const YAML::Node value = node[key];
    if (!value) continue;
    int number = 0;
    if (!value.IsScalar() || !absl::SimpleAtoi(value.Scalar(), &number) || number < 1 ||
        number > kMaxKeepDays) {
      return place.Expect(value, key, absl::StrCat("a whole number from 1 to ", kMaxKeepDays));
    }
    days.emplace(kind, number);
  }
  if (days.empty()) {
    return place.Expect(node, name.Scalar(), "a rule, such as calls_days: 365");
  }
  return std::make_pair(name.Scalar(), std::move(days));
}

absl::StatusOr<absl::Duration> ReadSweep(const Place& place, const YAML::Node& value) {
  absl::Duration every;
  if (!value.IsScalar() || !absl::ParseDuration(value.Scalar(), &every) || every < kMinSweep ||
      every > kMaxSweep) {
    return place.Expect(value, "sweep_every", "a time from 1m to 168h");
  }
  return every;
}

}  // namespace

absl::StatusOr<Rules> Rules::Parse(absl::string_view yaml, absl::string_view source) {
  const Place place(source);
  Rules rules;
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    RETURN_IF_ERROR(place.CheckKeys(root, "retention", {"retention"}));
    const YAML::Node body = root["retention"];
    if (!body) return place.Expect(root, "retention", "a map");
    RETURN_IF_ERROR(place.CheckKeys(body, "retention", {"sweep_every", "tenants"}));
    if (body["sweep_every"]) {
      ASSIGN_OR_RETURN(rules.sweep_every_, ReadSweep(place, body["sweep_every"]));
    }
    const YAML::Node tenants = body["tenants"];
    if (!tenants || !tenants.IsSequence() || tenants.size() > kMaxTenants) {
      return place.Expect(tenants ? tenants : body, "tenants",
                          absl::StrCat("a list of at most ", kMaxTenants, " rules"));
    }
    for (const YAML::Node& node : tenants) {
      ASSIGN_OR_RETURN(auto tenant, ReadTenant(place, node));
      if (!rules.tenants_.insert(std::move(tenant)).second) {
        return place.Expect(node, "tenant", "each tenant once");
      }
    }
  } catch (const YAML::Exception& error) {
    const std::string at = error.mark.is_null()
                               ? ""
                               : absl::StrCat(":", error.mark.line + 1, ":", error.mark.column + 1);
    return absl::InvalidArgumentError(
        absl::StrCat(source, at, ": expected YAML (", Shown(error.msg), "); correct the file"));
  }
  return rules;
}

absl::StatusOr<Rules> Rules::ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return absl::InvalidArgumentError(
        absl::StrCat("--retention: expected a file that can be read, not \"", path,
                     "\"; correct the name or its permissions"));
  }
  const std::string text((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());
  if (text.size() > kMaxFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected at most ", kMaxFileBytes, " bytes; shorten the file"));
  }
  return Parse(text, path);
}

std::optional<int> Rules::KeepDays(absl::string_view tenant, absl::string_view kind) const {
  auto rule = tenants_.find(tenant);
  if (rule == tenants_.end()) rule = tenants_.find(kEveryTenant);
  if (rule == tenants_.end()) return std::nullopt;
  const auto days = rule->second.find(kind);
  if (days == rule->second.end()) return std::nullopt;
  return days->second;
}

}  // namespace throughline::retention
