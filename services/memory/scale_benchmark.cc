// What a recall costs in a store of many customers:
//
//   scale_benchmark [--store sqlite|postgres] [--customers N] [--facts N] [--recalls N] ...
//
// Imports the customers, several at a time, into a store of its own; then prints how long a recall
// at budget HIGH takes warm and cold (a customer nobody has asked of, the files in the system's
// cache, the connections open), whether the number of other customers matters, the process's memory
// with --hot customers ready, and what a recall whose answer is cached in Redis takes over gRPC
// beside a health check over the same connection, a unary call that does nothing.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/observability/metrics.h"
#include "common/rpc/channel.h"
#include "common/rpc/client_call.h"
#include "common/rpc/service_runner.h"
#include "common/storage/postgres.h"
#include "common/testing/postgres_server.h"
#include "common/testing/redis_server.h"
#include "common/testing/temp_directory.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "services/memory/benchmark_kit.h"
#include "services/memory/domain/archive.h"
#include "services/memory/domain/memory.h"
#include "services/memory/register.h"
#include "services/memory/store/in_memory_store.h"
#include "services/memory/store/open_store.h"
#include "throughline/memory/v1/memory_service.grpc.pb.h"

namespace throughline::memory {
namespace {

using grpc::health::v1::Health;
using v1::MemoryService;

constexpr int kTemplates = 4;  // customers made fact by fact; the others are copies of them
constexpr int kTemplateBatch = 500;
constexpr int kLoaders = 2;
constexpr int kRounds = 4;

struct Flags {
  std::string store = "sqlite";
  int customers = 1000;
  int facts = 5000;
  int recalls = 10000;
  int threads = 16;
  int hot = 100;
  int shared_buffers_mib = 256;  // of PostgreSQL
};

// A store in a folder or server of its own.
struct Place {
  TempDirectory directory;
  std::unique_ptr<PostgresServer> server;  // of PostgreSQL alone
  std::string flag;                        // as --store takes it
};

// What of a process stands in /proc: who started it, and the processor's time it has taken.
struct ProcessTimes {
  int parent = 0;
  absl::Duration processor;
  absl::Duration ended_children;  // theirs
};

ProcessTimes TimesOf(int pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string stat((std::istreambuf_iterator<char>(file)), {});
  // Behind the name, which may hold anything: state, parent, nine others, then the times in ticks.
  const std::vector<std::string> words =
      absl::StrSplit(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)), ' ');
  constexpr size_t kParent = 2;
  constexpr size_t kFirstTicks = 12;
  ProcessTimes times;
  int64_t ticks[4] = {};  // user, system; the same of children that have ended
  bool read = words.size() >= kFirstTicks + 4 && absl::SimpleAtoi(words[kParent], &times.parent);
  for (size_t i = 0; i < 4 && read; ++i) read = absl::SimpleAtoi(words[kFirstTicks + i], &ticks[i]);
  const auto ticks_each_second = sysconf(_SC_CLK_TCK);
  times.processor = absl::Seconds(ticks[0] + ticks[1]) / ticks_each_second;
  times.ended_children = absl::Seconds(ticks[2] + ticks[3]) / ticks_each_second;
  return times;
}

// What the PostgreSQL of `place` has taken of the processor, its sessions included; 0 without one.
absl::Duration ServerTime(const Place& place) {
  int server = 0;
  if (place.server == nullptr) return absl::ZeroDuration();
  std::ifstream(place.server->data_directory() + "/postmaster.pid") >> server;
  const ProcessTimes own = TimesOf(server);
  absl::Duration total = own.processor + own.ended_children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    int pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    const ProcessTimes times = TimesOf(pid);
    if (times.parent == server) total += times.processor;
  }
  return total;
}

absl::Status Prepare(const Flags& flags, Place* place) {
  if (flags.store == "sqlite") {
    place->flag = absl::StrCat("sqlite:", place->directory.path());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(
      place->server,
      PostgresServer::Start(
          {.durable = true,
           .settings = {absl::StrCat("shared_buffers=", flags.shared_buffers_mib, "MB")}}));
  std::ofstream(place->directory.File("conninfo")) << place->server->Conninfo();
  place->flag = absl::StrCat("postgres:", place->directory.File("conninfo"));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Archive>> MakeTemplates(int facts) {
  store::InMemoryStore store;
  Memory memory(store, Clock::Real(), {});
  std::vector<Archive> templates;
  for (int i = 0; i < kTemplates; ++i) {
    RETURN_IF_ERROR(Fill(memory, i, facts, kTemplateBatch));
    ASSIGN_OR_RETURN(Archive archive, memory.Export(Context::Background(), CustomerName(i)));
    templates.push_back(std::move(archive));
  }
  return templates;
}

absl::Status Load(MemoryStore& store, const std::vector<Archive>& templates, int customers) {
  Memory memory(store, Clock::Real(), {});
  std::atomic<bool> failed = false;
  const absl::Time started = absl::Now();
  RunMany(customers, kLoaders, [&](int customer) {
    if (failed) return;
    const Archive& archive = templates[static_cast<size_t>(customer) % templates.size()];
    const auto version = memory.Import(Context::Background(), CustomerName(customer), archive);
    if (version.ok() || failed.exchange(true)) return;
    std::fprintf(stderr, "%s\n", version.status().ToString().c_str());
  });
  if (failed) return absl::UnavailableError("the store was not filled");
  const double rows =
      static_cast<double>(customers) * static_cast<double>(templates[0].facts.size());
  const double seconds = absl::ToDoubleSeconds(absl::Now() - started);
  std::printf("%-36s %d customers in %.1f s, %.0f facts/s\n", "import", customers, seconds,
              rows / seconds);
  return absl::OkStatus();
}

// What the server does by itself in the minutes after so much was written: tells the planner what
// the tables hold, notes that all rows are there for everybody, and brings them to disk.
absl::Status Settle(const Place& place) {
  constexpr absl::Duration kMaxTime = absl::Minutes(10);
  if (place.server == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto database,
                   storage::PostgresDatabase::OpenReplica({.conninfo = place.server->Conninfo()}));
  for (const char* sql : {"VACUUM (ANALYZE)", "CHECKPOINT"}) {
    RETURN_IF_ERROR(database->ReadOne(Context::Background().WithBudget(kMaxTime),
                                      [sql](storage::PostgresConnection& connection) {
                                        return connection.Execute(sql).status();
                                      }));
  }
  return absl::OkStatus();
}

// Reads the store's files once, so that they are in the system's cache as far as it has room: what
// filled the store has been done with them for a while. Their size in bytes.
int64_t ReadFiles(const Place& place) {
  const std::string folder =
      place.server == nullptr ? place.directory.path() : place.server->data_directory();
  std::vector<char> buffer(size_t{1} << 20);
  int64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), file.gcount() > 0)
      bytes += file.gcount();
  }
  return bytes;
}

// What the recall numbered `recall` asks of one of `customers`.
using Questions = absl::FunctionRef<std::string(int recall, int customers)>;

// A customer is always asked about the same subject, of site after site: answers share facts.
std::string AskAlike(int recall, int /*customers*/) { return MakeQuestion(recall); }
// A customer is asked about another subject each time.
std::string AskAnew(int recall, int customers) { return MakeQuestion(recall / customers); }

// Recalls over `customers` in turn, beginning with the one numbered `first`.
Timed Recall(Memory& memory, int customers, int recalls, int threads,
             Questions questions = AskAlike, int first = 0) {
  std::atomic<bool> failed = false;
  Timed timed = RunMany(recalls, threads, [&](int i) {
    if (failed) return;
    const auto found =
        memory.Recall(Context::Background(), CustomerName(first + i % customers),
                      {.query = questions(i, customers), .budget = RecallBudget::kHigh});
    if ((found.ok() && !found->results.empty()) || failed.exchange(true)) return;
    std::fprintf(stderr, "a recall failed: %s\n", found.status().ToString().c_str());
  });
  if (failed) std::exit(1);
  return timed;
}

void Append(Timed timed, Timed* all) {
  all->times.insert(all->times.end(), timed.times.begin(), timed.times.end());
  all->processor += timed.processor;
}

// What `measure` has timed, printed with what the store's server took.
void PrintRecall(const std::string& name, const Place& place, absl::FunctionRef<Timed()> measure) {
  const absl::Duration before = ServerTime(place);
  const Timed timed = measure();
  Print(name, timed);
  if (place.server == nullptr) return;
  std::printf("%-36s processor %.3f ms each\n", "  its server",
              absl::ToDoubleMilliseconds(ServerTime(place) - before) /
                  static_cast<double>(timed.times.size()));
}

void MeasureRecall(const Place& place, MemoryStore& store, const Flags& flags) {
  const int64_t bytes = ReadFiles(place);
  std::printf("%-36s %.1f GB\n", "files, read once", static_cast<double>(bytes) / 1e9);
  Memory memory(store, Clock::Real(), {});
  const int hot = std::min(flags.customers, flags.hot);
  Recall(memory, hot, flags.recalls, flags.threads);  // the store warms up, too
  PrintRecall(absl::StrCat("recall, warm, ", hot, " customers hot"), place,
              [&] { return Recall(memory, hot, flags.recalls, flags.threads); });
  PrintRecall("recall, warm, asked of something new", place,
              [&] { return Recall(memory, hot, flags.recalls, flags.threads, AskAnew); });
  std::printf("%s\n%s\n", StatusLine("VmRSS").c_str(), StatusLine("RssAnon").c_str());
  const int strangers = flags.customers - hot;
  if (strangers == 0) return;
  PrintRecall("recall, cold, every other customer", place,
              [&] { return Recall(memory, strangers, strangers, flags.threads, AskAlike, hot); });
}

// One customer among many and one alone, turn by turn, so that both see the same machine.
void CompareWithOne(MemoryStore& many, MemoryStore& alone, const Flags& flags) {
  Memory crowd(many, Clock::Real(), {});
  Memory single(alone, Clock::Real(), {});
  Timed crowded;
  Timed lonely;
  const int recalls = std::max(1, flags.recalls / (4 * kRounds));
  for (int round = 0; round <= kRounds; ++round) {
    for (const auto& [memory, total] : {std::pair(&crowd, &crowded), std::pair(&single, &lonely)}) {
      Timed timed = Recall(*memory, 1, recalls, 1);
      if (round > 0) Append(std::move(timed), total);  // the first warms up
    }
  }
  Print(absl::StrCat("one of ", flags.customers, " customers, alone asked"), crowded);
  Print("the only customer, alone asked", lonely);
}

absl::Status MeasureCached(const std::string& store_flag, const Flags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RedisServer> redis, RedisServer::Start());
  MetricsRegistry metrics;
  rpc::ServiceHost host({.name = "memory"}, metrics);
  ASSIGN_OR_RETURN(const std::unique_ptr<MemoryModule> module,
                   MemoryModule::Make({.store = {.store = store_flag},
                                       .redis = HostPort{"127.0.0.1", redis->port()}},
                                      metrics, Clock::Real()));
  module->Register(host);
  RETURN_IF_ERROR(host.Start());
  const auto channel = rpc::MakeChannel(host.address());
  const auto health = Health::NewStub(channel);
  const auto memory = MemoryService::NewStub(channel);
  v1::RecallRequest request;
  request.set_customer_id(CustomerName(0));
  request.set_query(MakeQuestion(1));
  request.set_budget(v1::RECALL_BUDGET_HIGH);
  int hits = 0;
  const auto recall = [&](int) {
    const auto found = rpc::Invoke(Context::Background(), *memory, &MemoryService::Stub::Recall,
                                   request, {.callee = "memory", .wait_for_ready = true});
    hits += found.ok() && found->cache_hit() ? 1 : 0;
  };
  const auto check = [&](int) {
    rpc::Invoke(Context::Background(), *health, &Health::Stub::Check, {}, {.callee = "memory"})
        .status()
        .IgnoreError();
  };
  recall(0);  // computes
  Timed cached;
  Timed bare;
  const int calls = std::max(1, flags.recalls / (4 * kRounds));
  for (int round = 0; round < kRounds; ++round) {
    Append(RunMany(calls, 1, recall), &cached);
    Append(RunMany(calls, 1, check), &bare);
  }
  Print("gRPC, recall cached in Redis", cached);
  Print("gRPC, health check", bare);
  std::printf(
      "%-36s %.3f ms at p50; %d of %zu recalls were hits\n", "recall above the check",
      absl::ToDoubleMilliseconds(Percentile(cached.times, 0.5) - Percentile(bare.times, 0.5)), hits,
      cached.times.size());
  host.Shutdown();
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags) {
  Place crowd;
  Place single;
  RETURN_IF_ERROR(Prepare(flags, &crowd));
  RETURN_IF_ERROR(Prepare(flags, &single));
  {
    ASSIGN_OR_RETURN(const std::vector<Archive> templates, MakeTemplates(flags.facts));
    ASSIGN_OR_RETURN(const auto many, store::OpenStore({.store = crowd.flag}));
    ASSIGN_OR_RETURN(const auto alone, store::OpenStore({.store = single.flag}));
    RETURN_IF_ERROR(Load(*many, templates, flags.customers));
    RETURN_IF_ERROR(Load(*alone, templates, 1));
    RETURN_IF_ERROR(Settle(crowd));
  }
  {
    ASSIGN_OR_RETURN(const auto many, store::OpenStore({.store = crowd.flag}));
    MeasureRecall(crowd, *many, flags);
    ASSIGN_OR_RETURN(const auto alone, store::OpenStore({.store = single.flag}));
    CompareWithOne(*many, *alone, flags);
  }
  return MeasureCached(crowd.flag, flags);
}

}  // namespace
}  // namespace throughline::memory

int main(int argc, char** argv) {
  throughline::memory::Flags flags;
  CLI::App app{"What a recall costs in a store of many customers."};
  app.add_option("--store", flags.store, "sqlite or postgres")
      ->check(CLI::IsMember({"sqlite", "postgres"}))
      ->capture_default_str();
  const auto number = [&app](const char* name, int& value, const char* what) {
    app.add_option(name, value, what)->check(CLI::Range(1, 10'000'000))->capture_default_str();
  };
  number("--customers", flags.customers, "Customers in the store");
  number("--facts", flags.facts, "Facts of each");
  number("--recalls", flags.recalls, "Recalls of a figure");
  number("--threads", flags.threads, "Recalls at once");
  number("--hot", flags.hot, "Customers asked in turn");
  number("--shared-buffers-mib", flags.shared_buffers_mib, "What PostgreSQL keeps of its files");
  CLI11_PARSE(app, argc, argv);
  absl::Status status = throughline::rpc::PrepareProcess("benchmark", "warning");
  if (status.ok()) status = throughline::memory::Run(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
