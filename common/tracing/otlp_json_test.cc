#include "common/tracing/otlp_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace throughline {
namespace {

using Json = nlohmann::json;

SpanRecord Recalled() {
  return {
      .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
      .span_id = "00f067aa0ba902b7",
      .parent_span_id = "b7ad6b7169203331",
      .name = "step recall",
      .kind = SpanKind::kClient,
      .started = absl::FromUnixNanos(1'767'603'600'123'456'789),
      .duration = absl::Milliseconds(20),
      .failed = true,
      .attributes = {
          {"facts", int64_t{3}}, {"score", 0.5}, {"hit", true}, {"model", std::string("small")}}};
}

TEST(OtlpJsonTest, IsWhatTheProtocolAsksFor) {
  const SpanRecord span = Recalled();
  const Json request = Json::parse(
      ToOtlpJson({.service = "throughline-memory", .host = "node-1", .process_id = 7}, {span}));
  const Json expected = Json::parse(R"({"resourceSpans": [{
    "resource": {"attributes": [
      {"key": "service.name", "value": {"stringValue": "throughline-memory"}},
      {"key": "host.name", "value": {"stringValue": "node-1"}},
      {"key": "process.pid", "value": {"intValue": "7"}}]},
    "scopeSpans": [{"scope": {"name": "throughline"}, "spans": [{
      "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
      "spanId": "00f067aa0ba902b7",
      "parentSpanId": "b7ad6b7169203331",
      "name": "step recall",
      "kind": 3,
      "startTimeUnixNano": "1767603600123456789",
      "endTimeUnixNano": "1767603600143456789",
      "attributes": [
        {"key": "facts", "value": {"intValue": "3"}},
        {"key": "score", "value": {"doubleValue": 0.5}},
        {"key": "hit", "value": {"boolValue": true}},
        {"key": "model", "value": {"stringValue": "small"}}],
      "status": {"code": 2}}]}]}]})");
  EXPECT_EQ(request, expected) << request.dump(2);
}

TEST(OtlpJsonTest, ARootHasNoParentAndSuccessNoStatus) {
  SpanRecord span = Recalled();
  span.parent_span_id.clear();
  span.failed = false;
  const Json request = Json::parse(ToOtlpJson({.service = "throughline"}, {span}));
  const Json& sent = request["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
  EXPECT_FALSE(sent.contains("parentSpanId"));
  EXPECT_FALSE(sent.contains("status"));
}

TEST(OtlpJsonTest, BytesThatAreNoTextDoNoHarm) {
  SpanRecord span = Recalled();
  span.attributes = {{"throughline.request_id", std::string("\xff\xc3\"\n\0x", 6)}};
  const std::string request = ToOtlpJson({.service = "throughline"}, {span});
  EXPECT_TRUE(Json::accept(request)) << request;
}

TEST(OtlpJsonTest, ReadsWhatACollectorRefused) {
  EXPECT_EQ(RejectedSpans(R"({"partialSuccess": {"rejectedSpans": "12"}})"), 12u);
  EXPECT_EQ(RejectedSpans(R"({"partialSuccess": {"rejectedSpans": 12}})"), 12u);
  for (const char* nothing :
       {"", "{}", "[]", "nonsense", R"({"partialSuccess": null})", R"({"partialSuccess": {}})",
        R"({"partialSuccess": {"rejectedSpans": "many"}})",
        R"({"partialSuccess": {"rejectedSpans": -3}})",
        R"({"partialSuccess": {"rejectedSpans": [1]}})"}) {
    EXPECT_EQ(RejectedSpans(nothing), 0u) << nothing;
  }
}

}  // namespace
}  // namespace throughline
