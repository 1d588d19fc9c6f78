#include "services/memory/store/in_memory_store.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "common/base/status_macros.h"

namespace throughline::memory::store {

struct InMemoryStore::Customer {
  struct VersionedFact {
    FactRow row;
    int64_t changed_version = 0;
  };

  CustomerHead head;
  CustomerState state;
  std::vector<deal::DealState> deal_past;
  std::map<std::string, VersionedFact> facts;
  std::map<std::string, Contribution> contributions;
  std::map<int64_t, ProfileRecord> profiles;
  std::map<std::string, Reply> replies;
};

namespace {

class InMemoryTransaction final : public CustomerTransaction {
 public:
  InMemoryTransaction(InMemoryStore::Customer customer, int64_t next_version)
      : customer_(std::move(customer)), next_version_(next_version) {}

  absl::StatusOr<CustomerHead> Head() override { return customer_.head; }
  absl::StatusOr<CustomerState> State() override { return customer_.state; }
  absl::StatusOr<std::vector<deal::DealState>> DealPast() override { return customer_.deal_past; }

  absl::StatusOr<std::vector<FactRow>> FactsChangedSince(int64_t version,
                                                         Statements statements) override {
    std::vector<FactRow> rows;
    for (const auto& [id, fact] : customer_.facts) {
      if (fact.changed_version <= version) continue;
      rows.push_back(fact.row);
      if (statements == Statements::kWithout) rows.back().statements.clear();
    }
    return rows;
  }
  absl::StatusOr<std::vector<FactRow>> FactsById(absl::Span<const std::string> ids,
                                                 Statements statements) override {
    std::vector<FactRow> rows;
    for (const std::string& id : ids) {
      const auto it = customer_.facts.find(id);
      if (it == customer_.facts.end()) continue;
      rows.push_back(it->second.row);
      if (statements == Statements::kWithout) rows.back().statements.clear();
    }
    return rows;
  }
  absl::StatusOr<std::vector<FactRow>> FactsWithKeys(absl::Span<const std::string> keys) override {
    const absl::flat_hash_set<std::string> wanted(keys.begin(), keys.end());
    std::vector<FactRow> rows;
    for (const auto& [id, fact] : customer_.facts) {
      if (wanted.contains(fact.row.key)) rows.push_back(fact.row);
    }
    return rows;
  }
  absl::StatusOr<std::optional<Contribution>> ContributionById(absl::string_view id) override {
    const auto it = customer_.contributions.find(std::string(id));
    if (it == customer_.contributions.end()) return std::optional<Contribution>();
    return std::make_optional(it->second);
  }
  absl::StatusOr<std::vector<Contribution>> Contributions() override {
    std::vector<Contribution> contributions;
    for (const auto& [id, contribution] : customer_.contributions) {
      contributions.push_back(contribution);
    }
    std::stable_sort(contributions.begin(), contributions.end(),
                     [](const Contribution& a, const Contribution& b) { return a.at < b.at; });
    return contributions;
  }
  absl::StatusOr<std::optional<ProfileRecord>> Profile(int64_t version) override {
    const auto it = customer_.profiles.find(version);
    if (it == customer_.profiles.end()) return std::optional<ProfileRecord>();
    return std::make_optional(it->second);
  }
  absl::StatusOr<std::vector<ProfileRecord>> Profiles(int64_t before, int limit) override {
    std::vector<ProfileRecord> records;
    for (auto it = customer_.profiles.rbegin(); it != customer_.profiles.rend(); ++it) {
      if (before != 0 && it->first >= before) continue;
      if (static_cast<int>(records.size()) == limit) break;
      records.push_back(it->second);
    }
    return records;
  }

  int64_t next_version() const override { return next_version_; }
  absl::Status PutFact(const FactRow& row) override {
    customer_.facts[row.fact.id] = {.row = row, .changed_version = next_version_};
    return absl::OkStatus();
  }
  absl::Status EraseFact(absl::string_view id) override {
    customer_.facts.erase(std::string(id));
    return absl::OkStatus();
  }
  absl::Status PutContribution(const Contribution& contribution) override {
    customer_.contributions[contribution.id] = contribution;
    return absl::OkStatus();
  }
  absl::Status EraseContribution(absl::string_view id) override {
    customer_.contributions.erase(std::string(id));
    return absl::OkStatus();
  }
  absl::Status PutProfile(const ProfileRecord& record) override {
    customer_.profiles[record.profile.version] = record;
    return absl::OkStatus();
  }
  absl::Status EraseProfile(int64_t version) override {
    customer_.profiles.erase(version);
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<Reply>> FindReply(absl::string_view idempotency_key) override {
    const auto it = customer_.replies.find(std::string(idempotency_key));
    if (it == customer_.replies.end()) return std::optional<Reply>();
    return std::make_optional(it->second);
  }
  absl::Status PutReply(absl::string_view idempotency_key, const Reply& reply) override {
    customer_.replies[std::string(idempotency_key)] = reply;
    return absl::OkStatus();
  }
  absl::Status EraseReplies(absl::Time before) override {
    std::erase_if(customer_.replies,
                  [&](const auto& reply) { return reply.second.given_at < before; });
    return absl::OkStatus();
  }
  absl::Status PutState(const CustomerState& state) override {
    customer_.state = state;
    return absl::OkStatus();
  }
  absl::Status AddToDealPast(const deal::DealState& past) override {
    customer_.deal_past.push_back(past);
    return absl::OkStatus();
  }
  absl::Status EraseDealPast() override {
    customer_.deal_past.clear();
    return absl::OkStatus();
  }
  absl::Status PutHead(const CustomerHead& head) override {
    customer_.head = head;
    customer_.head.version = next_version_;
    changed_ = true;
    return absl::OkStatus();
  }
  absl::Status EraseCustomer() override {
    customer_ = {};
    erased_ = true;
    return absl::OkStatus();
  }

  bool changed() const { return changed_; }
  bool erased() const { return erased_; }
  InMemoryStore::Customer Take() { return std::move(customer_); }

 private:
  InMemoryStore::Customer customer_;
  const int64_t next_version_;
  bool changed_ = false;
  bool erased_ = false;
};

}  // namespace

InMemoryStore::InMemoryStore() = default;
InMemoryStore::~InMemoryStore() = default;

std::shared_ptr<const InMemoryStore::Customer> InMemoryStore::Find(const CustomerKey& key) {
  absl::MutexLock lock(&mutex_);
  const auto it = customers_.find(key);
  return it == customers_.end() ? std::make_shared<const Customer>() : it->second;
}

absl::Status InMemoryStore::Read(const Context& context, const CustomerKey& key,
                                 int64_t /*min_version*/, ReadCallback read) {
  RETURN_IF_ERROR(context.Check());
  InMemoryTransaction view(*Find(key), 0);
  return read(view);
}

absl::Status InMemoryStore::Write(const Context& context, const CustomerKey& key,
                                  WriteCallback write) {
  RETURN_IF_ERROR(context.Check());
  absl::MutexLock one_writer(&writing_);
  const std::shared_ptr<const Customer> before = Find(key);
  int64_t version = before->head.version;
  if (version == 0) {
    absl::MutexLock lock(&mutex_);
    const auto erased = erased_versions_.find(key);
    if (erased != erased_versions_.end()) version = erased->second;
  }
  InMemoryTransaction transaction(*before, version + 1);
  RETURN_IF_ERROR(write(transaction));
  absl::MutexLock lock(&mutex_);
  if (transaction.erased()) {
    erased_versions_[key] = version + 1;
    customers_.erase(key);
  } else if (transaction.changed()) {
    customers_[key] = std::make_shared<const Customer>(transaction.Take());
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> InMemoryStore::Version(const Context& context, const CustomerKey& key,
                                               int64_t /*min_version*/) {
  RETURN_IF_ERROR(context.Check());
  return Find(key)->head.version;
}

absl::StatusOr<std::vector<CustomerSummary>> InMemoryStore::ListCustomers(const Context& context,
                                                                          absl::string_view tenant,
                                                                          absl::string_view after,
                                                                          int limit) {
  RETURN_IF_ERROR(context.Check());
  absl::MutexLock lock(&mutex_);
  std::vector<CustomerSummary> summaries;
  for (const auto& [key, customer] : customers_) {
    if (key.tenant != tenant || key.customer_id <= after) continue;
    if (static_cast<int>(summaries.size()) == limit) break;
    summaries.push_back({.customer_id = key.customer_id,
                         .version = customer->head.version,
                         .current_facts = customer->head.current_facts,
                         .updated_at = customer->head.updated_at});
  }
  return summaries;
}

absl::StatusOr<std::vector<std::string>> InMemoryStore::ListTenants(const Context& context) {
  RETURN_IF_ERROR(context.Check());
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> tenants;
  for (const auto& [key, customer] : customers_) {
    if (tenants.empty() || tenants.back() != key.tenant) tenants.push_back(key.tenant);
  }
  return tenants;
}

absl::Status InMemoryStore::ScrubErased(const Context& /*context*/) { return absl::OkStatus(); }

absl::Status InMemoryStore::Ping(const Context& context) { return context.Check(); }

}  // namespace throughline::memory::store
