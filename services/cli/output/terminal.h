#ifndef THROUGHLINE_SERVICES_CLI_OUTPUT_TERMINAL_H_
#define THROUGHLINE_SERVICES_CLI_OUTPUT_TERMINAL_H_

#include <iosfwd>
#include <string>

#include "absl/strings/string_view.h"

namespace throughline::cli {

// Marks up text for people, or leaves it alone when colours are off. Cheap to copy.
class Style {
 public:
  Style() = default;
  explicit Style(bool colours) : colours_(colours) {}

  bool colours() const { return colours_; }
  std::string Bold(absl::string_view text) const { return Wrapped(text, "1"); }
  std::string Dim(absl::string_view text) const { return Wrapped(text, "2"); }
  std::string Red(absl::string_view text) const { return Wrapped(text, "31"); }
  std::string Green(absl::string_view text) const { return Wrapped(text, "32"); }
  std::string Yellow(absl::string_view text) const { return Wrapped(text, "33"); }
  std::string Cyan(absl::string_view text) const { return Wrapped(text, "36"); }

 private:
  std::string Wrapped(absl::string_view text, absl::string_view code) const;

  bool colours_ = false;
};

// How text for people is laid out.
struct Layout {
  Style style;
  int width = 100;  // columns
};

inline constexpr int kMinWidth = 60;
inline constexpr int kMaxWidth = 160;

// Where a command reads and writes. Results go to out, everything else to err.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Layout out_layout;
  Layout err_layout;
  bool err_is_terminal = false;
};

// The process's own streams: colours only where the stream is a terminal and NO_COLOR is unset or
// empty.
Terminal ProcessTerminal();

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_OUTPUT_TERMINAL_H_
