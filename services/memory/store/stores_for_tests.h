#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_STORES_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_STORES_FOR_TESTS_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "common/testing/temp_directory.h"
#include "services/memory/domain/memory_store.h"
#include "services/memory/store/in_memory_store.h"
#include "services/memory/store/sqlite_store.h"

namespace throughline::memory::store {

// One kind of store, for suites that every store must pass.
struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<MemoryStore>(const TempDirectory&)> make;

  friend std::ostream& operator<<(std::ostream& out, const StoreKind& kind) {
    return out << kind.name;
  }
};

inline std::vector<StoreKind> AllStores() {
  return {{"InMemory", [](const TempDirectory&) { return std::make_unique<InMemoryStore>(); }},
          {"Sqlite", [](const TempDirectory& directory) -> std::unique_ptr<MemoryStore> {
             return SqliteStore::Open(directory.File("memory.db")).value();
           }}};
}

inline std::string StoreName(const ::testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_STORES_FOR_TESTS_H_
