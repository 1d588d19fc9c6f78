// Holds the house rules of ARCHITECTURE.md against what the sources really include.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/layers_test/source_tree.h"

namespace throughline::layers {
namespace {

using testing::IsEmpty;

std::string Root() {
  const char* root = std::getenv("THROUGHLINE_SOURCE_DIR");
  return root == nullptr ? "." : root;
}

const std::vector<SourceFile>& Tree() {
  static const auto* const tree = new std::vector<SourceFile>(ReadSourceTree(Root()));
  return *tree;
}

bool IsOurs(absl::string_view include) {
  return absl::StartsWith(include, "common/") || absl::StartsWith(include, "services/") ||
         absl::StartsWith(include, "tests/");
}

// "router" for services/router/…, else empty.
std::string ServiceOf(absl::string_view path) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  return parts.size() > 2 && parts[0] == "services" ? parts[1] : "";
}

// Headers of drivers, generated code and the operating system that pure code must not see.
bool IsDriver(const std::string& include) {
  static const RE2 driver(
      R"(^(grpc|google/protobuf|SQLiteCpp/|sqlite3|hiredis|curl/|prometheus/|libpq|yaml-cpp/)"
      R"(|CLI/|sys/socket|netinet/)|\.pb\.h$)");
  return RE2::PartialMatch(include, driver);
}

std::vector<std::string> Violations(
    const std::function<bool(const SourceFile&)>& applies,
    const std::function<bool(const SourceFile&, const std::string&)>& forbidden) {
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (!applies(file)) continue;
    for (const std::string& include : file.includes) {
      if (forbidden(file, include)) {
        violations.push_back(absl::StrCat(file.path, " includes ", include));
      }
    }
  }
  return violations;
}

TEST(LayersTest, TheTreeIsThere) { EXPECT_GT(Tree().size(), 50u) << "read from " << Root(); }

// A folder of common/ sees itself and what stands in its row.
TEST(LayersTest, CommonIsLayered) {
  const std::map<std::string, std::set<std::string>> allowed = {
      {"base", {}},
      {"transcript", {"base"}},
      {"deal", {"base"}},
      {"digest", {}},
      {"json", {"base"}},
      {"grounding", {"base", "deal", "digest", "transcript"}},
      {"observability", {"base"}},
      {"audit", {"base", "digest", "observability"}},
      {"retention", {"audit", "base", "observability"}},
      {"storage", {"base", "observability"}},
      {"sql", {"base", "storage"}},
      {"http", {"base", "observability"}},
      {"tracing", {"base", "http", "observability"}},
      {"rpc", {"base", "observability", "tracing"}},
      {"wire", {"base", "deal", "digest", "grounding", "transcript"}},
      {"testing", {"base", "observability", "rpc", "storage", "http"}},
  };
  EXPECT_THAT(Violations(
                  [](const SourceFile& file) {
                    return file.In("common") && (!file.IsTest() || file.In("common/testing"));
                  },
                  [&](const SourceFile& file, const std::string& include) {
                    if (!IsOurs(include)) return false;
                    const std::vector<std::string> from = absl::StrSplit(file.path, '/');
                    const std::vector<std::string> to = absl::StrSplit(include, '/');
                    if (to[0] != "common") return true;
                    const auto row = allowed.find(from[1]);
                    return row == allowed.end() ||
                           (from[1] != to[1] && row->second.count(to[1]) == 0);
                  }),
              IsEmpty());
}

TEST(LayersTest, BaseKnowsOnlyTheStandardLibraryAndAbseil) {
  EXPECT_THAT(
      Violations([](const SourceFile& file) { return file.In("common/base") && !file.IsTest(); },
                 [](const SourceFile&, const std::string& include) {
                   return IsDriver(include) ||
                          (absl::StrContains(include, "/") && !absl::StartsWith(include, "absl/") &&
                           !absl::StartsWith(include, "common/base/"));
                 }),
      IsEmpty());
}

TEST(LayersTest, ValueTypesKnowNoDriver) {
  EXPECT_THAT(Violations(
                  [](const SourceFile& file) {
                    return (file.In("common/deal") || file.In("common/grounding") ||
                            file.In("common/transcript")) &&
                           !file.IsTest();
                  },
                  [](const SourceFile&, const std::string& include) { return IsDriver(include); }),
              IsEmpty());
}

TEST(LayersTest, DomainIsPure) {
  const auto in_domain = [](const SourceFile& file) {
    return absl::StrContains(file.path, "/domain/") && !file.IsTest();
  };
  EXPECT_THAT(Violations(in_domain,
                         [](const SourceFile& file, const std::string& include) {
                           if (IsDriver(include)) return true;
                           if (!IsOurs(include)) return false;
                           const std::string own =
                               absl::StrCat("services/", ServiceOf(file.path), "/domain/");
                           return !absl::StartsWith(include, "common/base/") &&
                                  !absl::StartsWith(include, "common/deal/") &&
                                  !absl::StartsWith(include, "common/digest/") &&
                                  !absl::StartsWith(include, "common/grounding/") &&
                                  !absl::StartsWith(include, "common/json/") &&
                                  !absl::StartsWith(include, "common/transcript/") &&
                                  !absl::StartsWith(include, own);
                         }),
              IsEmpty());
  static const RE2 ambient(
      R"(\bgetenv\s*\(|\babsl::Now\s*\(|_clock::now\s*\(|\bstd::random_device)");
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (!in_domain(file)) continue;
    for (const std::string& line : file.lines) {
      if (RE2::PartialMatch(line, ambient)) violations.push_back(file.path + ": " + line);
    }
  }
  EXPECT_THAT(violations, IsEmpty());
}

// The command line hosts all services in one process; it sees their front doors only.
TEST(LayersTest, ServicesMeetOnlyInProtos) {
  EXPECT_THAT(Violations([](const SourceFile& file) { return file.In("services"); },
                         [](const SourceFile& file, const std::string& include) {
                           const std::string other = ServiceOf(include);
                           if (other.empty() || other == ServiceOf(file.path)) return false;
                           const bool front_door = absl::EndsWith(include, "/register.h");
                           return !(ServiceOf(file.path) == "cli" && front_door);
                         }),
              IsEmpty());
}

TEST(LayersTest, NothingShippedIncludesTestCode) {
  EXPECT_THAT(Violations([](const SourceFile& file) { return !file.IsTest(); },
                         [](const SourceFile&, const std::string& include) {
                           return absl::StartsWith(include, "tests/") ||
                                  absl::StartsWith(include, "common/testing/") ||
                                  absl::StartsWith(include, "gtest/") ||
                                  absl::StartsWith(include, "gmock/");
                         }),
              IsEmpty());
}

TEST(LayersTest, FilesStayReadable) {
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    const size_t limit = absl::EndsWith(file.path, "/main.cc") ? 80 : 600;
    if (file.lines.size() > limit) {
      violations.push_back(absl::StrCat(file.path, " has ", file.lines.size(), " lines"));
    }
  }
  EXPECT_THAT(violations, IsEmpty());
}

// std::string_view does not convert to this Abseil's; std::regex backtracks on user text.
TEST(LayersTest, BannedWordsStayOut) {
  static const RE2 banned(
      R"(\bstd::string_view\b|\bstd::regex\b|#include <regex>|\busing namespace\b)");
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (file.In("tests/layers_test")) continue;
    for (const std::string& line : file.lines) {
      if (RE2::PartialMatch(line, banned)) violations.push_back(file.path + ": " + line);
    }
  }
  EXPECT_THAT(violations, IsEmpty());
}

TEST(LayersTest, EveryFolderHasItsLineInTheArchitecture) {
  std::ifstream stream(Root() + "/ARCHITECTURE.md");
  std::stringstream text;
  text << stream.rdbuf();
  std::set<std::string> missing;
  for (const SourceFile& file : Tree()) {
    if (!absl::StrContains(text.str(), absl::StrCat("`", file.folder, "`"))) {
      missing.insert(file.folder);
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

}  // namespace
}  // namespace throughline::layers
