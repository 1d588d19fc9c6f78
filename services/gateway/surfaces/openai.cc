#include "services/gateway/surfaces/openai.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/base/task_macros.h"
#include "common/json/json_text.h"
#include "common/rpc/client_call.h"
#include "common/rpc/task_client.h"
#include "services/gateway/json_body.h"
#include "services/gateway/problem.h"
#include "services/gateway/sse.h"

namespace throughline::gateway {
namespace {

namespace router = throughline::router::v1;
using json = nlohmann::ordered_json;
using RouterClient = rpc::TaskClient<Upstream::Router>;

constexpr char kAuto[] = "auto";
constexpr size_t kMaxMessages = 10'000;

// The errors as OpenAI's clients read them.
HttpResponse OpenAiError(const absl::Status& status, absl::string_view request_id) {
  HttpResponse response = Problem(status, request_id);
  const json problem = json::parse(response.body);
  const bool ours = response.status >= 500;
  json error = {{"message", problem["detail"]},
                {"type", ours ? "server_error" : "invalid_request_error"},
                {"param", nullptr},
                {"code", std::string(Reason(status).value_or(""))}};
  if (problem.contains("errors")) error["param"] = problem["errors"][0]["field"];
  if (response.status == 429) error["type"] = "rate_limit_error";
  response.content_type = "application/json";
  response.body = json{{"error", std::move(error)}}.dump();
  return response;
}

absl::StatusOr<router::Role> ReadRole(const json& message, const std::string& field) {
  const std::string role = StringAt(message, "role");
  if (role == "system" || role == "developer") return router::ROLE_SYSTEM;
  if (role == "user") return router::ROLE_USER;
  if (role == "assistant") return router::ROLE_ASSISTANT;
  return InvalidField(absl::StrCat(field, ".role"), "system, developer, user or assistant",
                      "correct it");
}

// Text, which is moved out, or a list of parts that are all text.
absl::StatusOr<std::string> TakeContent(json& message, const std::string& field) {
  const absl::Status wrong = InvalidField(absl::StrCat(field, ".content"),
                                          "text, or a list of text parts", "send text only");
  const auto content = message.find("content");
  if (content == message.end()) return wrong;
  if (content->is_string()) return std::move(content->get_ref<std::string&>());
  if (!content->is_array()) return wrong;
  std::string text;
  for (const json& part : *content) {
    if (StringAt(part, "type") != "text" || !part.contains("text") || !part["text"].is_string()) {
      return wrong;
    }
    text += part["text"].get<std::string>();
  }
  return text;
}

absl::Status TakeMessages(json& body, router::CompleteRequest& request) {
  const auto messages = body.find("messages");
  if (messages == body.end() || !messages->is_array() || messages->empty() ||
      messages->size() > kMaxMessages) {
    return InvalidField("messages", "a list of 1 to 10,000 messages", "send the conversation");
  }
  for (size_t i = 0; i < messages->size(); ++i) {
    json& message = (*messages)[i];
    const std::string field = absl::StrCat("messages[", i, "]");
    if (!message.is_object()) return InvalidField(field, "an object", "correct it");
    router::Message& one = *request.add_messages();
    ASSIGN_OR_RETURN(const router::Role role, ReadRole(message, field));
    one.set_role(role);
    ASSIGN_OR_RETURN(*one.mutable_content(), TakeContent(message, field));
  }
  return absl::OkStatus();
}

absl::Status ReadResponseFormat(const json& body, router::CompleteRequest& request) {
  const auto format = body.find("response_format");
  if (format == body.end() || format->is_null()) return absl::OkStatus();
  const std::string type = StringAt(*format, "type");
  if (type == "text") return absl::OkStatus();
  if (type == "json_object") {
    request.mutable_contract()->set_json_schema(R"({"type":"object"})");
    return absl::OkStatus();
  }
  if (type == "json_schema" && (*format).contains("json_schema") &&
      (*format)["json_schema"].contains("schema")) {
    request.mutable_contract()->set_json_schema((*format)["json_schema"]["schema"].dump());
    return absl::OkStatus();
  }
  return InvalidField("response_format", "text, json_object, or json_schema with a schema",
                      "correct it, or leave it out");
}

// What clients send and we would have to ignore.
absl::Status RefuseUnsupported(const json& body) {
  for (const char* field : {"tools", "functions", "audio", "logit_bias", "modalities"}) {
    if (body.contains(field) && !body[field].is_null() && !body[field].empty()) {
      return InvalidField(field, "no value: the router does not do this", "leave it out");
    }
  }
  if (body.contains("n") && body["n"] != 1 && !body["n"].is_null()) {
    return InvalidField("n", "1", "ask several times instead");
  }
  return absl::OkStatus();
}

absl::Status ReadNumbers(const json& body, router::CompleteRequest& request) {
  for (const char* field : {"max_completion_tokens", "max_tokens"}) {
    if (!body.contains(field) || body[field].is_null()) continue;
    if (!body[field].is_number_integer() || body[field] < 1 || body[field] > 1'000'000) {
      return InvalidField(field, "1 to 1000000", "correct it");
    }
    request.set_max_output_tokens(body[field].get<int32_t>());
    break;
  }
  if (body.contains("temperature") && !body["temperature"].is_null()) {
    if (!body["temperature"].is_number())
      return InvalidField("temperature", "a number", "correct it");
    request.set_temperature(body["temperature"].get<double>());
  }
  return absl::OkStatus();
}

struct Asked {
  router::CompleteRequest request;
  std::string model;
  bool stream = false;
  bool include_usage = false;
};

absl::StatusOr<Asked> ReadBody(const HttpRequest& http) {
  ASSIGN_OR_RETURN(json body, ReadJsonObject(http.body));
  RETURN_IF_ERROR(RefuseUnsupported(body));
  Asked asked;
  asked.request.set_task(router::TASK_KIND_GENERAL);
  RETURN_IF_ERROR(TakeMessages(body, asked.request));
  RETURN_IF_ERROR(ReadResponseFormat(body, asked.request));
  RETURN_IF_ERROR(ReadNumbers(body, asked.request));
  asked.model = StringAt(body, "model");
  if (asked.model.empty()) return InvalidField("model", "a model's name", "send \"auto\"");
  if (asked.model != kAuto) asked.request.set_model(asked.model);
  asked.stream = body.contains("stream") && body["stream"] == true;
  const json options = body.value("stream_options", json::object());
  asked.include_usage =
      options.is_object() && options.contains("include_usage") && options["include_usage"] == true;
  if (const std::string user = StringAt(body, "user"); !user.empty()) {
    asked.request.mutable_attribution()->set_customer_id(user);
  }
  asked.request.set_idempotency_key(std::string(http.Header("idempotency-key")));
  return asked;
}

// As JSON.
std::string Usage(const router::Decision& decision) {
  int64_t input = 0, cached = 0, output = 0, reasoning = 0;
  for (const router::Attempt& attempt : decision.attempts()) {
    if (attempt.outcome() != router::ATTEMPT_OUTCOME_ACCEPTED) continue;
    input = attempt.usage().input_uncached_tokens() + attempt.usage().input_cached_tokens();
    cached = attempt.usage().input_cached_tokens();
    reasoning = attempt.usage().output_reasoning_tokens();
    output = attempt.usage().output_visible_tokens() + reasoning;
  }
  return absl::StrCat(R"({"prompt_tokens":)", input, R"(,"completion_tokens":)", output,
                      R"(,"total_tokens":)", input + output,
                      R"(,"prompt_tokens_details":{"cached_tokens":)", cached,
                      R"(},"completion_tokens_details":{"reasoning_tokens":)", reasoning, "}}");
}

std::string Usd(const router::Cost& cost) {
  return cost.unpriced() ? "unpriced"
                         : absl::StrFormat("%.9f", static_cast<double>(cost.nano_usd()) / 1e9);
}

json DecisionSummary(const router::Decision& decision) {
  return {{"decision_id", decision.id()},
          {"model", decision.to_model()},
          {"outcome", router::DecisionOutcome_Name(decision.outcome())},
          {"reason", router::DecisionReason_Name(decision.reason())},
          {"cost_usd", Usd(decision.cost())},
          {"baseline_cost_usd", Usd(decision.baseline_cost())}};
}

void AddDecision(const router::Decision& decision, HttpResponse& response) {
  response.headers = {{"X-Throughline-Decision", decision.id()},
                      {"X-Throughline-Model", decision.to_model()},
                      {"X-Throughline-Reason", router::DecisionReason_Name(decision.reason())},
                      {"X-Throughline-Cost-Usd", Usd(decision.cost())},
                      {"X-Throughline-Baseline-Cost-Usd", Usd(decision.baseline_cost())}};
}

// Writes a completion, whole or in chunks, as OpenAI's clients read it.
class Completion {
 public:
  explicit Completion(const Context& context)
      : id_(absl::StrCat("chatcmpl-", context.request_id())),
        created_(absl::ToUnixSeconds(context.clock().Now())) {}

  std::string Whole(const router::CompleteResponse& answer) const {
    std::string whole;
    whole.reserve(json_text::RoomForQuoted(answer.text().size()) + kFieldBytes);
    absl::StrAppend(&whole, Head("chat.completion", answer.decision().to_model()), kChoice,
                    R"("message":{"role":"assistant","content":)");
    json_text::AppendQuoted(answer.text(), whole);
    absl::StrAppend(&whole, "}", ChoiceEnd(kStop), UsageField(answer.decision()), "}");
    return whole;
  }

  std::string FirstChunk(const std::string& model) const {
    return Chunk(model, Choices(R"("delta":{"role":"assistant","content":""})", kNull));
  }
  std::string TextChunk(const std::string& model, const std::string& text) const {
    const std::string delta = absl::StrCat(R"("delta":{"content":)", json_text::Quoted(text), "}");
    return Chunk(model, Choices(delta, kNull));
  }
  std::string LastChunk(const std::string& model, const router::Decision& decision) const {
    return Chunk(model, absl::StrCat(Choices(R"("delta":{})", kStop), R"(,"throughline":)",
                                     json_text::Write(DecisionSummary(decision))));
  }
  std::string UsageChunk(const std::string& model, const router::Decision& decision) const {
    return Chunk(model, absl::StrCat(R"("choices":[])", UsageField(decision)));
  }

 private:
  static constexpr char kNull[] = "null";
  static constexpr char kStop[] = R"("stop")";
  static constexpr char kChoice[] = R"("choices":[{"index":0,)";
  static constexpr size_t kFieldBytes = 512;  // beside the text, as a rule

  std::string Head(absl::string_view object, const std::string& model) const {
    return absl::StrCat(R"({"id":)", json_text::Quoted(id_), R"(,"object":")", object,
                        R"(","created":)", created_, R"(,"model":)", json_text::Quoted(model), ",");
  }
  std::string Chunk(const std::string& model, absl::string_view fields) const {
    return absl::StrCat(Head("chat.completion.chunk", model), fields, "}");
  }
  static std::string Choices(absl::string_view said, absl::string_view finish_reason) {
    return absl::StrCat(kChoice, said, ChoiceEnd(finish_reason));
  }
  static std::string ChoiceEnd(absl::string_view finish_reason) {
    return absl::StrCat(R"(,"logprobs":null,"finish_reason":)", finish_reason, "}]");
  }
  static std::string UsageField(const router::Decision& decision) {
    return absl::StrCat(R"(,"usage":)", Usage(decision));
  }

  const std::string id_;
  const int64_t created_;
};

Task<absl::Status> Complete(const Context& context, RouterClient& router, const Asked& asked,
                            Responder& responder) {
  const rpc::CallOptions options{.callee = "router", .budget = context.Remaining()};
  CO_ASSIGN_OR_RETURN(
      const router::CompleteResponse answer,
      co_await router.Call(context, &RouterClient::Async::Complete, asked.request, options));
  HttpResponse response;
  response.body = Completion(context).Whole(answer);
  AddDecision(answer.decision(), response);
  responder.Send(std::move(response));
  co_return absl::OkStatus();
}

// Sends what the router streams, as chunks.
class ChunkStream {
 public:
  ChunkStream(const Context& context, const Asked& asked, Responder& responder)
      : completion_(context), asked_(asked), responder_(responder), stream_(responder) {}

  Task<absl::Status> Take(const router::StreamCompleteResponse& message) {
    if (!responder_.started()) {
      const SseEvent first{"", completion_.FirstChunk(asked_.model)};
      CO_RETURN_IF_ERROR(co_await stream_.Send(first));
    }
    if (message.has_text()) {
      const SseEvent text{"", completion_.TextChunk(asked_.model, message.text())};
      co_return co_await stream_.Send(text);
    }
    const router::Decision& decision = message.completed().decision();
    const SseEvent last{"", completion_.LastChunk(asked_.model, decision)};
    CO_RETURN_IF_ERROR(co_await stream_.Send(last));
    if (!asked_.include_usage) co_return absl::OkStatus();
    const SseEvent usage{"", completion_.UsageChunk(asked_.model, decision)};
    co_return co_await stream_.Send(usage);
  }
  // A stream that broke off says so; it has no [DONE].
  Task<absl::Status> End(const HttpResponse* failure) {
    const SseEvent end{"", failure == nullptr ? "[DONE]" : failure->body};
    co_return co_await stream_.Send(end);
  }

 private:
  const Completion completion_;
  const Asked& asked_;
  Responder& responder_;
  SseStream stream_;
};

Task<absl::Status> Stream(const Context& context, RouterClient& router, const Asked& asked,
                          Responder& responder) {
  router::StreamCompleteRequest request;
  *request.mutable_request() = asked.request;
  ChunkStream chunks(context, asked, responder);
  const auto forward = [&chunks](const router::StreamCompleteResponse& message) {
    return chunks.Take(message);
  };
  const rpc::CallOptions options{.callee = "router", .budget = context.Remaining()};
  absl::Status status = co_await router.Read(context, &RouterClient::Async::StreamComplete, request,
                                             options, forward);
  if (status.ok()) co_return co_await chunks.End(nullptr);
  if (!responder.started()) co_return status;
  const HttpResponse failure = OpenAiError(status, context.request_id());
  co_return co_await chunks.End(&failure);
}

// Whether a request is read and handed on within some hundred microseconds.
bool IsShort(const HttpRequest& request) {
  constexpr size_t kMostBytes = size_t{16} << 10;
  return request.body.size() <= kMostBytes;
}

Task<absl::Status> Chat(const Context& context, RouterClient& router, const HttpRequest& request,
                        Responder& responder) {
  CO_ASSIGN_OR_RETURN(const Asked asked, ReadBody(request));
  if (asked.stream) co_return co_await Stream(context, router, asked, responder);
  co_return co_await Complete(context, router, asked, responder);
}

absl::Status ListModels(const Context& context, Upstream::Router::StubInterface& stub,
                        const Clock& clock, Responder& responder) {
  ASSIGN_OR_RETURN(const router::ListModelsResponse models,
                   rpc::Invoke(context, stub, &Upstream::Router::StubInterface::ListModels,
                               router::ListModelsRequest(),
                               {.callee = "router", .budget = context.Remaining()}));
  const int64_t created = absl::ToUnixSeconds(clock.Now());
  json data = json::array(
      {{{"id", kAuto}, {"object", "model"}, {"created", created}, {"owned_by", "throughline"}}});
  for (const router::Model& model : models.models()) {
    data.push_back({{"id", model.name()},
                    {"object", "model"},
                    {"created", created},
                    {"owned_by", model.provider()}});
  }
  responder.Send({.body = json{{"object", "list"}, {"data", std::move(data)}}.dump()});
  return absl::OkStatus();
}

}  // namespace

std::vector<Route> OpenAiRoutes(const Upstream& upstream, const Clock& clock) {
  RouterClient& router = *upstream.router;
  Route complete{
      .method = "POST",
      .pattern = "/v1/chat/completions",
      .scope = Scope::kComplete,
      .summary =
          "Chat completions as OpenAI's clients ask for them; the model \"auto\" lets the "
          "cascade choose",
      .task = [&router](
                  const Context& context, const RouteCall& call,
                  Responder& responder) { return Chat(context, router, call.request, responder); },
      .begins_at_once = &IsShort,
      .errors = &OpenAiError,
  };
  Route models{
      .method = "GET",
      .pattern = "/v1/models",
      .scope = Scope::kRead,
      .summary = "The models that may be named, and \"auto\"",
      .handler =
          [&router, &clock](const Context& context, const RouteCall&, Responder& responder) {
            return ListModels(context, router.stub(), clock, responder);
          },
      .errors = &OpenAiError,
  };
  return {std::move(complete), std::move(models)};
}

}  // namespace throughline::gateway
