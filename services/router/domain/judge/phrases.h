#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_PHRASES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_PHRASES_H_

#include <string>

#include "absl/strings/string_view.h"

// Turns of phrase by which models give themselves away. Pure, thread-safe, linear.
namespace throughline::router {

// Whether a text opens by declining: "I'm sorry, but I can't help with that".
bool IsRefusal(absl::string_view text);

// The mark of leaked reasoning or chat-template control text ("</think>", "<|channel|>", "Okay,
// the user wants"); empty when there is none.
std::string FindLeak(absl::string_view text);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_PHRASES_H_
