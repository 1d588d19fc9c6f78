#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/deal_past.h"
#include "services/memory/domain/memory.h"

// How Memory recalls: from a snapshot that is known, brought up to date or made anew.
namespace throughline::memory {
namespace {

// The longest a recall waits for vectors, and the most texts it brings their vectors; those left
// over wait for the next recall.
constexpr absl::Duration kMeaningBudget = absl::Seconds(5);
constexpr size_t kMaxTextsEmbeddedPerRecall = 2000;
// The longest a recall waits for another one to bring the customer into memory.
constexpr absl::Duration kMaxLoadWait = absl::Seconds(1);
// How often a recall goes the short way while the customer is being written to.
constexpr int kMaxShortRecalls = 3;

// State and, where a snapshot is kept, its weight beside the index.
size_t BytesOf(const CustomerState& state) {
  constexpr size_t kBytesPerPart = 1024;
  return kBytesPerPart * (1 + state.deal.blockers.size() + state.deal.stakeholders.size() +
                          state.deal.timeline.size() +
                          (state.profile.has_value() ? state.profile->objections.size() +
                                                           state.profile->preferences.size() +
                                                           state.profile->personal_details.size()
                                                     : 0));
}

// Whether what has changed since `known` was made is not enough to make a snapshot of `head`.
bool MustStartAnew(const Snapshot& known, const CustomerHead& head) {
  return head.erased_version > known.version || known.version > head.version ||
         known.index->IsWorn();
}

absl::Status CheckReached(int64_t version, int64_t min_version) {
  if (version >= min_version) return absl::OkStatus();
  return WithReason(absl::FailedPreconditionError(
                        absl::StrCat("min_version: the store is at version ", version, ", behind ",
                                     min_version, "; ask again, or another replica")),
                    "VERSION_BEHIND");
}

}  // namespace

absl::StatusOr<Recollection> Memory::Recall(const Context& context, const std::string& customer_id,
                                            const RecallQuery& query) {
  RETURN_IF_ERROR(CheckRecall(customer_id, query));
  const CustomerKey key = Key(context, customer_id);
  const SnapshotCache::Loading loading(snapshots_, key,
                                       std::min(kMaxLoadWait, context.Remaining()));
  Bearings bearings{.now = clock_.Now()};
  if (embedder_ != nullptr && query.budget == RecallBudget::kHigh) {
    absl::StatusOr<Vector> prepared = PrepareMeaning(context, key, query);
    bearings.use = prepared.ok() ? MeaningUse::kUsed : MeaningUse::kMissing;
    if (prepared.ok()) bearings.question = *std::move(prepared);
  }
  std::optional<Recollection> found;
  if (ShortReads* const reads = store_.short_reads(); reads != nullptr) {
    ASSIGN_OR_RETURN(found, RecallShort(context, key, *reads, query, bearings));
  }
  if (!found.has_value()) {
    ASSIGN_OR_RETURN(found, RecallLong(context, key, query, bearings));
  }
  if (found->state.profile.has_value()) found->state.profile->customer_id = customer_id;
  return *std::move(found);
}

absl::StatusOr<Recollection> Memory::RecallIn(const CustomerKey& key, const Snapshot& snapshot,
                                              const RecallQuery& query, const Bearings& bearings,
                                              FetchRows fetch) {
  RETURN_IF_ERROR(CheckReached(snapshot.version, query.min_version));
  std::vector<float> closeness;
  if (bearings.use == MeaningUse::kUsed) {
    closeness = meaning_.Closeness(key, *snapshot.index, bearings.question);
  }
  ASSIGN_OR_RETURN(Recollection found,
                   RecallFrom(snapshot, query, std::move(closeness), bearings.now, fetch));
  found.meaning = bearings.use;
  return found;
}

absl::StatusOr<Recollection> Memory::RecallLong(const Context& context, const CustomerKey& key,
                                                const RecallQuery& query,
                                                const Bearings& bearings) {
  const RecallGate::Slot slot(gate_, context);
  RETURN_IF_ERROR(context.Check());
  Recollection found;
  RETURN_IF_ERROR(ReadSnapshot(context, key, query.min_version,
                               [&](CustomerView& view, const Snapshot& snapshot) -> absl::Status {
                                 ASSIGN_OR_RETURN(
                                     found, RecallIn(key, snapshot, query, bearings,
                                                     [&view](const std::vector<RowPlace>& rows) {
                                                       return view.FactsAt(rows);
                                                     }));
                                 return absl::OkStatus();
                               }));
  return found;
}

absl::StatusOr<std::optional<Recollection>> Memory::RecallShort(const Context& context,
                                                                const CustomerKey& key,
                                                                ShortReads& reads,
                                                                const RecallQuery& query,
                                                                const Bearings& bearings) {
  std::shared_ptr<const Snapshot> snapshot = snapshots_.Find(key);
  bool loaded = false;
  for (int attempt = 0; attempt < kMaxShortRecalls; ++attempt) {
    int64_t min_version = query.min_version;
    if (min_version != kNewest && snapshot != nullptr) {
      min_version = std::max(min_version, snapshot->version);
    }
    if (attempt > 0 || snapshot == nullptr || snapshot->version < min_version) {
      ASSIGN_OR_RETURN(snapshot, LoadShort(context, key, reads, min_version, snapshot));
      if (snapshot == nullptr) return std::optional<Recollection>();
      loaded = true;
    }
    // The processor is shared with other recalls; what is waited for is not.
    std::optional<RecallGate::Slot> slot(std::in_place, gate_, context);
    RETURN_IF_ERROR(context.Check());
    bool asked = false;
    bool moved = false;
    absl::StatusOr<Recollection> found = RecallIn(
        key, *snapshot, query, bearings,
        [&](const std::vector<RowPlace>& rows) -> absl::StatusOr<std::vector<FactRow>> {
          slot.reset();
          asked = true;
          ASSIGN_OR_RETURN(std::optional<std::vector<FactRow>> fetched,
                           reads.RowsAt(context, key, min_version, snapshot->version, rows));
          moved = !fetched.has_value();
          return std::move(fetched).value_or(std::vector<FactRow>());
        });
    slot.reset();
    // A refusal, and an answer without a row that had to be fetched, may rest on what has changed.
    if (!asked && !loaded) {
      ASSIGN_OR_RETURN(const int64_t version, store_.Version(context, key, min_version));
      moved = version != snapshot->version;
    }
    if (moved) continue;
    RETURN_IF_ERROR(found.status());
    return std::make_optional(*std::move(found));
  }
  return std::optional<Recollection>();
}

absl::StatusOr<Vector> Memory::PrepareMeaning(const Context& context, const CustomerKey& key,
                                              const RecallQuery& query) {
  const Context bounded = context.WithBudget(kMeaningBudget);
  std::vector<uint64_t> hashes;
  std::vector<std::string> texts;
  RETURN_IF_ERROR(ReadSnapshot(bounded, key, query.min_version,
                               [&](CustomerView& view, const Snapshot& snapshot) -> absl::Status {
                                 hashes.clear();
                                 texts = {query.query};
                                 std::vector<std::string> ids;
                                 absl::flat_hash_map<std::string, uint64_t> hash_of;
                                 for (const uint32_t position : meaning_.Missing(
                                          key, *snapshot.index, kMaxTextsEmbeddedPerRecall)) {
                                   ids.emplace_back(snapshot.index->id(position));
                                   hash_of[ids.back()] = snapshot.index->row(position).text;
                                 }
                                 if (ids.empty()) return absl::OkStatus();
                                 ASSIGN_OR_RETURN(const std::vector<FactRow> rows,
                                                  view.FactsById(ids, Statements::kWithout));
                                 for (const FactRow& row : rows) {
                                   hashes.push_back(hash_of[row.fact.id]);
                                   texts.push_back(row.fact.text);
                                 }
                                 return absl::OkStatus();
                               }));
  ASSIGN_OR_RETURN(std::vector<Vector> vectors, embedder_->Embed(bounded, key, texts));
  std::vector<std::pair<uint64_t, Vector>> learnt;
  for (size_t i = 0; i < hashes.size(); ++i) {
    learnt.emplace_back(hashes[i], std::move(vectors[i + 1]));
  }
  meaning_.Learn(key, learnt);
  return std::move(vectors[0]);
}

absl::Status Memory::ReadSnapshot(const Context& context, const CustomerKey& key,
                                  int64_t min_version, SnapshotCallback read) {
  if (min_version != kNewest) {
    // What is known already is no reason to look at an older moment.
    const std::shared_ptr<const Snapshot> known = snapshots_.Find(key);
    if (known != nullptr) min_version = std::max(min_version, known->version);
  }
  return store_.Read(context, key, min_version, [&](CustomerView& view) -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> snapshot, BringUpToDate(view, key));
    return read(view, *snapshot);
  });
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Memory::BringUpToDate(CustomerView& view,
                                                                      const CustomerKey& key) {
  LoadedCustomer loaded;
  ASSIGN_OR_RETURN(loaded.head, view.Head());
  const std::shared_ptr<const Snapshot> known = snapshots_.Find(key);
  if (known != nullptr && known->version == loaded.head.version) return known;
  const bool anew = known == nullptr || MustStartAnew(*known, loaded.head);
  CustomerIndex::Builder builder(anew ? nullptr : known->index.get());
  if (loaded.head.version != 0) {
    if (anew) builder.Expect(static_cast<size_t>(std::max<int64_t>(0, loaded.head.last_sequence)));
    RETURN_IF_ERROR(view.VisitEntries(anew ? 0 : known->version, builder));
    ASSIGN_OR_RETURN(loaded.state, view.State());
  }
  return Keep(key, std::move(loaded), std::move(builder));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Memory::LoadShort(
    const Context& context, const CustomerKey& key, ShortReads& reads, int64_t min_version,
    const std::shared_ptr<const Snapshot>& known) {
  const RecallGate::Slot slot(loads_, context);
  RETURN_IF_ERROR(context.Check());
  int64_t since = known == nullptr ? 0 : known->version;
  while (true) {
    CustomerIndex::Builder builder(since > 0 ? known->index.get() : nullptr);
    ASSIGN_OR_RETURN(std::optional<LoadedCustomer> loaded,
                     reads.Load(context, key, min_version, since, builder));
    if (!loaded.has_value()) return std::shared_ptr<const Snapshot>();
    // Rows of a version that did not change can have been moved: then all places are of old.
    const bool moved = since > 0 && loaded->head.version == known->version;
    if (!moved && (since <= 0 || !MustStartAnew(*known, loaded->head))) {
      return Keep(key, *std::move(loaded), std::move(builder));
    }
    since = moved ? ShortReads::kAfresh : 0;
  }
}

std::shared_ptr<const Snapshot> Memory::Keep(const CustomerKey& key, LoadedCustomer loaded,
                                             CustomerIndex::Builder builder) {
  auto fresh = std::make_shared<Snapshot>();
  fresh->version = loaded.head.version;
  fresh->index = std::move(builder).Build();
  fresh->facts = std::make_unique<KeptFacts>(KeptFacts::WorthKeepingBytes(*fresh->index));
  if (fresh->version == 0) {
    snapshots_.Erase(key);
    return fresh;
  }
  fresh->state = std::move(loaded.state);
  TakePast(&fresh->state.deal);  // of what a release of old has written
  fresh->state.deal.version = fresh->version;
  fresh->bytes = fresh->index->bytes() + BytesOf(fresh->state) + fresh->facts->max_bytes();
  snapshots_.Put(key, fresh);
  return fresh;
}

}  // namespace throughline::memory
