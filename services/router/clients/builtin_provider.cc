#include "services/router/clients/builtin_provider.h"

#include <google/protobuf/util/json_util.h>

#include <exception>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "services/router/domain/names.h"
#include "services/router/domain/pricing.h"
#include "throughline/deal/v1/deal.pb.h"

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

std::shared_ptr<const deal::Analysis> BuiltinProvider::Analyze(extractive::Tier tier,
                                                               const Request& request) {
  if (request.call_digest.empty()) {
    return std::make_shared<const deal::Analysis>(extractive::Analyze(tier, *request.call));
  }
  return analyses_.Get(absl::StrCat(static_cast<int>(tier), ":", request.call_digest),
                       [&] { return extractive::Analyze(tier, *request.call); });
}

absl::StatusOr<std::string> BuiltinProvider::Run(extractive::Tier tier, const Request& request) {
  switch (request.task) {
    case TaskKind::kAnalyzeCall:
      if (!request.call.has_value()) break;
      return ToJson(wire::ToProto(*Analyze(tier, request)));
    case TaskKind::kExtractFacts: {
      if (!request.call.has_value()) break;
      const extractive::ExtractedFacts extracted =
          extractive::ExtractFacts(tier, *request.call, *Analyze(tier, request));
      deal_v1::CallFacts facts;
      wire::AppendAll(extracted.facts, facts.mutable_facts());
      *facts.mutable_profile_changes() = wire::ToProto(extracted.profile);
      return ToJson(facts);
    }
    case TaskKind::kWriteEmail:
      if (!request.email.has_value()) break;
      return ToJson(wire::ToProto(extractive::WriteEmail(tier, *request.email)));
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
  ASSIGN_OR_RETURN(std::string text, Run(tier, *call.request));
  ModelReply reply;
  reply.usage = {.input_uncached_tokens = EstimateTokens(BytesRead(*call.request)),
                 .output_visible_tokens = EstimateTokens(static_cast<int64_t>(text.size())),
                 .estimated = true};
  reply.text = std::move(text);
  return reply;
}

BreakerState BuiltinProvider::Breaker(absl::string_view) const { return BreakerState::kClosed; }

}  // namespace throughline::router
