#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_SQLITE_DECISION_LOG_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_SQLITE_DECISION_LOG_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/sqlite.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// Decisions in a SQLite file: one row a decision, one a model call, written in one transaction.
// Thread-safe.
class SqliteDecisionLog final : public DecisionLog {
 public:
  // Opens or creates the file; errors name the path.
  static absl::StatusOr<std::unique_ptr<SqliteDecisionLog>> Open(const std::string& path);

  absl::StatusOr<StoredAnswer> FindAnswer(const Context& context,
                                          absl::string_view idempotency_key) override;
  absl::Status Append(const Context& context, const Answer& answer,
                      absl::string_view idempotency_key, absl::string_view fingerprint) override;
  absl::StatusOr<DecisionPage> List(const Context& context, const DecisionFilter& filter) override;
  absl::StatusOr<Decision> Get(const Context& context, absl::string_view id) override;
  absl::StatusOr<Spend> SumSpend(const Context& context, const SpendQuery& query) override;

  // OK while the file can be read.
  absl::Status Ping(const Context& context) { return database_->Ping(context); }

 private:
  explicit SqliteDecisionLog(std::unique_ptr<storage::SqliteDatabase> database)
      : database_(std::move(database)) {}

  std::unique_ptr<storage::SqliteDatabase> database_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_SQLITE_DECISION_LOG_H_
