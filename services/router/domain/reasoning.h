#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_REASONING_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_REASONING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace throughline::router {

// A model's text without its reasoning.
struct VisibleAnswer {
  std::string text;
  bool unclosed = false;  // reasoning began and did not end: nothing visible can be trusted
  bool stripped = false;  // some reasoning was there
};

// Takes out <think>…</think> and its kin, everything up to a closing tag without an opening one (as
// some chat templates give), and the analysis channel of gpt-oss. Pure; linear.
VisibleAnswer StripReasoning(absl::string_view text);

// The JSON inside a Markdown fence ("```json … ```") that is all of the text; else the text itself.
absl::string_view StripFence(absl::string_view text);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_REASONING_H_
