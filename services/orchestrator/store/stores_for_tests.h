#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_STORES_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_STORES_FOR_TESTS_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/sql/sql.h"
#include "common/testing/postgres_server.h"
#include "common/testing/temp_directory.h"
#include "services/orchestrator/store/schema.h"

namespace throughline::orchestrator {

// The one PostgreSQL of a test program, started when first asked for: each test gets a database of
// its own there.
class SharedPostgres {
 public:
  static std::string NewDatabase() {
    static const auto* const server =
        new std::unique_ptr<PostgresServer>(PostgresServer::Start().value());
    static int databases = 0;
    return (*server)->CreateDatabase(absl::StrCat("calls", ++databases)).value();
  }
};

// One kind of database, for suites that every one must pass. Opens it a second time on request, as
// another process would; SQLite's is for one process, which begins anew then.
struct DatabaseKind {
  std::string name;
  bool shared = false;

  friend std::ostream& operator<<(std::ostream& out, const DatabaseKind& kind) {
    return out << kind.name;
  }
};

inline std::vector<DatabaseKind> AllDatabases() {
  return {{.name = "Sqlite", .shared = false}, {.name = "Postgres", .shared = true}};
}

// A database that is there as long as the object.
class DatabaseForTests {
 public:
  explicit DatabaseForTests(const DatabaseKind& kind)
      : shared_(kind.shared), conninfo_(shared_ ? SharedPostgres::NewDatabase() : "") {}

  std::unique_ptr<sql::SqlDatabase> Open() const {
    return shared_ ? OpenPostgres(conninfo_, kConnections).value()
                   : OpenSqlite(directory_.File("orchestrator.db")).value();
  }

 private:
  static constexpr size_t kConnections = 8;

  const TempDirectory directory_;
  const bool shared_;
  const std::string conninfo_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_STORES_FOR_TESTS_H_
