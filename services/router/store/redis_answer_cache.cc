#include "services/router/store/redis_answer_cache.h"

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace throughline::router {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxCachedBytes = 1024 * 1024;

// A value that somebody else wrote is a miss.
std::optional<CachedAnswer> Read(const std::string& value) {
  const Json json = Json::parse(value, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto text = json.find("text");
  const auto model = json.find("model");
  const auto score = json.find("score");
  const auto baseline = json.find("baseline_nano_usd");
  const auto unpriced = json.find("baseline_unpriced");
  const auto end = json.end();
  if (text == end || !text->is_string() || model == end || !model->is_string() || score == end ||
      !score->is_number() || baseline == end || !baseline->is_number_integer() || unpriced == end ||
      !unpriced->is_boolean()) {
    return std::nullopt;
  }
  return CachedAnswer{
      .text = text->get<std::string>(),
      .to_model = model->get<std::string>(),
      .draft_score = score->get<double>(),
      .baseline_cost = {.nano_usd = baseline->get<int64_t>(), .unpriced = unpriced->get<bool>()}};
}

}  // namespace

std::optional<CachedAnswer> RedisAnswerCache::Find(const Context& context, const std::string& key) {
  const absl::StatusOr<std::optional<std::string>> value = redis_->Get(context, key);
  return value.ok() && value->has_value() ? Read(**value) : std::nullopt;
}

void RedisAnswerCache::Keep(const Context& context, const std::string& key,
                            const CachedAnswer& answer, absl::Duration time_to_live) {
  if (answer.text.size() > kMaxCachedBytes) return;
  const Json json = {{"text", answer.text},
                     {"model", answer.to_model},
                     {"score", answer.draft_score},
                     {"baseline_nano_usd", answer.baseline_cost.nano_usd},
                     {"baseline_unpriced", answer.baseline_cost.unpriced}};
  // Losing it costs a model call, no more.
  redis_
      ->SetEx(context, key, json.dump(-1, ' ', false, Json::error_handler_t::replace), time_to_live)
      .IgnoreError();
}

}  // namespace throughline::router
