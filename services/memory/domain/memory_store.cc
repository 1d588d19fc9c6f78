#include "services/memory/domain/memory_store.h"

#include "common/base/status_macros.h"

namespace throughline::memory {

absl::Status CustomerView::VisitEntries(int64_t version, EntryCallback visit) {
  ASSIGN_OR_RETURN(const std::vector<FactRow> rows,
                   FactsChangedSince(version, Statements::kWithout));
  RowAnalyser analyser;
  for (const FactRow& row : rows) visit(row.fact.id, analyser.Analyse(row));
  return absl::OkStatus();
}

}  // namespace throughline::memory
