#ifndef THROUGHLINE_SERVICES_FAULT_PROXY_SOCKETS_H_
#define THROUGHLINE_SERVICES_FAULT_PROXY_SOCKETS_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/host_port.h"

namespace throughline::fault_proxy {

// A socket, closed when the object goes. Movable.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { Close(); }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;

  int descriptor() const { return descriptor_; }
  bool valid() const { return descriptor_ >= 0; }
  void Close();
  // Wakes whoever reads from it or writes to it; they see its end.
  void ShutDown() const;
  // The next close resets the connection instead of ending it in order.
  void ResetOnClose() const;

 private:
  int descriptor_ = -1;
};

// Listens at `address`, port 0 for the system's choice. UNAVAILABLE names the address.
absl::StatusOr<Socket> Listen(const HostPort& address);
// Where a listener listens.
HostPort LocalAddress(const Socket& listener, const HostPort& asked);
// The next connection; not valid once the listener was shut down.
Socket Accept(const Socket& listener);
// UNAVAILABLE when nobody answers at `address`.
absl::StatusOr<Socket> Connect(const HostPort& address);
// False when the other side is gone.
bool SendAll(const Socket& socket, absl::string_view bytes);

}  // namespace throughline::fault_proxy

#endif  // THROUGHLINE_SERVICES_FAULT_PROXY_SOCKETS_H_
