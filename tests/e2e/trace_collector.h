#ifndef THROUGHLINE_TESTS_E2E_TRACE_COLLECTOR_H_
#define THROUGHLINE_TESTS_E2E_TRACE_COLLECTOR_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/testing/http_imposter.h"

namespace throughline::e2e {

// A span as a collector gets it.
struct CollectedSpan {
  std::string trace_id;
  std::string span_id;
  std::string parent_span_id;  // empty for a root
  std::string service;         // of its resource
  std::string name;
  int kind = 0;
  bool failed = false;
  std::map<std::string, nlohmann::json> attributes;  // strings, numbers and booleans
};

// A small OpenTelemetry collector: takes what is posted over OTLP/HTTP as JSON. Thread-safe.
class TraceCollector {
 public:
  TraceCollector();

  std::string url() const { return server_.url(); }
  // What has come so far. Fails the test for what is no OTLP.
  std::vector<CollectedSpan> spans() const;
  // The bytes that have come so far.
  std::string bytes() const;

 private:
  HttpImposter server_;
};

// The spans of one trace.
class CollectedTrace {
 public:
  CollectedTrace(const std::vector<CollectedSpan>& spans, const std::string& trace_id);

  const std::vector<CollectedSpan>& spans() const { return spans_; }
  // Those whose parent is not of this trace: of a whole one, the root alone.
  std::vector<CollectedSpan> roots() const;
  // The names from the span's parent to the root.
  std::vector<std::string> Ancestors(const CollectedSpan& span) const;
  // Those of that name with these ancestors.
  std::vector<CollectedSpan> Find(const std::string& name,
                                  const std::vector<std::string>& ancestors) const;
  // The tree as indented names, for failures.
  std::string ToString() const;

 private:
  void Print(const CollectedSpan& span, int depth, std::string& out) const;

  std::vector<CollectedSpan> spans_;
  std::map<std::string, CollectedSpan> by_id_;
};

}  // namespace throughline::e2e

#endif  // THROUGHLINE_TESTS_E2E_TRACE_COLLECTOR_H_
