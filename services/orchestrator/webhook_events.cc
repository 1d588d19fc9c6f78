#include "services/orchestrator/webhook_events.h"

#include <google/protobuf/util/json_util.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "common/wire/deal.h"
#include "services/orchestrator/call_codec.h"

namespace throughline::orchestrator {
namespace {

using json = nlohmann::ordered_json;

constexpr size_t kEventIdDigits = 24;
constexpr size_t kMinSecretBytes = 16;
constexpr size_t kMaxSubscriptions = 1000;

json ToJson(const google::protobuf::Message& message) {
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text).ok()) return json::object();
  return json::parse(text, nullptr, false);
}

struct Event {
  std::string type;
  std::string about;  // tells events of one type of one call apart
  json data;
};

void AddChanged(const std::vector<deal::Blocker>& blockers, const std::string& call_id,
                std::vector<Event>& events) {
  for (const deal::Blocker& blocker : blockers) {
    if (blocker.history.empty() || blocker.history.back().evidence.call_id != call_id) continue;
    events.push_back({kBlockerChanged, blocker.id, ToJson(wire::ToProto(blocker))});
  }
}

std::vector<Event> EventsOf(const ComputedCall& call, const CallResult& result) {
  std::vector<Event> events = {{kCallProcessed, "", ToJson(ToSummary(result))}};
  AddChanged(result.analysis.open_blockers, result.call_id, events);
  AddChanged(result.analysis.resolved_blockers, result.call_id, events);
  throughline::deal::v1::CustomerProfile profile = wire::ToProto(call.learned.profile_changes);
  profile.clear_customer_id();
  profile.clear_version();
  if (profile.ByteSizeLong() > 0) events.push_back({kProfileUpdated, "", ToJson(profile)});
  return events;
}

absl::Status Wrong(const std::string& path, const std::string& field, absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": ", field, ": expected ", expected, "; correct the file"));
}

absl::StatusOr<std::string> ReadSecret(const std::string& path, const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string secret((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  absl::StripAsciiWhitespace(&secret);
  if (secret.size() >= kMinSecretBytes) return secret;
  return Wrong(path, "secret_file",
               absl::StrCat("a file with at least ", kMinSecretBytes, " bytes, not ", file));
}

absl::StatusOr<Subscription> ReadSubscription(const std::string& path, const YAML::Node& node) {
  if (!node.IsMap()) return Wrong(path, "webhooks", "a list of entries");
  for (const auto& field : node) {
    const std::string name = field.first.as<std::string>();
    if (name != "id" && name != "tenant" && name != "url" && name != "secret_file" &&
        name != "events" && name != "allow_private") {
      return Wrong(path, name, "no such field");
    }
  }
  Subscription one;
  one.id = node["id"].as<std::string>("");
  one.tenant = node["tenant"].as<std::string>("default");
  one.url = node["url"].as<std::string>("");
  one.allow_private = node["allow_private"].as<bool>(false);
  if (one.id.empty()) return Wrong(path, "id", "a name of its own");
  if (!absl::StartsWith(one.url, "https://") && !absl::StartsWith(one.url, "http://")) {
    return Wrong(path, "url", "an https:// or http:// address");
  }
  ASSIGN_OR_RETURN(one.secret, ReadSecret(path, node["secret_file"].as<std::string>("")));
  const std::set<std::string> known = {kCallProcessed, kBlockerChanged, kProfileUpdated};
  if (!node["events"]) one.events = known;
  for (const YAML::Node& event : node["events"]) {
    const std::string name = event.as<std::string>();
    if (known.count(name) == 0) {
      return Wrong(path, "events", absl::StrCat("some of ", absl::StrJoin(known, ", ")));
    }
    one.events.insert(name);
  }
  return one;
}

}  // namespace

absl::StatusOr<std::vector<Subscription>> ReadSubscriptions(const std::string& path) {
  std::vector<Subscription> all;
  std::set<std::string> ids;
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (!root.IsMap() || root.size() != 1 || !root["webhooks"].IsSequence() ||
        root["webhooks"].size() > kMaxSubscriptions) {
      return Wrong(path, "webhooks", absl::StrCat("one list of at most ", kMaxSubscriptions));
    }
    for (const YAML::Node& node : root["webhooks"]) {
      ASSIGN_OR_RETURN(Subscription one, ReadSubscription(path, node));
      if (!ids.insert(one.id).second) return Wrong(path, "id", "each id once");
      all.push_back(std::move(one));
    }
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a readable YAML file (", error.what(), "); correct it"));
  }
  return all;
}

std::vector<Delivery> Announce(const std::vector<Subscription>& subscriptions,
                               const ComputedCall& call, const CallResult& result, absl::Time now) {
  std::vector<Delivery> deliveries;
  std::vector<Event> events;
  const CallKey& key = call.call.key;
  for (const Subscription& subscription : subscriptions) {
    if (subscription.tenant != key.tenant) continue;
    if (events.empty()) events = EventsOf(call, result);
    for (const Event& event : events) {
      if (subscription.events.count(event.type) == 0) continue;
      Delivery delivery{.tenant = key.tenant, .subscription = subscription.id};
      delivery.event = event.type;
      delivery.customer_id = key.customer_id;
      delivery.call_id = key.call_id;
      delivery.event_id = absl::StrCat(
          "evt-", Sha256Hex({key.tenant, key.customer_id, key.call_id, event.type, event.about})
                      .substr(0, kEventIdDigits));
      const json body = {
          {"id", delivery.event_id},
          {"type", event.type},
          {"createdAt", absl::FormatTime(absl::RFC3339_sec, now, absl::UTCTimeZone())},
          {"customerId", key.customer_id},
          {"callId", key.call_id},
          {"data", event.data}};
      delivery.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
      deliveries.push_back(std::move(delivery));
    }
  }
  return deliveries;
}

}  // namespace throughline::orchestrator
