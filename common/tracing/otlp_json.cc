#include "common/tracing/otlp_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace throughline {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kScope[] = "throughline";
constexpr int kStatusError = 2;

// 64-bit integers are strings in the JSON of protocol buffers.
std::string UnixNanos(absl::Time time) { return absl::StrCat(absl::ToUnixNanos(time)); }

Json AnyValue(const SpanValue& value) {
  return std::visit(
      [](const auto& plain) -> Json {
        using Value = std::decay_t<decltype(plain)>;
        if constexpr (std::is_same_v<Value, std::string>) return {{"stringValue", plain}};
        if constexpr (std::is_same_v<Value, int64_t>) return {{"intValue", absl::StrCat(plain)}};
        if constexpr (std::is_same_v<Value, double>) return {{"doubleValue", plain}};
        if constexpr (std::is_same_v<Value, bool>) return {{"boolValue", plain}};
      },
      value);
}

Json Attribute(absl::string_view key, const SpanValue& value) {
  return {{"key", std::string(key)}, {"value", AnyValue(value)}};
}

Json ToJson(const SpanRecord& span) {
  Json json = {{"traceId", span.trace_id}, {"spanId", span.span_id}};
  if (!span.parent_span_id.empty()) json["parentSpanId"] = span.parent_span_id;
  json["name"] = span.name;
  json["kind"] = static_cast<int>(span.kind);
  json["startTimeUnixNano"] = UnixNanos(span.started);
  json["endTimeUnixNano"] = UnixNanos(span.started + span.duration);
  Json& attributes = json["attributes"] = Json::array();
  for (const auto& [key, value] : span.attributes) attributes.push_back(Attribute(key, value));
  if (span.failed) json["status"] = {{"code", kStatusError}};
  return json;
}

}  // namespace

std::string ToOtlpJson(const TraceResource& resource, absl::Span<const SpanRecord> spans) {
  Json sent = Json::array();
  for (const SpanRecord& span : spans) sent.push_back(ToJson(span));
  Json attributes = Json::array();
  attributes.push_back(Attribute("service.name", resource.service));
  attributes.push_back(Attribute("host.name", resource.host));
  attributes.push_back(Attribute("process.pid", resource.process_id));
  Json scope_spans = {{"scope", {{"name", kScope}}}, {"spans", std::move(sent)}};
  Json resource_spans = {{"resource", {{"attributes", std::move(attributes)}}},
                         {"scopeSpans", Json::array({std::move(scope_spans)})}};
  const Json request = {{"resourceSpans", Json::array({std::move(resource_spans)})}};
  return request.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

uint64_t RejectedSpans(absl::string_view response) {
  const Json json =
      Json::parse(response.begin(), response.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return 0;
  const auto partial = json.find("partialSuccess");
  if (partial == json.end() || !partial->is_object()) return 0;
  const auto rejected = partial->find("rejectedSpans");
  if (rejected == partial->end()) return 0;
  int64_t count = 0;
  if (rejected->is_number_integer()) {
    count = rejected->get<int64_t>();
  } else if (!rejected->is_string() || !absl::SimpleAtoi(rejected->get<std::string>(), &count)) {
    return 0;
  }
  return static_cast<uint64_t>(std::max<int64_t>(count, 0));
}

}  // namespace throughline
