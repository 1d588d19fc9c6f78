#ifndef THROUGHLINE_COMMON_WIRE_REPEATED_H_
#define THROUGHLINE_COMMON_WIRE_REPEATED_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <vector>

#include "common/wire/deal.h"

namespace throughline::wire {

// Appends the message of each value.
template <typename Value, typename Message>
void AppendAll(const std::vector<Value>& values, google::protobuf::RepeatedPtrField<Message>* out) {
  out->Reserve(out->size() + static_cast<int>(values.size()));
  for (const Value& value : values) *out->Add() = ToProto(value);
}

inline void AppendAll(const std::vector<std::string>& values,
                      google::protobuf::RepeatedPtrField<std::string>* out) {
  for (const std::string& value : values) *out->Add() = value;
}

// The value of each message, in order.
template <typename Message>
auto CollectAll(const google::protobuf::RepeatedPtrField<Message>& messages) {
  std::vector<decltype(FromProto(messages.Get(0)))> values;
  values.reserve(messages.size());
  for (const Message& message : messages) values.push_back(FromProto(message));
  return values;
}

inline std::vector<std::string> CollectAll(
    const google::protobuf::RepeatedPtrField<std::string>& strings) {
  return {strings.begin(), strings.end()};
}

}  // namespace throughline::wire

#endif  // THROUGHLINE_COMMON_WIRE_REPEATED_H_
