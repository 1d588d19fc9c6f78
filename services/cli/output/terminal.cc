#include "services/cli/output/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace throughline::cli {
namespace {

int Columns(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return Layout{}.width;
  return std::clamp<int>(size.ws_col, kMinWidth, kMaxWidth);
}

Layout LayoutOf(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool colours_refused = no_color != nullptr && *no_color != '\0';
  return {.style = Style(isatty(descriptor) == 1 && !colours_refused),
          .width = Columns(descriptor)};
}

}  // namespace

std::string Style::Wrapped(absl::string_view text, absl::string_view code) const {
  if (!colours_ || text.empty()) return std::string(text);
  // The line end stays outside, so that a cut-off line leaves no colour behind.
  const bool ended = absl::ConsumeSuffix(&text, "\n");
  return absl::StrCat("\033[", code, "m", text, "\033[0m", ended ? "\n" : "");
}

Terminal ProcessTerminal() {
  return {.in = std::cin,
          .out = std::cout,
          .err = std::cerr,
          .out_layout = LayoutOf(STDOUT_FILENO),
          .err_layout = LayoutOf(STDERR_FILENO),
          .err_is_terminal = isatty(STDERR_FILENO) == 1};
}

}  // namespace throughline::cli
