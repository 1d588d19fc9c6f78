#ifndef THROUGHLINE_TESTS_BENCHMARKS_ROUTER_PROCESS_H_
#define THROUGHLINE_TESTS_BENCHMARKS_ROUTER_PROCESS_H_

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/testing/child_process.h"
#include "common/testing/temp_directory.h"

namespace throughline::router {

// A process that routes to one model at `provider`.
class RouterProcess {
 public:
  // The router alone, or all services and the gateway, which takes chat completions over HTTP.
  enum class Program { kRouter, kServe };

  explicit RouterProcess(const std::string& provider, Program program = Program::kRouter) {
    const std::string config = directory_.File("router.yaml");
    std::ofstream(config) << "providers:\n  mock: {type: openai, base_url: \"" << provider
                          << "\"}\nmodels:\n  - {name: mock/model, provider: mock, price: "
                             "{input: 1, output: 2}}\ntasks:\n  general: {cascade: [mock/model]}\n";
    std::vector<std::string> command = {BinaryPath("throughline-router")};
    if (program == Program::kServe) command = {BinaryPath("throughline"), "serve"};
    const std::string data = directory_.File("data");
    for (const char* argument : {"--port", "0", "--metrics-port", "0", "--log-level", "warning",
                                 "--data-dir", data.c_str(), "--router-config", config.c_str()}) {
      command.emplace_back(argument);
    }
    auto started = ChildProcess::Start({.command = std::move(command)});
    const auto announced = started.ok() ? (*started)->WaitForLine("{", absl::Seconds(20))
                                        : absl::StatusOr<std::string>(started.status());
    if (!announced.ok()) {
      std::fprintf(stderr, "%s\n", std::string(announced.status().message()).c_str());
      std::exit(1);
    }
    process_ = *std::move(started);
    address_ = Announced(*announced, "address");
    http_url_ = absl::StrCat(Announced(*announced, "http"), "/v1");
  }

  // Of the gateway's HTTP API, up to "/v1"; of Program::kServe only.
  const std::string& http_url() const { return http_url_; }

  // A channel with a connection of its own.
  std::shared_ptr<grpc::Channel> Channel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
  }

  // What the process has used of the processor, and how often its threads were put to sleep or
  // preempted: unlike times, they are much the same on a busy machine.
  struct Work {
    double processor_us = 0;
    double switches = 0;
  };
  Work WorkDone() const {
    Work work;
    for (const auto& thread :
         std::filesystem::directory_iterator(absl::StrCat("/proc/", process_->pid(), "/task"))) {
      double nanoseconds = 0;
      std::ifstream(thread.path() / "schedstat") >> nanoseconds;
      work.processor_us += nanoseconds / 1000;
      std::ifstream status(thread.path() / "status");
      for (std::string line; std::getline(status, line);) {
        const size_t at = line.find("ctxt_switches:");
        if (at != std::string::npos) work.switches += std::atof(line.c_str() + at + 14);
      }
    }
    return work;
  }

  // A field of /proc/<pid>/status: "VmRSS" in KiB, "Threads".
  long Status(absl::string_view field) const {
    std::ifstream status(absl::StrCat("/proc/", process_->pid(), "/status"));
    std::string line;
    while (std::getline(status, line)) {
      absl::string_view rest = line;
      if (absl::ConsumePrefix(&rest, field) && absl::ConsumePrefix(&rest, ":")) {
        return std::strtol(std::string(rest).c_str(), nullptr, 10);
      }
    }
    return 0;
  }

 private:
  static std::string Announced(const std::string& line, absl::string_view field) {
    const std::string mark = absl::StrCat("\"", field, "\":\"");
    const size_t at = line.find(mark);
    if (at == std::string::npos) return "";
    const size_t begin = at + mark.size();
    return line.substr(begin, line.find('"', begin) - begin);
  }

  TempDirectory directory_;
  std::unique_ptr<ChildProcess> process_;
  std::string address_;
  std::string http_url_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_TESTS_BENCHMARKS_ROUTER_PROCESS_H_
