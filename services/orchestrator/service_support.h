#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_SERVICE_SUPPORT_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_SERVICE_SUPPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/audit/record.h"
#include "common/base/errors.h"

// What the handlers share.
namespace throughline::orchestrator {

inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 1000;

// "package.Service/Method" of one of ours.
inline std::string Method(absl::string_view name) {
  return absl::StrCat("throughline.orchestrator.v1.OrchestratorService/", name);
}

// What the audit log says of an act on a customer's call.
inline audit::Record OnCall(absl::string_view action, const std::string& customer_id) {
  audit::Record record;
  record.action = absl::StrCat("orchestrator.", action);
  record.objects = {{"customer_id", customer_id}};
  return record;
}

// And on a thing of the store that has an id: a job or a delivery.
inline audit::Record OnId(absl::string_view action, absl::string_view name, const std::string& id) {
  audit::Record record;
  record.action = absl::StrCat("orchestrator.", action);
  record.objects = {{std::string(name), id}};
  return record;
}

// The default for 0; INVALID_ARGUMENT unless `value` is within the bounds.
inline absl::StatusOr<int> Bounded(absl::string_view field, int value, int otherwise, int min,
                                   int max) {
  if (value == 0) return otherwise;
  if (value >= min && value <= max) return value;
  return InvalidField(field, absl::StrCat(min, " to ", max, ", or 0 for ", otherwise),
                      "correct it");
}

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_SERVICE_SUPPORT_H_
