#include "services/router/domain/streamed_text.h"

#include <gtest/gtest.h>

#include <string>

#include "services/router/domain/reasoning.h"

namespace throughline::router {
namespace {

struct Collected final : TextSink {
  void Send(absl::string_view piece) override { text += std::string(piece); }
  std::string text;
};

// What has gone out once `whole` has come in pieces of `piece_bytes`, before the end is known.
struct Streamed {
  std::string early;
  std::string all;
  bool holds = false;
};
Streamed Stream(const std::string& whole, size_t piece_bytes, bool may_think_untagged = false) {
  Collected out;
  StreamedText text(may_think_untagged, out);
  for (size_t at = 0; at < whole.size(); at += piece_bytes) {
    text.Append(absl::string_view(whole).substr(at, piece_bytes));
  }
  Streamed streamed{.early = out.text};
  streamed.holds = text.Finish(StripReasoning(whole).text);
  streamed.all = out.text;
  return streamed;
}

// Whatever the shape and wherever it is cut: what went out is what stripping the whole leaves.
TEST(StreamedText, EqualsTheStrippedWholeInAnyPieces) {
  const std::string shapes[] = {
      "Blue",
      "  Blue is a < b, and <b>bold</b>.  ",
      "<think>hm, the sky</think>\n\nBlue",
      "<thinking>a</thinking> Blue",
      "<think>hm",
      ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Blue"
       "<|return|>"),
      "<|channel|>analysis<|message|>hm",
      ""};
  for (const std::string& shape : shapes) {
    for (size_t piece_bytes = 1; piece_bytes < 12; ++piece_bytes) {
      const Streamed streamed = Stream(shape, piece_bytes);
      EXPECT_TRUE(streamed.holds) << shape;
      EXPECT_EQ(streamed.all, StripReasoning(shape).text) << shape;
    }
  }
}

TEST(StreamedText, GoesOutAsSoonAsItIsCertain) {
  EXPECT_EQ(Stream("Blue is", 1).early, "Blue is");
  EXPECT_EQ(Stream("<think>hm</think>Blue", 1).early, "Blue");
  EXPECT_EQ(Stream("Blue <thi", 1).early, "Blue");
}

TEST(StreamedText, AModelThatMayThinkUntaggedIsHeldBackUntilItsCloser) {
  EXPECT_EQ(Stream("hm, the sky", 3, true).early, "");
  EXPECT_EQ(Stream("hm, the sky</think>Blue", 3, true).early, "Blue");
  EXPECT_EQ(Stream("Blue", 3, true).all, "Blue");
}

TEST(StreamedText, ReasoningThatComesApartEndsTheHold) {
  Collected out;
  StreamedText text(true, out);
  text.ReasoningCameApart();
  text.Append("Blue");
  EXPECT_EQ(out.text, "Blue");
}

TEST(StreamedText, ALateLoneCloserMakesWhatWentOutInvalid) {
  EXPECT_FALSE(Stream("hm, the sky</think>Blue", 3).holds);
}

}  // namespace
}  // namespace throughline::router
