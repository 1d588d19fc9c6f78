#include "services/fault_proxy/proxy.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/base/await.h"
#include "common/base/status_macros.h"

namespace throughline::fault_proxy {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;
// A throttled piece takes about this long, so that a new rate is felt soon.
constexpr int kPiecesPerSecond = 20;
constexpr int64_t kDownwardPhaseBytes = 37;

size_t PieceBytes(const Faults& faults) {
  if (faults.bytes_per_second <= 0) return kPieceBytes;
  return static_cast<size_t>(
      std::clamp<int64_t>(faults.bytes_per_second / kPiecesPerSecond, 1, kPieceBytes));
}

// Turns one bit of each `every`th byte; `passed` counts on over the pieces.
void Corrupt(char* bytes, size_t size, int64_t every, int64_t& passed) {
  for (size_t i = 0; i < size; ++i) {
    if (++passed % every == 0) bytes[i] ^= static_cast<char>(1 << (passed / every % 8));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<FaultProxy>> FaultProxy::Start(Options options) {
  ASSIGN_OR_RETURN(Socket listener, Listen(options.listen));
  return std::unique_ptr<FaultProxy>(new FaultProxy(std::move(options), std::move(listener)));
}

FaultProxy::FaultProxy(Options options, Socket listener)
    : options_(std::move(options)), listener_(std::move(listener)) {
  acceptor_ = std::thread([this] { AcceptAll(); });
}

FaultProxy::~FaultProxy() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  listener_.ShutDown();
  acceptor_.join();
  Cut();
  Sweep();
}

void FaultProxy::Set(const Faults& faults) {
  absl::MutexLock lock(&mutex_);
  faults_ = faults;
  faults_.delay = std::clamp(faults.delay, absl::ZeroDuration(), kMaxDelay);
  if (faults_.flow == Faults::Flow::kRefuse) CutLocked();
}

Faults FaultProxy::faults() const {
  absl::MutexLock lock(&mutex_);
  return faults_;
}

void FaultProxy::Cut() {
  absl::MutexLock lock(&mutex_);
  CutLocked();
}

void FaultProxy::CutLocked() {
  for (Connection& connection : open_) {
    connection.client.ResetOnClose();
    connection.target.ResetOnClose();
    End(connection);
  }
}

void FaultProxy::End(Connection& connection) {
  // Under the mutex, so that whoever waits is asked again.
  connection.ended = true;
  connection.client.ShutDown();
  connection.target.ShutDown();
}

void FaultProxy::AcceptAll() {
  for (Socket client = Accept(listener_); client.valid(); client = Accept(listener_)) {
    ++connections_;
    Sweep();
    Open(std::move(client));
  }
}

void FaultProxy::Open(Socket client) {
  absl::MutexLock lock(&mutex_);
  if (stopping_ || faults_.flow == Faults::Flow::kRefuse || open_.size() >= kMaxConnections) {
    client.ResetOnClose();
    return;
  }
  Connection& connection = open_.emplace_back();
  connection.client = std::move(client);
  // The target is reached on the connection's own thread: a slow one holds up nobody else.
  connection.up = std::thread([this, &connection] { Serve(connection); });
}

void FaultProxy::Serve(Connection& connection) {
  Faults faults;
  if (!AwaitFlow(connection, faults)) return;
  absl::StatusOr<Socket> target = Connect(options_.target);
  {
    absl::MutexLock lock(&mutex_);
    if (!target.ok() || connection.ended) {
      connection.client.ResetOnClose();
      End(connection);
      return;
    }
    connection.target = *std::move(target);
    connection.down = std::thread(
        [this, &connection] { Pump(connection.target, connection.client, connection); });
  }
  Pump(connection.client, connection.target, connection);
}

void FaultProxy::Pump(const Socket& from, const Socket& to, Connection& connection) {
  std::array<char, kPieceBytes> piece;
  // Bits turned on the way there must not be turned back on the way home.
  int64_t passed = &from == &connection.target ? kDownwardPhaseBytes : 0;
  Faults faults;
  while (AwaitFlow(connection, faults)) {
    const ssize_t received = recv(from.descriptor(), piece.data(), PieceBytes(faults), 0);
    if (received <= 0) break;
    const auto size = static_cast<size_t>(received);
    // What arrived while the wire went dead stays in it.
    if (!AwaitFlow(connection, faults)) break;
    absl::Duration pause = faults.delay;
    if (faults.bytes_per_second > 0) {
      pause +=
          absl::Seconds(static_cast<double>(size) / static_cast<double>(faults.bytes_per_second));
    }
    if (!Wait(connection, pause)) break;
    if (faults.corrupt_every_bytes > 0) {
      Corrupt(piece.data(), size, faults.corrupt_every_bytes, passed);
    }
    if (!SendAll(to, absl::string_view(piece.data(), size))) break;
  }
  absl::MutexLock lock(&mutex_);
  End(connection);
}

bool FaultProxy::AwaitFlow(const Connection& connection, Faults& faults) {
  const auto moves = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return connection.ended || stopping_ || faults_.flow == Faults::Flow::kPass;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&moves));
  faults = faults_;
  return !connection.ended && !stopping_;
}

bool FaultProxy::Wait(const Connection& connection, absl::Duration time) {
  const auto ended = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return connection.ended || stopping_;
  };
  if (time <= absl::ZeroDuration()) return true;
  absl::MutexLock lock(&mutex_);
  return !AwaitFor(mutex_, absl::Condition(&ended), time);
}

void FaultProxy::Sweep() {
  std::list<Connection> ended;
  {
    absl::MutexLock lock(&mutex_);
    for (auto each = open_.begin(); each != open_.end();) {
      const auto next = std::next(each);
      if (each->ended) ended.splice(ended.end(), open_, each);
      each = next;
    }
  }
  for (Connection& connection : ended) {
    // The first thread starts the second, so it is joined first.
    if (connection.up.joinable()) connection.up.join();
    if (connection.down.joinable()) connection.down.join();
  }
}

}  // namespace throughline::fault_proxy
