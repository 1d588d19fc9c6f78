#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_ANSWER_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_ANSWER_H_

#include <variant>

#include "services/router/domain/types.h"
#include "throughline/deal/v1/deal.pb.h"

namespace throughline::router {

// What a built-in model answered, as the message whose JSON is its text.
struct BuiltinAnswer final : NativeAnswer {
  std::variant<throughline::deal::v1::Analysis, throughline::deal::v1::CallFacts,
               throughline::deal::v1::Email>
      message;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_BUILTIN_ANSWER_H_
