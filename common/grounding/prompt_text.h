#ifndef THROUGHLINE_COMMON_GROUNDING_PROMPT_TEXT_H_
#define THROUGHLINE_COMMON_GROUNDING_PROMPT_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "common/grounding/call_context.h"

// A call and what is known of it, as text for a prompt. Pure and thread-safe.
namespace throughline::grounding {

// The most bytes of a call's words that go into a prompt. A longer call loses its middle.
inline constexpr size_t kMaxPromptTranscriptBytes = 2 * 1024 * 1024;
// The most recalled facts that go into a prompt.
inline constexpr size_t kMaxPromptFacts = 100;

// Who sells to whom, when, and who was there, one line each. Here and below, what others wrote or
// said stays on the line it is put on.
std::string RenderCallHeader(const CallContext& context);

// The turns, one a line as "[index] speaker: words".
std::string RenderTranscript(const CallContext& context);

// Stage, ledger, people and recalled facts; "Nothing is known yet." for a new customer.
std::string RenderKnown(const CallContext& context);

// `text` between the lines "<data KEY>" and "</data KEY>". KEY is made from the text, so that no
// words in it can end the fence: whoever says them would have to know what they are a digest of.
std::string Fenced(absl::string_view text);

// Appended to a system prompt: what the fence means.
extern const char kUntrustedDataRule[];

}  // namespace throughline::grounding

#endif  // THROUGHLINE_COMMON_GROUNDING_PROMPT_TEXT_H_
