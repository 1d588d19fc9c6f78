#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_DELIVERY_STORE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_DELIVERY_STORE_H_

#include <optional>
#include <string>

#include "common/sql/sql.h"
#include "services/orchestrator/domain/webhooks.h"

namespace throughline::orchestrator {

// Adds a delivery that is due now, within a transaction.
absl::Status AddDelivery(sql::SqlSession& session, const Delivery& delivery, absl::Time now);

// Deliveries in a database that OpenSqlite or OpenPostgres opened. Borrows it; thread-safe.
class SqlDeliveryStore final : public DeliveryStore {
 public:
  explicit SqlDeliveryStore(sql::SqlDatabase& database) : database_(database) {}

  absl::StatusOr<std::optional<Delivery>> Claim(const Context& context,
                                                absl::Time retry_at) override;
  absl::Status Made(const Context& context, const Delivery& delivery,
                    const Attempt& attempt) override;
  absl::Status Failed(const Context& context, const Delivery& delivery, const Attempt& attempt,
                      std::optional<absl::Time> due) override;
  absl::StatusOr<DeliveryPage> List(const Context& context, const DeliveryFilter& filter,
                                    int page_size, absl::string_view page_token) override;
  absl::StatusOr<DeliveryRecord> Redeliver(const Context& context, int64_t sequence) override;
  absl::StatusOr<int64_t> EraseMade(const Context& context, absl::Time before, int limit) override;

 private:
  sql::SqlDatabase& database_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_DELIVERY_STORE_H_
