#include "services/gateway/surfaces/mcp.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/json/json_text.h"
#include "services/gateway/json_body.h"
#include "services/gateway/transcoding.h"

namespace throughline::gateway {
namespace {

namespace orchestrator = throughline::orchestrator::v1;
namespace memory = throughline::memory::v1;
using json = nlohmann::ordered_json;

constexpr std::array<const char*, 3> kRevisions = {"2025-06-18", "2025-03-26", "2024-11-05"};

// JSON-RPC 2.0's own codes.
constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;

json Result(const json& id, json result) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

json Error(const json& id, int code, absl::string_view message) {
  return {{"jsonrpc", "2.0"},
          {"id", id},
          {"error", {{"code", code}, {"message", std::string(message)}}}};
}

// A tool: its description for models, and its work on checked arguments.
struct Tool {
  const char* name;
  const char* title;
  const char* description;
  json properties;  // of its arguments, all strings
  std::vector<std::string> required;
  bool read_only;
  absl::StatusOr<std::string> (*run)(const Context&, const Upstream&, const json& arguments);
};

std::string Argument(const json& arguments, const char* name) {
  return arguments.contains(name) ? arguments[name].get<std::string>() : "";
}

absl::StatusOr<std::string> ProcessCall(const Context& context, const Upstream& upstream,
                                        const json& arguments) {
  orchestrator::ProcessCallRequest request;
  request.mutable_call()->set_customer_id(Argument(arguments, "customer_id"));
  request.mutable_call()->set_call_id(Argument(arguments, "call_id"));
  request.mutable_call()->set_call_date(Argument(arguments, "call_date"));
  request.mutable_call()->set_transcript(Argument(arguments, "transcript"));
  ASSIGN_OR_RETURN(const auto response,
                   Ask(context, upstream.orchestrator->stub(),
                       &Upstream::Orchestrator::StubInterface::ProcessCall, request));
  return ToJson(response.result());
}

absl::StatusOr<std::string> Recall(const Context& context, const Upstream& upstream,
                                   const json& arguments) {
  memory::RecallRequest request;
  request.set_customer_id(Argument(arguments, "customer_id"));
  request.set_query(Argument(arguments, "query"));
  ASSIGN_OR_RETURN(const auto response, Ask(context, *upstream.memory,
                                            &Upstream::Memory::StubInterface::Recall, request));
  return response.rendered_context();
}

absl::StatusOr<std::string> GetProfile(const Context& context, const Upstream& upstream,
                                       const json& arguments) {
  orchestrator::GetProfileRequest request;
  request.set_customer_id(Argument(arguments, "customer_id"));
  ASSIGN_OR_RETURN(const auto response,
                   Ask(context, upstream.orchestrator->stub(),
                       &Upstream::Orchestrator::StubInterface::GetProfile, request));
  return response.rendered();
}

absl::StatusOr<std::string> GetDeal(const Context& context, const Upstream& upstream,
                                    const json& arguments) {
  orchestrator::GetDealRequest request;
  request.set_customer_id(Argument(arguments, "customer_id"));
  ASSIGN_OR_RETURN(const auto response,
                   Ask(context, upstream.orchestrator->stub(),
                       &Upstream::Orchestrator::StubInterface::GetDeal, request));
  return ToJson(response.deal());
}

json Words(const char* description) { return {{"type", "string"}, {"description", description}}; }

const std::vector<Tool>& Tools() {
  static const auto* const tools = new std::vector<Tool>{
      {"process_call",
       "Process a call",
       "Reads the transcript of a sales call and answers what really blocks the deal now, who "
       "decides, and the follow-up e-mail; remembers what was said.",
       {{"customer_id", Words("the customer's id")},
        {"transcript", Words("the transcript, in any common format")},
        {"call_id", Words("the call's id; the same id and text give the same answer")},
        {"call_date", Words("day of the call, YYYY-MM-DD")}},
       {"customer_id", "transcript"},
       false,
       &ProcessCall},
      {"recall",
       "Recall facts",
       "What is known of a customer that bears on a question.",
       {{"customer_id", Words("the customer's id")}, {"query", Words("the question")}},
       {"customer_id", "query"},
       true,
       &Recall},
      {"get_profile",
       "Read the profile",
       "The customer's profile: triggers, budget, objections, preferences, people, stage.",
       {{"customer_id", Words("the customer's id")}},
       {"customer_id"},
       true,
       &GetProfile},
      {"get_deal",
       "Read the deal",
       "The deal's blockers with their history, the people and their roles, and the timeline.",
       {{"customer_id", Words("the customer's id")}},
       {"customer_id"},
       true,
       &GetDeal},
  };
  return *tools;
}

json Describe(const Tool& tool) {
  return {{"name", tool.name},
          {"title", tool.title},
          {"description", tool.description},
          {"inputSchema",
           {{"type", "object"},
            {"properties", tool.properties},
            {"required", tool.required},
            {"additionalProperties", false}}},
          {"annotations", {{"readOnlyHint", tool.read_only}}}};
}

// INVALID_ARGUMENT unless `arguments` are what the tool's schema says.
absl::Status CheckArguments(const Tool& tool, const json& arguments) {
  if (!arguments.is_object()) return InvalidField("arguments", "an object", "correct it");
  for (const auto& [name, value] : arguments.items()) {
    if (!tool.properties.contains(name)) {
      return InvalidField(name, "no such argument", "leave it out");
    }
    if (!value.is_string()) return InvalidField(name, "a string", "correct it");
  }
  for (const std::string& name : tool.required) {
    if (!arguments.contains(name)) return InvalidField(name, "a string", "send it");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> RunTool(const Context& context, const Upstream& upstream,
                                    const Tool& tool, const json& params) {
  const json arguments = params.value("arguments", json::object());
  RETURN_IF_ERROR(CheckArguments(tool, arguments));
  return tool.run(context, upstream, arguments);
}

json CallTool(const Context& context, const Upstream& upstream, const json& id,
              const json& params) {
  const std::string name = StringAt(params, "name");
  const auto tool = std::find_if(Tools().begin(), Tools().end(),
                                 [&name](const Tool& one) { return name == one.name; });
  if (tool == Tools().end())
    return Error(id, kInvalidParams, absl::StrCat("no tool \"", name, "\""));
  const absl::StatusOr<std::string> text = RunTool(context, upstream, *tool, params);
  // A failure of the tool is for the model to read, and no error of the protocol.
  const std::string words = text.ok() ? *text : std::string(text.status().message());
  return Result(id, {{"content", json::array({{{"type", "text"}, {"text", words}}})},
                     {"isError", !text.ok()}});
}

json Initialize(const json& id, const json& params) {
  const std::string asked = StringAt(params, "protocolVersion");
  const bool known = std::any_of(kRevisions.begin(), kRevisions.end(),
                                 [&asked](const char* revision) { return asked == revision; });
  return Result(id, {{"protocolVersion", known ? asked : kRevisions[0]},
                     {"capabilities", {{"tools", {{"listChanged", false}}}}},
                     {"serverInfo", {{"name", "throughline"}, {"version", "1"}}}});
}

json Answer(const Context& context, const Upstream& upstream, const json& message) {
  const json id = message.value("id", json());
  const std::string method = StringAt(message, "method");
  const json params = message.value("params", json::object());
  if (method == "initialize") return Initialize(id, params);
  if (method == "ping") return Result(id, json::object());
  if (method == "tools/call") return CallTool(context, upstream, id, params);
  if (method != "tools/list") return Error(id, kMethodNotFound, absl::StrCat("no method ", method));
  json tools = json::array();
  for (const Tool& tool : Tools()) tools.push_back(Describe(tool));
  return Result(id, {{"tools", std::move(tools)}});
}

absl::Status Handle(const Context& context, const Upstream& upstream, const HttpRequest& request,
                    Responder& responder) {
  const absl::StatusOr<json> read = ReadJson(request.body);
  const json message = read.ok() ? *read : json();
  json answer;
  if (!read.ok()) {
    answer = Error(json(), kParseError, read.status().message());
  } else if (StringAt(message, "method").empty()) {
    answer = Error(json(), kInvalidRequest, "expected one JSON-RPC request");
  } else if (!message.contains("id")) {
    // A notification, such as "initialized": there is nothing to say to it.
    responder.Send({.status = 202, .content_type = ""});
    return absl::OkStatus();
  } else {
    answer = Answer(context, upstream, message);
  }
  responder.Send({.body = json_text::Write(answer)});
  return absl::OkStatus();
}

}  // namespace

std::vector<Route> McpRoutes(const Upstream& upstream) {
  return {Route{
      .method = "POST",
      .pattern = "/mcp",
      .scope = Scope::kWrite,
      .summary = "Model Context Protocol: tools to process a call, recall, read profile and deal",
      .handler =
          [&upstream](const Context& context, const RouteCall& call, Responder& responder) {
            return Handle(context, upstream, call.request, responder);
          },
  }};
}

}  // namespace throughline::gateway
