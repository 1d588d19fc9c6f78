#include "services/fault_proxy/control.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"

namespace throughline::fault_proxy {
namespace {

absl::Status Unknown(absl::string_view line) {
  return InvalidField("command",
                      absl::StrCat("delay TIME, throttle BYTES_PER_SECOND, corrupt EVERY_BYTES, "
                                   "blackhole, refuse, cut, heal or status, got \"",
                                   line, "\""),
                      "send one of them, a line each");
}

// Reads the faults that a word and its value ask for; false when they ask for none.
bool ReadFault(absl::string_view word, const std::string& value, Faults& faults) {
  if (word == "delay") {
    return absl::ParseDuration(value, &faults.delay) && faults.delay >= absl::ZeroDuration() &&
           faults.delay <= FaultProxy::kMaxDelay;
  }
  int64_t number = 0;
  if (!absl::SimpleAtoi(value, &number) || number < 0) return false;
  if (word == "throttle") {
    faults.bytes_per_second = number;
  } else if (word == "corrupt") {
    faults.corrupt_every_bytes = number;
  } else {
    return false;
  }
  return true;
}

absl::string_view FlowName(Faults::Flow flow) {
  switch (flow) {
    case Faults::Flow::kPass:
      return "pass";
    case Faults::Flow::kBlackHole:
      return "blackhole";
    case Faults::Flow::kRefuse:
      return "refuse";
  }
  return "";
}

}  // namespace

std::string Describe(const FaultProxy& proxy) {
  const Faults faults = proxy.faults();
  return absl::StrCat(FlowName(faults.flow), " delay=", absl::FormatDuration(faults.delay),
                      " throttle=", faults.bytes_per_second,
                      " corrupt=", faults.corrupt_every_bytes,
                      " connections=", proxy.connections());
}

absl::StatusOr<std::string> Obey(FaultProxy& proxy, absl::string_view line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipWhitespace());
  Faults faults = proxy.faults();
  if (words.size() == 2) {
    if (!ReadFault(words[0], words[1], faults)) return Unknown(line);
    proxy.Set(faults);
    return Describe(proxy);
  }
  if (words.size() != 1) return Unknown(line);
  if (words[0] == "cut") {
    proxy.Cut();
  } else if (words[0] == "heal") {
    proxy.Set(Faults());
  } else if (words[0] == "blackhole" || words[0] == "refuse") {
    faults.flow = words[0] == "refuse" ? Faults::Flow::kRefuse : Faults::Flow::kBlackHole;
    proxy.Set(faults);
  } else if (words[0] != "status") {
    return Unknown(line);
  }
  return Describe(proxy);
}

absl::StatusOr<std::unique_ptr<ControlServer>> ControlServer::Start(const HostPort& listen,
                                                                    FaultProxy& proxy) {
  ASSIGN_OR_RETURN(Socket listener, Listen(listen));
  return std::unique_ptr<ControlServer>(new ControlServer(listen, std::move(listener), proxy));
}

ControlServer::ControlServer(HostPort listen, Socket listener, FaultProxy& proxy)
    : listen_(std::move(listen)), listener_(std::move(listener)), proxy_(proxy) {
  thread_ = std::thread([this] { ServeAll(); });
}

ControlServer::~ControlServer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    client_.ShutDown();
  }
  listener_.ShutDown();
  thread_.join();
}

void ControlServer::ServeAll() {
  while (true) {
    Socket client = Accept(listener_);
    if (!client.valid()) return;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      client_ = std::move(client);
    }
    Serve();
    absl::MutexLock lock(&mutex_);
    client_.Close();
  }
}

// Only this thread assigns and closes client_; the destructor merely shuts it down.
void ControlServer::Serve() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::string pending;
  std::array<char, kMaxLineBytes> piece;
  while (true) {
    const ssize_t received = recv(client_.descriptor(), piece.data(), piece.size(), 0);
    if (received <= 0) return;
    pending.append(piece.data(), static_cast<size_t>(received));
    for (size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      const std::string line = pending.substr(0, end);
      pending.erase(0, end + 1);
      const absl::StatusOr<std::string> answer = Obey(proxy_, absl::StripSuffix(line, "\r"));
      const std::string reply = answer.ok()
                                    ? absl::StrCat("ok ", *answer, "\n")
                                    : absl::StrCat("error ", answer.status().message(), "\n");
      if (!SendAll(client_, reply)) return;
    }
    if (pending.size() > kMaxLineBytes) return;
  }
}

}  // namespace throughline::fault_proxy
