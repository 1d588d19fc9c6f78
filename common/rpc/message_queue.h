#ifndef THROUGHLINE_COMMON_RPC_MESSAGE_QUEUE_H_
#define THROUGHLINE_COMMON_RPC_MESSAGE_QUEUE_H_

#include <deque>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/base/task.h"

namespace throughline::rpc {

// Where a streaming handler that is a task puts its messages, from any thread, without ever
// waiting. Messages wait there while the client is slow: the handler bounds them by what it writes
// in all.
template <typename Message>
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual void Write(Message message) = 0;
};

// Joins messages that stand behind one another: true when `last` took `next` in.
template <typename Message>
using MergeMessages = bool (*)(Message& last, const Message& next);

// What a handler has written and a caller of the same process has not taken yet. Written from any
// thread; one task takes.
template <typename Message>
class MessageQueue final : public MessageSink<Message> {
 public:
  explicit MessageQueue(MergeMessages<Message> merge) : merge_(merge) {}

  void Write(Message message) override ABSL_LOCKS_EXCLUDED(mutex_) {
    std::function<void(bool)> on_news;
    {
      absl::MutexLock lock(&mutex_);
      if (!messages_.empty() && merge_(messages_.back(), message)) return;
      messages_.push_back(std::move(message));
      on_news = std::exchange(on_news_, nullptr);
    }
    if (on_news) on_news(true);
  }

  // There will be no more. The queue may be gone when it returns.
  void End(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::function<void(bool)> on_news;
    {
      absl::MutexLock lock(&mutex_);
      status_ = std::move(status);
      ended_ = true;
      on_news = std::exchange(on_news_, nullptr);
    }
    if (on_news) on_news(true);
  }

  // False, and nothing in `message`, when there is none any more: End has been called.
  Task<bool> Next(Message& message) ABSL_LOCKS_EXCLUDED(mutex_) {
    auto begin = [this](std::function<void(bool)> done) {
      {
        absl::MutexLock lock(&mutex_);
        if (messages_.empty() && !ended_) {
          on_news_ = std::move(done);
          return;
        }
      }
      done(true);
    };
    co_await Completion<bool>(begin);
    absl::MutexLock lock(&mutex_);
    if (messages_.empty()) co_return false;
    message = std::move(messages_.front());
    messages_.pop_front();
    co_return true;
  }

  // How it ended, once there is no message any more.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return status_;
  }

 private:
  const MergeMessages<Message> merge_;
  mutable absl::Mutex mutex_;
  std::deque<Message> messages_ ABSL_GUARDED_BY(mutex_);
  std::function<void(bool)> on_news_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_MESSAGE_QUEUE_H_
