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
  bool Write(absl::string_view bytes) override { return inner_.Write(bytes); }
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
absl::Status Answer(const Context& context, const TraceEntry& trace, const Route& route,
                    const RouteCall& call, DressedResponder& responder) {
  Span span(context, trace, call.request.method, route.pattern, SpanKind::kServer);
  span.Set("http.request.method", call.request.method);
  span.Set("http.route", route.pattern);
  span.Set("throughline.tenant", context.tenant());
  span.Set("throughline.request_id", context.request_id());
  absl::Status status = span.Note(route.handler(context, call, responder));
  if (responder.started()) span.Set("http.response.status_code", responder.status());
  return status;
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
                               "HTTP requests answered, by route, method and status")),
      seconds_(metrics.Histogram("throughline_http_request_seconds",
                                 "Time from a request read in full to its answer, by route")) {}

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

void Gateway::Handle(const HttpRequest& request, Responder& responder) {
  const absl::Time started = clock_.Now();
  const std::string request_id = RequestId(request);
  TraceEntry trace = EnterTrace(request.Header("traceparent"), options_.tracer);
  DressedResponder dressed(responder, [&](HttpResponse& response) {
    AddHeader(response, "X-Request-Id", request_id);
    AddCors(request, response);
    AddSecurityHeaders(response);
  });
  absl::Status status;
  absl::string_view pattern = kNoRoute;
  Principal principal;
  const absl::StatusOr<RouteTable::Found> found = routes_.Find(request.method, request.path);
  if (!found.ok()) {
    status = found.status();
    dressed.Send(Problem(status, request_id));
  } else if (request.method == "OPTIONS") {
    dressed.Send(Preflight(request));
  } else if (found->route == nullptr) {
    HttpResponse response =
        found->allowed.empty()
            ? Problem(404, "no such path; GET /openapi.json lists them", request_id)
            : Problem(405, "the path does not take this method", request_id);
    if (!found->allowed.empty()) {
      response.headers.emplace_back("Allow", absl::StrJoin(found->allowed, ", "));
    }
    dressed.Send(std::move(response));
  } else {
    const Route& route = *found->route;
    pattern = route.pattern;
    status = Admit(request, route, principal);
    if (absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status)) {
      refusals_.Note({.address = request.remote_address,
                      .key_id = principal.key_id,
                      .tenant = principal.tenant,
                      .route = route.pattern,
                      .request_id = request_id},
                     status);
    }
    if (!route.scope.has_value()) trace.tracer = nullptr;  // probes and pages
    const Context context = MakeContext(trace, request_id, principal, responder);
    if (status.ok()) status = Answer(context, trace, route, {request, found->path}, dressed);
    if (!status.ok() && !dressed.started()) {
      HttpResponse problem =
          route.errors != nullptr ? route.errors(status, request_id) : Problem(status, request_id);
      if (problem.status == 401) AddHeader(problem, "WWW-Authenticate", "Bearer");
      dressed.Send(std::move(problem));
    } else if (!status.ok()) {
      dressed.Abort();
    }
  }
  const absl::Duration taken = clock_.Now() - started;
  const std::string route_label(pattern);
  handled_
      .Add({{"route", route_label},
            {"method", pattern == kNoRoute ? "other" : request.method},
            {"code", absl::StrCat(dressed.status())}})
      .Increment();
  seconds_.Add({{"route", route_label}}).Observe(absl::ToDoubleSeconds(taken));
  Log(Severity::kInfo, "http",
      {{"request_id", request_id},
       {"traceparent", trace.traceparent},
       {"tenant", principal.tenant},
       {"key", principal.key_id},
       {"route", route_label},
       {"code", dressed.status()},
       {"duration_ms", taken},
       {"error",
        status.ok() ? std::string() : std::string(absl::StatusCodeToString(status.code()))}});
}

}  // namespace throughline::gateway
