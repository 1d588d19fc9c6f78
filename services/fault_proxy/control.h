#ifndef THROUGHLINE_SERVICES_FAULT_PROXY_CONTROL_H_
#define THROUGHLINE_SERVICES_FAULT_PROXY_CONTROL_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/fault_proxy/proxy.h"
#include "services/fault_proxy/sockets.h"

namespace throughline::fault_proxy {

// Does what one line says: "delay 200ms", "throttle 10000", "corrupt 4096", "blackhole", "refuse",
// "cut", "heal", "status". The answer is one line without its line feed; INVALID_ARGUMENT says what
// was expected, and then nothing changes.
absl::StatusOr<std::string> Obey(FaultProxy& proxy, absl::string_view line);

// The faults in the words of the protocol: "pass delay=200ms throttle=0 corrupt=0 connections=3".
std::string Describe(const FaultProxy& proxy);

// Takes lines over TCP, one client at a time, and answers each with "ok …" or "error …".
class ControlServer {
 public:
  static constexpr size_t kMaxLineBytes = 200;

  // `proxy` outlives the object. UNAVAILABLE when it cannot listen.
  static absl::StatusOr<std::unique_ptr<ControlServer>> Start(const HostPort& listen,
                                                              FaultProxy& proxy);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  HostPort address() const { return LocalAddress(listener_, listen_); }

 private:
  ControlServer(HostPort listen, Socket listener, FaultProxy& proxy);
  void ServeAll();
  void Serve();

  const HostPort listen_;
  const Socket listener_;
  FaultProxy& proxy_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Socket client_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace throughline::fault_proxy

#endif  // THROUGHLINE_SERVICES_FAULT_PROXY_CONTROL_H_
