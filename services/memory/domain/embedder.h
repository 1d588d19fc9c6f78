#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_EMBEDDER_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_EMBEDDER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/base/context.h"
#include "services/memory/domain/records.h"

namespace throughline::memory {

// Of length 1.
using Vector = std::vector<float>;

// Turns texts into vectors that lie close when the texts mean alike. Thread-safe; blocks.
class Embedder {
 public:
  virtual ~Embedder() = default;

  // One vector a text, in order, all of one dimension. `owner` is whose texts they are: nothing
  // kept of them is ever used for another customer. Errors: UNAVAILABLE, the context's.
  virtual absl::StatusOr<std::vector<Vector>> Embed(const Context& context,
                                                    const CustomerKey& owner,
                                                    absl::Span<const std::string> texts) = 0;
  // Takes away what is kept of the customer's texts.
  virtual absl::Status Forget(const Context& context, const CustomerKey& owner) = 0;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_EMBEDDER_H_
