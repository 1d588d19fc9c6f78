#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_REDIS_ANSWER_CACHE_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_REDIS_ANSWER_CACHE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/storage/redis.h"
#include "services/router/domain/answer_cache.h"

namespace throughline::router {

// Answers in Redis, each in one value; a Redis that is down, slow or full costs a bounded time and
// a miss. Thread-safe.
class RedisAnswerCache final : public AnswerCache {
 public:
  explicit RedisAnswerCache(std::unique_ptr<storage::RedisClient> redis)
      : redis_(std::move(redis)) {}

  std::optional<CachedAnswer> Find(const Context& context, const std::string& key) override;
  void Keep(const Context& context, const std::string& key, const CachedAnswer& answer,
            absl::Duration time_to_live) override;

 private:
  const std::unique_ptr<storage::RedisClient> redis_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_REDIS_ANSWER_CACHE_H_
