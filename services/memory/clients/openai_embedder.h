#ifndef THROUGHLINE_SERVICES_MEMORY_CLIENTS_OPENAI_EMBEDDER_H_
#define THROUGHLINE_SERVICES_MEMORY_CLIENTS_OPENAI_EMBEDDER_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/http/client.h"
#include "services/memory/domain/embedder.h"

namespace throughline::memory {

// Embeddings of an OpenAI-compatible server: POST <base_url>/embeddings. Keeps nothing.
class OpenAiEmbedder final : public Embedder {
 public:
  struct Options {
    std::string base_url;  // "http://127.0.0.1:8080/v1"
    std::string model;
    std::string api_key;                         // empty: none is sent
    absl::Duration timeout = absl::Seconds(10);  // of one request
  };
  static constexpr size_t kMaxTextsPerRequest = 64;
  static constexpr size_t kMaxDimension = 4096;

  // Borrows `client`.
  OpenAiEmbedder(Options options, http::Client& client)
      : options_(std::move(options)), client_(client) {}

  absl::StatusOr<std::vector<Vector>> Embed(const Context& context, const CustomerKey& owner,
                                            absl::Span<const std::string> texts) override;
  absl::Status Forget(const Context& /*context*/, const CustomerKey& /*owner*/) override {
    return absl::OkStatus();
  }

 private:
  absl::Status EmbedBatch(const Context& context, absl::Span<const std::string> texts,
                          std::vector<Vector>* vectors);

  const Options options_;
  http::Client& client_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_CLIENTS_OPENAI_EMBEDDER_H_
