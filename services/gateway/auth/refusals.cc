#include "services/gateway/auth/refusals.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace throughline::gateway {

void Refusals::Note(const Refusal& refusal, const absl::Status& why) {
  if (audit_ == nullptr) return;
  audit::Record record;
  record.tenant = refusal.tenant;
  record.actor = refusal.key_id.empty() ? absl::StrCat("peer:", refusal.address)
                                        : absl::StrCat("key:", refusal.key_id);
  record.action = "gateway.refused";
  record.outcome = absl::StatusCodeToString(why.code());
  record.request_id = refusal.request_id;
  record.objects = {{"route", refusal.route}, {"address", refusal.address}};
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_.SteadyNow();
  if (now - second_began_ >= absl::Seconds(1)) {
    second_began_ = now;
    recorded_ = 0;
  }
  if (++recorded_ > kMaxRecordsASecond) {
    ++left_out_;
    return;
  }
  if (left_out_ > 0) record.counts = {{"left_out_before", std::exchange(left_out_, 0)}};
  audit_->Write(std::move(record));
}

}  // namespace throughline::gateway
