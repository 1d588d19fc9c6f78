#include "common/testing/http_imposter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace throughline {
namespace {

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

// Reads into `buffer` until it holds `enough`; false when the client closes first.
template <typename Enough>
bool ReadUntil(int socket, std::string& buffer, const Enough& enough) {
  char chunk[4096];
  while (!enough()) {
    const ssize_t got = recv(socket, chunk, sizeof(chunk), 0);
    if (got <= 0) return false;
    buffer.append(chunk, static_cast<size_t>(got));
  }
  return true;
}

size_t ContentLength(absl::string_view headers) {
  for (const absl::string_view line : absl::StrSplit(headers, "\r\n")) {
    if (!absl::StartsWithIgnoreCase(line, "content-length:")) continue;
    size_t length = 0;
    if (absl::SimpleAtoi(absl::StripAsciiWhitespace(line.substr(15)), &length)) return length;
  }
  return 0;
}

// The next request on the connection; `buffer` keeps what was read beyond it.
std::optional<HttpImposter::Seen> ReadRequest(int socket, std::string& buffer) {
  constexpr char kEnd[] = "\r\n\r\n";
  if (!ReadUntil(socket, buffer, [&] { return buffer.find(kEnd) != std::string::npos; })) {
    return std::nullopt;
  }
  const size_t head = buffer.find(kEnd) + 4;
  HttpImposter::Seen seen{.headers = buffer.substr(0, head)};
  const size_t whole = head + ContentLength(seen.headers);
  if (!ReadUntil(socket, buffer, [&] { return buffer.size() >= whole; })) return std::nullopt;
  seen.body = buffer.substr(head, whole - head);
  const std::vector<std::string> line = absl::StrSplit(seen.headers, absl::MaxSplits(' ', 2));
  if (line.size() > 1) seen.target = line[1];
  buffer.erase(0, whole);
  return seen;
}

// False when the client has gone.
bool SendAll(int socket, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t put = send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

// A piece of a chunked body.
std::string Chunk(const std::string& piece) {
  return absl::StrCat(absl::Hex(piece.size()), "\r\n", piece, "\r\n");
}

// Sends nothing more; false once the client has gone.
bool WaitForClient(int socket) {
  char ignored;
  return recv(socket, &ignored, 1, 0) > 0;
}

}  // namespace

BlackHole::BlackHole() {
  constexpr int kQueueFillers = 4;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* name = reinterpret_cast<sockaddr*>(&address);
  sockets_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (sockets_[0] < 0 || bind(sockets_[0], name, length) != 0 || listen(sockets_[0], 0) != 0 ||
      getsockname(sockets_[0], name, &length) != 0) {
    Die("BlackHole");
  }
  port_ = ntohs(address.sin_port);
  // Nobody takes these from the queue, so the next one's handshake goes unanswered.
  for (int i = 0; i < kQueueFillers; ++i) {
    sockets_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    static_cast<void>(connect(sockets_.back(), name, length));
  }
}

BlackHole::~BlackHole() {
  for (const int socket : sockets_) close(socket);
}

std::string BlackHole::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

HttpImposter::HttpImposter() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      listen(listener_, SOMAXCONN) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    Die("HttpImposter");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

HttpImposter::~HttpImposter() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    absl::MutexLock lock(&mutex_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  close(listener_);
}

std::string HttpImposter::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

void HttpImposter::Say(std::vector<Answer> answers) {
  absl::MutexLock lock(&mutex_);
  answers_.assign(answers.begin(), answers.end());
}

void HttpImposter::Release() {
  absl::MutexLock lock(&mutex_);
  released_ = true;
}

std::vector<HttpImposter::Seen> HttpImposter::seen() const {
  absl::MutexLock lock(&mutex_);
  return seen_;
}

int HttpImposter::connections() const {
  absl::MutexLock lock(&mutex_);
  return connections_;
}

void HttpImposter::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    absl::MutexLock lock(&mutex_);
    if (stopping_ || socket < 0) {
      if (socket >= 0) close(socket);
      return;
    }
    sockets_.insert(socket);
    ++connections_;
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void HttpImposter::Serve(int socket) {
  std::string buffer;
  while (std::optional<Seen> request = ReadRequest(socket, buffer)) {
    if (!AnswerNext(socket, *std::move(request))) break;
  }
  absl::MutexLock lock(&mutex_);
  sockets_.erase(socket);
  close(socket);
}

bool HttpImposter::SendChunks(int socket, const Answer& answer) {
  for (size_t at = 0; at < answer.body.size(); at += answer.chunk_bytes) {
    if (!SendAll(socket, Chunk(answer.body.substr(at, answer.chunk_bytes)))) return false;
    if (answer.pause.count() > 0) std::this_thread::sleep_for(answer.pause);
  }
  if (!answer.held_back.empty()) {
    {
      absl::MutexLock lock(&mutex_);
      const auto may_go = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return released_ || stopping_;
      };
      mutex_.Await(absl::Condition(&may_go));
    }
    if (!SendAll(socket, Chunk(answer.held_back))) return false;
  }
  switch (answer.end) {
    case Answer::End::kWhole:
      return SendAll(socket, "0\r\n\r\n");
    case Answer::End::kCut:
      return false;
    case Answer::End::kStall:
      return WaitForClient(socket);
  }
  return false;
}

bool HttpImposter::AnswerNext(int socket, Seen request) {
  const Answer answer = Next(std::move(request));
  if (answer.delay.count() > 0) std::this_thread::sleep_for(answer.delay);
  if (answer.stall) return WaitForClient(socket);
  const bool chunked = answer.chunk_bytes > 0;
  std::string text = absl::StrCat("HTTP/1.1 ", answer.status, " Said\r\n");
  for (const std::string& header : answer.headers) absl::StrAppend(&text, header, "\r\n");
  if (chunked) {
    absl::StrAppend(&text, "Transfer-Encoding: chunked\r\n\r\n");
    return SendAll(socket, text) && SendChunks(socket, answer);
  }
  absl::StrAppend(&text, "Content-Length: ", answer.body.size() + answer.missing_bytes, "\r\n\r\n",
                  answer.body);
  return SendAll(socket, text) && answer.missing_bytes == 0;
}

HttpImposter::Answer HttpImposter::Next(Seen request) {
  absl::MutexLock lock(&mutex_);
  seen_.push_back(std::move(request));
  if (answers_.empty()) return {.status = 500};
  Answer answer = answers_.front();
  if (answers_.size() > 1) answers_.pop_front();
  return answer;
}

}  // namespace throughline
