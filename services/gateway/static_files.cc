#include "services/gateway/static_files.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace throughline::gateway {
namespace {

constexpr char kIndex[] = "index.html";
// The console's own scripts and styles, and charts that set inline styles; nothing from elsewhere.
constexpr char kConsolePolicy[] =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

std::string ContentType(const std::string& extension) {
  static const std::map<std::string, std::string> types = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".woff2", "font/woff2"},
      {".webmanifest", "application/manifest+json"}};
  const auto found = types.find(extension);
  return found == types.end() ? "application/octet-stream" : found->second;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StaticFiles>> StaticFiles::Load(const std::string& directory) {
  auto files = std::make_unique<StaticFiles>();
  size_t total = 0;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(directory, error);
  for (; !error && entries != std::filesystem::recursive_directory_iterator();
       entries.increment(error)) {
    if (!entries->is_regular_file(error)) continue;
    const std::filesystem::path& path = entries->path();
    std::ifstream in(path, std::ios::binary);
    std::stringstream content;
    content << in.rdbuf();
    const std::string name = path.lexically_relative(directory).generic_string();
    File file{.content_type = ContentType(path.extension().string()),
              .content = content.str(),
              .hashed_name = absl::StartsWith(name, "assets/")};
    total += file.content.size();
    if (total > kMaxStaticBytes) break;
    files->files_.emplace(name, std::move(file));
  }
  if (error || total > kMaxStaticBytes || files->files_.count(kIndex) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--console: expected the built console with index.html, at most ", kMaxStaticBytes,
        " bytes, in \"", directory, "\"; build it or correct the flag"));
  }
  return files;
}

HttpResponse StaticFiles::Answer(const std::string& path) const {
  auto found = files_.find(path);
  const bool is_view = found == files_.end();
  if (is_view) found = files_.find(kIndex);
  const File& file = found->second;
  return {.content_type = file.content_type,
          .headers = {{"Content-Security-Policy", kConsolePolicy},
                      {"Cache-Control", !is_view && file.hashed_name
                                            ? "public, max-age=31536000, immutable"
                                            : "no-cache"}},
          .body = file.content};
}

Route StaticFiles::AsRoute() const {
  Route route;
  route.method = "GET";
  route.pattern = "/{path...}";
  route.summary = "The console";
  route.handler = [this](const Context&, const RouteCall& call, Responder& responder) {
    const auto path = call.path.find("path");
    responder.Send(Answer(path == call.path.end() ? "" : path->second));
    return absl::OkStatus();
  };
  return route;
}

}  // namespace throughline::gateway
