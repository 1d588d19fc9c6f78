#include "services/fault_proxy/sockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace throughline::fault_proxy {
namespace {

constexpr int kBacklog = 256;

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::StatusOr<Addresses> Resolve(const HostPort& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
  if (error == 0) return Addresses(found);
  return absl::UnavailableError(absl::StrCat(address.ToString(),
                                             ": expected a host that resolves (",
                                             gai_strerror(error), "); correct the address"));
}

absl::Status SystemError(const HostPort& address, absl::string_view expected) {
  return absl::UnavailableError(absl::StrCat(address.ToString(), ": expected ", expected, " (",
                                             std::strerror(errno), "); choose another address"));
}

void SendAtOnce(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    Close();
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

void Socket::Close() {
  if (valid()) close(std::exchange(descriptor_, -1));
}

void Socket::ShutDown() const {
  if (valid()) shutdown(descriptor_, SHUT_RDWR);
}

void Socket::ResetOnClose() const {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  if (valid()) setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

absl::StatusOr<Socket> Listen(const HostPort& address) {
  ASSIGN_OR_RETURN(const Addresses found, Resolve(address));
  Socket listener(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(listener.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (!listener.valid() || bind(listener.descriptor(), found->ai_addr, found->ai_addrlen) != 0 ||
      listen(listener.descriptor(), kBacklog) != 0) {
    return SystemError(address, "an address to listen on");
  }
  return listener;
}

HostPort LocalAddress(const Socket& listener, const HostPort& asked) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  getsockname(listener.descriptor(), reinterpret_cast<sockaddr*>(&bound), &size);
  const in_port_t port = bound.ss_family == AF_INET6
                             ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                             : reinterpret_cast<sockaddr_in*>(&bound)->sin_port;
  return {.host = asked.host, .port = ntohs(port)};
}

Socket Accept(const Socket& listener) {
  while (true) {
    Socket accepted(accept4(listener.descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.valid()) SendAtOnce(accepted.descriptor());
    // A client that left before it was accepted is no reason to end.
    if (accepted.valid() || (errno != ECONNABORTED && errno != EINTR)) return accepted;
  }
}

absl::StatusOr<Socket> Connect(const HostPort& address) {
  ASSIGN_OR_RETURN(const Addresses found, Resolve(address));
  Socket connected(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connected.valid() ||
      connect(connected.descriptor(), found->ai_addr, found->ai_addrlen) != 0) {
    return SystemError(address, "somebody who answers");
  }
  SendAtOnce(connected.descriptor());
  return connected;
}

bool SendAll(const Socket& socket, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace throughline::fault_proxy
