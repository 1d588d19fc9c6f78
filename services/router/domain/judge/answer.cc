#include "services/router/domain/judge/answer.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

void Collect(const Json& node, const Json* parent, absl::string_view path, const std::string& place,
             std::vector<FoundString>& found) {
  if (absl::StartsWith(path, "[]")) {
    if (!node.is_array()) return;
    for (size_t i = 0; i < node.size(); ++i) {
      Collect(node[i], parent, path.substr(2), absl::StrCat(place, "[", i, "]"), found);
    }
    return;
  }
  if (!path.empty()) {
    if (path[0] == '.') path.remove_prefix(1);
    const size_t end = std::min(path.find_first_of(".["), path.size());
    const std::string key(path.substr(0, end));
    if (!node.is_object()) return;
    const auto child = node.find(key);
    if (child == node.end()) return;
    Collect(*child, &node, path.substr(end), place.empty() ? key : absl::StrCat(place, ".", key),
            found);
    return;
  }
  if (!node.is_string()) return;
  FoundString string{.place = place, .value = &node.get_ref<const std::string&>()};
  if (parent != nullptr && parent->is_object()) {
    // Protobuf JSON leaves a zero out.
    const auto turn = parent->find("turn");
    string.turn = turn == parent->end() ? 0 : turn->is_number_integer() ? turn->get<int64_t>() : -1;
  }
  found.push_back(std::move(string));
}

void AppendStrings(const Json& node, std::string& out) {
  if (node.is_string()) {
    absl::StrAppend(&out, node.get_ref<const std::string&>(), "\n");
  } else if (node.is_array()) {
    for (const Json& element : node) AppendStrings(element, out);
  } else if (node.is_object()) {
    for (const auto& [key, value] : node.items()) {
      if (key != "evidence" && key != "authorityEvidence" && key != "quote") {
        AppendStrings(value, out);
      }
    }
  }
}

std::string StringOr(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::vector<FoundString> StringsAt(const Json& answer, absl::string_view path) {
  std::vector<FoundString> found;
  Collect(answer, nullptr, path, "", found);
  return found;
}

std::string VisibleText(TaskKind task, const Json& json) {
  if (task == TaskKind::kWriteEmail && json.is_object()) {
    return absl::StrCat(StringOr(json, "subject"), "\n", StringOr(json, "body"));
  }
  std::string visible;
  AppendStrings(json, visible);
  return visible;
}

}  // namespace throughline::router
