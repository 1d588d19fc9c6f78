#include "services/memory/clients/openai_embedder.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/span.h"
#include "common/base/status_macros.h"

namespace throughline::memory {
namespace {

using nlohmann::json;

constexpr int kStatusOk = 200;
constexpr char kEmbeddings[] = "embeddings";

absl::Status NoAnswer(absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat("the embedding server ", what, "; check its address, model and key"));
}

// Scaled to length 1; empty when `values` are no vector.
Vector ToVector(const json& values) {
  Vector vector;
  if (!values.is_array() || values.size() > OpenAiEmbedder::kMaxDimension) return vector;
  double square = 0;
  for (const json& value : values) {
    if (!value.is_number()) return {};
    vector.push_back(value.get<float>());
    square += static_cast<double>(vector.back()) * vector.back();
  }
  if (!(square > 0) || !std::isfinite(square)) return {};
  const auto scale = static_cast<float>(1 / std::sqrt(square));
  for (float& value : vector) value *= scale;
  return vector;
}

// Puts the vectors of `body` at their places in `vectors`, one each.
absl::Status ReadVectors(const std::string& body, absl::Span<Vector> vectors) {
  const json answer = json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto data = answer.is_object() ? answer.find("data") : answer.end();
  if (!answer.is_object() || data == answer.end() || !data->is_array()) {
    return NoAnswer("gave an answer without data");
  }
  for (size_t i = 0; i < data->size(); ++i) {
    const json& item = (*data)[i];
    if (!item.is_object()) return NoAnswer("gave data that are no objects");
    const auto index = item.find("index");
    const size_t place =
        index != item.end() && index->is_number_unsigned() ? index->get<size_t>() : i;
    const auto embedding = item.find("embedding");
    if (place >= vectors.size() || embedding == item.end()) {
      return NoAnswer("gave vectors of other texts");
    }
    vectors[place] = ToVector(*embedding);
  }
  for (const Vector& vector : vectors) {
    if (vector.empty() || vector.size() != vectors[0].size()) {
      return NoAnswer("did not give one vector a text, all of one dimension");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Vector>> OpenAiEmbedder::Embed(const Context& context,
                                                          const CustomerKey& /*owner*/,
                                                          absl::Span<const std::string> texts) {
  std::vector<Vector> vectors;
  vectors.reserve(texts.size());
  for (size_t first = 0; first < texts.size(); first += kMaxTextsPerRequest) {
    RETURN_IF_ERROR(EmbedBatch(context, texts.subspan(first, kMaxTextsPerRequest), &vectors));
  }
  for (const Vector& vector : vectors) {
    if (vector.size() != vectors[0].size()) return NoAnswer("changed its dimension");
  }
  return vectors;
}

absl::Status OpenAiEmbedder::EmbedBatch(const Context& context, absl::Span<const std::string> texts,
                                        std::vector<Vector>* vectors) {
  Span span(context, kEmbeddings, options_.model, SpanKind::kClient);
  span.Set("gen_ai.operation.name", kEmbeddings);
  span.Set("gen_ai.request.model", options_.model);
  const json request = {{"model", options_.model},
                        {"input", std::vector<std::string>(texts.begin(), texts.end())},
                        {"encoding_format", "float"}};
  std::vector<std::string> headers = {"Content-Type: application/json"};
  if (!options_.api_key.empty()) {
    headers.push_back(absl::StrCat("Authorization: Bearer ", options_.api_key));
  }
  ASSIGN_OR_RETURN(const http::Response response,
                   span.Note(client_.Post(
                       span.context().WithBudget(options_.timeout),
                       {.url = absl::StrCat(options_.base_url, "/embeddings"),
                        .headers = std::move(headers),
                        .body = request.dump(-1, ' ', false, json::error_handler_t::replace)})));
  if (response.status != kStatusOk) {
    return NoAnswer(absl::StrCat("answered with status ", response.status));
  }
  const size_t before = vectors->size();
  vectors->resize(before + texts.size());
  return ReadVectors(response.body, absl::MakeSpan(*vectors).subspan(before));
}

}  // namespace throughline::memory
