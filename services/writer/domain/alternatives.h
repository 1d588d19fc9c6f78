#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_ALTERNATIVES_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_ALTERNATIVES_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "services/writer/domain/model_router.h"

// Further versions of an e-mail that a person can choose between: each asks otherwise, or is of
// another length or tone. Pure and thread-safe.
namespace throughline::writer {

// How a version differs from those before it.
enum class Manner {
  kOtherAsk,   // on the phone where the others ask in writing, and the other way round
  kBrief,      // the open item, what was promised, the ask
  kOtherTone,  // and the smallest ask, when the engine writes
};

// Of the version after `earlier` ones, at least one.
Manner MannerAfter(size_t earlier);

// What a model is told to do.
absl::string_view InstructionFor(Manner manner);

// The engine's verified draft in that manner. Says nothing that the draft does not but a short ask
// of the same day. An ask that the recipient's channel speaks against is made smaller instead.
deal::Email InManner(const EmailTask& task, deal::Email draft, Manner manner);

// Whether the draft gives a person a choice beside those they have: it asks otherwise than each, or
// is much shorter or longer.
bool IsAnother(const deal::Email& draft, const std::vector<deal::Email>& earlier);

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_ALTERNATIVES_H_
