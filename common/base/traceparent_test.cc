#include "common/base/traceparent.h"

#include <gtest/gtest.h>

#include <string>

namespace throughline {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kSpan[] = "00f067aa0ba902b7";

TEST(TraceParentTest, ReadsAndWritesTheHeader) {
  const std::string header = std::string("00-") + kTrace + "-" + kSpan + "-01";
  const auto parsed = ParseTraceParent(header);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, (TraceParent{kTrace, kSpan, true}));
  EXPECT_EQ(parsed->ToString(), header);
}

TEST(TraceParentTest, ReadsALaterVersion) {
  EXPECT_TRUE(ParseTraceParent(std::string("cc-") + kTrace + "-" + kSpan + "-00-extra"));
}

TEST(TraceParentTest, RefusesWhatIsMalformed) {
  const std::string trace(kTrace);
  const std::string span(kSpan);
  for (const std::string& header :
       {std::string(), std::string("00"), "00-" + trace + "-" + span,
        "ff-" + trace + "-" + span + "-01",                  // a forbidden version
        "00-" + trace + "-" + span + "-01-extra",            // too long for version 00
        "00-" + std::string(32, '0') + "-" + span + "-01",   // no trace
        "00-" + trace + "-" + std::string(16, '0') + "-01",  // no span
        "00-" + trace.substr(1) + "-" + span + "-01",        // too short
        "00-" + trace + "-" + span + "-0x",                  // not hex
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + span + "-01"}) {
    EXPECT_FALSE(ParseTraceParent(header)) << header;
  }
}

TEST(TraceParentTest, ANewSpanStaysInItsTrace) {
  const TraceParent trace = NewTrace();
  EXPECT_TRUE(ParseTraceParent(trace.ToString()));
  const TraceParent span = NewSpan(trace);
  EXPECT_EQ(span.trace_id, trace.trace_id);
  EXPECT_NE(span.span_id, trace.span_id);
  EXPECT_NE(NewTrace().trace_id, trace.trace_id);
}

}  // namespace
}  // namespace throughline
