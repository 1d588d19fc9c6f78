#include "services/gateway/http/server.h"

#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "common/base/await.h"
#include "common/base/bounded_pool.h"
#include "common/base/clock.h"
#include "common/base/host_port.h"
#include "services/gateway/http/connection_watch.h"
#include "services/gateway/http/exchange.h"

namespace throughline::gateway {
namespace {

// With more under way than this, handlers begin on the pool.
constexpr int kQuiet = 2;

// So often at most does a thread that answers let the library move bytes, others' among them,
// before it leaves them to the server's thread.
constexpr int kMostRounds = 8;

// How late the library may notice an idle connection.
constexpr int kLongestWaitMs = 1000;

// With no descriptor of the library's own for resumed connections: it would wake our thread for
// what the thread that resumed them has already sent.
constexpr unsigned kSuspendResume = MHD_ALLOW_SUSPEND_RESUME & ~unsigned{MHD_USE_ITC};

// Of request line and headers together.
constexpr size_t kConnectionMemoryBytes = size_t{32} << 10;

// A longer body grows as it comes: what is only announced takes no memory.
constexpr size_t kMostReservedBytes = size_t{64} << 10;

// The library would decode "%2F" into a slash before we can tell it from a separator.
size_t LeaveEncoded(void*, MHD_Connection*, char* text) { return std::strlen(text); }

MHD_Result AddHeader(void* request, MHD_ValueKind, const char* name, const char* value) {
  static_cast<HttpRequest*>(request)->headers[absl::AsciiStrToLower(name)] =
      value == nullptr ? "" : value;
  return MHD_YES;
}

struct QueryReading {
  HttpRequest& request;
  bool well_formed = true;
};

MHD_Result AddQuery(void* query_reading, MHD_ValueKind, const char* name, const char* value) {
  auto& reading = *static_cast<QueryReading*>(query_reading);
  absl::StatusOr<std::string> key = PercentDecode(absl::StrReplaceAll(name, {{"+", " "}}));
  absl::StatusOr<std::string> text =
      PercentDecode(absl::StrReplaceAll(value == nullptr ? "" : value, {{"+", " "}}));
  if (!key.ok() || !text.ok()) {
    reading.well_formed = false;
    return MHD_NO;
  }
  reading.request.query[*std::move(key)] = *std::move(text);
  return MHD_YES;
}

std::string RemoteAddress(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == nullptr || info->client_addr == nullptr) return "";
  const socklen_t length =
      info->client_addr->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  char host[NI_MAXHOST];
  if (getnameinfo(info->client_addr, length, host, sizeof(host), nullptr, 0, NI_NUMERICHOST) != 0) {
    return "";
  }
  return host;
}

absl::Status CannotListen(const HttpServerOptions& options, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", HostPort{options.host, options.port}.ToString(), " (", why,
                   "); choose another port, or 0 to let the system choose"));
}

// A listening socket of ours: the library takes no host names and says little when it fails.
absl::StatusOr<int> Listen(const HttpServerOptions& options) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failure =
      getaddrinfo(options.host.c_str(), absl::StrCat(options.port).c_str(), &hints, &found);
  if (failure != 0) return CannotListen(options, gai_strerror(failure));
  const int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  const bool listening = descriptor >= 0 &&
                         setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
                         bind(descriptor, found->ai_addr, found->ai_addrlen) == 0 &&
                         listen(descriptor, SOMAXCONN) == 0;
  const int error = errno;
  freeaddrinfo(found);
  if (listening) return descriptor;
  if (descriptor >= 0) close(descriptor);
  return CannotListen(options, std::strerror(error));
}

int PortOf(int descriptor) {
  sockaddr_storage address = {};
  socklen_t length = sizeof(address);
  char port[NI_MAXSERV];
  int number = 0;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      getnameinfo(reinterpret_cast<sockaddr*>(&address), length, nullptr, 0, port, sizeof(port),
                  NI_NUMERICSERV) != 0 ||
      !absl::SimpleAtoi(port, &number)) {
    return 0;
  }
  return number;
}

// The library moves no bytes by itself: a thread of ours lets it when sockets are ready, and a
// thread that has an answer lets it send that at once, unless another one is at it. Lock order:
// transport_mutex_, an exchange's, mutex_.
class MicroHttpServer final : public HttpServer, public Transport {
 public:
  MicroHttpServer(HttpServerOptions options, Handler handler, Refusal refusal,
                  BeginsAtOnce begins_at_once)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        refusal_(std::move(refusal)),
        begins_at_once_(std::move(begins_at_once)),
        watch_(options_.read_timeout),
        pool_({.name = "http",
               .threads = options_.handler_threads,
               .max_queued = options_.max_queued}) {}

  ~MicroHttpServer() override { Shutdown(absl::ZeroDuration()); }

  absl::Status Start() {
    const absl::StatusOr<int> descriptor = Listen(options_);
    if (!descriptor.ok()) return descriptor.status();
    port_ = PortOf(*descriptor);
    daemon_ = MHD_start_daemon(
        MHD_USE_EPOLL | kSuspendResume, 0, nullptr, nullptr, &OnRequest, this,
        MHD_OPTION_LISTEN_SOCKET, *descriptor, MHD_OPTION_CONNECTION_LIMIT,
        options_.max_connections, MHD_OPTION_CONNECTION_TIMEOUT,
        static_cast<unsigned>(
            absl::ToInt64Seconds(absl::Ceil(options_.idle_timeout, absl::Seconds(1)))),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemoryBytes, MHD_OPTION_UNESCAPE_CALLBACK,
        &LeaveEncoded, nullptr, MHD_OPTION_NOTIFY_COMPLETED, &OnCompleted, this,
        MHD_OPTION_NOTIFY_CONNECTION, &OnConnection, this, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_END);
    if (daemon_ == nullptr) {
      close(*descriptor);
      return CannotListen(options_, "the HTTP library refused it");
    }
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    thread_ = std::thread([this] { MoveBytes(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  int connections() const override { return watch_.open(); }

  bool Shutdown(absl::Duration patience) override {
    if (daemon_ == nullptr) return ended_in_time_;
    stopping_ = true;
    int listening = -1;
    {
      absl::MutexLock lock(&transport_mutex_);
      listening = MHD_quiesce_daemon(daemon_);
    }
    const absl::Time until = Clock::Real().SteadyNow() + patience;
    WaitUntilIdle(until);
    ended_in_time_ = patience == absl::ZeroDuration() || Clock::Real().SteadyNow() < until;
    CancelAll();
    WaitUntilHandled();
    pool_.Drain();
    // What was answered last is still on its way to the client.
    WaitUntilIdle(std::max(until, Clock::Real().SteadyNow() + absl::Milliseconds(100)));
    stopped_ = true;
    Wake();
    thread_.join();
    MHD_stop_daemon(daemon_);
    daemon_ = nullptr;
    close(wake_);
    if (listening >= 0) close(listening);
    return ended_in_time_;
  }

 private:
  void MoveBytes() ABSL_LOCKS_EXCLUDED(transport_mutex_) {
    loop_thread_ = std::this_thread::get_id();
    const MHD_DaemonInfo* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
    pollfd ready[] = {{.fd = info->epoll_fd, .events = POLLIN, .revents = 0},
                      {.fd = wake_, .events = POLLIN, .revents = 0}};
    int wait_ms = 0;
    while (!stopped_) {
      poll(ready, std::size(ready), wait_ms);
      uint64_t wakes = 0;
      if (ready[1].revents != 0) static_cast<void>(!read(wake_, &wakes, sizeof(wakes)));
      {
        absl::MutexLock lock(&transport_mutex_);
        wait_ms = MoveOnce();
      }
      BeginArrived();
    }
  }

  // An answer that is given at once moves bytes, by which further requests may arrive.
  void BeginArrived() {
    MoveWhileWanted();
    while (std::shared_ptr<Exchange> exchange = TakeArrived()) {
      Handle(std::move(exchange));
      MoveWhileWanted();
    }
  }

  std::shared_ptr<Exchange> TakeArrived() {
    absl::MutexLock lock(&mutex_);
    if (arrived_.empty()) return nullptr;
    std::shared_ptr<Exchange> exchange = std::move(arrived_.front());
    arrived_.pop_front();
    return exchange;
  }

  // Moves what can be moved now; how long nothing else is to be done, unless a socket gets ready.
  int MoveOnce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(transport_mutex_) {
    is_wanted_ = false;
    MHD_run(daemon_);
    MHD_UNSIGNED_LONG_LONG most = kLongestWaitMs;
    if (MHD_get_timeout(daemon_, &most) != MHD_YES) return kLongestWaitMs;
    return static_cast<int>(std::min<MHD_UNSIGNED_LONG_LONG>(most, kLongestWaitMs));
  }

  void Resumed() override ABSL_LOCKS_EXCLUDED(transport_mutex_) {
    is_wanted_ = true;
    MoveWhileWanted();
  }

  // Whoever finds the lock taken has told its holder before, who looks once more after giving it
  // back.
  void MoveWhileWanted() ABSL_LOCKS_EXCLUDED(transport_mutex_) {
    // To take up an answer, and to send it, the library is let twice.
    bool has_more = false;
    for (int rounds = 0; is_wanted_ || has_more; ++rounds) {
      // Our thread has the time, and does not know of what is left to do.
      if (rounds == kMostRounds) return Wake();
      if (!transport_mutex_.TryLock()) return has_more ? Wake() : void();
      has_more = MoveOnce() == 0;
      transport_mutex_.Unlock();
    }
  }

  void Wake() {
    const uint64_t one = 1;
    static_cast<void>(!write(wake_, &one, sizeof(one)));
  }

  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url,
                              const char* method, const char*, const char* upload,
                              size_t* upload_size, void** state) {
    auto& server = *static_cast<MicroHttpServer*>(self);
    if (*state == nullptr) return server.Begin(connection, url, method, state);
    Exchange& exchange = **static_cast<std::shared_ptr<Exchange>*>(*state);
    if (*upload_size > 0) {
      if (exchange.refusal() == 0) exchange.Append({upload, *upload_size}, server.options_);
      *upload_size = 0;
      return MHD_YES;
    }
    if (exchange.handed_over()) return exchange.Reply();
    if (exchange.refusal() != 0) return server.RefuseNow(exchange);
    return server.HandOver(connection, exchange);
  }

  static void OnCompleted(void* self, MHD_Connection* connection, void** state,
                          MHD_RequestTerminationCode) {
    if (*state == nullptr) return;
    auto& server = *static_cast<MicroHttpServer*>(self);
    auto* exchange = static_cast<std::shared_ptr<Exchange>*>(*state);
    (*exchange)->ConnectionDone();
    server.watch_.AnswerSent(connection);
    {
      absl::MutexLock lock(&server.mutex_);
      server.exchanges_.erase(exchange->get());
    }
    delete exchange;
    *state = nullptr;
  }

  static void OnConnection(void* self, MHD_Connection* connection, void**,
                           MHD_ConnectionNotificationCode code) {
    auto& server = *static_cast<MicroHttpServer*>(self);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) return server.watch_.Closed(connection);
    const MHD_ConnectionInfo* info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != nullptr) server.watch_.Opened(connection, info->connect_fd);
  }

  MHD_Result Begin(MHD_Connection* connection, const char* url, const char* method, void** state) {
    auto exchange = std::make_shared<Exchange>(connection, *this, buffered_);
    HttpRequest& request = exchange->request();
    request.method = method;
    request.path = url;
    request.remote_address = RemoteAddress(connection);
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &AddHeader, &request);
    QueryReading reading{request};
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &AddQuery, &reading);
    if (!reading.well_formed) exchange->Refuse(400, "query: expected valid percent-encoding");
    const absl::string_view type = request.Header("content-type");
    if (absl::StartsWithIgnoreCase(type, "multipart/form-data")) exchange->ReadAsForm();
    {
      absl::MutexLock lock(&mutex_);
      exchanges_.insert(exchange.get());
    }
    *state = new std::shared_ptr<Exchange>(exchange);
    uint64_t length = 0;
    const bool is_announced = absl::SimpleAtoi(request.Header("content-length"), &length);
    if (is_announced && length <= kMostReservedBytes) request.body.reserve(length);
    if (is_announced && length > options_.max_body_bytes) {
      // Answered before the body is sent.
      exchange->Refuse(413, absl::StrCat("body: expected at most ", options_.max_body_bytes,
                                         " bytes; send a shorter transcript"));
      return RefuseNow(*exchange);
    }
    return MHD_YES;
  }

  MHD_Result HandOver(MHD_Connection* connection, Exchange& exchange) {
    watch_.RequestRead(connection);
    const std::shared_ptr<Exchange> kept = exchange.shared_from_this();
    if (Enter()) {
      if (BeginsOnOurThread(exchange.request())) {
        exchange.HandOver([] { return true; });
        {
          absl::MutexLock lock(&mutex_);
          arrived_.push_back(kept);
        }
        // It looks for what has arrived after each time that it moved bytes.
        if (std::this_thread::get_id() != loop_thread_) Wake();
        return MHD_YES;
      }
      if (exchange.HandOver([&] { return pool_.TrySubmit([this, kept] { Handle(kept); }); })) {
        return MHD_YES;
      }
      Leave();
    }
    exchange.Refuse(503, stopping_ ? "the server is stopping; connect again"
                                   : "too many requests are being handled; try again shortly");
    return RefuseNow(exchange);
  }

  MHD_Result RefuseNow(Exchange& exchange) {
    HttpResponse response = refusal_(exchange.refusal(), exchange.refusal_reason());
    if (exchange.refusal() == 503) {
      const int64_t seconds =
          absl::ToInt64Seconds(absl::Ceil(options_.retry_after, absl::Seconds(1)));
      response.headers.emplace_back("Retry-After", absl::StrCat(seconds));
    }
    if (stopping_ || exchange.refusal() == 413) {
      response.headers.emplace_back("Connection", "close");
    }
    exchange.Send(std::move(response));
    return exchange.Reply();
  }

  void Handle(std::shared_ptr<Exchange> exchange) {
    Exchange& borrowed = *exchange;
    throughline::Start<Handled>(pool_, handler_(borrowed.request(), borrowed),
                                [this, kept = std::move(exchange)](Handled) mutable {
                                  if (!kept->started())
                                    kept->Send(refusal_(500, "the request was not answered"));
                                  kept->HandlerDone();
                                  // Nothing of the server's may be held once it counts as left.
                                  kept = nullptr;
                                  Leave();
                                });
  }

  // The handler's first steps may run on our thread, which has little else to do, and is there
  // sooner than one of the pool's, which have slept longer.
  bool BeginsOnOurThread(const HttpRequest& request) {
    return begins_at_once_ && IsQuiet() && begins_at_once_(request);
  }

  // Counts what is being handled; false once the server stops.
  bool Enter() {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return false;
    ++under_way_;
    return true;
  }
  void Leave() {
    absl::MutexLock lock(&mutex_);
    --under_way_;
  }
  bool IsQuiet() {
    absl::MutexLock lock(&mutex_);
    return under_way_ <= kQuiet;
  }
  void WaitUntilHandled() {
    absl::MutexLock lock(&mutex_);
    const auto all_left = [this]()
                              ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; };
    mutex_.Await(absl::Condition(&all_left));
  }

  void WaitUntilIdle(absl::Time until) {
    absl::MutexLock lock(&mutex_);
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return exchanges_.empty(); };
    AwaitFor(mutex_, absl::Condition(&idle), until - Clock::Real().SteadyNow());
  }

  void CancelAll() {
    std::vector<std::shared_ptr<CancellationSource>> sources;
    {
      absl::MutexLock lock(&mutex_);
      for (const Exchange* exchange : exchanges_) sources.push_back(exchange->cancellation());
    }
    for (const auto& source : sources) source->Cancel();
  }

  const HttpServerOptions options_;
  const Handler handler_;
  const Refusal refusal_;
  const BeginsAtOnce begins_at_once_;
  ConnectionWatch watch_;
  std::atomic<size_t> buffered_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> stopped_{false};
  absl::Mutex transport_mutex_;         // while the library moves bytes
  std::atomic<bool> is_wanted_{false};  // a connection was resumed since
  absl::Mutex mutex_;
  std::deque<std::shared_ptr<Exchange>> arrived_ ABSL_GUARDED_BY(mutex_);  // for our thread
  std::set<const Exchange*> exchanges_ ABSL_GUARDED_BY(mutex_);
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;  // handlers that have not ended
  BoundedPool pool_;
  MHD_Daemon* daemon_ = nullptr;
  std::thread thread_;
  std::atomic<std::thread::id> loop_thread_;
  int wake_ = -1;  // an eventfd
  bool ended_in_time_ = true;
  int port_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options,
                                                              Handler handler, Refusal refusal,
                                                              BeginsAtOnce begins_at_once) {
  auto server = std::make_unique<MicroHttpServer>(std::move(options), std::move(handler),
                                                  std::move(refusal), std::move(begins_at_once));
  if (absl::Status status = server->Start(); !status.ok()) return status;
  return server;
}

}  // namespace throughline::gateway
