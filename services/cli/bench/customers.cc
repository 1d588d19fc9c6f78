#include "services/cli/bench/customers.h"

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace throughline::cli {

uint64_t HashId(const std::string& id) { return absl::Hash<std::string>()(id); }

std::string CallId(int64_t number) { return absl::StrFormat("call-%06d", number); }

CustomerPool::CustomerPool(const std::string& prefix, int count) {
  for (int i = 0; i < count; ++i) {
    all_.push_back(std::make_unique<BenchCustomer>());
    all_.back()->id = absl::StrCat(prefix, "-", i);
    resting_.push_back(all_.back().get());
  }
}

BenchCustomer* CustomerPool::Take() {
  const auto any = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !resting_.empty(); };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&any));
  BenchCustomer* customer = resting_.front();
  resting_.pop_front();
  return customer;
}

void CustomerPool::Return(BenchCustomer* customer) {
  absl::MutexLock lock(&mutex_);
  resting_.push_back(customer);
}

}  // namespace throughline::cli
