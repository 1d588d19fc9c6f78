#include "services/router/price_table.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

absl::StatusOr<absl::CivilDay> ReadDay(const YamlReader& reader, const YAML::Node& node,
                                       absl::string_view key) {
  absl::CivilDay day;
  if (!node.IsScalar() || !absl::ParseCivilTime(node.Scalar(), &day)) {
    return reader.Error(node, key, "a day such as 2026-11-01");
  }
  return day;
}

absl::Status ReadEntry(const YamlReader& reader, const YAML::Node& node, absl::CivilDay today,
                       PriceTable& table) {
  RETURN_IF_ERROR(
      reader.CheckKeys(node, "prices", {"model", "price", "from", "looked_up", "source"}));
  ASSIGN_OR_RETURN(const std::string model, reader.Text(YamlReader::Child(node, "model"), "model"));
  DatedPrice entry;
  ASSIGN_OR_RETURN(entry.from, ReadDay(reader, YamlReader::Child(node, "from"), "from"));
  ASSIGN_OR_RETURN(const absl::CivilDay looked_up,
                   ReadDay(reader, YamlReader::Child(node, "looked_up"), "looked_up"));
  entry.looked_up = absl::FormatCivilTime(looked_up);
  ASSIGN_OR_RETURN(entry.source, reader.Text(YamlReader::Child(node, "source"), "source"));
  RETURN_IF_ERROR(ReadPrice(reader, YamlReader::Child(node, "price"), entry.price));
  const auto known = table.find(model);
  if (known != table.end() && known->second.from == entry.from) {
    return reader.Error(node["from"], "from", "one price a model and day");
  }
  const bool is_in_force = entry.from <= today;
  const bool is_latest = known == table.end() || known->second.from < entry.from;
  if (is_in_force && is_latest) table[model] = std::move(entry);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PriceTable> ParsePriceTable(absl::string_view yaml, absl::string_view source,
                                           absl::CivilDay today) {
  const YamlReader reader(source);
  PriceTable table;
  RETURN_IF_ERROR(ReadYaml(yaml, source, [&](const YAML::Node& root) -> absl::Status {
    RETURN_IF_ERROR(reader.CheckKeys(root, "the price table", {"prices"}));
    const YAML::Node prices = root["prices"];
    if (!prices || !prices.IsSequence() || prices.size() > kMaxPrices) {
      return reader.Error(YamlReader::Child(root, "prices"), "prices",
                          absl::StrCat("a list of at most ", kMaxPrices, " prices"));
    }
    for (const auto& entry : prices) RETURN_IF_ERROR(ReadEntry(reader, entry, today, table));
    return absl::OkStatus();
  }));
  return table;
}

absl::Status ReadPrice(const YamlReader& reader, const YAML::Node& node, Price& price) {
  RETURN_IF_ERROR(reader.CheckKeys(node, "price", {"input", "cached_input", "output"}));
  const std::pair<const char*, std::optional<int64_t>*> parts[] = {
      {"input", &price.input}, {"cached_input", &price.cached_input}, {"output", &price.output}};
  for (const auto& [key, value] : parts) {
    const YAML::Node& amount = node[key];
    if (!amount) continue;
    if (amount.IsScalar()) *value = ParseUsd(amount.Scalar());
    if (!value->has_value()) {
      return reader.Error(amount, absl::StrCat("price.", key),
                          "US dollars per million tokens, 0 or more, at most 9 decimals");
    }
  }
  return absl::OkStatus();
}

}  // namespace throughline::router
