#include "common/audit/record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/digest/sha256.h"

namespace throughline::audit {
namespace {

using nlohmann::ordered_json;

constexpr size_t kHashDigits = 64;
constexpr char kHashField[] = ",\"hash\":\"";
constexpr char kEnd[] = "\"}";
// Microseconds, so that lines of one request can be told apart.
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%E6SZ";

std::string Cut(absl::string_view text) { return std::string(text.substr(0, kMaxFieldBytes)); }

template <typename Fields>
ordered_json Object(const Fields& fields) {
  ordered_json object = ordered_json::object();
  for (size_t i = 0; i < std::min(fields.size(), kMaxFields); ++i) {
    if constexpr (std::is_integral_v<typename Fields::value_type::second_type>) {
      object[Cut(fields[i].first)] = fields[i].second;
    } else {
      object[Cut(fields[i].first)] = Cut(fields[i].second);
    }
  }
  return object;
}

absl::Status NoLine() {
  return absl::InvalidArgumentError("expected a line of an audit log: JSON that ends in its hash");
}

}  // namespace

Link Genesis() { return {.sequence = 0, .hash = std::string(kHashDigits, '0')}; }

Line MakeLine(const Link& previous, absl::string_view service, absl::Time at,
              const Record& record) {
  ordered_json json = {{"sequence", previous.sequence + 1},
                       {"at", absl::FormatTime(kTimeFormat, at, absl::UTCTimeZone())},
                       {"service", std::string(service)},
                       {"tenant", Cut(record.tenant)},
                       {"actor", Cut(record.actor)},
                       {"action", Cut(record.action)},
                       {"outcome", Cut(record.outcome)}};
  if (!record.request_id.empty()) json["request_id"] = Cut(record.request_id);
  if (!record.objects.empty()) json["objects"] = Object(record.objects);
  if (!record.counts.empty()) json["counts"] = Object(record.counts);
  json["previous"] = previous.hash;
  std::string body = json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  body.pop_back();  // the brace; the hash comes before it
  Line line{.link = {.sequence = previous.sequence + 1, .hash = Sha256Hex({body})}};
  line.text = absl::StrCat(body, kHashField, line.link.hash, kEnd);
  return line;
}

absl::StatusOr<ReadLine> Read(absl::string_view text) {
  constexpr size_t kTail = sizeof(kHashField) - 1 + kHashDigits + sizeof(kEnd) - 1;
  if (text.size() < kTail || text.size() > kMaxLineBytes) return NoLine();
  const absl::string_view body = text.substr(0, text.size() - kTail);
  absl::string_view tail = text.substr(body.size());
  if (!absl::ConsumePrefix(&tail, kHashField) || !absl::ConsumeSuffix(&tail, kEnd)) return NoLine();
  const nlohmann::json json =
      nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  const auto sequence = json.find("sequence");
  const auto previous = json.find("previous");
  if (!json.is_object() || sequence == json.end() || !sequence->is_number_unsigned() ||
      previous == json.end() || !previous->is_string()) {
    return NoLine();
  }
  const auto number = sequence->get<uint64_t>();
  if (number < 1 || number > static_cast<uint64_t>(kMaxSequence)) return NoLine();
  ReadLine line;
  line.link = {.sequence = static_cast<int64_t>(number), .hash = std::string(tail)};
  line.previous = previous->get<std::string>();
  line.intact = Sha256Hex({body}) == tail;
  return line;
}

}  // namespace throughline::audit
