#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_REDACTION_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_REDACTION_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/redaction/personal_data.h"

namespace throughline::router {

// Personal data of one prompt behind stand-ins such as [EMAIL_1], and back again in its answer. The
// same value has the same stand-in throughout. For one thread.
class Redaction {
 public:
  explicit Redaction(std::vector<PersonalData> kinds) : kinds_(std::move(kinds)) {}

  // Stand-ins that `text` holds by itself are left alone and not given out. Before any Redact.
  void Avoid(absl::string_view text);
  // `text` with stand-ins for what is personal in it.
  std::string Redact(absl::string_view text);
  // `text` with each stand-in given out replaced by what it stands for. Stand-ins that were not
  // given out stay.
  std::string Restore(absl::string_view text) const;

  // True when nothing was replaced.
  bool empty() const { return originals_.empty(); }
  // The longest stand-in that can be given out, in bytes.
  static constexpr size_t kMaxStandInBytes = 24;

 private:
  const std::string& StandIn(PersonalData kind, absl::string_view value);

  const std::vector<PersonalData> kinds_;
  std::set<std::string> avoided_;
  std::map<std::string, std::string> stand_ins_;  // by value
  std::map<std::string, std::string> originals_;  // by stand-in
  std::map<PersonalData, int> last_number_;
};

// Restores an answer that comes in pieces: holds back what may be the beginning of a stand-in. For
// one thread. Borrows the redaction.
class StreamedRestore {
 public:
  explicit StreamedRestore(const Redaction& redaction) : redaction_(redaction) {}

  // What of the pieces so far can be passed on now.
  std::string Append(absl::string_view piece);
  // The rest.
  std::string Finish();

 private:
  const Redaction& redaction_;
  std::string held_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_REDACTION_H_
