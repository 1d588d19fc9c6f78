#include "services/gateway/surfaces/hindsight.h"

#include <google/protobuf/util/time_util.h>

#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "common/base/errors.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "common/json/json_text.h"
#include "services/gateway/json_body.h"
#include "services/gateway/problem.h"
#include "services/gateway/surfaces/ask.h"

namespace throughline::gateway {
namespace {

namespace memory = throughline::memory::v1;
namespace orchestrator = throughline::orchestrator::v1;
namespace deal = throughline::deal::v1;
using google::protobuf::util::TimeUtil;
using json = nlohmann::ordered_json;
using Stub = Upstream::Memory::StubInterface;
using Orchestrator = Upstream::Orchestrator::StubInterface;

constexpr size_t kMaxItems = 1000;
constexpr size_t kMaxChunkBytes = 8000;
constexpr size_t kOperationIdBytes = 16;
constexpr size_t kMaxOperations = 10'000;
constexpr int kPageSize = 1000;
constexpr int kMaxTokens = 1'000'000;
constexpr char kBank[] = "bank_id";
constexpr char kMetadataTag[] = "metadata:";

// The operations of late: each ended before it was answered. Thread-safe.
class Operations {
 public:
  void Add(const Context& context, const std::string& bank, const std::string& id) {
    absl::MutexLock lock(&mutex_);
    if (!known_.insert({context.tenant(), bank, id}).second) return;
    order_.push_back({context.tenant(), bank, id});
    if (order_.size() <= kMaxOperations) return;
    known_.erase(order_.front());
    order_.pop_front();
  }
  bool Has(const Context& context, const std::string& bank, const std::string& id) const {
    absl::MutexLock lock(&mutex_);
    return known_.count({context.tenant(), bank, id}) > 0;
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  mutable absl::Mutex mutex_;
  std::set<Key> known_ ABSL_GUARDED_BY(mutex_);
  std::deque<Key> order_ ABSL_GUARDED_BY(mutex_);
};

// The errors as Hindsight's clients read them.
HttpResponse HindsightError(const absl::Status& status, absl::string_view request_id) {
  HttpResponse response = Problem(status, request_id);
  response.content_type = "application/json";
  response.body = json{{"detail", json::parse(response.body)["detail"]}}.dump();
  return response;
}

// The string at `key`, "" when it is absent or null.
absl::StatusOr<std::string> Text(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::string();
  if (!found->is_string()) return InvalidField(key, "a string", "correct it");
  return found->get<std::string>();
}

template <typename Add>
absl::Status EachString(const json& object, const char* key, Add add) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return absl::OkStatus();
  const absl::Status wrong = InvalidField(key, "a list of strings", "correct it");
  if (!found->is_array()) return wrong;
  for (const json& item : *found) {
    if (!item.is_string()) return wrong;
    add(item.get<std::string>());
  }
  return absl::OkStatus();
}

absl::Status ReadTime(const json& object, const char* key, google::protobuf::Timestamp* timestamp) {
  ASSIGN_OR_RETURN(std::string text, Text(object, key));
  if (text.empty() || text == "unset") return absl::OkStatus();
  // A day or a time without a zone counts as UTC.
  if (!absl::StrContains(text, "T")) text += "T00:00:00";
  if (!absl::EndsWith(text, "Z") && !absl::StrContains(text.substr(11), "+") &&
      !absl::StrContains(text.substr(11), "-")) {
    text += "Z";
  }
  if (TimeUtil::FromString(text, timestamp)) return absl::OkStatus();
  return InvalidField(key, "a time as 2026-03-01T10:00:00Z", "correct it");
}

// `text` in pieces that memory takes, cut behind a space where there is one.
std::vector<std::string> Chunks(absl::string_view text) {
  std::vector<std::string> chunks;
  while (text.size() > kMaxChunkBytes) {
    size_t length = text.rfind(' ', kMaxChunkBytes - 1);
    if (length == absl::string_view::npos || length < kMaxChunkBytes / 2) {
      length = kMaxChunkBytes;
      while ((static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    }
    chunks.emplace_back(text.substr(0, length));
    text = absl::StripLeadingAsciiWhitespace(text.substr(length));
  }
  if (!text.empty()) chunks.emplace_back(text);
  return chunks;
}

absl::Status ReadMetadata(const json& item, memory::VerbatimText& text) {
  const auto metadata = item.find("metadata");
  if (metadata == item.end() || metadata->is_null()) return absl::OkStatus();
  if (!metadata->is_object()) return InvalidField("metadata", "an object of strings", "correct it");
  for (const auto& [key, value] : metadata->items()) {
    if (!value.is_string()) return InvalidField("metadata", "an object of strings", "correct it");
    text.add_tags(absl::StrCat(kMetadataTag, key, "=", value.get<std::string>()));
  }
  return absl::OkStatus();
}

absl::Status AddItem(const json& item, memory::RetainRequest& request) {
  if (!item.is_object()) return InvalidField("items", "a list of objects", "correct it");
  memory::VerbatimText pattern;
  ASSIGN_OR_RETURN(*pattern.mutable_speaker(), Text(item, "context"));
  ASSIGN_OR_RETURN(*pattern.mutable_call_id(), Text(item, "document_id"));
  google::protobuf::Timestamp at;
  RETURN_IF_ERROR(ReadTime(item, "timestamp", &at));
  if (at.seconds() != 0) *pattern.mutable_at() = at;
  RETURN_IF_ERROR(
      EachString(item, "tags", [&](std::string tag) { pattern.add_tags(std::move(tag)); }));
  RETURN_IF_ERROR(ReadMetadata(item, pattern));
  ASSIGN_OR_RETURN(const std::string content, Text(item, "content"));
  const std::vector<std::string> chunks = Chunks(content);
  if (chunks.empty()) return InvalidField("content", "the text to remember", "send it");
  for (const std::string& chunk : chunks) {
    memory::VerbatimText& text = *request.add_texts();
    text = pattern;
    text.set_text(chunk);
  }
  return absl::OkStatus();
}

void SendJson(Responder& responder, const json& body) {
  responder.Send({.body = json_text::Write(body)});
}

// What is replaced is forgotten first: a document that is sent again takes the old one's place.
absl::Status ForgetReplaced(const Context& context, Stub& stub, const std::string& bank,
                            const json& items) {
  std::set<std::string> documents;
  for (const json& item : items) {
    if (!item.is_object()) continue;
    ASSIGN_OR_RETURN(const std::string document, Text(item, "document_id"));
    ASSIGN_OR_RETURN(const std::string mode, Text(item, "update_mode"));
    if (!document.empty() && mode == "replace") documents.insert(document);
  }
  for (const std::string& document : documents) {
    memory::ForgetRequest request;
    request.set_customer_id(bank);
    request.set_call_id(document);
    const absl::Status status = Ask(context, stub, &Stub::Forget, request).status();
    if (!absl::IsNotFound(status)) RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status Retain(const Context& context, Stub& stub, Operations& operations,
                    const RouteCall& call, Responder& responder) {
  ASSIGN_OR_RETURN(const json body, ReadJsonObject(call.request.body));
  const auto items = body.find("items");
  if (items == body.end() || !items->is_array() || items->empty() || items->size() > kMaxItems) {
    return InvalidField("items", absl::StrCat("a list of 1 to ", kMaxItems), "correct it");
  }
  memory::RetainRequest request;
  request.set_customer_id(call.path.at(kBank));
  ASSIGN_OR_RETURN(const std::string operation, Text(body, "operation_id"));
  request.set_idempotency_key(operation);
  RETURN_IF_ERROR(EachString(body, "document_tags",
                             [&](std::string tag) { request.add_tags(std::move(tag)); }));
  for (const json& item : *items) RETURN_IF_ERROR(AddItem(item, request));
  RETURN_IF_ERROR(ForgetReplaced(context, stub, request.customer_id(), *items));
  ASSIGN_OR_RETURN(const memory::RetainResponse kept, Ask(context, stub, &Stub::Retain, request));
  const bool async = body.contains("async") && body["async"] == true;
  json answer = {{"success", true},
                 {"bank_id", request.customer_id()},
                 {"items_count", items->size()},
                 {"async", async}};
  if (async) {
    answer["operation_id"] = operation.empty() ? RandomHex(kOperationIdBytes) : operation;
    answer["operation_ids"] = json::array({answer["operation_id"]});
    operations.Add(context, request.customer_id(), answer["operation_id"]);
  }
  // Beyond what the original answers: which rows there are now.
  json ids = json::array();
  for (const memory::RetainedRow& row : kept.texts()) ids.push_back(row.id());
  answer["memory_ids"] = std::move(ids);
  SendJson(responder, answer);
  return absl::OkStatus();
}

absl::StatusOr<memory::TagsMatch> ReadTagsMatch(const json& body) {
  ASSIGN_OR_RETURN(const std::string match, Text(body, "tags_match"));
  if (match.empty() || match == "any") return memory::TAGS_MATCH_ANY;
  if (match == "all") return memory::TAGS_MATCH_ALL;
  if (match == "any_strict") return memory::TAGS_MATCH_ANY_STRICT;
  if (match == "all_strict") return memory::TAGS_MATCH_ALL_STRICT;
  if (match == "exact") return memory::TAGS_MATCH_EXACT;
  return InvalidField("tags_match", "any, all, any_strict, all_strict or exact", "correct it");
}

absl::StatusOr<memory::RecallBudget> ReadBudget(const json& body) {
  ASSIGN_OR_RETURN(const std::string budget, Text(body, "budget"));
  if (budget.empty() || budget == "mid") return memory::RECALL_BUDGET_MID;
  if (budget == "low") return memory::RECALL_BUDGET_LOW;
  if (budget == "high") return memory::RECALL_BUDGET_HIGH;
  return InvalidField("budget", "low, mid or high", "correct it");
}

// "world" for what was said or is known; there is nothing else to ask for but everything.
absl::Status CheckTypes(const json& body) {
  return EachString(body, "types", [](const std::string&) {});
}

json ToItem(const deal::Fact& fact) {
  json tags = json::array();
  json metadata = json::object();
  for (absl::string_view tag : fact.tags()) {
    if (!absl::ConsumePrefix(&tag, kMetadataTag)) {
      tags.push_back(std::string(tag));
      continue;
    }
    const std::pair<std::string, std::string> entry = absl::StrSplit(tag, absl::MaxSplits('=', 1));
    metadata[entry.first] = entry.second;
  }
  const bool evident = !fact.evidence().empty();
  const json at = fact.has_valid_from() ? json(TimeUtil::ToString(fact.valid_from())) : json();
  const std::string document = evident ? fact.evidence(0).call_id() : "";
  const std::string speaker = evident ? fact.evidence(0).speaker() : fact.subject();
  return {
      {"id", fact.id()},
      {"text", fact.text()},
      {"type", "world"},
      {"context", speaker.empty() ? json() : json(speaker)},
      {"occurred_start", at},
      {"occurred_end", fact.has_valid_to() ? json(TimeUtil::ToString(fact.valid_to())) : json()},
      {"mentioned_at", at},
      {"document_id", document.empty() ? json() : json(document)},
      {"metadata", std::move(metadata)},
      {"tags", std::move(tags)}};
}

absl::Status Recall(const Context& context, Stub& stub, const RouteCall& call,
                    Responder& responder) {
  ASSIGN_OR_RETURN(const json body, ReadJsonObject(call.request.body));
  if (body.contains("tag_groups") && !body["tag_groups"].is_null()) {
    return InvalidField("tag_groups", "no value: use tags with tags_match", "leave it out");
  }
  RETURN_IF_ERROR(CheckTypes(body));
  memory::RecallRequest request;
  request.set_customer_id(call.path.at(kBank));
  ASSIGN_OR_RETURN(*request.mutable_query(), Text(body, "query"));
  ASSIGN_OR_RETURN(const memory::RecallBudget budget, ReadBudget(body));
  request.set_budget(budget);
  ASSIGN_OR_RETURN(const memory::TagsMatch match, ReadTagsMatch(body));
  request.mutable_filter()->set_tags_match(match);
  RETURN_IF_ERROR(EachString(
      body, "tags", [&](std::string tag) { request.mutable_filter()->add_tags(std::move(tag)); }));
  if (body.contains("max_tokens") && !body["max_tokens"].is_null()) {
    const json& tokens = body["max_tokens"];
    if (!tokens.is_number_integer() || tokens < 1 || tokens > kMaxTokens) {
      return InvalidField("max_tokens", absl::StrCat("1 to ", kMaxTokens), "correct it");
    }
    request.set_max_tokens(tokens.get<int32_t>());
  }
  RETURN_IF_ERROR(ReadTime(body, "query_timestamp", request.mutable_query_time()));
  if (request.query_time().seconds() == 0) request.clear_query_time();
  const bool trace = body.contains("trace") && body["trace"] == true;
  request.set_explain(trace);
  const absl::StatusOr<memory::RecallResponse> found = Ask(context, stub, &Stub::Recall, request);
  // A bank that holds nothing yet is no error to these clients.
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  json results = json::array();
  json explanations = json::object();
  for (int i = 0; found.ok() && i < found->results_size(); ++i) {
    const memory::ScoredFact& scored = found->results(i);
    json item = ToItem(scored.fact());
    item["scores"] = {{"final", scored.score()}};
    for (const memory::ScoreComponent& component : scored.explanation()) {
      explanations[scored.fact().id()][component.name()] = component.value();
    }
    results.push_back(std::move(item));
  }
  json answer = {{"results", std::move(results)}};
  if (trace) answer["trace"] = {{"scores", std::move(explanations)}};
  SendJson(responder, answer);
  return absl::OkStatus();
}

int Number(const HttpRequest& request, const char* name, int otherwise) {
  int value = otherwise;
  const std::optional<std::string> text = request.Query(name);
  if (!text || !absl::SimpleAtoi(*text, &value) || value < 0) return otherwise;
  return value;
}

absl::Status List(const Context& context, Stub& stub, const RouteCall& call, Responder& responder) {
  const int limit = Number(call.request, "limit", 100);
  const int offset = Number(call.request, "offset", 0);
  memory::ListFactsRequest request;
  request.set_customer_id(call.path.at(kBank));
  request.set_page_size(kPageSize);
  request.mutable_filter()->set_call_id(call.request.Query("document_id").value_or(""));
  request.mutable_filter()->set_include_closed(call.request.Query("state") == "invalidated");
  json items = json::array();
  int total = 0;
  do {
    const absl::StatusOr<memory::ListFactsResponse> page =
        Ask(context, stub, &Stub::ListFacts, request);
    if (absl::IsNotFound(page.status())) break;
    RETURN_IF_ERROR(page.status());
    for (const deal::Fact& fact : page->facts()) {
      const int position = total++;
      if (position >= offset && position < offset + limit) items.push_back(ToItem(fact));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  SendJson(responder,
           {{"items", std::move(items)}, {"total", total}, {"limit", limit}, {"offset", offset}});
  return absl::OkStatus();
}

json Disposition() { return {{"skepticism", 3}, {"literalism", 3}, {"empathy", 3}}; }

// A bank is there as soon as something is retained in it, so making one stores nothing.
absl::Status CreateBank(const RouteCall& call, Responder& responder) {
  ASSIGN_OR_RETURN(const json body, ReadJsonObject(call.request.body));
  ASSIGN_OR_RETURN(const std::string name, Text(body, "name"));
  ASSIGN_OR_RETURN(const std::string mission, Text(body, "mission"));
  const std::string& bank = call.path.at(kBank);
  SendJson(responder, {{"bank_id", bank},
                       {"name", name.empty() ? bank : name},
                       {"disposition", Disposition()},
                       {"mission", mission}});
  return absl::OkStatus();
}

absl::Status BankProfile(const RouteCall& call, Responder& responder) {
  const std::string& bank = call.path.at(kBank);
  SendJson(responder,
           {{"bank_id", bank}, {"name", bank}, {"disposition", Disposition()}, {"mission", ""}});
  return absl::OkStatus();
}

absl::Status ListBanks(const Context& context, Stub& stub, Responder& responder) {
  json banks = json::array();
  memory::ListCustomersRequest request;
  request.set_page_size(kPageSize);
  do {
    ASSIGN_OR_RETURN(const memory::ListCustomersResponse page,
                     Ask(context, stub, &Stub::ListCustomers, request));
    for (const memory::CustomerSummary& customer : page.customers()) {
      banks.push_back({{"bank_id", customer.customer_id()},
                       {"name", customer.customer_id()},
                       {"disposition", Disposition()},
                       {"mission", ""},
                       {"fact_count", customer.facts()},
                       {"updated_at", TimeUtil::ToString(customer.updated_at())}});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  SendJson(responder, {{"banks", std::move(banks)}});
  return absl::OkStatus();
}

// A bank may be a customer with calls: these go, too.
absl::Status Forget(const Context& context, Orchestrator& stub, const RouteCall& call,
                    Responder& responder) {
  orchestrator::ForgetRequest request;
  request.set_customer_id(call.path.at(kBank));
  const auto document = call.path.find("document_id");
  if (document != call.path.end()) request.set_call_id(document->second);
  ASSIGN_OR_RETURN(const orchestrator::ForgetResponse receipt,
                   Ask(context, stub, &Orchestrator::Forget, request));
  json answer = {{"success", true},
                 {"message", absl::StrCat("forgotten; receipt ", receipt.receipt_id())}};
  if (document == call.path.end()) {
    answer["deleted_count"] = receipt.facts();
  } else {
    answer["document_id"] = document->second;
    answer["memory_units_deleted"] = receipt.facts();
  }
  SendJson(responder, answer);
  return absl::OkStatus();
}

absl::Status Operation(const Context& context, const Operations& operations, const RouteCall& call,
                       Responder& responder) {
  const std::string& id = call.path.at("operation_id");
  if (!operations.Has(context, call.path.at(kBank), id)) {
    return absl::NotFoundError(absl::StrCat("operation_id: no operation \"", id, "\""));
  }
  SendJson(responder, {{"operation_id", call.path.at("operation_id")},
                       {"status", "completed"},
                       {"operation_type", "retain"},
                       {"error_message", nullptr}});
  return absl::OkStatus();
}

absl::Status Version(Responder& responder) {
  SendJson(responder, {{"api_version", "0.9.1"},
                       {"features", {{"observations", false}, {"mcp", false}, {"worker", false}}}});
  return absl::OkStatus();
}

Route Make(std::string method, std::string path, std::optional<Scope> scope, std::string summary,
           Route::Handler handler) {
  return {.method = std::move(method),
          .pattern = absl::StrCat("/v1/default/banks", path),
          .scope = scope,
          .summary = absl::StrCat("Hindsight: ", summary),
          .handler = std::move(handler),
          .errors = &HindsightError};
}

}  // namespace

std::vector<Route> HindsightRoutes(const Upstream& upstream) {
  Stub& stub = *upstream.memory;
  const auto operations = std::make_shared<Operations>();
  // A handler of the memory service's stub as a route's.
  const auto with_stub = [&stub](absl::Status (*handler)(const Context&, Stub&, const RouteCall&,
                                                         Responder&)) -> Route::Handler {
    return [&stub, handler](const Context& context, const RouteCall& call, Responder& responder) {
      return handler(context, stub, call, responder);
    };
  };
  const auto forget = [&calls = upstream.orchestrator->stub()](
                          const Context& context, const RouteCall& call, Responder& responder) {
    return Forget(context, calls, call, responder);
  };
  const auto fixed = [](absl::Status (*handler)(const RouteCall&, Responder&)) -> Route::Handler {
    return [handler](const Context&, const RouteCall& call, Responder& responder) {
      return handler(call, responder);
    };
  };
  std::vector<Route> routes = {
      Make(
          "POST", "/{bank_id}/memories", Scope::kWrite, "remember",
          [&stub, operations](const Context& context, const RouteCall& call, Responder& responder) {
            return Retain(context, stub, *operations, call, responder);
          }),
      Make("POST", "/{bank_id}/memories/recall", Scope::kRead, "recall", with_stub(&Recall)),
      Make("GET", "/{bank_id}/memories/list", Scope::kRead, "list memories", with_stub(&List)),
      Make("PUT", "/{bank_id}", Scope::kWrite, "make a bank", fixed(&CreateBank)),
      Make("DELETE", "/{bank_id}", Scope::kWrite, "forget a bank", forget),
      Make("GET", "/{bank_id}/profile", Scope::kRead, "a bank", fixed(&BankProfile)),
      Make("DELETE", "/{bank_id}/documents/{document_id}", Scope::kWrite, "forget a document",
           forget),
      Make("GET", "/{bank_id}/operations/{operation_id}", Scope::kRead, "an operation",
           [operations](const Context& context, const RouteCall& call, Responder& responder) {
             return Operation(context, *operations, call, responder);
           }),
      Make("GET", "", Scope::kRead, "all banks",
           [&stub](const Context& context, const RouteCall&, Responder& responder) {
             return ListBanks(context, stub, responder);
           }),
  };
  Route version = Make(
      "GET", "", std::nullopt, "the API's version",
      [](const Context&, const RouteCall&, Responder& responder) { return Version(responder); });
  version.pattern = "/version";
  routes.push_back(std::move(version));
  return routes;
}

}  // namespace throughline::gateway
