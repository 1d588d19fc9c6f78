#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_WRITER_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_WRITER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/deal/types.h"
#include "common/grounding/model_work.h"
#include "services/writer/domain/model_router.h"

namespace throughline::writer {

// The most further versions of an e-mail.
inline constexpr int kMaxAlternatives = 3;

struct WrittenEmail {
  deal::Email email;
  std::vector<deal::Email> alternatives;  // those that differ
  std::vector<grounding::RoutedDecision> decisions;
  std::vector<grounding::DroppedClaim> dropped;
};

// Asks the models for a follow-up and takes out what nobody said. Borrows the router, which
// outlives it; thread-safe.
class Writer {
 public:
  explicit Writer(ModelRouter& router) : router_(router) {}

  // `alternatives` is 0 to kMaxAlternatives. A body that is too long is asked for once more; if it
  // stays too long that is reported among the dropped. Errors are the router's.
  Task<absl::StatusOr<WrittenEmail>> Write(const Context& context, const EmailTask& task,
                                           int alternatives);

 private:
  Task<absl::StatusOr<deal::Email>> Draft(const Context& context, const EmailTask& task,
                                          const grounding::ModelPrompt& prompt, double temperature,
                                          WrittenEmail& written);

  ModelRouter& router_;
};

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_WRITER_H_
