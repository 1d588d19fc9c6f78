#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_PROGRESS_CODEC_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_PROGRESS_CODEC_H_

#include <optional>
#include <string>

#include "services/orchestrator/domain/ports.h"

// What models are told and answer as the bytes of a checkpoint: the analyst's and the writer's own
// messages.
namespace throughline::orchestrator {

std::string Encode(const Recollection& recalled);
std::string Encode(const AnalysisAnswer& answer);
std::string Encode(const FactsAnswer& answer);
std::string Encode(const EmailAnswer& answer);

// Empty for bytes that cannot be read: the model is asked again then, or told of nothing earlier.
std::optional<Recollection> DecodeRecollection(const std::string& bytes);
std::optional<AnalysisAnswer> DecodeAnalysis(const std::string& bytes);
std::optional<FactsAnswer> DecodeFacts(const std::string& bytes);
std::optional<EmailAnswer> DecodeEmail(const std::string& bytes);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_PROGRESS_CODEC_H_
