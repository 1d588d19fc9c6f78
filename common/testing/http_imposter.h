#ifndef THROUGHLINE_COMMON_TESTING_HTTP_IMPOSTER_H_
#define THROUGHLINE_COMMON_TESTING_HTTP_IMPOSTER_H_

#include <chrono>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace throughline {

// A real HTTP/1.1 server on a loopback port of its own that answers what a test tells it to: the
// stand-in for model providers. Keeps connections open. Thread-safe.
class HttpImposter {
 public:
  struct Answer {
    int status = 200;
    std::vector<std::string> headers;  // "Name: value"
    std::string body;
    // Promises this many bytes more than it sends, then closes: a response cut in the middle.
    size_t missing_bytes = 0;
    // Sends the body in chunks of this many bytes, each as soon as the one before it has gone, with
    // `pause` between them; 0: at once, with its length announced.
    size_t chunk_bytes = 0;
    std::chrono::milliseconds pause{0};
    // With chunk_bytes: how the chunked body ends.
    enum class End { kWhole, kCut, kStall };
    End end = End::kWhole;
    // With chunk_bytes: a further chunk, kept back until Release is called.
    std::string held_back;
    // Waits this long before the answer.
    std::chrono::milliseconds delay{0};
    // Sends nothing and keeps the connection until the imposter goes or the client does.
    bool stall = false;
  };
  struct Seen {
    std::string target;   // "/v1/chat/completions"
    std::string headers;  // as sent
    std::string body;
  };

  HttpImposter();
  ~HttpImposter();
  HttpImposter(const HttpImposter&) = delete;
  HttpImposter& operator=(const HttpImposter&) = delete;

  // "http://127.0.0.1:port".
  std::string url() const;

  // Answers in order; the last one repeats. Without any: 500.
  void Say(std::vector<Answer> answers) ABSL_LOCKS_EXCLUDED(mutex_);
  // Lets go what is held back, now and from here on.
  void Release() ABSL_LOCKS_EXCLUDED(mutex_);
  // Requests so far, in order of arrival.
  std::vector<Seen> seen() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Connections so far.
  int connections() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Accept();
  void Serve(int socket);
  // False when the connection is to be closed.
  bool SendChunks(int socket, const Answer& answer) ABSL_LOCKS_EXCLUDED(mutex_);
  bool AnswerNext(int socket, Seen request);
  Answer Next(Seen request) ABSL_LOCKS_EXCLUDED(mutex_);

  int listener_ = -1;
  int port_ = 0;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Answer> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<Seen> seen_ ABSL_GUARDED_BY(mutex_);
  std::set<int> sockets_ ABSL_GUARDED_BY(mutex_);
  int connections_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::thread acceptor_;
};

// An address where nobody answers: connections are neither taken nor refused.
class BlackHole {
 public:
  BlackHole();
  ~BlackHole();
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;

  std::string url() const;

 private:
  int port_ = 0;
  std::vector<int> sockets_;  // the listener, and connections that fill its queue
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_HTTP_IMPOSTER_H_
