#include "services/memory/domain/archive.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/deal_fold.h"
#include "services/memory/domain/retain.h"
#include "services/memory/domain/text.h"
#include "services/memory/domain/validation.h"

namespace throughline::memory {
namespace {

absl::Status CheckRow(const FactRow& row, size_t position) {
  const auto wrong = [position](absl::string_view field, absl::string_view expected) {
    return InvalidField(absl::StrCat("facts[", position, "].", field), expected,
                        "import the lines as they were exported");
  };
  if (row.fact.id.empty() || row.fact.id.size() > kMaxIdBytes) return wrong("id", "1 to 200 bytes");
  if (row.fact.text.empty() || row.fact.text.size() > kMaxFactTextBytes ||
      !IsCleanText(row.fact.text)) {
    return wrong("text", "1 to 8000 bytes of UTF-8 without NUL");
  }
  if (row.fact.kind == deal::FactKind::kUnspecified) return wrong("kind", "a kind of fact");
  if (row.key.empty() != row.IsVerbatim()) return wrong("key", "a key for typed facts alone");
  if (row.statements.empty() != row.IsVerbatim()) {
    return wrong("statements", "statements for typed facts alone");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Archive> ReadArchive(CustomerView& view) {
  Archive archive;
  ASSIGN_OR_RETURN(archive.head, view.Head());
  ASSIGN_OR_RETURN(archive.facts, view.FactsChangedSince(0, Statements::kWith));
  ASSIGN_OR_RETURN(archive.contributions, view.Contributions());
  ASSIGN_OR_RETURN(archive.profiles, view.Profiles(0, INT32_MAX));
  std::sort(archive.facts.begin(), archive.facts.end(), [](const FactRow& a, const FactRow& b) {
    return std::make_pair(a.sequence, absl::string_view(a.fact.id)) <
           std::make_pair(b.sequence, absl::string_view(b.fact.id));
  });
  std::reverse(archive.profiles.begin(), archive.profiles.end());
  return archive;
}

absl::Status WriteArchive(CustomerTransaction& transaction, const Archive& archive) {
  ASSIGN_OR_RETURN(CustomerHead head, transaction.Head());
  if (head.version != 0) {
    return WithReason(
        absl::FailedPreconditionError(
            "customer_id: expected a customer that holds nothing; forget it first, or "
            "import into another"),
        "CUSTOMER_NOT_EMPTY");
  }
  for (size_t i = 0; i < archive.facts.size(); ++i) {
    RETURN_IF_ERROR(CheckRow(archive.facts[i], i));
    RETURN_IF_ERROR(transaction.PutFact(archive.facts[i]));
    head.last_sequence = std::max(head.last_sequence, archive.facts[i].sequence);
    const bool counts = archive.facts[i].IsCurrent() && !archive.facts[i].IsVerbatim();
    head.current_facts += counts ? 1 : 0;
  }
  std::vector<Contribution> contributions = archive.contributions;
  std::sort(contributions.begin(), contributions.end(), HappenedBefore);
  for (const Contribution& contribution : contributions) {
    RETURN_IF_ERROR(transaction.PutContribution(contribution));
    head.last_contribution_at = contribution.at;
    head.last_contribution_id = contribution.id;
  }
  for (const ProfileRecord& record : archive.profiles) {
    RETURN_IF_ERROR(transaction.PutProfile(record));
    head.last_profile_version = std::max(head.last_profile_version, record.profile.version);
  }
  CustomerState state = Fold(contributions);
  if (state.profile.has_value()) state.profile->version = head.last_profile_version;
  RETURN_IF_ERROR(PutInBrief(transaction, std::move(state)));
  head.last_sequence = std::max(head.last_sequence, archive.head.last_sequence);
  head.updated_at = archive.head.updated_at;
  return transaction.PutHead(head);
}

}  // namespace throughline::memory
