#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_REASONING_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_REASONING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// Why a model gave no usable text. A closed set: metrics use it as a label.
inline constexpr absl::string_view kEmptyCauses[] = {
    "reasoning_exhausted",  // the token limit was used up by thinking
    "stop_empty",           // it ended of its own accord without a word
    "stripped_empty",       // nothing was left once the reasoning was taken out
    "filter",               // withheld by the provider
    "stream_cut",           // the connection ended before the answer did
};

// One of kEmptyCauses; empty for a reply with usable text. Pure.
absl::string_view EmptyCause(const ModelReply& reply);

// A model's text without its reasoning.
struct VisibleAnswer {
  std::string text;
  bool unclosed = false;  // reasoning began and did not end: nothing visible can be trusted
  bool stripped = false;  // some reasoning was there
};

// Takes out <think>…</think> and its kin, everything up to a closing tag without an opening one (as
// some chat templates give), and the analysis channel of gpt-oss. Pure; linear.
VisibleAnswer StripReasoning(std::string all);

// The JSON inside a Markdown fence ("```json … ```") that is all of the text; else the text itself.
absl::string_view StripFence(absl::string_view text);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_REASONING_H_
