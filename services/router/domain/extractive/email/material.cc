#include "services/router/domain/extractive/email/material.h"

#include "absl/strings/strip.h"
#include "services/router/domain/extractive/email/call.h"
#include "services/router/domain/extractive/email/condition.h"
#include "services/router/domain/extractive/email/days.h"
#include "services/router/domain/extractive/email/habits.h"
#include "services/router/domain/extractive/email/items.h"
#include "services/router/domain/extractive/email/promises.h"

namespace throughline::router::extractive {
namespace {

// What earlier calls told of how to reach the reader.
void KnownHabits(const EmailCall& call, EmailMaterial& material) {
  for (const deal::ProfileEntry& entry : call.input().profile.channel_preference) {
    absl::string_view channel = entry.text;
    if (absl::ConsumePrefix(&channel, call.reader().name) && IsMessageChannel(channel)) {
      material.brief = true;
    }
  }
}

}  // namespace

EmailMaterial GatherMaterial(Tier tier, const EmailInput& input, const Cast& cast,
                             const Asides& asides) {
  EmailCall call(tier, input, cast, asides);
  EmailMaterial material;
  for (const Statement& statement : call.Statements()) {
    if (EmailCall::IsWithheld(statement)) {
      material.withheld.push_back(call.EvidenceOf(statement));
    }
  }
  FindDays(call, material);
  material.items = OpenItems(input, cast);
  FindPromises(call, material);
  FindCondition(call, material);
  FindMeeting(call, material);
  FindHabits(call.Statements(), call.reader().name, material);
  KnownHabits(call, material);
  if (tier != Tier::kDeep) return material;
  FindRecaps(call, material);
  material.needs = FindNeeds(call.Statements(), input.call.call_id, call.reader(), cast,
                             [&](const Statement& statement, absl::string_view piece) {
                               return call.Presentable(statement, piece, true);
                             });
  FindTerms(call, material);
  FindDeadline(call, material);
  FindLater(call, material);
  return material;
}

}  // namespace throughline::router::extractive
