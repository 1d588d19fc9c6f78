#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_EMBEDDING_CACHE_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_EMBEDDING_CACHE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/sqlite.h"
#include "services/memory/domain/embedder.h"

namespace throughline::memory::store {

// Vectors on disk before an embedder, so that no text of a customer is sent twice: by model, owner
// and text, of which only digests are kept. A file that fails is gone round.
class EmbeddingCache final : public Embedder {
 public:
  // Borrows `inner`, whose vectors are of `model`. Errors name the file and a next step.
  static absl::StatusOr<std::unique_ptr<EmbeddingCache>> Open(const std::string& path,
                                                              const std::string& model,
                                                              Embedder& inner);

  absl::StatusOr<std::vector<Vector>> Embed(const Context& context, const CustomerKey& owner,
                                            absl::Span<const std::string> texts) override;
  absl::Status Forget(const Context& context, const CustomerKey& owner) override;

 private:
  EmbeddingCache(std::unique_ptr<storage::SqliteDatabase> database, std::string model,
                 Embedder& inner)
      : database_(std::move(database)), model_(std::move(model)), inner_(inner) {}

  // Those that are there; the others empty.
  std::vector<Vector> Find(const Context& context, const CustomerKey& owner,
                           absl::Span<const std::string> digests);
  void Keep(const Context& context, const CustomerKey& owner, absl::Span<const std::string> digests,
            const std::vector<Vector>& vectors);

  const std::unique_ptr<storage::SqliteDatabase> database_;
  const std::string model_;
  Embedder& inner_;
};

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_EMBEDDING_CACHE_H_
