#include "common/testing/rpc_fixture.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace throughline {
namespace {

// Short, so that a test with a stuck handler fails rather than hangs.
constexpr absl::Duration kDrainTimeout = absl::Seconds(5);

rpc::ServerOptions FixtureServerOptions() {
  rpc::ServerOptions options;
  options.drain_timeout = kDrainTimeout;
  return options;
}

}  // namespace

RpcFixture::RpcFixture() : RpcFixture(Options{}) {}

RpcFixture::RpcFixture(Options options)
    : pool_(std::move(options.pool)),
      runtime_(std::move(options.runtime), pool_, metrics_),
      server_(FixtureServerOptions()) {
  server_.AddPool(pool_);
}

RpcFixture::~RpcFixture() { Stop(); }

void RpcFixture::Serve(absl::string_view name, grpc::Service& service) {
  server_.AddService(name, service);
  if (const absl::Status status = server_.Start(); !status.ok()) {
    std::fprintf(stderr, "cannot serve the test: %s\n", status.ToString().c_str());
    std::abort();
  }
}

std::shared_ptr<grpc::Channel> RpcFixture::channel() { return server_.InProcessChannel(); }

}  // namespace throughline
