#include "services/cli/client/read_input.h"

#include <filesystem>
#include <fstream>
#include <istream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"

namespace throughline::cli {
namespace {

constexpr size_t kBlockBytes = 64 * 1024;

std::string ReadUpTo(std::istream& input, size_t max_bytes) {
  std::string bytes;
  std::string block(kBlockBytes, '\0');
  while (bytes.size() <= max_bytes && input.good()) {
    input.read(block.data(), static_cast<std::streamsize>(block.size()));
    bytes.append(block, 0, static_cast<size_t>(input.gcount()));
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::string> ReadInput(const std::string& path, std::istream& standard_input,
                                      size_t max_bytes, absl::string_view field) {
  std::ifstream file;
  if (path != "-") {
    std::error_code error;
    file.open(path, std::ios::binary);
    if (!file.is_open() || std::filesystem::is_directory(path, error)) {
      return absl::NotFoundError(absl::StrCat(field, ": expected a file that can be read, got \"",
                                              path, "\"; check the path"));
    }
  }
  std::string bytes = ReadUpTo(path == "-" ? standard_input : file, max_bytes);
  if (bytes.size() > max_bytes) {
    return InvalidField(field,
                        absl::StrCat("at most ", max_bytes, " bytes, found more in \"", path, "\""),
                        "split the call or remove what was not said");
  }
  return bytes;
}

}  // namespace throughline::cli
