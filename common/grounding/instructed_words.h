#ifndef THROUGHLINE_COMMON_GROUNDING_INSTRUCTED_WORDS_H_
#define THROUGHLINE_COMMON_GROUNDING_INSTRUCTED_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "common/grounding/call_context.h"

namespace throughline::grounding {

// The words of a call that try to instruct the software: from where an instruction begins to the
// end of its turn. They are said, but bear out nothing. Immutable; thread-safe.
class InstructedWords {
 public:
  InstructedWords() = default;
  // `instructions` quotes the call; quotes that do not stand in their turn are left alone.
  InstructedWords(const CallContext& context, const std::vector<deal::Evidence>& instructions);

  bool empty() const { return from_.empty(); }

  // Where the instructed words of a turn begin, in bytes; npos when it has none.
  size_t BeginIn(int32_t turn) const;

  // Whether `text` repeats kRepeatedWords or more of them in a row, or an address among them.
  bool AreRepeatedIn(absl::string_view text) const;

 private:
  // So many words in a row are taken over, not met by chance.
  static constexpr size_t kRepeatedWords = 4;

  std::map<int32_t, size_t> from_;  // by turn
  std::set<std::string> runs_;      // of kRepeatedWords words, in lower case
  std::set<std::string> addresses_;
};

}  // namespace throughline::grounding

#endif  // THROUGHLINE_COMMON_GROUNDING_INSTRUCTED_WORDS_H_
