#include "services/gateway/register.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/host_port.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "services/gateway/auth/api_keys.h"
#include "services/gateway/auth/key_file.h"
#include "services/gateway/gateway.h"
#include "services/gateway/http/server.h"
#include "services/gateway/openapi.h"
#include "services/gateway/problem.h"
#include "services/gateway/routes.h"
#include "services/gateway/static_files.h"
#include "services/gateway/surfaces/calls.h"
#include "services/gateway/surfaces/hindsight.h"
#include "services/gateway/surfaces/mcp.h"
#include "services/gateway/surfaces/native.h"
#include "services/gateway/surfaces/openai.h"
#include "services/gateway/upstream.h"

namespace throughline::gateway {
namespace {

constexpr size_t kRequestIdBytes = 16;

bool IsLoopback(absl::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

Route Fixed(std::string pattern, std::string summary, std::string body) {
  Route route;
  route.method = "GET";
  route.pattern = std::move(pattern);
  route.summary = std::move(summary);
  route.handler = [body = std::move(body)](const Context&, const RouteCall&, Responder& responder) {
    responder.Send({.body = body});
    return absl::OkStatus();
  };
  return route;
}

}  // namespace

void AddGatewayFlags(CLI::App& app, GatewayOptions& options) {
  app.add_option("--api-keys", options.api_keys_file,
                 "YAML file of API keys; without one only this machine may call")
      ->envname("THROUGHLINE_API_KEYS");
  app.add_option("--cors-origin", options.cors_origins,
                 "Origin of pages that may call, such as https://app.example.com; repeatable")
      ->envname("THROUGHLINE_CORS_ORIGIN");
  app.add_option("--requests-per-second", options.requests_per_second,
                 "Limit of each API key that names none; 0 for no limit")
      ->envname("THROUGHLINE_REQUESTS_PER_SECOND")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--console", options.console_dir, "Directory of the built console")
      ->envname("THROUGHLINE_CONSOLE");
}

absl::StatusOr<NewApiKey> MakeApiKey(absl::string_view id, absl::string_view tenant,
                                     absl::string_view scopes) {
  return ApiKeys::Generate(id, tenant, scopes);
}

absl::StatusOr<std::vector<ApiKeyEntry>> ListApiKeys(const std::string& path) {
  return ApiKeys::List(path);
}

absl::Status RevokeApiKey(const std::string& path, absl::string_view id) {
  return RevokeKey(path, id);
}

struct GatewayModule::Parts {
  Upstream upstream;
  std::unique_ptr<ApiKeys> keys;
  std::unique_ptr<StaticFiles> console;
  RouteTable routes;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<HttpServer> server;
  std::string host;

  void AddRoutes(const Clock& clock) {
    routes.Add(CallRoutes(upstream));
    routes.Add(NativeRoutes(upstream));
    routes.Add(OpenAiRoutes(upstream, clock));
    routes.Add(HindsightRoutes(upstream));
    routes.Add(McpRoutes(upstream));
    routes.Add(Fixed("/healthz", "Whether the gateway answers", R"({"status":"ok"})"));
    routes.Add(Fixed("/openapi.json", "This document", OpenApiDocument(routes)));
    if (console != nullptr) routes.Add(console->AsRoute());
  }
};

GatewayModule::GatewayModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
GatewayModule::~GatewayModule() = default;

absl::StatusOr<std::unique_ptr<GatewayModule>> GatewayModule::Start(
    const GatewayOptions& options, MetricsRegistry& metrics, const Clock& clock,
    const GatewayConnections& connections) {
  if (options.api_keys_file.empty() && !IsLoopback(options.host)) {
    return absl::FailedPreconditionError(
        absl::StrCat("--host: expected a loopback address while there are no API keys, got ",
                     options.host, "; set --api-keys, or listen on 127.0.0.1"));
  }
  auto parts = std::make_unique<Parts>();
  parts->host = options.host;
  parts->upstream = {
      .orchestrator =
          std::make_unique<rpc::TaskClient<Upstream::Orchestrator>>(connections.orchestrator),
      .memory = Upstream::Memory::NewStub(connections.memory.channel),
      .router = std::make_unique<rpc::TaskClient<Upstream::Router>>(connections.router)};
  if (!options.api_keys_file.empty()) {
    ASSIGN_OR_RETURN(parts->keys, ApiKeys::Load(options.api_keys_file, clock, options.audit));
  }
  if (!options.console_dir.empty()) {
    ASSIGN_OR_RETURN(parts->console, StaticFiles::Load(options.console_dir));
  }
  parts->AddRoutes(clock);
  parts->gateway =
      std::make_unique<Gateway>(Gateway::Options{.tenant = options.tenant,
                                                 .cors_origins = options.cors_origins,
                                                 .requests_per_second = options.requests_per_second,
                                                 .tracer = options.tracer},
                                parts->routes, parts->keys.get(), options.audit, metrics, clock);
  ASSIGN_OR_RETURN(parts->server, HttpServer::Start(
                                      {.host = options.host, .port = options.port},
                                      [gateway = parts->gateway.get()](const HttpRequest& request,
                                                                       Responder& responder) {
                                        return gateway->Handle(request, responder);
                                      },
                                      [](int status, absl::string_view why) {
                                        return Problem(status, why, RandomHex(kRequestIdBytes));
                                      },
                                      [gateway = parts->gateway.get()](const HttpRequest& request) {
                                        return gateway->BeginsAtOnce(request);
                                      }));
  return std::unique_ptr<GatewayModule>(new GatewayModule(std::move(parts)));
}

std::string GatewayModule::address() const {
  return HostPort{parts_->host, parts_->server->port()}.ToString();
}

bool GatewayModule::Shutdown(absl::Duration patience) { return parts_->server->Shutdown(patience); }

}  // namespace throughline::gateway
