#include "services/gateway/routes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"

namespace throughline::gateway {
namespace {

constexpr size_t kMaxSegments = 32;
constexpr char kApiFolder[] = "v1";

bool IsName(absl::string_view segment) {
  return absl::StartsWith(segment, "{") && absl::EndsWith(segment, "}");
}
bool TakesRest(absl::string_view segment) { return absl::EndsWith(segment, "...}"); }

absl::string_view NameOf(absl::string_view segment) {
  return segment.substr(1, segment.size() - (TakesRest(segment) ? 5 : 2));
}

std::vector<std::string> Split(absl::string_view path) {
  return absl::StrSplit(path, '/', absl::SkipEmpty());
}

// The literal segments matched, so that the closest pattern wins; nothing when it does not match.
std::optional<size_t> Match(absl::Span<const std::string> pattern,
                            absl::Span<const std::string> path) {
  const bool rest = !pattern.empty() && TakesRest(pattern.back());
  if (rest ? path.size() + 1 < pattern.size() : path.size() != pattern.size()) return std::nullopt;
  size_t literals = 0;
  for (size_t i = 0; i < pattern.size() && !TakesRest(pattern[i]); ++i) {
    if (IsName(pattern[i])) continue;
    if (pattern[i] != path[i]) return std::nullopt;
    ++literals;
  }
  return literals;
}

absl::StatusOr<std::map<std::string, std::string>> Bind(absl::Span<const std::string> pattern,
                                                        absl::Span<const std::string> path) {
  std::map<std::string, std::string> bound;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (!IsName(pattern[i])) continue;
    const std::string name(NameOf(pattern[i]));
    const std::string raw = TakesRest(pattern[i]) ? absl::StrJoin(path.subspan(i), "/") : path[i];
    absl::StatusOr<std::string> decoded = PercentDecode(raw);
    if (!decoded.ok()) return InvalidField(name, "valid percent-encoded UTF-8", "correct the URL");
    bound[name] = *std::move(decoded);
  }
  return bound;
}

}  // namespace

void RouteTable::Add(Route route) {
  segments_.push_back(Split(route.pattern));
  if (!absl::StrContains(route.pattern, '{')) {
    fixed_.try_emplace(absl::StrCat(route.method, " ", route.pattern), routes_.size());
  }
  routes_.push_back(std::move(route));
}

void RouteTable::Add(std::vector<Route> routes) {
  for (Route& route : routes) Add(std::move(route));
}

const Route* RouteTable::FindFixed(absl::string_view method, absl::string_view path) const {
  const auto found = fixed_.find(absl::StrCat(method, " ", path));
  return found == fixed_.end() ? nullptr : &routes_[found->second];
}

absl::StatusOr<RouteTable::Found> RouteTable::Find(absl::string_view method,
                                                   absl::string_view path) const {
  if (const Route* const fixed = FindFixed(method, path); fixed != nullptr) {
    return Found{.route = fixed};
  }
  const std::vector<std::string> segments = Split(path);
  if (segments.size() > kMaxSegments) return Found{};
  // A HEAD is answered as the GET is; the server leaves the body out.
  const absl::string_view wanted = method == "HEAD" ? "GET" : method;
  const bool is_api = !segments.empty() && segments.front() == kApiFolder;
  Found found;
  size_t closest = 0;
  const std::vector<std::string>* pattern = nullptr;
  for (size_t i = 0; i < routes_.size(); ++i) {
    const std::optional<size_t> literals = Match(segments_[i], segments);
    if (!literals.has_value()) continue;
    // A path that belongs to nobody else falls to the console, unless it was meant for the API; it
    // does not make other methods known.
    const bool rest = !segments_[i].empty() && TakesRest(segments_[i].back());
    if (rest && is_api) continue;
    if (routes_[i].method != wanted) {
      if (!rest) found.allowed.push_back(routes_[i].method);
      continue;
    }
    if (found.route != nullptr && *literals < closest) continue;
    found.route = &routes_[i];
    pattern = &segments_[i];
    closest = *literals;
  }
  if (found.route == nullptr) return found;
  ASSIGN_OR_RETURN(found.path, Bind(*pattern, segments));
  return found;
}

}  // namespace throughline::gateway
