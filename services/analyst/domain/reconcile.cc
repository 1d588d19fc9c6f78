#include "services/analyst/domain/reconcile.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "common/deal/names.h"

namespace throughline::analyst {
namespace {

using Words = std::set<std::string>;

constexpr double kMostMoved = 0.5;  // of the way to 1 or to 0

double WeightOf(ReadingPoint point) {
  switch (point) {
    case ReadingPoint::kSalesCall:
    case ReadingPoint::kPrimaryBlocker:
      return 3;
    case ReadingPoint::kDecisionMakers:
    case ReadingPoint::kRecipient:
      return 2;
    case ReadingPoint::kOpenBlockers:
    case ReadingPoint::kSettledBlockers:
    case ReadingPoint::kNextStep:
    case ReadingPoint::kStage:
      return 1;
  }
  return 0;
}

Words CategoriesOf(const std::vector<deal::Blocker>& blockers) {
  Words categories;
  for (const deal::Blocker& blocker : blockers) {
    categories.insert(std::string(deal::Name(blocker.category)));
  }
  return categories;
}

Words Without(const Words& all, const Words& some) {
  Words left;
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(),
                      std::inserter(left, left.end()));
  return left;
}

std::string List(const Words& words) { return absl::StrJoin(words, ", "); }

// "Sarah Chen" and "Sarah" are one person; "Sarah Chen" and "Sarah Wu" are two.
bool IsSamePerson(const std::string& a, const std::string& b) {
  const std::vector<std::string> longer =
      absl::StrSplit(absl::AsciiStrToLower(a.size() >= b.size() ? a : b), ' ', absl::SkipEmpty());
  const std::vector<std::string> shorter =
      absl::StrSplit(absl::AsciiStrToLower(a.size() >= b.size() ? b : a), ' ', absl::SkipEmpty());
  return !shorter.empty() &&
         std::all_of(shorter.begin(), shorter.end(), [&](const std::string& word) {
           return std::find(longer.begin(), longer.end(), word) != longer.end();
         });
}

Words NamesOf(const std::vector<deal::Stakeholder>& people) {
  Words names;
  for (const deal::Stakeholder& person : people) names.insert(person.name);
  return names;
}

// Those of `names` who are nobody of `others`.
Words NotAmong(const Words& names, const Words& others) {
  Words left;
  for (const std::string& name : names) {
    const bool is_there = std::any_of(others.begin(), others.end(), [&](const std::string& other) {
      return IsSamePerson(name, other);
    });
    if (!is_there) left.insert(name);
  }
  return left;
}

std::string PrimaryOf(const deal::Analysis& analysis) {
  if (!analysis.primary_blocker) return "";
  return absl::StrCat(deal::Name(analysis.primary_blocker->category), ": ",
                      analysis.primary_blocker->object);
}

std::string DueOf(const deal::Analysis& analysis) {
  if (!analysis.next_step || !analysis.next_step->due_date) return "";
  return absl::FormatCivilTime(*analysis.next_step->due_date);
}

class Comparison {
 public:
  Reconciliation Run(const deal::Analysis& model, const deal::Analysis& engine) {
    Note(ReadingPoint::kSalesCall, model.is_sales_call == engine.is_sales_call,
         model.is_sales_call ? "a sales call" : "no sales call",
         engine.is_sales_call ? "a sales call" : "no sales call");
    if (model.is_sales_call && engine.is_sales_call) {
      CompareBlockers(model, engine);
      ComparePeople(model, engine);
      CompareCourse(model, engine);
    }
    Weigh(model.confidence);
    return std::move(result_);
  }

 private:
  void Note(ReadingPoint point, bool agree, std::string model, std::string engine) {
    if (agree) {
      result_.agreements.push_back(point);
    } else {
      result_.disagreements.push_back(
          {.point = point, .model = std::move(model), .engine = std::move(engine)});
    }
  }

  void CompareBlockers(const deal::Analysis& model, const deal::Analysis& engine) {
    const auto category = [](const deal::Analysis& analysis) {
      return analysis.primary_blocker ? analysis.primary_blocker->category
                                      : deal::BlockerCategory::kNone;
    };
    Note(ReadingPoint::kPrimaryBlocker, category(model) == category(engine), PrimaryOf(model),
         PrimaryOf(engine));
    CompareSets(ReadingPoint::kOpenBlockers, CategoriesOf(model.open_blockers),
                CategoriesOf(engine.open_blockers));
    CompareSets(ReadingPoint::kSettledBlockers, CategoriesOf(model.resolved_blockers),
                CategoriesOf(engine.resolved_blockers));
  }

  void CompareSets(ReadingPoint point, const Words& model, const Words& engine) {
    if (model.empty() && engine.empty()) return;
    Note(point, model == engine, List(Without(model, engine)), List(Without(engine, model)));
  }

  void ComparePeople(const deal::Analysis& model, const deal::Analysis& engine) {
    const Words deciders = NamesOf(model.decision_makers);
    const Words engines = NamesOf(engine.decision_makers);
    if (!deciders.empty() && !engines.empty()) {
      const Words only_model = NotAmong(deciders, engines);
      const Words only_engine = NotAmong(engines, deciders);
      Note(ReadingPoint::kDecisionMakers, only_model.empty() && only_engine.empty(),
           List(only_model), List(only_engine));
    }
    const std::string& to = model.follow_up.recipient;
    const std::string& engines_to = engine.follow_up.recipient;
    if (!to.empty() && !engines_to.empty()) {
      Note(ReadingPoint::kRecipient, IsSamePerson(to, engines_to), to, engines_to);
    }
  }

  void CompareCourse(const deal::Analysis& model, const deal::Analysis& engine) {
    const std::string due = DueOf(model);
    const std::string engines_due = DueOf(engine);
    if (!due.empty() && !engines_due.empty()) {
      Note(ReadingPoint::kNextStep, due == engines_due, due, engines_due);
    }
    if (model.stage != deal::JourneyStage::kUnspecified &&
        engine.stage != deal::JourneyStage::kUnspecified) {
      Note(ReadingPoint::kStage, model.stage == engine.stage, std::string(deal::Name(model.stage)),
           std::string(deal::Name(engine.stage)));
    }
  }

  void Weigh(double confidence) {
    double agreed = 0;
    double differed = 0;
    for (const ReadingPoint point : result_.agreements) agreed += WeightOf(point);
    for (const Disagreement& point : result_.disagreements) differed += WeightOf(point.point);
    const double all = agreed + differed;
    confidence += kMostMoved * ((1 - confidence) * agreed - confidence * differed) / all;
    result_.confidence = std::clamp(confidence, 0.0, 1.0);
  }

  Reconciliation result_;
};

}  // namespace

Reconciliation Reconcile(const deal::Analysis& model, const deal::Analysis& engine) {
  return Comparison().Run(model, engine);
}

}  // namespace throughline::analyst
