#ifndef THROUGHLINE_COMMON_GROUNDING_PROMPT_TEXT_H_
#define THROUGHLINE_COMMON_GROUNDING_PROMPT_TEXT_H_

#include <cstddef>
#include <string>

#include "common/deal/types.h"
#include "common/grounding/call_context.h"

// A call and what is known of it, as text for a prompt. Pure and thread-safe.
namespace throughline::grounding {

// The most bytes of a call's words that go into a prompt. A longer call loses its middle.
inline constexpr size_t kMaxPromptTranscriptBytes = 2 * 1024 * 1024;
// The most recalled facts that go into a prompt.
inline constexpr size_t kMaxPromptFacts = 100;

// Who sells to whom, when, and who was there, one line each.
std::string RenderCallHeader(const CallContext& context);

// The turns between <transcript> and </transcript>, one a line as "[index] speaker: words". Every
// line within starts with its index, so nothing said in a call can end the fence.
std::string RenderTranscript(const CallContext& context);

// The ledger, the people and the recalled facts; "Nothing is known yet." for a new customer.
std::string RenderKnown(const CallContext& context);

// Appended to a system prompt: what the fence means.
extern const char kUntrustedTranscriptRule[];

}  // namespace throughline::grounding

#endif  // THROUGHLINE_COMMON_GROUNDING_PROMPT_TEXT_H_
