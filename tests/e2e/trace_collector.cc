#include "tests/e2e/trace_collector.h"

#include <gtest/gtest.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;

json Plain(const json& value) {
  if (!value.contains("intValue")) return value.front();
  int64_t number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(value["intValue"].get<std::string>(), &number)) << value;
  return number;
}

std::map<std::string, json> Attributes(const json& attributes) {
  std::map<std::string, json> plain;
  for (const json& attribute : attributes) {
    plain[attribute["key"].get<std::string>()] = Plain(attribute["value"]);
  }
  return plain;
}

}  // namespace

TraceCollector::TraceCollector() { server_.Say({{.body = "{}"}}); }

std::vector<CollectedSpan> TraceCollector::spans() const {
  std::vector<CollectedSpan> spans;
  for (const HttpImposter::Seen& seen : server_.seen()) {
    EXPECT_EQ(seen.target, "/v1/traces");
    const json request = json::parse(seen.body, nullptr, /*allow_exceptions=*/false);
    if (!request.is_object()) {
      ADD_FAILURE() << "no OTLP: " << seen.body;
      continue;
    }
    for (const json& resource : request["resourceSpans"]) {
      const auto sender = Attributes(resource["resource"]["attributes"]);
      for (const json& span : resource["scopeSpans"][0]["spans"]) {
        spans.push_back({.trace_id = span["traceId"],
                         .span_id = span["spanId"],
                         .parent_span_id = span.value("parentSpanId", ""),
                         .service = sender.at("service.name"),
                         .name = span["name"],
                         .kind = span["kind"],
                         .failed = span.contains("status") && span["status"].value("code", 0) == 2,
                         .attributes = Attributes(span["attributes"])});
      }
    }
  }
  return spans;
}

std::string TraceCollector::bytes() const {
  std::string bytes;
  for (const HttpImposter::Seen& seen : server_.seen()) absl::StrAppend(&bytes, seen.body, "\n");
  return bytes;
}

CollectedTrace::CollectedTrace(const std::vector<CollectedSpan>& spans,
                               const std::string& trace_id) {
  for (const CollectedSpan& span : spans) {
    if (span.trace_id != trace_id) continue;
    spans_.push_back(span);
    EXPECT_TRUE(by_id_.emplace(span.span_id, span).second) << "twice: " << span.name;
  }
}

std::vector<CollectedSpan> CollectedTrace::roots() const {
  std::vector<CollectedSpan> roots;
  for (const CollectedSpan& span : spans_) {
    if (by_id_.count(span.parent_span_id) == 0) roots.push_back(span);
  }
  return roots;
}

std::vector<std::string> CollectedTrace::Ancestors(const CollectedSpan& span) const {
  std::vector<std::string> names;
  // A circle would not end.
  for (auto parent = by_id_.find(span.parent_span_id);
       parent != by_id_.end() && names.size() < spans_.size();
       parent = by_id_.find(parent->second.parent_span_id)) {
    names.push_back(parent->second.name);
  }
  return names;
}

std::vector<CollectedSpan> CollectedTrace::Find(const std::string& name,
                                                const std::vector<std::string>& ancestors) const {
  std::vector<CollectedSpan> found;
  for (const CollectedSpan& span : spans_) {
    if (span.name == name && Ancestors(span) == ancestors) found.push_back(span);
  }
  return found;
}

std::string CollectedTrace::ToString() const {
  std::string tree;
  for (const CollectedSpan& root : roots()) Print(root, 0, tree);
  return tree;
}

void CollectedTrace::Print(const CollectedSpan& span, int depth, std::string& out) const {
  absl::StrAppend(&out, std::string(2 * depth, ' '), span.name, " (", span.service, ", kind ",
                  span.kind, span.failed ? ", failed" : "", ")\n");
  for (const CollectedSpan& child : spans_) {
    if (child.parent_span_id == span.span_id) Print(child, depth + 1, out);
  }
}

}  // namespace throughline::e2e
