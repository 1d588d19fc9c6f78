#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQLITE_CALL_STORE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQLITE_CALL_STORE_H_

#include <string>

#include "common/storage/sqlite.h"
#include "services/orchestrator/domain/ports.h"

namespace throughline::orchestrator {

// Calls in the file that OpenDatabase opens, one row each. Borrows it; thread-safe.
class SqliteCallStore final : public CallStore {
 public:
  explicit SqliteCallStore(storage::SqliteDatabase& database) : database_(database) {}

  absl::StatusOr<std::optional<StoredCall>> Find(const Context& context,
                                                 const CallKey& key) override;
  absl::Status SaveReceived(const Context& context, const AcceptedCall& call) override;
  absl::Status SaveComputed(const Context& context, const ComputedCall& call) override;
  absl::Status SaveFinished(const Context& context, const CallKey& key,
                            const CallResult& result) override;
  absl::Status Abandon(const Context& context, const CallKey& key) override;
  absl::StatusOr<std::vector<CallKey>> ListUnsaved(const Context& context,
                                                   const std::string& customer_id) override;
  absl::StatusOr<std::vector<CustomerKey>> ListUnsavedCustomers(const Context& context) override;
  absl::StatusOr<CallPage> ListSaved(const Context& context, const std::string& customer_id,
                                     int page_size, absl::string_view page_token) override;

 private:
  storage::SqliteDatabase& database_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQLITE_CALL_STORE_H_
