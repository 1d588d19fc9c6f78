#include "services/memory/domain/memory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/deal_fold.h"
#include "services/memory/domain/deal_past.h"
#include "services/memory/domain/deal_validation.h"
#include "services/memory/domain/fact_merge.h"
#include "services/memory/domain/paging.h"
#include "services/memory/domain/profile_merge.h"
#include "services/memory/domain/recollection.h"
#include "services/memory/domain/retain.h"
#include "services/memory/domain/revision.h"
#include "services/memory/domain/validation.h"

namespace throughline::memory {
namespace {

constexpr size_t kReceiptBytes = 12;
// One recall more than processors is let in: it wakes up while another one works.
constexpr int kWakingUp = 1;
// Bringing customers in over a connection is half waiting.
constexpr int kLoadsPerProcessor = 2;

absl::Status UnknownCustomer(absl::string_view customer_id) {
  return WithReason(absl::NotFoundError(absl::StrCat(
                        "customer_id: expected a customer something is known of, got \"",
                        customer_id, "\"; check the id, or retain something first")),
                    "CUSTOMER_NOT_FOUND");
}

// The deal after the calls up to `as_of`; unset: after all.
absl::StatusOr<deal::DealState> WholeDeal(CustomerView& view, std::optional<absl::Time> as_of) {
  if (!as_of.has_value()) {
    ASSIGN_OR_RETURN(CustomerState state, view.State());
    if (state.in_brief) {
      ASSIGN_OR_RETURN(const std::vector<deal::DealState> past, view.DealPast());
      PutBack(past, &state.deal);
      return std::move(state.deal);
    }
  }
  ASSIGN_OR_RETURN(std::vector<Contribution> contributions, view.Contributions());
  std::erase_if(contributions, [&](const Contribution& contribution) {
    return as_of.has_value() && contribution.at > *as_of;
  });
  return Fold(contributions).deal;
}

}  // namespace

Memory::Memory(MemoryStore& store, const Clock& clock, Options options)
    : store_(store),
      clock_(clock),
      snapshots_(options.max_snapshot_bytes),
      embedder_(options.embedder),
      meaning_(options.max_vector_bytes),
      gate_(options.processors + kWakingUp),
      loads_(kLoadsPerProcessor * options.processors) {}

absl::StatusOr<RetainResult> Memory::Retain(const Context& context, const std::string& customer_id,
                                            RetainCommand command) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  RETURN_IF_ERROR(ValidateRetain(command));
  RetainResult result;
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(store_.Write(context, Key(context, customer_id),
                               [&](CustomerTransaction& transaction) -> absl::Status {
                                 ASSIGN_OR_RETURN(result, RetainIn(transaction, command, now));
                                 return absl::OkStatus();
                               }));
  return result;
}

absl::StatusOr<int64_t> Memory::Version(const Context& context, const std::string& customer_id,
                                        int64_t min_version) {
  return store_.Version(context, Key(context, customer_id), min_version);
}

absl::Status Memory::CheckRecall(const std::string& customer_id, const RecallQuery& query) const {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  return ValidateRecall(query, clock_.Now());
}

absl::StatusOr<deal::CustomerProfile> Memory::GetProfile(const Context& context,
                                                         const std::string& customer_id,
                                                         int64_t version) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  if (version < 0) return InvalidField("version", "0 or more", "leave it unset for the newest");
  std::optional<deal::CustomerProfile> profile;
  RETURN_IF_ERROR(store_.Read(
      context, Key(context, customer_id), kNewest, [&](CustomerView& view) -> absl::Status {
        if (version == 0) {
          ASSIGN_OR_RETURN(CustomerState state, view.State());
          profile = std::move(state.profile);
        } else {
          ASSIGN_OR_RETURN(std::optional<ProfileRecord> record, view.Profile(version));
          if (record.has_value()) profile = std::move(record->profile);
        }
        return absl::OkStatus();
      }));
  if (!profile.has_value()) {
    const std::string what = version == 0 ? "profile" : absl::StrCat("profile version ", version);
    return WithReason(
        absl::NotFoundError(absl::StrCat("customer_id: expected a customer with a ", what,
                                         ", got \"", customer_id, "\"; process a call first")),
        "PROFILE_NOT_FOUND");
  }
  profile->customer_id = customer_id;
  return std::move(*profile);
}

absl::StatusOr<deal::CustomerProfile> Memory::UpdateProfile(const Context& context,
                                                            const std::string& customer_id,
                                                            const deal::CustomerProfile& changes,
                                                            int64_t expected_version) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  if (expected_version < 0) {
    return InvalidField("expected_version", "0 or more", "use 0 for a profile yet to be made");
  }
  RETURN_IF_ERROR(ValidateProfile(changes, "changes"));
  const CustomerKey key = Key(context, customer_id);
  const absl::Time now = clock_.Now();
  deal::CustomerProfile profile;
  RETURN_IF_ERROR(store_.Write(context, key, [&](CustomerTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(profile, UpdateProfileIn(transaction, key, changes, expected_version, now));
    return absl::OkStatus();
  }));
  return profile;
}

absl::StatusOr<std::vector<ProfileRecord>> Memory::ListProfiles(const Context& context,
                                                                const std::string& customer_id,
                                                                int64_t before, int limit) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  std::vector<ProfileRecord> records;
  RETURN_IF_ERROR(store_.Read(context, Key(context, customer_id), kNewest,
                              [&](CustomerView& view) -> absl::Status {
                                ASSIGN_OR_RETURN(const CustomerHead head, view.Head());
                                if (head.version == 0) return UnknownCustomer(customer_id);
                                ASSIGN_OR_RETURN(records, view.Profiles(before, limit));
                                return absl::OkStatus();
                              }));
  for (ProfileRecord& record : records) record.profile.customer_id = customer_id;
  return records;
}

absl::StatusOr<deal::DealState> Memory::GetDeal(const Context& context,
                                                const std::string& customer_id,
                                                std::optional<absl::Time> as_of) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  RETURN_IF_ERROR(ValidateAsOf(as_of, "as_of", clock_.Now()));
  CustomerHead head;
  deal::DealState deal;
  RETURN_IF_ERROR(store_.Read(context, Key(context, customer_id), kNewest,
                              [&](CustomerView& view) -> absl::Status {
                                ASSIGN_OR_RETURN(head, view.Head());
                                if (head.version == 0) return UnknownCustomer(customer_id);
                                ASSIGN_OR_RETURN(deal, WholeDeal(view, as_of));
                                return absl::OkStatus();
                              }));
  deal.version = head.version;
  return deal;
}

absl::StatusOr<FactPage> Memory::ListFacts(const Context& context, const std::string& customer_id,
                                           const RowFilter& filter, int page_size,
                                           const std::string& page_token) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  RETURN_IF_ERROR(ValidateFilter(filter, clock_.Now()));
  RETURN_IF_ERROR(ValidatePageSize(page_size));
  ASSIGN_OR_RETURN(const std::optional<FactCursor> after, ParseFactCursor(page_token));
  FactPage page;
  RETURN_IF_ERROR(ReadSnapshot(
      context, Key(context, customer_id), kNewest,
      [&](CustomerView& view, const Snapshot& snapshot) -> absl::Status {
        if (snapshot.version == 0) return UnknownCustomer(customer_id);
        ASSIGN_OR_RETURN(page, ListFrom(snapshot, filter, static_cast<size_t>(page_size), after,
                                        [&view](const std::vector<RowPlace>& rows) {
                                          return view.FactsAt(rows);
                                        }));
        return absl::OkStatus();
      }));
  return page;
}

absl::StatusOr<std::vector<deal::Fact>> Memory::FactHistory(const Context& context,
                                                            const std::string& customer_id,
                                                            const std::string& fact_id) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  RETURN_IF_ERROR(ValidateFactId(fact_id));
  std::vector<FactRow> rows;
  RETURN_IF_ERROR(store_.Read(
      context, Key(context, customer_id), kNewest, [&](CustomerView& view) -> absl::Status {
        ASSIGN_OR_RETURN(rows, view.FactsById({fact_id}, Statements::kWithout));
        if (rows.empty()) {
          return WithReason(
              absl::NotFoundError(absl::StrCat("fact_id: this customer has no fact \"", fact_id,
                                               "\"; list the customer's facts")),
              "FACT_NOT_FOUND");
        }
        if (rows[0].IsVerbatim()) return absl::OkStatus();
        const FactRow asked = std::move(rows[0]);
        ASSIGN_OR_RETURN(rows, view.FactsWithKeys({asked.key}));
        rows.erase(std::remove_if(rows.begin(), rows.end(),
                                  [&asked](const FactRow& row) { return !OfOneFact(row, asked); }),
                   rows.end());
        return absl::OkStatus();
      }));
  std::sort(rows.begin(), rows.end(), [](const FactRow& a, const FactRow& b) {
    return std::tie(a.fact.valid_from, a.fact.id) < std::tie(b.fact.valid_from, b.fact.id);
  });
  std::vector<deal::Fact> facts;
  facts.reserve(rows.size());
  for (FactRow& row : rows) facts.push_back(FactOf(std::move(row)));
  return facts;
}

absl::StatusOr<ChangedFact> Memory::Invalidate(const Context& context,
                                               const std::string& customer_id,
                                               const std::string& fact_id,
                                               const std::string& reason) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  RETURN_IF_ERROR(ValidateFactId(fact_id));
  RETURN_IF_ERROR(ValidateReason(reason));
  ChangedFact changed;
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(store_.Write(
      context, Key(context, customer_id), [&](CustomerTransaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(changed.fact, InvalidateIn(transaction, fact_id, reason, now));
        ASSIGN_OR_RETURN(const CustomerHead head, transaction.Head());
        changed.version = head.version;
        return absl::OkStatus();
      }));
  return changed;
}

absl::StatusOr<ChangedFact> Memory::Restore(const Context& context, const std::string& customer_id,
                                            const std::string& fact_id) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  RETURN_IF_ERROR(ValidateFactId(fact_id));
  ChangedFact changed;
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(store_.Write(
      context, Key(context, customer_id), [&](CustomerTransaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(changed.fact, RestoreIn(transaction, fact_id, now));
        ASSIGN_OR_RETURN(const CustomerHead head, transaction.Head());
        changed.version = head.version;
        return absl::OkStatus();
      }));
  return changed;
}

absl::StatusOr<ForgetReceipt> Memory::Forget(const Context& context, const std::string& customer_id,
                                             const ForgetTarget& target) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  if (!target.call_id.empty()) RETURN_IF_ERROR(ValidateCallId(target.call_id));
  if (!target.fact_id.empty()) RETURN_IF_ERROR(ValidateFactId(target.fact_id));
  const CustomerKey key = Key(context, customer_id);
  const absl::Time now = clock_.Now();
  ForgetReceipt receipt;
  // What an earlier call erased, and could not scrub while it was being read.
  ASSIGN_OR_RETURN(const int64_t version, store_.Version(context, key, kNewest));
  if (version == 0) RETURN_IF_ERROR(store_.ScrubErased(context));
  RETURN_IF_ERROR(store_.Write(context, key, [&](CustomerTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const CustomerHead head, transaction.Head());
    if (head.version == 0) return UnknownCustomer(customer_id);
    ASSIGN_OR_RETURN(receipt, ForgetIn(transaction, target, now));
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(EraseTraces(context, key));
  RETURN_IF_ERROR(store_.ScrubErased(context));
  receipt.receipt_id = RandomHex(kReceiptBytes);
  receipt.forgotten_at = now;
  return receipt;
}

absl::Status Memory::EraseTraces(const Context& context, const CustomerKey& key) {
  snapshots_.Erase(key);
  meaning_.Erase(key);
  return embedder_ == nullptr ? absl::OkStatus() : embedder_->Forget(context, key);
}

absl::Status Memory::ScrubErased(const Context& context) { return store_.ScrubErased(context); }

namespace {

class TextsBefore final : public EntryVisitor {
 public:
  explicit TextsBefore(absl::Time end) : end_(end) {}

  void Visit(absl::string_view /*id*/, const IndexEntry& entry) override { Count(entry); }
  void VisitBlock(const EntryBlock& block) override {
    for (const EntryBlock::Row& row : block.rows) Count(row);
  }
  int64_t count() const { return count_; }

 private:
  void Count(const EntryNumbers& entry) {
    if (entry.kind == deal::FactKind::kVerbatim && entry.valid_from < end_) ++count_;
  }

  const absl::Time end_;
  int64_t count_ = 0;
};

}  // namespace

absl::StatusOr<int64_t> Memory::CountTexts(const Context& context, const std::string& customer_id,
                                           absl::Time before) {
  int64_t count = 0;
  RETURN_IF_ERROR(store_.Read(context, Key(context, customer_id), kNewest,
                              [&](CustomerView& view) -> absl::Status {
                                TextsBefore texts(before);
                                RETURN_IF_ERROR(view.VisitEntries(0, texts));
                                count = texts.count();
                                return absl::OkStatus();
                              }));
  return count;
}

absl::StatusOr<int64_t> Memory::EraseTexts(const Context& context, const std::string& customer_id,
                                           absl::Time before) {
  // Mostly there is nothing, and looking holds up no writer.
  ASSIGN_OR_RETURN(const int64_t due, CountTexts(context, customer_id, before));
  if (due == 0) return 0;
  const CustomerKey key = Key(context, customer_id);
  int64_t erased = 0;
  RETURN_IF_ERROR(store_.Write(context, key, [&](CustomerTransaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(erased, EraseTextsIn(transaction, before, clock_.Now()));
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(EraseTraces(context, key));
  return erased;
}

absl::StatusOr<Archive> Memory::Export(const Context& context, const std::string& customer_id) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  Archive archive;
  RETURN_IF_ERROR(store_.Read(context, Key(context, customer_id), kNewest,
                              [&](CustomerView& view) -> absl::Status {
                                ASSIGN_OR_RETURN(archive, ReadArchive(view));
                                return absl::OkStatus();
                              }));
  if (archive.head.version == 0) return UnknownCustomer(customer_id);
  return archive;
}

absl::StatusOr<int64_t> Memory::Import(const Context& context, const std::string& customer_id,
                                       const Archive& archive) {
  RETURN_IF_ERROR(ValidateCustomerId(customer_id));
  int64_t version = 0;
  RETURN_IF_ERROR(store_.Write(context, Key(context, customer_id),
                               [&](CustomerTransaction& transaction) -> absl::Status {
                                 RETURN_IF_ERROR(WriteArchive(transaction, archive));
                                 version = transaction.next_version();
                                 return absl::OkStatus();
                               }));
  return version;
}

absl::StatusOr<std::vector<CustomerSummary>> Memory::ListCustomers(const Context& context,
                                                                   absl::string_view after,
                                                                   int limit) {
  return store_.ListCustomers(context, context.tenant(), after, limit);
}

}  // namespace throughline::memory
