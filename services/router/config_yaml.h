#ifndef THROUGHLINE_SERVICES_ROUTER_CONFIG_YAML_H_
#define THROUGHLINE_SERVICES_ROUTER_CONFIG_YAML_H_

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::router {

// The largest name or text of a configuration, in bytes.
inline constexpr size_t kMaxNameBytes = 200;

// Reads values of a YAML document; every error carries its place:
//   <source>:<line>:<column>: <key>: expected <what>; correct the file
class YamlReader {
 public:
  explicit YamlReader(absl::string_view source) : source_(source) {}

  using Keys = std::initializer_list<absl::string_view>;

  absl::Status Error(const YAML::Node& node, absl::string_view key,
                     absl::string_view expected) const;
  // A map with these keys only, each once.
  absl::Status CheckKeys(const YAML::Node& node, absl::string_view key, Keys allowed) const;
  absl::StatusOr<std::string> Text(const YAML::Node& node, absl::string_view key) const;
  // A number from 0 to 1.
  absl::StatusOr<double> Share(const YAML::Node& node, absl::string_view key) const;
  // A whole number from 1 to `most`.
  absl::StatusOr<int> Count(const YAML::Node& node, absl::string_view key, int most) const;
  absl::StatusOr<bool> Flag(const YAML::Node& node, absl::string_view key) const;
  // Above zero, up to `most`.
  absl::StatusOr<absl::Duration> Time(const YAML::Node& node, absl::string_view key,
                                      absl::Duration most) const;

  // The child, or the parent for its place in an error when there is none.
  static YAML::Node Child(const YAML::Node& node, const char* key) {
    return node[key] ? node[key] : YAML::Node(node);
  }

 private:
  const std::string source_;
};

// Parses `yaml` and has `read` read it; errors of the syntax carry their place like others.
absl::Status ReadYaml(absl::string_view yaml, absl::string_view source,
                      const std::function<absl::Status(const YAML::Node&)>& read);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CONFIG_YAML_H_
