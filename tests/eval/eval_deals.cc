// Scores the built-in engine on labelled deal series: eval_deals --deals DIR [--verbose]
// [--emails].

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/deal/names.h"
#include "common/transcript/parse.h"
#include "services/router/domain/extractive/engine.h"
#include "services/writer/domain/verify_email.h"
#include "tests/eval/score.h"
#include "tests/eval/series.h"

namespace throughline::eval {
namespace {

using router::extractive::Analyze;
using router::extractive::CallInput;
using router::extractive::EmailInput;
using router::extractive::ExtractedFacts;
using router::extractive::ExtractFacts;
using router::extractive::Tier;
using router::extractive::WriteEmail;

// A label's fact counts as recalled when so many of its content words stand in one fact.
constexpr double kFactRecalled = 0.6;

struct Scores {
  Share primary, stage, recipient, must, must_not, facts, verbatim, no_sales;
  Counts open, resolved, deciders;
  size_t nominal_named = 0;

  void Add(const Scores& other) {
    primary.Add(other.primary);
    stage.Add(other.stage);
    recipient.Add(other.recipient);
    must.Add(other.must);
    must_not.Add(other.must_not);
    facts.Add(other.facts);
    verbatim.Add(other.verbatim);
    no_sales.Add(other.no_sales);
    open.Add(other.open);
    resolved.Add(other.resolved);
    deciders.Add(other.deciders);
    nominal_named += other.nominal_named;
  }
};

struct Mode {
  const char* name;
  Tier tier;
  bool memory;
};

std::vector<std::string> Categories(const std::vector<deal::Blocker>& blockers) {
  std::vector<std::string> names;
  for (const deal::Blocker& blocker : blockers) names.emplace_back(deal::Name(blocker.category));
  return names;
}

std::string Slurp(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

bool IsOneOf(const std::string& name, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& other) { return SamePerson(name, other); });
}

// What is told beside the scores.
struct Details {
  bool misses = false;
  bool emails = false;
};

class Evaluation {
 public:
  Evaluation(Mode mode, Details details) : mode_(mode), details_(details) {}

  Scores Run(const Series& series) {
    Scores scores;
    deal::DealState known;
    deal::CustomerProfile profile;
    for (size_t i = 0; i < series.calls.size(); ++i) {
      if (!mode_.memory) {
        known = {};
        profile = {};
      }
      where_ = absl::StrCat(series.name, " call ", i + 1);
      scores.Add(
          Call(series, series.calls[i], absl::StrCat(series.name, "-", i + 1), known, profile));
    }
    return scores;
  }

 private:
  Scores Call(const Series& series, const CallLabels& labels, const std::string& id,
              deal::DealState& known, deal::CustomerProfile& profile) {
    Scores scores;
    const auto transcript = transcript::Parse(Slurp(labels.file), {{}, series.seller});
    if (!transcript.ok()) {
      Miss(absl::StrCat("cannot parse: ", std::string(transcript.status().message())));
      scores.primary.Add(false);
      return scores;
    }
    const CallInput input{.transcript = *transcript,
                          .call_id = id,
                          .occurred_at = labels.date,
                          .customer_name = series.customer,
                          .seller_name = series.seller,
                          .known = known};
    const deal::Analysis analysis = Analyze(mode_.tier, input);
    const ExtractedFacts extracted = ExtractFacts(mode_.tier, input);
    const deal::Email email = FollowUp(input, analysis, profile);
    ScoreAnalysis(labels, analysis, scores);
    if (labels.is_sales_call) {
      ScoreEmail(labels, analysis.follow_up.reason, email, scores);
    } else {
      scores.no_sales.Add(!analysis.is_sales_call && !analysis.primary_blocker &&
                          analysis.decision_makers.empty());
    }
    ScoreFacts(labels, extracted, scores);
    ScoreQuotes(*transcript, id, analysis, extracted, email, scores);
    Remember(analysis, extracted, known, profile);
    return scores;
  }

  // As users get it: the engine's draft after the writer's second look.
  deal::Email FollowUp(const CallInput& input, const deal::Analysis& analysis,
                       const deal::CustomerProfile& profile) const {
    writer::EmailTask task{.call = {.call_id = input.call_id,
                                    .transcript = input.transcript,
                                    .customer_name = input.customer_name,
                                    .seller_name = input.seller_name,
                                    .known = input.known},
                           .analysis = analysis,
                           .profile = profile};
    task.call.transcript.occurred_at = input.occurred_at;
    writer::VerifiedEmail verified = writer::VerifyEmail(
        task, WriteEmail(mode_.tier, {input, analysis, profile}), writer::DraftedBy::kEngine);
    for (const grounding::DroppedClaim& dropped : verified.dropped) {
      Miss(absl::StrCat("taken out of the e-mail: ", dropped.claim, " (", dropped.reason, ")"));
    }
    if (details_.emails && !verified.email.to.empty()) Tell(verified.email);
    return std::move(verified.email);
  }

  void Tell(const deal::Email& email) const {
    std::vector<std::string> copies;
    for (const deal::EmailAddress& copy : email.copy) copies.push_back(copy.name);
    std::printf("--- %s\nTo: %s\nCc: %s\nSubject: %s\n\n%s\n\n", where_.c_str(),
                email.to.front().name.c_str(), absl::StrJoin(copies, ", ").c_str(),
                email.subject.c_str(), email.body.c_str());
  }

  void ScoreAnalysis(const CallLabels& labels, const deal::Analysis& analysis, Scores& scores) {
    const std::string primary = analysis.primary_blocker
                                    ? std::string(deal::Name(analysis.primary_blocker->category))
                                    : "none";
    scores.primary.Add(primary == labels.primary);
    if (primary != labels.primary) {
      Miss(absl::StrCat("primary ", primary, " wanted ", labels.primary, ": ",
                        analysis.primary_reason));
    }
    if (labels.is_sales_call && !labels.stage.empty()) {
      const std::string stage(deal::Name(analysis.stage));
      scores.stage.Add(stage == labels.stage);
      if (stage != labels.stage) Miss(absl::StrCat("stage ", stage, " wanted ", labels.stage));
    }
    scores.open.Add(Sets("open", analysis.open_blockers, labels.open));
    scores.resolved.Add(Sets("resolved", analysis.resolved_blockers, labels.resolved));
    Counts deciders;
    deciders.wanted = labels.deciders.size();
    std::vector<std::string> names;
    for (const deal::Stakeholder& decider : analysis.decision_makers) {
      names.push_back(decider.name);
      if (IsOneOf(decider.name, labels.nominal)) {
        ++scores.nominal_named;
        Miss(absl::StrCat("nominal named as decider: ", decider.name));
      }
      if (IsOneOf(decider.name, labels.deciders)) {
        ++deciders.right;
        ++deciders.given;
      } else if (!IsOneOf(decider.name, labels.acceptable)) {
        ++deciders.given;
        Miss(absl::StrCat(
            "decider ", decider.name, " is none: ",
            decider.authority_evidence.empty() ? "" : decider.authority_evidence.back().quote));
      }
    }
    for (const std::string& wanted : labels.deciders) {
      if (!IsOneOf(wanted, names)) Miss(absl::StrCat("decider missing: ", wanted));
    }
    scores.deciders.Add(deciders);
  }

  Counts Sets(const char* what, const std::vector<deal::Blocker>& given,
              const std::vector<std::string>& wanted) {
    const Counts counts = CompareSets(Categories(given), wanted);
    if (counts.right < counts.given || counts.right < counts.wanted) {
      std::vector<std::string> parts;
      for (const deal::Blocker& blocker : given) {
        parts.push_back(absl::StrCat(deal::Name(blocker.category), "(", blocker.object, " <",
                                     blocker.history.back().evidence.quote, ">)"));
      }
      Miss(absl::StrCat(what, " {", absl::StrJoin(parts, ", "), "} wanted {",
                        absl::StrJoin(wanted, ", "), "}"));
    }
    return counts;
  }

  void ScoreEmail(const CallLabels& labels, const std::string& reason, const deal::Email& email,
                  Scores& scores) {
    const std::string to = email.to.empty() ? "" : email.to.front().name;
    if (!labels.recipients.empty()) {
      const bool right = IsOneOf(to, labels.recipients);
      scores.recipient.Add(right);
      if (!right) {
        Miss(absl::StrCat("recipient ", to, " wanted ", labels.recipients.front(), ": ", reason));
      }
    }
    const std::string text = absl::StrCat(email.subject, "\n", email.body);
    for (const std::string& entry : labels.must_mention) {
      const bool there = Mentions(text, entry);
      scores.must.Add(there);
      if (!there) Miss(absl::StrCat("e-mail lacks ", entry));
    }
    for (const std::string& entry : labels.must_not_mention) {
      const bool absent = !Mentions(text, entry);
      scores.must_not.Add(absent);
      if (!absent) {
        Miss(absl::StrCat("e-mail must not mention ", entry, ": ", LineThatSays(email, entry)));
      }
    }
  }

  // The sentence, or the whole of the text where no single claim says it.
  static std::string LineThatSays(const deal::Email& email, const std::string& entry) {
    for (const deal::EmailClaim& claim : email.claims) {
      if (Mentions(claim.text, entry)) return claim.text;
    }
    return absl::StrReplaceAll(absl::StrCat(email.subject, " / ", email.body), {{"\n", " / "}});
  }

  void ScoreFacts(const CallLabels& labels, const ExtractedFacts& extracted, Scores& scores) {
    for (const std::string& wanted : labels.facts) {
      double best = 0;
      for (const deal::Fact& fact : extracted.facts) {
        std::string text = fact.text;
        for (const deal::Evidence& evidence : fact.evidence) {
          absl::StrAppend(&text, " ", evidence.quote);
        }
        best = std::max(best, WordRecall(text, wanted));
      }
      scores.facts.Add(best >= kFactRecalled);
      if (best < kFactRecalled) Miss(absl::StrCat("fact: ", wanted));
    }
  }

  void ScoreQuotes(const transcript::Transcript& transcript, const std::string& id,
                   const deal::Analysis& analysis, const ExtractedFacts& extracted,
                   const deal::Email& email, Scores& scores) {
    std::vector<deal::Evidence> quotes = analysis.suspicious_content;
    const auto take = [&quotes](const std::vector<deal::Evidence>& more) {
      quotes.insert(quotes.end(), more.begin(), more.end());
    };
    for (const auto* blockers : {&analysis.open_blockers, &analysis.resolved_blockers}) {
      for (const deal::Blocker& blocker : *blockers) {
        for (const deal::BlockerTransition& move : blocker.history) quotes.push_back(move.evidence);
      }
    }
    for (const deal::Stakeholder& person : analysis.stakeholders) take(person.authority_evidence);
    for (const deal::Stakeholder& person : analysis.decision_makers) {
      take(person.authority_evidence);
    }
    take(analysis.follow_up.evidence);
    if (analysis.next_step) quotes.push_back(analysis.next_step->evidence);
    for (const deal::Fact& fact : extracted.facts) take(fact.evidence);
    for (const deal::EmailClaim& claim : email.claims) take(claim.evidence);
    for (const deal::Evidence& evidence : quotes) {
      if (evidence.call_id != id) continue;
      const bool verbatim = evidence.turn >= 0 &&
                            static_cast<size_t>(evidence.turn) < transcript.turns.size() &&
                            !evidence.quote.empty() &&
                            absl::StrContains(transcript.turns[evidence.turn].text, evidence.quote);
      scores.verbatim.Add(verbatim);
      if (!verbatim) Miss(absl::StrCat("quote not verbatim: ", evidence.quote));
    }
  }

  static void Remember(const deal::Analysis& analysis, const ExtractedFacts& extracted,
                       deal::DealState& known, deal::CustomerProfile& profile) {
    if (!analysis.is_sales_call) return;
    known.blockers = analysis.open_blockers;
    known.blockers.insert(known.blockers.end(), analysis.resolved_blockers.begin(),
                          analysis.resolved_blockers.end());
    for (const deal::Stakeholder& person : analysis.stakeholders) {
      const auto same =
          std::find_if(known.stakeholders.begin(), known.stakeholders.end(),
                       [&](const deal::Stakeholder& other) { return other.name == person.name; });
      if (same != known.stakeholders.end()) {
        *same = person;
      } else {
        known.stakeholders.push_back(person);
      }
    }
    known.stage = analysis.stage;
    known.facts.insert(known.facts.end(), extracted.facts.begin(), extracted.facts.end());
    ++known.version;
    const deal::CustomerProfile& gained = extracted.profile;
    const auto append = [](auto& to, const auto& from) {
      to.insert(to.end(), from.begin(), from.end());
    };
    append(profile.buying_triggers, gained.buying_triggers);
    append(profile.preferences, gained.preferences);
    append(profile.personal_details, gained.personal_details);
    append(profile.channel_preference, gained.channel_preference);
    append(profile.objections, gained.objections);
    if (gained.budget) profile.budget = gained.budget;
    profile.journey_stage = analysis.stage;
    ++profile.version;
  }

  void Miss(const std::string& what) const {
    if (details_.misses) std::printf("  [%s] %s: %s\n", mode_.name, where_.c_str(), what.c_str());
  }

  const Mode mode_;
  const Details details_;
  std::string where_;
};

void PrintHeader() {
  std::printf("%-34s %8s %8s %8s %8s %8s %8s %8s %8s %8s %8s %8s %8s %8s\n", "", "primary", "stage",
              "open F1", "res. F1", "dec. P", "dec. R", "nominal", "recip.", "must", "mustnot",
              "facts", "quotes", "nosales");
}

void PrintRow(const std::string& name, const Scores& scores) {
  std::printf(
      "%-34s %7.0f%% %7.0f%% %8.2f %8.2f %8.2f %8.2f %8zu %7.0f%% %7.0f%% %7.0f%% %7.0f%% %7.0f%%"
      " %7.0f%%\n",
      name.c_str(), 100 * scores.primary.Value(), 100 * scores.stage.Value(), scores.open.F1(),
      scores.resolved.F1(), scores.deciders.Precision(), scores.deciders.Recall(),
      scores.nominal_named, 100 * scores.recipient.Value(), 100 * scores.must.Value(),
      100 * scores.must_not.Value(), 100 * scores.facts.Value(), 100 * scores.verbatim.Value(),
      100 * scores.no_sales.Value());
}

int Main(int argc, char** argv) {
  std::string directory;
  Details details;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--verbose") == 0) {
      details.misses = true;
    } else if (std::strcmp(argv[i], "--emails") == 0) {
      details.emails = true;
    } else if (std::strcmp(argv[i], "--deals") == 0 && i + 1 < argc) {
      directory = argv[++i];
    } else {
      std::fprintf(stderr,
                   "unknown argument %s; "
                   "usage: eval_deals --deals DIR [--verbose] [--emails]\n",
                   argv[i]);
      return 2;
    }
  }
  const auto series = LoadSeries(directory);
  if (!series.ok()) {
    std::fprintf(stderr, "%s\n", std::string(series.status().message()).c_str());
    return 2;
  }
  PrintHeader();
  for (const Mode& mode : {Mode{"deep", Tier::kDeep, true}, Mode{"fast", Tier::kFast, true},
                           Mode{"deep, no memory", Tier::kDeep, false}}) {
    Scores total;
    const bool detailed = mode.tier == Tier::kDeep && mode.memory;
    for (const Series& one : *series) {
      const Scores scores = Evaluation(mode, detailed ? details : Details{}).Run(one);
      if (detailed) PrintRow(one.name, scores);
      total.Add(scores);
    }
    PrintRow(absl::StrCat("all: ", mode.name), total);
  }
  return 0;
}

}  // namespace
}  // namespace throughline::eval

int main(int argc, char** argv) { return throughline::eval::Main(argc, argv); }
