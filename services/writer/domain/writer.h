#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_WRITER_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_WRITER_H_

#include <string>
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
  std::vector<grounding::DroppedClaim> dropped;  // sentences, and drafts that were not used
};

// Asks the models for a follow-up and takes out what nobody said. Borrows the router, which
// outlives it; thread-safe.
class Writer {
 public:
  explicit Writer(ModelRouter& router) : router_(router) {}

  // `alternatives` is 0 to kMaxAlternatives: another ask, a brief version, another tone. Fewer come
  // back where drafts repeat each other or break the rules. A model whose draft breaks them is told
  // which and asked once more; then, and where no model's answer would do, the engine writes.
  // Without the engine, and after a call that it cannot read for its language, the draft is
  // returned, and what it breaks stands among the dropped. Errors are the router's.
  Task<absl::StatusOr<WrittenEmail>> Write(const Context& context, const EmailTask& task,
                                           int alternatives);

 private:
  // A draft held against the call, and what is still wrong with it.
  struct Draft {
    deal::Email email;
    bool is_engines = false;
    std::string model;
    std::vector<std::string> problems;  // none of the engine's, which keeps the rules itself
    std::vector<grounding::DroppedClaim> dropped;
  };

  Task<absl::StatusOr<Draft>> Ask(const Context& context, const EmailTask& task,
                                  const grounding::ModelPrompt& prompt, const DraftOptions& options,
                                  WrittenEmail& written);
  // A draft that keeps the rules, if one is to be had.
  Task<absl::StatusOr<Draft>> First(const Context& context, const EmailTask& task,
                                    WrittenEmail& written);
  Task<absl::StatusOr<Draft>> Another(const Context& context, const EmailTask& task,
                                      const std::vector<deal::Email>& earlier, bool by_engine,
                                      WrittenEmail& written);

  ModelRouter& router_;
};

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_WRITER_H_
