// What services/router/tools/fit_reading.py learns from, one JSON object a line:
//   reading_features sentences --utterances FILE... --deals DIR...
//   reading_features calls --model sentences.model calls.model [people.model [judgement.model]]
//   --deals
//       DIR...
// The first prints the words of every labelled utterance and every sentence of the labelled calls;
// the second what each call says for and against each category and person, read with these models;
// without a model of people what is said of each.
// Earlier calls of its series are remembered as the judgement model judges them, mistakes included;
// without one as their labels say.

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/deal/names.h"
#include "common/transcript/parse.h"
#include "nlohmann/json.hpp"
#include "services/router/domain/extractive/analysis/authority.h"
#include "services/router/domain/extractive/analysis/call_model.h"
#include "services/router/domain/extractive/analysis/evidence.h"
#include "services/router/domain/extractive/analysis/founded.h"
#include "services/router/domain/extractive/analysis/judgement.h"
#include "services/router/domain/extractive/analysis/person_model.h"
#include "services/router/domain/extractive/analysis/sales_call.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "tests/eval/score.h"
#include "tests/eval/series.h"

namespace throughline::router::extractive {
namespace {

using eval::CallLabels;
using eval::Series;
using nlohmann::json;

std::string Slurp(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void Print(const json& row) {
  std::printf("%s\n", row.dump(-1, ' ', false, json::error_handler_t::replace).c_str());
}

// Without forms of address: "Mr Landry" of a label is "Numa Landry", and the other way round.
std::string Plain(const std::string& name) {
  std::string plain;
  for (const Token& word : Tokenize(name)) {
    if (!IsHonorific(word.text)) absl::StrAppend(&plain, " ", word.text);
  }
  return plain;
}

bool Names(const std::vector<std::string>& names, const std::string& name) {
  for (const std::string& other : names) {
    if (eval::SamePerson(Plain(name), Plain(other))) return true;
  }
  return false;
}

void PrintUtterances(const std::string& path) {
  for (const absl::string_view line : absl::StrSplit(Slurp(path), '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, '\t');
    const Reading reading = ReadTurn(parts.second);
    json features = json::array();
    for (const Sentence& sentence : reading.sentences) {
      for (std::string& feature : SentenceFeatures(reading, sentence)) {
        features.push_back(std::move(feature));
      }
    }
    Print({{"label", std::string(parts.first)}, {"features", std::move(features)}});
  }
}

json Words(const Reading& reading, const Sentence& sentence) {
  json words = json::array();
  ForEachWord(reading, sentence, [&](absl::string_view word) { words.push_back(word); });
  return words;
}

// The models that a fit tries.
struct Models {
  std::optional<SentenceModel> sentences;
  std::optional<CallModel> calls;
  std::optional<PersonModel> people;
  std::optional<JudgementModel> judgement;

  absl::Status Read(const std::string& path) {
    if (!sentences.has_value()) {
      ASSIGN_OR_RETURN(sentences, SentenceModel::Parse(Slurp(path)));
    } else if (!calls.has_value()) {
      ASSIGN_OR_RETURN(calls, CallModel::Parse(Slurp(path)));
    } else if (!people.has_value()) {
      ASSIGN_OR_RETURN(people, PersonModel::Parse(Slurp(path)));
    } else {
      ASSIGN_OR_RETURN(judgement, JudgementModel::Parse(Slurp(path)));
    }
    return absl::OkStatus();
  }
};

class SeriesPrinter {
 public:
  explicit SeriesPrinter(const Models& models) : models_(models) {}

  void Run(const Series& series) {
    deal::DealState known;
    for (size_t i = 0; i < series.calls.size(); ++i) {
      const CallLabels& labels = series.calls[i];
      const auto transcript = transcript::Parse(Slurp(labels.file), {{}, series.seller});
      if (!transcript.ok()) continue;
      const CallInput input{.transcript = *transcript,
                            .call_id = absl::StrCat(series.name, "-", i + 1),
                            .occurred_at = labels.date,
                            .customer_name = series.customer,
                            .seller_name = series.seller,
                            .known = known};
      CallView call = ReadCall(Tier::kDeep, input);
      if (!models_.calls.has_value()) {
        PrintSentences(series.name, i, labels, call);
      } else if (labels.is_sales_call) {
        PrintCall(series.name, i, labels, call, known);
      }
    }
  }

 private:
  static void PrintSentences(const std::string& name, size_t index, const CallLabels& labels,
                             const CallView& call) {
    for (size_t i = 0; i < call.lines.size(); ++i) {
      const Line& line = call.lines[i];
      for (const Sentence& sentence : line.reading.sentences) {
        Print({{"series", name},
               {"call", index},
               {"file", labels.file},
               {"line", i},
               {"seller", line.side == transcript::Side::kSeller},
               {"speaker", line.turn->speaker},
               {"text", Quote(line.turn->text, sentence.span)},
               {"words", Words(line.reading, sentence)},
               {"features", SentenceFeatures(line.reading, sentence)}});
      }
    }
  }

  void PrintCall(const std::string& name, size_t index, const CallLabels& labels, CallView& call,
                 deal::DealState& known) const {
    const auto topics = FindTopics(call);
    const auto statements = FindStatements(call, topics);
    std::vector<Entry> entries = ApplyStatements(call, statements);
    const auto sentences = ScoreSentences(call, *models_.sentences);
    DropUnfounded(call, sentences, topics, entries);
    json subjects = json::array();
    const auto features = FeaturesOfSubjects(call, sentences, models_.calls->Score(call, sentences),
                                             statements, topics, entries);
    CallJudgement truth;
    truth.nothing = labels.primary == "none" ? 1 : 0;
    for (size_t s = 0; s < kSubjects; ++s) {
      const std::string category(deal::Name(CategoryOf(s)));
      truth.subjects[s].open = Has(labels.open, category) ? 1 : 0;
      truth.subjects[s].settled =
          Has(labels.resolved, category) && truth.subjects[s].open == 0 ? 1 : 0;
      truth.subjects[s].primary = labels.primary == category ? 1 : 0;
      subjects.push_back({{"open", truth.subjects[s].open},
                          {"settled", truth.subjects[s].settled},
                          {"primary", truth.subjects[s].primary},
                          {"features", features[s]}});
    }
    if (models_.judgement.has_value()) {
      Reconcile(call, sentences, topics, models_.judgement->Judge(features),
                models_.judgement->least_open(), entries);
    } else {
      Reconcile(call, sentences, topics, truth, 0.5F, entries);
    }
    Authority authority = FindAuthority(call, entries);
    const std::vector<SpokenOf> spoken_of = WhomSentencesMean(call, sentences);
    json people = json::array();
    std::vector<PersonFeatures> rows(call.people.all().size());
    std::vector<json> sayings;
    if (!models_.people.has_value()) {
      sayings = SayingsOfEach(call, sentences, spoken_of);
    } else {
      rows = FeaturesOfPeople(call, *models_.people, sentences, spoken_of, entries, authority);
    }
    for (size_t i = 0; i < rows.size(); ++i) {
      const Person& person = call.people.at(i);
      if (person.side == transcript::Side::kSeller || person.name.empty()) continue;
      people.push_back({{"name", person.name},
                        {"decides", Names(labels.deciders, person.name)},
                        {"free", Names(labels.acceptable, person.name)},
                        {"nominal", Names(labels.nominal, person.name)},
                        {models_.people.has_value() ? "features" : "sayings",
                         models_.people.has_value() ? json(rows[i]) : sayings[i]}});
    }
    Print({{"series", name},
           {"call", index},
           {"subjects", subjects},
           {"people", people},
           {"wanted", labels.deciders.size()}});
    if (models_.judgement.has_value()) {
      ReconcileDeciders(call, sentences, spoken_of, rows, *models_.judgement, authority);
    } else {
      DecideAsLabelled(labels, authority);
    }
    known.blockers.clear();
    for (const Entry& entry : entries) known.blockers.push_back(entry.blocker);
    known.stakeholders = authority.everybody;
    ++known.version;
  }

  // What is said by and about each person of the customer's side, with the words of each sentence.
  static std::vector<json> SayingsOfEach(const CallView& call,
                                         const std::vector<ScoredSentence>& sentences,
                                         const std::vector<SpokenOf>& spoken_of) {
    std::vector<json> people(call.people.all().size(), json::array());
    for (const PersonSaying& saying : SayingsOfPeople(call, sentences, spoken_of)) {
      const ScoredSentence& one = sentences[saying.sentence];
      const Line& line = call.lines[one.line];
      json words = json::object();
      ForEachWordAbout(call, one.line, one.sentence, spoken_of[saying.sentence], saying.person,
                       [&](absl::string_view word) {
                         json& count = words[std::string(word)];
                         count = (count.is_null() ? 0 : count.get<int>()) + 1;
                       });
      people[saying.person].push_back(
          {{"weight", saying.weight},
           {"text", Quote(line.turn->text, line.reading.sentences[one.sentence].span)},
           {"words", std::move(words)}});
    }
    return people;
  }

  static bool Has(const std::vector<std::string>& names, const std::string& name) {
    for (const std::string& other : names) {
      if (other == name) return true;
    }
    return false;
  }

  static void DecideAsLabelled(const CallLabels& labels, Authority& authority) {
    for (deal::Stakeholder& person : authority.everybody) {
      const bool buyer = person.role == deal::StakeholderRole::kEconomicBuyer ||
                         person.role == deal::StakeholderRole::kCoSigner;
      const bool decides = Names(labels.deciders, person.name);
      if (decides && !buyer) person.role = deal::StakeholderRole::kApprover;
      if (!decides && buyer) person.role = deal::StakeholderRole::kInfluencer;
    }
  }

  const Models& models_;
};

int Main(int argc, char** argv) {
  const bool calls = argc > 1 && std::strcmp(argv[1], "calls") == 0;
  Models models;
  std::string option;
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind("--", 0) == 0) {
      option = argument;
    } else if (option == "--model") {
      if (const absl::Status status = models.Read(argument); !status.ok()) {
        std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
        return 2;
      }
    } else if (option == "--utterances") {
      PrintUtterances(argument);
    } else if (option == "--deals") {
      const auto series = eval::LoadSeries(argument);
      if (!series.ok() || calls != models.calls.has_value()) {
        std::fprintf(stderr, "reading_features: expected labelled series; two models for calls\n");
        return 2;
      }
      for (const Series& one : *series) SeriesPrinter(models).Run(one);
    }
  }
  return 0;
}

}  // namespace
}  // namespace throughline::router::extractive

int main(int argc, char** argv) { return throughline::router::extractive::Main(argc, argv); }
