#ifndef THROUGHLINE_SERVICES_MEMORY_MEMORY_SERVER_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_MEMORY_MEMORY_SERVER_FOR_TESTS_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/host_port.h"
#include "common/rpc/client_call.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/memory/register.h"
#include "throughline/memory/v1/memory_service.grpc.pb.h"

namespace throughline::memory {

// A whole memory module behind a real server, reached in the process.
class MemoryServer {
 public:
  using Stub = v1::MemoryService::StubInterface;

  explicit MemoryServer(std::optional<HostPort> redis = std::nullopt)
      : host_({.name = "memory"}, metrics_) {
    absl::StatusOr<std::unique_ptr<MemoryModule>> module = MemoryModule::Make(
        {.store = {.store = absl::StrCat("sqlite:", directory_.path())}, .redis = std::move(redis)},
        metrics_, Clock::Real());
    EXPECT_OK(module.status());
    module_ = std::move(module).value();
    module_->Register(host_);
    EXPECT_OK(host_.Start());
    stub_ = v1::MemoryService::NewStub(host_.InProcess().channel);
  }
  ~MemoryServer() { host_.Shutdown(); }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    return rpc::Invoke(Context::Background(), static_cast<Stub&>(*stub_), method, request,
                       {.callee = "memory", .wait_for_ready = true});
  }
  absl::StatusOr<v1::RetainResponse> RetainText(const std::string& customer, const std::string& id,
                                                const std::string& text) {
    v1::RetainRequest request;
    request.set_customer_id(customer);
    v1::VerbatimText* verbatim = request.add_texts();
    verbatim->set_id(id);
    verbatim->set_text(text);
    return Call(&Stub::Retain, request);
  }
  absl::StatusOr<v1::RecallResponse> Recall(const std::string& customer, const std::string& query) {
    v1::RecallRequest request;
    request.set_customer_id(customer);
    request.set_query(query);
    return Call(&Stub::Recall, request);
  }
  v1::MemoryService::Stub& stub() { return *stub_; }
  // True when `word` stands in a file of the database.
  bool DatabaseHolds(const std::string& word) const {
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      if (bytes.find(word) != std::string::npos) return true;
    }
    return false;
  }
  std::string Metrics() const { return metrics_.Render(); }
  double CacheCount(const std::string& result) {
    return metrics_
        .Counter("throughline_memory_cache_total",
                 "Recalls by what the cache did: hit, miss, shared, foreign, error or bypass.")
        .Add({{"result", result}})
        .Value();
  }

 private:
  TempDirectory directory_;
  MetricsRegistry metrics_;
  std::unique_ptr<MemoryModule> module_;
  rpc::ServiceHost host_;
  std::unique_ptr<v1::MemoryService::Stub> stub_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_MEMORY_SERVER_FOR_TESTS_H_
