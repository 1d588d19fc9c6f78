#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_CALL_STORE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_CALL_STORE_H_

#include <optional>
#include <string>
#include <utility>

#include "common/sql/sql.h"
#include "services/orchestrator/domain/ports.h"
#include "services/orchestrator/domain/webhooks.h"

namespace throughline::orchestrator {

// Calls in a database that OpenSqlite or OpenPostgres opened, one row each. Borrows it;
// thread-safe.
class SqlCallStore final : public CallStore {
 public:
  // `owner` as in SqlJobStore. `announce` says what subscribers are told of a saved call; empty:
  // nothing.
  SqlCallStore(sql::SqlDatabase& database, std::string owner, Announcer announce = {})
      : database_(database), owner_(std::move(owner)), announce_(std::move(announce)) {}

  absl::StatusOr<std::optional<StoredCall>> Find(const Context& context,
                                                 const CallKey& key) override;
  absl::StatusOr<Progress> FindProgress(const Context& context, const AcceptedCall& call) override;
  absl::Status SaveProgress(const Context& context, const AcceptedCall& call,
                            const Progress& progress) override;
  absl::Status SaveComputed(const Context& context, const ComputedCall& call,
                            const Recollection& recalled) override;
  absl::Status Sync() override;
  absl::Status SaveFinished(const Context& context, const ComputedCall& call,
                            const CallResult& result) override;
  absl::Status Abandon(const Context& context, const CallKey& key) override;
  absl::StatusOr<CallPage> ListSaved(const Context& context, const std::string& customer_id,
                                     int page_size, absl::string_view page_token) override;

 private:
  sql::SqlDatabase& database_;
  const std::string owner_;
  const Announcer announce_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_CALL_STORE_H_
