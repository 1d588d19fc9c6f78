#include "services/orchestrator/domain/intake.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "common/transcript/parse.h"

namespace throughline::orchestrator {
namespace {

// Hex digits of the content's digest in an id made here.
constexpr size_t kDerivedIdDigits = 16;

absl::Status CheckId(absl::string_view field, const std::string& id, absl::string_view next_step) {
  const bool printable = std::none_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (!id.empty() && id.size() <= kMaxIdBytes && printable) return absl::OkStatus();
  return InvalidField(field,
                      absl::StrCat("1 to ", kMaxIdBytes, " bytes without control characters, got ",
                                   id.size(), " bytes"),
                      next_step);
}

absl::Status CheckName(absl::string_view field, const std::string& name) {
  if (name.size() <= kMaxIdBytes) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("at most ", kMaxIdBytes, " bytes"), "shorten it");
}

std::string FirstOrganization(const transcript::Transcript& call, transcript::Side side) {
  for (const transcript::Participant& person : call.participants) {
    if (person.side == side && !person.organization.empty()) return person.organization;
  }
  return "";
}

// "FlowTrack for Meridian Logistics - first conversation": seller and customer.
std::pair<std::string, std::string> PartiesInTitle(const std::string& title) {
  static const RE2 pattern(R"((?i)^(?:call:\s*)?(\S.*?)\s+for\s+(\S.*?)(?:\s+[-–—|:].*)?$)");
  std::string seller, customer;
  if (!RE2::FullMatch(title, pattern, &seller, &customer)) return {};
  if (seller.size() > kMaxIdBytes || customer.size() > kMaxIdBytes) return {};
  return {seller, customer};
}

void NameParties(const CallSource& source, AcceptedCall& call) {
  const auto [title_seller, title_customer] = PartiesInTitle(call.transcript.title);
  const auto first_of = [](std::initializer_list<std::string> names) {
    for (const std::string& name : names) {
      if (!name.empty()) return name;
    }
    return std::string();
  };
  call.seller_name = first_of({source.seller_name, title_seller,
                               FirstOrganization(call.transcript, transcript::Side::kSeller)});
  call.customer_name = first_of({source.customer_name, title_customer,
                                 FirstOrganization(call.transcript, transcript::Side::kCustomer)});
}

// The sender's day, else the transcript's, else today. Returns the day that sender or transcript
// gave, as text; empty when neither did.
std::string SettleDay(const Context& context, const CallSource& source, AcceptedCall& call) {
  const std::optional<absl::Time> said = call.transcript.occurred_at;
  if (source.call_date) {
    const bool same_day = said && absl::ToCivilDay(*said, absl::UTCTimeZone()) == *source.call_date;
    call.occurred_at = same_day ? *said : absl::FromCivil(*source.call_date, absl::UTCTimeZone());
  } else if (said) {
    call.occurred_at = *said;
  } else {
    const absl::CivilDay today = absl::ToCivilDay(context.clock().Now(), absl::UTCTimeZone());
    call.occurred_at = absl::FromCivil(today, absl::UTCTimeZone());
    call.transcript.warnings.push_back(
        "the transcript names no day, so the call counts as today's; send call_date to say which");
  }
  call.transcript.occurred_at = call.occurred_at;
  return source.call_date || said
             ? absl::FormatTime("%Y-%m-%d", call.occurred_at, absl::UTCTimeZone())
             : "";
}

}  // namespace

absl::Status CheckCustomerId(const std::string& customer_id) {
  return CheckId("customer_id", customer_id, "send the id you know the customer by");
}

absl::Status CheckCallId(const std::string& call_id) {
  return CheckId("call_id", call_id, "send the call's id");
}

absl::StatusOr<AcceptedCall> Accept(const Context& context, const CallSource& source) {
  RETURN_IF_ERROR(CheckCustomerId(source.customer_id));
  if (!source.call_id.empty()) RETURN_IF_ERROR(CheckCallId(source.call_id));
  RETURN_IF_ERROR(CheckName("customer_name", source.customer_name));
  RETURN_IF_ERROR(CheckName("seller_name", source.seller_name));
  AcceptedCall call;
  ASSIGN_OR_RETURN(call.transcript, transcript::Parse(source.transcript,
                                                      {.format = source.format,
                                                       .seller_organization = source.seller_name}));
  const std::string day = SettleDay(context, source, call);
  NameParties(source, call);
  const std::string content = Sha256Hex({source.customer_id, day, source.transcript});
  call.content_digest = Sha256Hex({content, source.customer_name, source.seller_name});
  call.key = {.tenant = context.tenant(),
              .customer_id = source.customer_id,
              .call_id = source.call_id.empty()
                             ? absl::StrCat("call-", content.substr(0, kDerivedIdDigits))
                             : source.call_id};
  return call;
}

}  // namespace throughline::orchestrator
