#include "tests/e2e/canned_model.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/http_client.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;

std::string Completion(const json& answer) {
  return router::JsonResponse(
      200,
      json{{"choices", {{{"message", {{"content", answer.dump()}}}, {"finish_reason", "stop"}}}},
           {"usage", {{"prompt_tokens", 2000}, {"completion_tokens", 500}}}}
          .dump());
}

// The schema of the answer, which every request has in it, tells the tasks apart.
CannedModel::Task TaskOf(absl::string_view request) {
  if (absl::StrContains(request, "maxLength")) return CannedModel::kEmail;
  if (absl::StrContains(request, "profileChanges")) return CannedModel::kFacts;
  return CannedModel::kAnalysis;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CannedModel>> CannedModel::Learn(const std::string& call_id,
                                                                const std::string& transcript) {
  ASSIGN_OR_RETURN(const auto system, Deployment::Start({}));
  const json call = {{"customerId", "teacher"}, {"callId", call_id}, {"transcript", transcript}};
  const HttpReply reply = HttpCall("POST", absl::StrCat(system->http(), "/v1/calls"),
                                   {"Content-Type: application/json"}, call.dump());
  if (reply.status != 200) return absl::InternalError(reply.body);
  const json result = reply.Json();
  return std::unique_ptr<CannedModel>(
      new CannedModel({result.at("analysis").dump(), json{{"facts", result.at("facts")}}.dump(),
                       result.at("email").dump()}));
}

CannedModel::CannedModel(std::array<std::string, kTasks> answers) {
  for (int task = 0; task < kTasks; ++task) {
    responses_[task] = Completion(json::parse(answers[task]));
  }
  provider_ = std::make_unique<router::InstantProvider>(
      [this](absl::string_view request) { return Answer(request); });
}

router::InstantProvider::Reply CannedModel::Answer(absl::string_view request) {
  const Task task = TaskOf(request);
  ++asked_[task];
  return {.response = responses_[task], .delay = absl::Milliseconds(delays_ms_[task].load())};
}

std::string CannedModel::RouterConfig() const {
  return absl::StrCat("providers:\n  mock: {type: openai, base_url: \"", provider_->url(),
                      "\"}\nmodels:\n  - {name: mock/model, provider: mock, timeout: 60s, price: "
                      "{input: 1, output: 1}}\ntasks:\n"
                      "  general: {cascade: [mock/model]}\n"
                      "  analyze_call: {cascade: [mock/model]}\n"
                      "  extract_facts: {cascade: [mock/model]}\n"
                      "  write_email: {cascade: [mock/model]}\n");
}

}  // namespace throughline::e2e
