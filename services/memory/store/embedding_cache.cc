#include "services/memory/store/embedding_cache.h"

#include <cstring>
#include <utility>

#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "common/observability/json_log.h"

namespace throughline::memory::store {
namespace {

using storage::SqliteConnection;
using storage::SqliteStatement;

constexpr char kInitial[] = R"sql(
CREATE TABLE embeddings (
  owner TEXT NOT NULL,
  digest TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (owner, digest)
) STRICT, WITHOUT ROWID;
)sql";
constexpr storage::Migration kMigrations[] = {{1, "initial", kInitial}};

// Vectors are kept as they come, so that a caller whose time ends finds them when it asks again.
constexpr size_t kTextsKeptTogether = 64;

std::string OwnerOf(const CustomerKey& owner) {
  return Sha256Hex({owner.tenant, owner.customer_id});
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddingCache>> EmbeddingCache::Open(const std::string& path,
                                                                     const std::string& model,
                                                                     Embedder& inner) {
  ASSIGN_OR_RETURN(std::unique_ptr<storage::SqliteDatabase> database,
                   storage::SqliteDatabase::Open({.path = path}, kMigrations));
  // The constructor is private, so make_unique cannot reach it.
  return std::unique_ptr<EmbeddingCache>(new EmbeddingCache(std::move(database), model, inner));
}

absl::StatusOr<std::vector<Vector>> EmbeddingCache::Embed(const Context& context,
                                                          const CustomerKey& owner,
                                                          absl::Span<const std::string> texts) {
  std::vector<std::string> digests;
  digests.reserve(texts.size());
  for (const std::string& text : texts) digests.push_back(Sha256Hex({model_, text}));
  std::vector<Vector> vectors = Find(context, owner, digests);
  std::vector<size_t> places;
  std::vector<std::string> missing;
  std::vector<std::string> missing_digests;
  for (size_t i = 0; i < vectors.size(); ++i) {
    if (!vectors[i].empty()) continue;
    places.push_back(i);
    missing.push_back(texts[i]);
    missing_digests.push_back(digests[i]);
  }
  for (size_t first = 0; first < missing.size(); first += kTextsKeptTogether) {
    const auto part = absl::MakeConstSpan(missing).subspan(first, kTextsKeptTogether);
    ASSIGN_OR_RETURN(std::vector<Vector> made, inner_.Embed(context, owner, part));
    Keep(context, owner, absl::MakeConstSpan(missing_digests).subspan(first, made.size()), made);
    for (size_t i = 0; i < made.size(); ++i) vectors[places[first + i]] = std::move(made[i]);
  }
  for (const Vector& vector : vectors) {
    if (vector.size() != vectors[0].size()) {
      return absl::UnavailableError(
          "the embedding model has another dimension than before under the same name; name the "
          "model anew or delete the file of embeddings");
    }
  }
  return vectors;
}

std::vector<Vector> EmbeddingCache::Find(const Context& context, const CustomerKey& owner,
                                         absl::Span<const std::string> digests) {
  std::vector<Vector> vectors(digests.size());
  const absl::Status found =
      database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
        SqliteStatement statement =
            connection.Prepare("SELECT vector FROM embeddings WHERE owner = ? AND digest = ?");
        const std::string owner_digest = OwnerOf(owner);
        for (size_t i = 0; i < digests.size(); ++i) {
          statement->reset();
          statement->bind(1, owner_digest);
          statement->bind(2, digests[i]);
          if (!statement->executeStep()) continue;
          const SQLite::Column column = statement->getColumn(0);
          vectors[i].resize(static_cast<size_t>(column.getBytes()) / sizeof(float));
          std::memcpy(vectors[i].data(), column.getBlob(), vectors[i].size() * sizeof(float));
        }
        return absl::OkStatus();
      });
  if (!found.ok()) {
    Log(context, Severity::kWarning, "embeddings on disk cannot be read", {{"error", found}});
    vectors.assign(digests.size(), {});
  }
  return vectors;
}

void EmbeddingCache::Keep(const Context& context, const CustomerKey& owner,
                          absl::Span<const std::string> digests,
                          const std::vector<Vector>& vectors) {
  const absl::Status kept =
      database_->Write(context, [&](SqliteConnection& connection) -> absl::Status {
        SqliteStatement statement = connection.Prepare(
            "INSERT OR REPLACE INTO embeddings (owner, digest, vector) VALUES (?, ?, ?)");
        const std::string owner_digest = OwnerOf(owner);
        for (size_t i = 0; i < digests.size(); ++i) {
          statement->reset();
          statement->bind(1, owner_digest);
          statement->bind(2, digests[i]);
          statement->bind(3, vectors[i].data(),
                          static_cast<int>(vectors[i].size() * sizeof(float)));
          statement->exec();
        }
        return absl::OkStatus();
      });
  if (!kept.ok()) {
    Log(context, Severity::kWarning, "embeddings cannot be kept on disk", {{"error", kept}});
  }
}

absl::Status EmbeddingCache::Forget(const Context& context, const CustomerKey& owner) {
  return database_->Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement statement = connection.Prepare("DELETE FROM embeddings WHERE owner = ?");
    statement->bind(1, OwnerOf(owner));
    statement->exec();
    return absl::OkStatus();
  });
}

}  // namespace throughline::memory::store
