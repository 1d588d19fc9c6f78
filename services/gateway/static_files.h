#ifndef THROUGHLINE_SERVICES_GATEWAY_STATIC_FILES_H_
#define THROUGHLINE_SERVICES_GATEWAY_STATIC_FILES_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/gateway/routes.h"

namespace throughline::gateway {

inline constexpr size_t kMaxStaticBytes = size_t{32} << 20;  // of all files together

// The console's files, read once: what is asked for is looked up among them, so no path leads out
// of their directory. Immutable.
class StaticFiles {
 public:
  // Reads every file under `directory`. INVALID_ARGUMENT when it has no index.html or is too large.
  static absl::StatusOr<std::unique_ptr<StaticFiles>> Load(const std::string& directory);

  // GET of any path beside the API's: the file, or index.html for a view's address. Outlived by
  // *this.
  Route AsRoute() const;

 private:
  struct File {
    std::string content_type;
    std::string content;
    bool hashed_name;  // may be cached for ever
  };

  HttpResponse Answer(const std::string& path) const;

  std::map<std::string, File> files_;
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_STATIC_FILES_H_
