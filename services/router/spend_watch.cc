#include "services/router/spend_watch.h"

#include "common/base/await.h"
#include "common/base/context.h"
#include "common/base/status_macros.h"

namespace throughline::router {
namespace {

constexpr absl::Duration kReadBudget = absl::Seconds(5);

}  // namespace

SpendWatch::~SpendWatch() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void SpendWatch::Start() {
  LookAndTell();
  thread_ = std::thread([this] {
    while (true) {
      {
        absl::MutexLock lock(&mutex_);
        if (AwaitFor(mutex_, absl::Condition(&stopping_), kLookInterval)) return;
      }
      LookAndTell();
    }
  });
}

void SpendWatch::LookAndTell() {
  metrics_.Settle();
  const absl::Status status = Look();
  status.ok() ? outage_.Succeeded() : outage_.Failed(status);
}

absl::Status SpendWatch::Look() {
  const Context context = Context::Background().WithBudget(kReadBudget);
  if (!begun_) {
    ASSIGN_OR_RETURN(newest_sequence_, ledger_.FindNewestSequence(context));
    settled_sequence_ = newest_sequence_;
    begun_ = true;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const LedgerGrowth growth,
                   ledger_.SumGrowthAfter(context, settled_sequence_, newest_sequence_));
  // Less than before when rows were erased meanwhile; what was counted stays counted.
  if (growth.nano_usd > beyond_nano_usd_) {
    metrics_.OnLedgerGrowth(growth.nano_usd - beyond_nano_usd_);
  }
  beyond_nano_usd_ = growth.nano_usd - growth.until_nano_usd;
  settled_sequence_ = newest_sequence_;
  newest_sequence_ = growth.newest_sequence;
  return absl::OkStatus();
}

}  // namespace throughline::router
