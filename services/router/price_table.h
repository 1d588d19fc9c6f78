#ifndef THROUGHLINE_SERVICES_ROUTER_PRICE_TABLE_H_
#define THROUGHLINE_SERVICES_ROUTER_PRICE_TABLE_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/router/config_yaml.h"
#include "services/router/domain/policy.h"

namespace throughline::router {

inline constexpr size_t kMaxPrices = 1000;

// A price with where and when it was found.
struct DatedPrice {
  Price price;
  std::string source;
  std::string looked_up;  // "2026-11-01"
  absl::CivilDay from;    // in force from this day on
};

// By the model's configured name: the price in force.
using PriceTable = std::map<std::string, DatedPrice>;

// A table of dated prices; deploy/config/prices.yaml shows every key. Of several prices of a model
// the latest that is in force on `today` counts; a model without one has none. INVALID_ARGUMENT
// names line and column.
absl::StatusOr<PriceTable> ParsePriceTable(absl::string_view yaml, absl::string_view source,
                                           absl::CivilDay today);

// A price: {input, cached_input, output}, US dollars per million tokens.
absl::Status ReadPrice(const YamlReader& reader, const YAML::Node& node, Price& price);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_PRICE_TABLE_H_
