#include "services/gateway/gateway.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/host_port.h"
#include "common/base/random_hex.h"
#include "common/base/span.h"
#include "common/base/status_macros.h"
#include "common/observability/json_log.h"
#include "common/rpc/metadata.h"
#include "services/gateway/problem.h"

namespace throughline::gateway {
namespace {

constexpr size_t kRequestIdBytes = 16;
constexpr char kNoRoute[] = "none";

std::string RequestId(const HttpRequest& request) {
  const absl::string_view given = request.Header("x-request-id");
  const bool usable =
      !given.empty() && given.size() <= rpc::kMaxRequestIdLength &&
      std::all_of(given.begin(), given.end(), [](char c) { return absl::ascii_isgraph(c); });
  return usable ? std::string(given) : RandomHex(kRequestIdBytes);
}

absl::string_view PresentedKey(const HttpRequest& request) {
  absl::string_view authorization = request.Header("authorization");
  constexpr absl::string_view kBearer = "bearer ";
  if (absl::StartsWithIgnoreCase(authorization, kBearer)) {
    return absl::StripAsciiWhitespace(authorization.substr(kBearer.size()));
  }
  return request.Header("x-api-key");
}

bool IsLoopbackName(absl::string_view host_and_port) {
  const absl::string_view host = host_and_port.substr(0, host_and_port.rfind(':'));
  for (const absl::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    if (host == name || host_and_port == name) return true;
  }
  return false;
}

// Adds what every answer carries, and notes how it ended.
class DressedResponder final : public Responder {
 public:
  using Dress = std::function<void(HttpResponse&)>;
  DressedResponder(Responder& inner, Dress dress) : inner_(inner), dress_(std::move(dress)) {}

  void Send(HttpResponse response) override {
    status_ = response.status;
    dress_(response);
    inner_.Send(std::move(response));
  }
  void StartStream(HttpResponse head) override {
    status_ = head.status;
    dress_(head);
    inner_.StartStream(std::move(head));
  }
  Task<bool> Write(absl::string_view bytes) override { return inner_.Write(bytes); }
  void Abort() override { inner_.Abort(); }
  bool started() const override { return inner_.started(); }
  const std::shared_ptr<CancellationSource>& cancellation() const override {
    return inner_.cancellation();
  }
  int status() const { return status_; }

 private:
  Responder& inner_;
  const Dress dress_;
  int status_ = 500;
};

void AddHeader(HttpResponse& response, absl::string_view name, absl::string_view value) {
  const auto has = [name](const auto& header) {
    return absl::EqualsIgnoreCase(header.first, name);
  };
  if (std::any_of(response.headers.begin(), response.headers.end(), has)) return;
  response.headers.emplace_back(name, value);
}

void AddSecurityHeaders(HttpResponse& response) {
  AddHeader(response, "X-Content-Type-Options", "nosniff");
  AddHeader(response, "X-Frame-Options", "DENY");
  AddHeader(response, "Referrer-Policy", "no-referrer");
  AddHeader(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  AddHeader(response, "Cache-Control", "no-store");
}

// The route's own answer, in the request's span.
Task<absl::Status> Answer(const Context& context, const TraceEntry& trace, const Route& route,
                          const RouteCall& call, DressedResponder& responder) {
  Span span(context, trace, call.request.method, route.pattern, SpanKind::kServer);
  span.Set("http.request.method", call.request.method);
  span.Set("http.route", route.pattern);
  span.Set("throughline.tenant", context.tenant());
  span.Set("throughline.request_id", context.request_id());
  absl::Status status;
  if (route.task != nullptr) {
    status = co_await route.task(context, call, responder);
  } else {
    status = route.handler(context, call, responder);
  }
  status = span.Note(std::move(status));
  if (responder.started()) span.Set("http.response.status_code", responder.status());
  co_return status;
}

}  // namespace

Gateway::Gateway(Options options, const RouteTable& routes, ApiKeys* keys, audit::AuditLog* audit,
                 MetricsRegistry& metrics, const Clock& clock)
    : options_(std::move(options)),
      routes_(routes),
      keys_(keys),
      clock_(clock),
      limiter_(clock),
      refusals_(audit, clock),
      handled_(metrics.Counter("throughline_http_requests_total",
                               "HTTP requests answered, by route, method and status"),
               {"route", "method", "code"}),
      seconds_(metrics.Histogram("throughline_http_request_seconds",
                                 "Time from a request read in full to its answer, by route"),
               {"route"}) {}

bool Gateway::AllowsOrigin(absl::string_view origin) const {
  return std::any_of(
      options_.cors_origins.begin(), options_.cors_origins.end(),
      [origin](const std::string& allowed) { return allowed == "*" || allowed == origin; });
}

absl::Status Gateway::CheckOrigin(const HttpRequest& request) const {
  const absl::string_view host = request.Header("host");
  // Without keys, a page elsewhere must not reach us through the browser of somebody here, neither
  // directly nor by a name of its own that resolves to this machine.
  if (keys_ == nullptr && !IsLoopbackName(host)) {
    return absl::PermissionDeniedError(
        "Host: expected localhost while no API keys are configured; set --api-keys");
  }
  const absl::string_view origin = request.Header("origin");
  if (origin.empty() || AllowsOrigin(origin)) return absl::OkStatus();
  if (origin == absl::StrCat("http://", host) || origin == absl::StrCat("https://", host)) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      "Origin: expected this host or one named by --cors-origin; add yours there");
}

void Gateway::AddCors(const HttpRequest& request, HttpResponse& response) const {
  const absl::string_view origin = request.Header("origin");
  if (origin.empty() || !AllowsOrigin(origin)) return;
  AddHeader(response, "Access-Control-Allow-Origin", origin);
  AddHeader(response, "Access-Control-Expose-Headers",
            "X-Request-Id, Retry-After, X-Throughline-Decision, X-Throughline-Model, "
            "X-Throughline-Cost-Usd, X-Throughline-Baseline-Cost-Usd");
  AddHeader(response, "Vary", "Origin");
}

HttpResponse Gateway::Preflight(const HttpRequest&) const {
  HttpResponse response{.status = 204, .content_type = "", .headers = {}, .body = ""};
  AddHeader(response, "Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
  AddHeader(response, "Access-Control-Allow-Headers",
            "Authorization, Content-Type, Idempotency-Key, X-API-Key, X-Request-Id, traceparent");
  AddHeader(response, "Access-Control-Max-Age", "600");
  return response;
}

absl::StatusOr<Principal> Gateway::Identify(const HttpRequest& request, const Route& route) {
  if (keys_ == nullptr) {
    return Principal{.key_id = request.remote_address,
                     .tenant = options_.tenant,
                     .scopes = {Scope::kRead, Scope::kWrite, Scope::kComplete}};
  }
  if (!route.scope.has_value()) return Principal{.tenant = options_.tenant};
  return keys_->Check(PresentedKey(request));
}

absl::Status Gateway::Admit(const HttpRequest& request, const Route& route, Principal& principal) {
  RETURN_IF_ERROR(CheckOrigin(request));
  ASSIGN_OR_RETURN(principal, Identify(request, route));
  if (!route.scope.has_value()) return absl::OkStatus();
  if (!principal.May(*route.scope)) {
    return absl::PermissionDeniedError("expected a key with the scope that this request needs");
  }
  const double rate = principal.requests_per_second > 0 ? principal.requests_per_second
                                                        : options_.requests_per_second;
  return limiter_.Take(principal.key_id, rate);
}

Context Gateway::MakeContext(const TraceEntry& trace, const std::string& request_id,
                             const Principal& principal, const Responder& responder) const {
  Context::Fields fields;
  fields.tenant = principal.tenant;
  fields.actor = absl::StrCat(keys_ == nullptr ? "local:" : "key:", principal.key_id);
  fields.request_id = request_id;
  fields.traceparent = trace.traceparent;
  fields.tracer = trace.tracer;
  fields.deadline = clock_.SteadyNow() + options_.max_budget;
  fields.cancellation = responder.cancellation();
  fields.clock = &clock_;
  return Context(std::move(fields));
}

// One request: what is known of it, and how it ended.
class Gateway::Handling {
 public:
  Handling(Gateway& gateway, const HttpRequest& request, Responder& responder)
      : gateway_(gateway),
        request_(request),
        started_(gateway.clock_.Now()),
        request_id_(RequestId(request)),
        trace_(EnterTrace(request.Header("traceparent"), gateway.options_.tracer)),
        dressed_(responder, [this](HttpResponse& response) {
          AddHeader(response, "X-Request-Id", request_id_);
          gateway_.AddCors(request_, response);
          AddSecurityHeaders(response);
        }) {}
  Handling(const Handling&) = delete;
  Handling& operator=(const Handling&) = delete;

  Task<Handled> Run() {
    absl::StatusOr<RouteTable::Found> found = gateway_.routes_.Find(request_.method, request_.path);
    if (!found.ok()) {
      status_ = found.status();
      dressed_.Send(Problem(status_, request_id_));
    } else if (request_.method == "OPTIONS") {
      dressed_.Send(gateway_.Preflight(request_));
    } else if (found->route == nullptr) {
      SendNoRoute(*found);
    } else {
      // Named: g++ 12 destroys a temporary of an awaiting expression twice.
      const RouteCall call{request_, std::move(found->path)};
      co_await RunRoute(*found->route, call);
    }
    Report();
    co_return Handled();
  }

 private:
  void SendNoRoute(const RouteTable::Found& found) {
    HttpResponse response =
        found.allowed.empty()
            ? Problem(404, "no such path; GET /openapi.json lists them", request_id_)
            : Problem(405, "the path does not take this method", request_id_);
    if (!found.allowed.empty()) {
      response.headers.emplace_back("Allow", absl::StrJoin(found.allowed, ", "));
    }
    dressed_.Send(std::move(response));
  }

  Task<Handled> RunRoute(const Route& route, const RouteCall& call) {
    pattern_ = route.pattern;
    status_ = gateway_.Admit(request_, route, principal_);
    if (absl::IsUnauthenticated(status_) || absl::IsPermissionDenied(status_)) {
      // The record may wait for the disk.
      co_await OnOwnThread();
      gateway_.refusals_.Note({.address = request_.remote_address,
                               .key_id = principal_.key_id,
                               .tenant = principal_.tenant,
                               .route = route.pattern,
                               .request_id = request_id_},
                              status_);
    }
    if (!route.scope.has_value()) trace_.tracer = nullptr;  // probes and pages
    const Context context = gateway_.MakeContext(trace_, request_id_, principal_, dressed_);
    if (status_.ok()) status_ = co_await Answer(context, trace_, route, call, dressed_);
    if (!status_.ok() && !dressed_.started()) {
      HttpResponse problem = route.errors != nullptr ? route.errors(status_, request_id_)
                                                     : Problem(status_, request_id_);
      if (problem.status == 401) AddHeader(problem, "WWW-Authenticate", "Bearer");
      dressed_.Send(std::move(problem));
    } else if (!status_.ok()) {
      dressed_.Abort();
    }
    co_return Handled();
  }

  // Counts and logs the request.
  void Report() {
    const absl::Duration taken = gateway_.clock_.Now() - started_;
    const absl::string_view method =
        pattern_ == kNoRoute ? absl::string_view("other") : request_.method;
    gateway_.handled_.With({pattern_, method, absl::StrCat(dressed_.status())}).Increment();
    gateway_.seconds_.With({pattern_}).Observe(absl::ToDoubleSeconds(taken));
    Log(Severity::kInfo, "http",
        {{"request_id", request_id_},
         {"traceparent", trace_.traceparent},
         {"tenant", principal_.tenant},
         {"key", principal_.key_id},
         {"route", pattern_},
         {"code", dressed_.status()},
         {"duration_ms", taken},
         {"error", status_.ok() ? std::string() : absl::StatusCodeToString(status_.code())}});
  }

  Gateway& gateway_;
  const HttpRequest& request_;
  const absl::Time started_;
  const std::string request_id_;
  TraceEntry trace_;
  DressedResponder dressed_;
  absl::Status status_;
  absl::string_view pattern_ = kNoRoute;
  Principal principal_;
};

Task<Handled> Gateway::Handle(const HttpRequest& request, Responder& responder) {
  Handling handling(*this, request, responder);
  co_return co_await handling.Run();
}

bool Gateway::BeginsAtOnce(const HttpRequest& request) const {
  const Route* const route = routes_.FindFixed(request.method, request.path);
  return route != nullptr && route->begins_at_once != nullptr && route->begins_at_once(request);
}

}  // namespace throughline::gateway
