#include "services/gateway/openapi.h"

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace throughline::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using json = nlohmann::ordered_json;

// Schemas of messages as protobuf's JSON writes them; those named on the way are collected.
class Schemas {
 public:
  json Reference(const Descriptor& message) {
    const std::string& name = message.full_name();
    if (name == "google.protobuf.Timestamp") return {{"type", "string"}, {"format", "date-time"}};
    if (name == "google.protobuf.Duration") {
      return {{"type", "string"}, {"description", "seconds, such as \"1.5s\""}};
    }
    if (seen_.insert(name).second) pending_.push_back(&message);
    return {{"$ref", absl::StrCat("#/components/schemas/", message.name())}};
  }

  json OfField(const FieldDescriptor& field) {
    json one = OfValue(field);
    if (!field.is_repeated()) return one;
    return {{"type", "array"}, {"items", std::move(one)}};
  }

  // Every message named so far, and those that they name.
  json Collect() {
    json schemas = json::object();
    while (!pending_.empty()) {
      const Descriptor& message = *pending_.back();
      pending_.pop_back();
      schemas[message.name()] = OfMessage(message);
    }
    return schemas;
  }

 private:
  json OfMessage(const Descriptor& message) {
    json properties = json::object();
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor& field = *message.field(i);
      properties[field.json_name()] = OfField(field);
    }
    return {
        {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  }

  json OfValue(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Reference(*field.message_type());
      case FieldDescriptor::CPPTYPE_ENUM: {
        json names = json::array();
        const EnumDescriptor& values = *field.enum_type();
        for (int i = 0; i < values.value_count(); ++i) names.push_back(values.value(i)->name());
        return {{"type", "string"}, {"enum", std::move(names)}};
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return {{"type", "boolean"}};
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32:
        return {{"type", "integer"}};
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
        return {{"type", "string"}, {"format", "int64"}};
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return {{"type", "number"}};
      case FieldDescriptor::CPPTYPE_STRING:
        if (field.type() == FieldDescriptor::TYPE_BYTES) {
          return {{"type", "string"},
                  {"description", "text as it is, or the JSON that a recorder exported"}};
        }
        return {{"type", "string"}};
    }
    return json::object();
  }

  std::set<std::string> seen_;
  std::vector<const Descriptor*> pending_;
};

std::string OperationId(const Route& route) {
  std::string id = absl::AsciiStrToLower(route.method);
  for (absl::string_view segment : absl::StrSplit(route.pattern, '/', absl::SkipEmpty())) {
    absl::StrAppend(&id, "_",
                    absl::StrReplaceAll(segment, {{"{", ""}, {"}", ""}, {".", "_"}, {"-", "_"}}));
  }
  return id;
}

json Parameters(const Route& route, Schemas& schemas) {
  json parameters = json::array();
  std::set<std::string> in_path;
  for (absl::string_view segment : absl::StrSplit(route.pattern, '/', absl::SkipEmpty())) {
    if (!absl::ConsumePrefix(&segment, "{")) continue;
    absl::ConsumeSuffix(&segment, "}");
    in_path.insert(std::string(segment));
    parameters.push_back({{"name", std::string(segment)},
                          {"in", "path"},
                          {"required", true},
                          {"schema", {{"type", "string"}}}});
  }
  for (int i = 0; route.query != nullptr && i < route.query->field_count(); ++i) {
    const FieldDescriptor& field = *route.query->field(i);
    const bool scalar = field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
                        field.message_type()->full_name() == "google.protobuf.Timestamp";
    if (!scalar || field.is_repeated() || in_path.count(field.name()) > 0) continue;
    parameters.push_back(
        {{"name", field.json_name()}, {"in", "query"}, {"schema", schemas.OfField(field)}});
  }
  return parameters;
}

json Content(json schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

json Operation(const Route& route, Schemas& schemas) {
  json operation = {{"operationId", OperationId(route)}, {"summary", route.summary}};
  if (json parameters = Parameters(route, schemas); !parameters.empty()) {
    operation["parameters"] = std::move(parameters);
  }
  if (route.body != nullptr) {
    operation["requestBody"] = {{"content", Content(schemas.Reference(*route.body))}};
  }
  json answer = {{"description", "the answer"}};
  if (route.answer != nullptr) answer["content"] = Content(schemas.Reference(*route.answer));
  operation["responses"] = {
      {"200", std::move(answer)},
      {"default", {{"$ref", "#/components/responses/Problem"}}},
  };
  if (!route.scope.has_value()) operation["security"] = json::array();
  return operation;
}

json ProblemResponse() {
  const json text = {{"type", "string"}};
  const json errors = {
      {"type", "array"},
      {"items", {{"type", "object"}, {"properties", {{"field", text}, {"description", text}}}}}};
  return {{"description", "what went wrong, and what to do about it (RFC 9457)"},
          {"content",
           {{"application/problem+json",
             {{"schema",
               {{"type", "object"},
                {"properties",
                 {{"type", text},
                  {"title", text},
                  {"status", {{"type", "integer"}}},
                  {"detail", text},
                  {"requestId", text},
                  {"errors", errors}}}}}}}}}};
}

}  // namespace

std::string OpenApiDocument(const RouteTable& routes) {
  Schemas schemas;
  json paths = json::object();
  for (const Route& route : routes.routes()) {
    if (absl::StrContains(route.pattern, "...}")) continue;  // the console's files
    paths[route.pattern][absl::AsciiStrToLower(route.method)] = Operation(route, schemas);
  }
  const json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Throughline"},
        {"version", "1"},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"security", json::array({{{"apiKey", json::array()}}})},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", schemas.Collect()},
        {"responses", {{"Problem", ProblemResponse()}}},
        {"securitySchemes", {{"apiKey", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
  };
  return document.dump(2);
}

}  // namespace throughline::gateway
