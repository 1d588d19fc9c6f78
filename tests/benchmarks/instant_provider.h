#ifndef THROUGHLINE_TESTS_BENCHMARKS_INSTANT_PROVIDER_H_
#define THROUGHLINE_TESTS_BENCHMARKS_INSTANT_PROVIDER_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace throughline::router {

// The head and body of an HTTP response with JSON.
inline std::string JsonResponse(int status, absl::string_view body) {
  return absl::StrCat("HTTP/1.1 ", status, status == 200 ? " OK" : " Error",
                      "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(),
                      "\r\n\r\n", body);
}

// Plain English of about so many bytes.
inline std::string Prose(size_t bytes) {
  constexpr absl::string_view kSentence =
      "The river runs through the old town, where merchants once sold cloth and salt to "
      "travellers. ";
  std::string text;
  while (text.size() < bytes) absl::StrAppend(&text, kSentence);
  return text;
}

// A streamed answer of about so many bytes, in pieces of some words.
inline std::string StreamedResponse(size_t bytes) {
  constexpr size_t kPieceBytes = 20;
  const std::string text = Prose(bytes);
  std::string events;
  for (size_t at = 0; at < text.size(); at += kPieceBytes) {
    absl::StrAppend(&events, R"(data: {"choices":[{"delta":{"content":")",
                    text.substr(at, kPieceBytes), "\"}}]}\n\n");
  }
  absl::StrAppend(&events, R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})",
                  "\n\ndata: [DONE]\n\n");
  return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ",
                      events.size(), "\r\n\r\n", events);
}

// A provider on one thread: answers every request at once or after `delay`, whatever number of
// connections wait.
class InstantProvider {
 public:
  // The whole response to the nth request, from 0.
  using Answers = std::function<std::string(int64_t n)>;
  // The whole response to a request, whose head and body it gets, and the time until it is sent.
  struct Reply {
    std::string response;
    absl::Duration delay;
  };
  using Replies = std::function<Reply(absl::string_view request)>;

  // The same answer of about so many bytes to all.
  InstantProvider(size_t answer_bytes, absl::Duration delay)
      : InstantProvider(Fixed(answer_bytes), delay) {}
  InstantProvider(Answers answers, absl::Duration delay)
      : InstantProvider([this, answers = std::move(answers), delay](absl::string_view) -> Reply {
          return {.response = answers(arrived_++), .delay = delay};
        }) {}
  explicit InstantProvider(Replies replies) : replies_(std::move(replies)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, name, length) != 0 || listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, name, &length) != 0) {
      std::perror("provider");
      std::exit(1);
    }
    port_ = ntohs(address.sin_port);
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    Watch(listener_);
    thread_ = std::thread([this] { Run(); });
  }
  ~InstantProvider() {
    stopping_ = true;
    thread_.join();
  }
  std::string url() const { return absl::StrCat("http://127.0.0.1:", port_, "/v1"); }
  // How many requests waited for the delay at most.
  size_t most_waiting() const { return most_waiting_; }

 private:
  static Answers Fixed(size_t bytes) {
    const std::string response = JsonResponse(
        200, absl::StrCat(R"({"choices":[{"message":{"content":"Paris is the capital of France. )",
                          Prose(bytes), R"("},"finish_reason":"stop"}],)",
                          R"("usage":{"prompt_tokens":100,"completion_tokens":50}})"));
    return [response](int64_t) { return response; };
  }

  void Watch(int socket) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
    epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
  }

  void Run() {
    epoll_event events[256];
    while (!stopping_) {
      const int ready = epoll_wait(poll_, events, 256, 10);
      for (int i = 0; i < ready; ++i) {
        if (events[i].data.fd == listener_) {
          Accept();
        } else {
          Read(events[i].data.fd);
        }
      }
      const absl::Time now = absl::Now();
      while (!due_.empty() && due_.begin()->first <= now) {
        const Waiting next = std::move(due_.begin()->second);
        due_.erase(due_.begin());
        Send(next.socket, next.response);
      }
    }
  }

  void Accept() {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    const int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    Watch(socket);
  }

  void Read(int socket) {
    char chunk[65536];
    const ssize_t got = recv(socket, chunk, sizeof(chunk), 0);
    if (got <= 0) {
      if (got < 0 && errno == EAGAIN) return;
      close(socket);
      partial_.erase(socket);
      std::erase_if(due_, [&](const auto& one) { return one.second.socket == socket; });
      return;
    }
    std::string& text = partial_[socket];
    text.append(chunk, static_cast<size_t>(got));
    const size_t head = text.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const size_t length_at = text.find("Content-Length: ");
    const size_t length = std::strtoul(text.c_str() + length_at + 16, nullptr, 10);
    if (text.size() < head + 4 + length) return;
    Reply reply = replies_(text);
    text.clear();
    if (reply.delay == absl::ZeroDuration()) {
      Send(socket, reply.response);
      return;
    }
    due_.emplace(absl::Now() + reply.delay, Waiting{socket, std::move(reply.response)});
    most_waiting_ = std::max(most_waiting_.load(), due_.size());
  }

  void Send(int socket, const std::string& answer) {
    for (size_t sent = 0; sent < answer.size();) {
      const ssize_t put = send(socket, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (put < 0 && errno == EAGAIN) continue;
      if (put <= 0) return;
      sent += static_cast<size_t>(put);
    }
  }

  struct Waiting {
    int socket;
    std::string response;
  };

  const Replies replies_;
  int64_t arrived_ = 0;
  int listener_ = -1;
  int poll_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> most_waiting_{0};
  std::map<int, std::string> partial_;
  std::multimap<absl::Time, Waiting> due_;
  std::thread thread_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_TESTS_BENCHMARKS_INSTANT_PROVIDER_H_
