#include "services/orchestrator/store/progress_codec.h"

#include "common/wire/call_work.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "services/orchestrator/model_work.h"
#include "throughline/analyst/v1/analyst_service.pb.h"
#include "throughline/writer/v1/writer_service.pb.h"

namespace throughline::orchestrator {
namespace {

namespace analyst_v1 = throughline::analyst::v1;
namespace writer_v1 = throughline::writer::v1;

// The counterpart of ReadModelWork.
template <typename Answer, typename Message>
void FillWork(const Answer& answer, Message& message) {
  for (const auto& decision : answer.decisions) {
    *message.add_decisions() = wire::ToProto(decision);
  }
  for (const auto& claim : answer.dropped) *message.add_dropped() = wire::ToProto(claim);
}

}  // namespace

std::string Encode(const Recollection& recalled) {
  writer_v1::WriteEmailRequest message;
  *message.mutable_context()->mutable_known() = wire::ToProto(recalled.known);
  wire::AppendAll(recalled.known.facts, message.mutable_context()->mutable_facts());
  if (recalled.profile) *message.mutable_profile() = wire::ToProto(*recalled.profile);
  return message.SerializeAsString();
}

std::string Encode(const AnalysisAnswer& answer) {
  analyst_v1::AnalyzeResponse message;
  *message.mutable_analysis() = wire::ToProto(answer.analysis);
  FillWork(answer, message);
  return message.SerializeAsString();
}

std::string Encode(const FactsAnswer& answer) {
  analyst_v1::ExtractFactsResponse message;
  wire::AppendAll(answer.facts, message.mutable_extracted()->mutable_facts());
  *message.mutable_extracted()->mutable_profile_changes() = wire::ToProto(answer.profile_changes);
  FillWork(answer, message);
  return message.SerializeAsString();
}

std::string Encode(const EmailAnswer& answer) {
  writer_v1::WriteEmailResponse message;
  *message.mutable_email() = wire::ToProto(answer.email);
  FillWork(answer, message);
  return message.SerializeAsString();
}

std::optional<Recollection> DecodeRecollection(const std::string& bytes) {
  writer_v1::WriteEmailRequest message;
  if (!message.ParseFromString(bytes)) return std::nullopt;
  Recollection recalled{.known = wire::FromProto(message.context().known())};
  recalled.known.facts = wire::CollectAll(message.context().facts());
  if (message.has_profile()) recalled.profile = wire::FromProto(message.profile());
  return recalled;
}

std::optional<AnalysisAnswer> DecodeAnalysis(const std::string& bytes) {
  analyst_v1::AnalyzeResponse message;
  if (!message.ParseFromString(bytes)) return std::nullopt;
  AnalysisAnswer answer{.analysis = wire::FromProto(message.analysis())};
  ReadModelWork(message, answer);
  return answer;
}

std::optional<FactsAnswer> DecodeFacts(const std::string& bytes) {
  analyst_v1::ExtractFactsResponse message;
  if (!message.ParseFromString(bytes)) return std::nullopt;
  FactsAnswer answer{.facts = wire::CollectAll(message.extracted().facts()),
                     .profile_changes = wire::FromProto(message.extracted().profile_changes())};
  ReadModelWork(message, answer);
  return answer;
}

std::optional<EmailAnswer> DecodeEmail(const std::string& bytes) {
  writer_v1::WriteEmailResponse message;
  if (!message.ParseFromString(bytes)) return std::nullopt;
  EmailAnswer answer{.email = wire::FromProto(message.email())};
  ReadModelWork(message, answer);
  return answer;
}

}  // namespace throughline::orchestrator
