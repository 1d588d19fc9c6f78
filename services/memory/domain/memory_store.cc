#include "services/memory/domain/memory_store.h"

#include "common/base/status_macros.h"

namespace throughline::memory {

absl::Status CustomerView::VisitEntries(int64_t version, EntryVisitor& visitor) {
  ASSIGN_OR_RETURN(const std::vector<FactRow> rows,
                   FactsChangedSince(version, Statements::kWithout));
  RowAnalyser analyser;
  for (const FactRow& row : rows) visitor.Visit(row.fact.id, analyser.Analyse(row));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FactRow>> CustomerView::FactsAt(absl::Span<const RowPlace> places) {
  std::vector<std::string> ids;
  ids.reserve(places.size());
  for (const RowPlace& row : places) ids.push_back(row.id);
  return FactsById(ids, Statements::kWithout);
}

}  // namespace throughline::memory
