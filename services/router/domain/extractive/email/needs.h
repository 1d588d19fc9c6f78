#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_NEEDS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_NEEDS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/facts/statements.h"

// What the customer listed in key words when it was said what they need: "Where the server is. Who
// has access. And an exit plan."
namespace throughline::router::extractive {

enum class NeedKind {
  kThing,       // "an exit plan"
  kQuestion,    // "who has the key"
  kAskedAloud,  // "how is it locked"
  kFact,        // "that the faces are blurred"
};

struct ListedNeed {
  std::string words;  // said to the reader, small first letter
  NeedKind kind = NeedKind::kThing;
  deal::Evidence evidence;
};

// What one person listed, in the order of the call.
struct NeedsList {
  std::string speaker;
  std::vector<ListedNeed> needs;
};

// The lists of the call's closing part, fullest first. `presentable` says whether the words may
// stand in an e-mail at all. Thread-safe.
std::vector<NeedsList> FindNeeds(
    const std::vector<Statement>& statements, const std::string& call_id, const Reader& reader,
    const Cast& cast, absl::FunctionRef<bool(const Statement&, absl::string_view)> presentable);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_NEEDS_H_
