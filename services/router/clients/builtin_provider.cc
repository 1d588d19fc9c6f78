#include "services/router/clients/builtin_provider.h"

#include <google/protobuf/util/json_util.h>

#include <exception>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "services/router/domain/names.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

namespace deal_v1 = throughline::deal::v1;

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("the engine's answer is no JSON: ", std::string(status.message())));
  }
  return json;
}

// What a model would have had to read, in bytes.
int64_t BytesRead(const Request& request) {
  int64_t bytes = 0;
  for (const Message& message : request.messages) bytes += message.content.size();
  if (bytes > 0) return bytes;
  for (const transcript::Turn& turn : request.Call()->transcript.turns) {
    bytes += turn.speaker.size() + turn.text.size();
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const deal::Analysis>> BuiltinProvider::Analyze(
    const Context& context, extractive::Tier tier, const Request& request) {
  const auto analyze = [&] { return extractive::Analyze(context, tier, *request.call); };
  if (request.call_digest.empty()) {
    ASSIGN_OR_RETURN(deal::Analysis analysis, analyze());
    return std::make_shared<const deal::Analysis>(std::move(analysis));
  }
  return analyses_.TryGet(absl::StrCat(static_cast<int>(tier), ":", request.call_digest), analyze);
}

absl::StatusOr<std::shared_ptr<BuiltinAnswer>> BuiltinProvider::Run(const Context& context,
                                                                    extractive::Tier tier,
                                                                    const Request& request) {
  auto answer = std::make_shared<BuiltinAnswer>();
  switch (request.task) {
    case TaskKind::kAnalyzeCall: {
      if (!request.call.has_value()) break;
      ASSIGN_OR_RETURN(const auto analysis, Analyze(context, tier, request));
      answer->message = wire::ToProto(*analysis);
      return answer;
    }
    case TaskKind::kExtractFacts: {
      if (!request.call.has_value()) break;
      ASSIGN_OR_RETURN(const auto analysis, Analyze(context, tier, request));
      ASSIGN_OR_RETURN(const extractive::ExtractedFacts extracted,
                       extractive::ExtractFacts(context, tier, *request.call, *analysis));
      auto& facts = answer->message.emplace<deal_v1::CallFacts>();
      wire::AppendAll(extracted.facts, facts.mutable_facts());
      *facts.mutable_profile_changes() = wire::ToProto(extracted.profile);
      return answer;
    }
    case TaskKind::kWriteEmail: {
      if (!request.email.has_value()) break;
      ASSIGN_OR_RETURN(const deal::Email email,
                       extractive::WriteEmail(context, tier, *request.email));
      answer->message = wire::ToProto(email);
      return answer;
    }
    case TaskKind::kGeneral:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat("built-in models read calls only, not task ",
                                                 Name(request.task), " without typed input"));
}

Task<ModelResult> BuiltinProvider::Ask(const Context& context, const ModelCall& call) {
  co_return Answer(context, call);
}

absl::StatusOr<ModelReply> BuiltinProvider::Answer(const Context& context, const ModelCall& call) {
  RETURN_IF_ERROR(context.Check());
  const extractive::Tier tier = call.model->provider_id == "extractive-deep"
                                    ? extractive::Tier::kDeep
                                    : extractive::Tier::kFast;
  ModelReply reply;
  ASSIGN_OR_RETURN(std::shared_ptr<BuiltinAnswer> answer, Run(context, tier, *call.request));
  ASSIGN_OR_RETURN(
      reply.text, std::visit([](const auto& message) { return ToJson(message); }, answer->message));
  reply.native = std::move(answer);
  reply.usage = {.input_uncached_tokens = EstimateTokens(BytesRead(*call.request)),
                 .output_visible_tokens = EstimateTokens(static_cast<int64_t>(reply.text.size())),
                 .estimated = true};
  return reply;
}

BreakerState BuiltinProvider::Breaker(absl::string_view) const { return BreakerState::kClosed; }

}  // namespace throughline::router
