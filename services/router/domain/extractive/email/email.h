#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_EMAIL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_EMAIL_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace throughline::router::extractive {

// The limits of a follow-up that gets read.
inline constexpr size_t kMaxEmailWords = 150;
inline constexpr size_t kMaxMessageWords = 100;  // for who would rather have a message
inline constexpr size_t kMaxEmailParagraphs = 3;

size_t CountWords(absl::string_view text);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_EMAIL_H_
