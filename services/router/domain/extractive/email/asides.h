#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ASIDES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ASIDES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/text.h"

namespace throughline::router::extractive {

// The jokes and pictures of one call, as far as words tell: "I'll eat my hat". A bakery speaks of
// cake again and again; who mentions it once or twice is joking, treating or on the way to a
// birthday. Thread-safe.
class Asides {
 public:
  Asides(const EmailInput& input, const Cast& cast);

  // True when the words mention what is none of the call's business.
  bool In(absl::string_view words) const;

 private:
  void Count(absl::string_view text, int weight);

  absl::flat_hash_map<std::string, int> homely_;  // such words and how often the call says them
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ASIDES_H_
