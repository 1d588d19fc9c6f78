#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "common/wire/deal.h"
#include "common/wire/time.h"

namespace throughline::wire {
namespace {

namespace v1 = throughline::deal::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

// Fills every field of `message` with a distinct value, so that a field that a translation
// forgets shows up as a difference.
void Fill(Message* message, int depth, int* counter) {
  const Descriptor* descriptor = message->GetDescriptor();
  const auto* reflection = message->GetReflection();
  if (descriptor->full_name() == "google.protobuf.Timestamp" ||
      descriptor->full_name() == "google.protobuf.Duration") {
    reflection->SetInt64(message, descriptor->FindFieldByName("seconds"), ++*counter);
    return;
  }
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const int copies = field->is_repeated() ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      ++*counter;
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING: {
          const std::string text =
              field->name() == "due_date" ? "2026-03-03" : "text" + std::to_string(*counter);
          field->is_repeated() ? reflection->AddString(message, field, text)
                               : reflection->SetString(message, field, text);
          break;
        }
        case FieldDescriptor::CPPTYPE_MESSAGE:
          if (depth > 0) {
            Fill(field->is_repeated() ? reflection->AddMessage(message, field)
                                      : reflection->MutableMessage(message, field),
                 depth - 1, counter);
          }
          break;
        case FieldDescriptor::CPPTYPE_ENUM:
          reflection->SetEnumValue(message, field, 1);
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          reflection->SetInt32(message, field, *counter);
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          reflection->SetInt64(message, field, *counter);
          break;
        case FieldDescriptor::CPPTYPE_DOUBLE:
          reflection->SetDouble(message, field, *counter);
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          reflection->SetBool(message, field, true);
          break;
        default:
          FAIL() << "a field type this test does not fill: " << field->full_name();
      }
    }
  }
}

template <typename Proto>
class RoundTripTest : public testing::Test {};

using Protos =
    testing::Types<v1::Transcript, v1::Evidence, v1::Blocker, v1::Stakeholder, v1::Analysis,
                   v1::Fact, v1::Email, v1::CustomerProfile, v1::TimelineEntry, v1::DealState>;
TYPED_TEST_SUITE(RoundTripTest, Protos);

TYPED_TEST(RoundTripTest, KeepsEveryField) {
  TypeParam original;
  int counter = 0;
  Fill(&original, /*depth=*/6, &counter);
  MessageDifferencer differencer;
  std::string differences;
  differencer.ReportDifferencesToString(&differences);
  EXPECT_TRUE(differencer.Compare(original, ToProto(FromProto(original)))) << differences;
}

TEST(WireTest, EnumValuesOutOfRangeBecomeUnspecified) {
  v1::Blocker proto;
  proto.set_category(static_cast<v1::BlockerCategory>(99));
  EXPECT_EQ(FromProto(proto).category, deal::BlockerCategory::kUnspecified);
}

TEST(WireTest, AFactWithoutTimesHoldsForEver) {
  const deal::Fact fact = FromProto(v1::Fact());
  EXPECT_EQ(fact.valid_from, absl::InfinitePast());
  EXPECT_EQ(fact.valid_to, absl::InfiniteFuture());
  EXPECT_FALSE(ToProto(fact).has_valid_to());
}

TEST(DayTest, OnlyExistingDaysAreTaken) {
  EXPECT_EQ(*ParseDay("2026-02-26"), absl::CivilDay(2026, 2, 26));
  for (const char* bad : {"", "2026-02-30", "2026-2-6", " 2026-02-26", "26.02.2026", "tomorrow"}) {
    EXPECT_THAT(ParseDay(bad).status().message(), testing::HasSubstr("expected YYYY-MM-DD")) << bad;
  }
}

TEST(TimeTest, TimestampsKeepNanosecondsBeforeAndAfterTheEpoch) {
  for (const absl::Time time :
       {absl::FromUnixNanos(1'234'567'890'123'456'789), absl::FromUnixNanos(-1'500'000'001)}) {
    EXPECT_EQ(FromTimestamp(ToTimestamp(time)), time);
  }
}

TEST(TimeTest, TimesBeyondATimestampAreClamped) {
  EXPECT_EQ(ToTimestamp(absl::InfiniteFuture()).seconds(), 253402300799);
}

}  // namespace
}  // namespace throughline::wire
