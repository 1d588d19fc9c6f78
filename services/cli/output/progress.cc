#include "services/cli/output/progress.h"

#include <algorithm>
#include <array>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/await.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

constexpr absl::Duration kFrame = absl::Milliseconds(80);
constexpr std::array kSpinner = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr char kClearLine[] = "\r\033[K";
constexpr int kBarWidth = 30;

}  // namespace

StepProgress::StepProgress(Terminal& terminal) : terminal_(terminal) {
  if (terminal_.err_is_terminal) drawer_ = std::thread([this] { Draw(); });
}

StepProgress::~StepProgress() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    EraseLine();
  }
  if (drawer_.joinable()) drawer_.join();
}

void StepProgress::Begin(absl::string_view step) {
  absl::MutexLock lock(&mutex_);
  running_ = OneLine(step);
}

void StepProgress::End(absl::string_view step, absl::string_view outcome) {
  absl::MutexLock lock(&mutex_);
  EraseLine();
  running_.clear();
  const Style& style = terminal_.err_layout.style;
  terminal_.err << style.Green("✓") << " " << OneLine(step);
  if (!outcome.empty()) terminal_.err << ": " << OneLine(outcome);
  terminal_.err << std::endl;
}

void StepProgress::EraseLine() {
  if (terminal_.err_is_terminal && !running_.empty()) terminal_.err << kClearLine << std::flush;
}

void StepProgress::Draw() {
  const auto stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
  absl::MutexLock lock(&mutex_);
  for (size_t frame = 0; !AwaitFor(mutex_, absl::Condition(&stopping), kFrame); ++frame) {
    if (running_.empty()) continue;
    terminal_.err << kClearLine
                  << terminal_.err_layout.style.Cyan(kSpinner[frame % kSpinner.size()]) << " "
                  << Truncate(running_, terminal_.err_layout.width - 2) << std::flush;
  }
}

BatchProgress::BatchProgress(Terminal& terminal, absl::string_view what, int64_t total)
    : terminal_(terminal), what_(what), total_(total) {}

BatchProgress::~BatchProgress() {
  if (drawn_percent_ >= 0) terminal_.err << kClearLine << std::flush;
}

void BatchProgress::Advance(int64_t amount) {
  done_ += amount;
  if (!terminal_.err_is_terminal || total_ <= 0) return;
  const int percent = static_cast<int>(std::min<int64_t>(100, done_ * 100 / total_));
  if (percent == drawn_percent_) return;
  drawn_percent_ = percent;
  const int filled = percent * kBarWidth / 100;
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
  terminal_.err << kClearLine << what_ << " " << terminal_.err_layout.style.Cyan(bar)
                << absl::StrCat(" ", percent, "%") << std::flush;
}

}  // namespace throughline::cli
