#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_ERASURE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_ERASURE_H_

#include <string>

#include "common/sql/sql.h"
#include "services/orchestrator/domain/erasure.h"

namespace throughline::orchestrator {

// ErasureStore over the tables of schema.cc. Borrows the database; thread-safe.
class SqlErasure final : public ErasureStore {
 public:
  explicit SqlErasure(sql::SqlDatabase& database) : database_(database) {}

  absl::Status CancelJobs(const Context& context, const CallKey& key) override;
  absl::StatusOr<bool> TakeTurn(const Context& context, const CallKey& key,
                                const std::string& holder, absl::Time lease_until) override;
  absl::StatusOr<ErasedCalls> Erase(const Context& context, const CallKey& key,
                                    const std::string& holder) override;
  absl::Status GiveBack(const Context& context, const CallKey& key,
                        const std::string& holder) override;
  absl::Status ScrubErased(const Context& context) override {
    return database_.ScrubErased(context);
  }

 private:
  sql::SqlDatabase& database_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_ERASURE_H_
