#include "services/memory/retention.h"

#include "common/base/status_macros.h"
#include "services/memory/convert.h"

namespace throughline::memory {
namespace {

constexpr int kCustomersAtATime = 100;

}  // namespace

absl::StatusOr<std::vector<std::string>> MemoryRetention::Tenants(const Context& context) {
  return memory_.ListTenants(context);
}

absl::StatusOr<int64_t> MemoryRetention::Count(const Context& context, absl::string_view /*kind*/,
                                               absl::Time before) {
  int64_t count = 0;
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<CustomerSummary> customers,
                     memory_.ListCustomers(context, after, kCustomersAtATime));
    for (const CustomerSummary& customer : customers) {
      ASSIGN_OR_RETURN(const int64_t texts,
                       memory_.CountTexts(context, customer.customer_id, before));
      count += texts;
    }
    if (customers.size() < kCustomersAtATime) return count;
    after = customers.back().customer_id;
  }
}

absl::StatusOr<retention::Batch> MemoryRetention::Erase(const Context& context,
                                                        absl::string_view /*kind*/,
                                                        absl::Time before, int limit) {
  std::string after;
  {
    absl::MutexLock lock(&mutex_);
    after = last_customer_[context.tenant()];
  }
  ASSIGN_OR_RETURN(const std::vector<CustomerSummary> customers,
                   memory_.ListCustomers(context, after, kCustomersAtATime));
  retention::Batch batch{.more = customers.size() == kCustomersAtATime};
  for (const CustomerSummary& customer : customers) {
    if (batch.erased >= limit) {
      batch.more = true;
      break;
    }
    ASSIGN_OR_RETURN(const int64_t texts,
                     memory_.EraseTexts(context, customer.customer_id, before));
    if (texts > 0) cached_.Erase(context, RecallKeyPrefix(context.tenant(), customer.customer_id));
    batch.erased += texts;
    after = customer.customer_id;
  }
  absl::MutexLock lock(&mutex_);
  // The next sweep begins with the first customer.
  last_customer_[context.tenant()] = batch.more ? after : "";
  return batch;
}

}  // namespace throughline::memory
