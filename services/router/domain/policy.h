#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_POLICY_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/types.h"

// What the configuration says about models and cascades, checked and immutable.
namespace throughline::router {

inline constexpr double kDefaultThreshold = 0.72;
inline constexpr int kDefaultMaxAttempts = 3;
inline constexpr int kMaxAttempts = 10;
inline constexpr double kNeverDirect = 2;
inline constexpr size_t kMaxModels = 64;

// Prices in nano-USD per million tokens, so that "0.0375" dollars per million is exact. Unset:
// unknown, which is never taken for zero.
struct Price {
  std::optional<int64_t> input;
  std::optional<int64_t> cached_input;  // unset: charged as input
  std::optional<int64_t> output;
};

// What a provider lets us do with one model; 0: no limit.
struct ModelLimits {
  int max_concurrent = 0;  // calls under way at once
  int64_t requests_per_minute = 0;
  int64_t tokens_per_minute = 0;  // prompt and answer, estimated before, settled after
  int max_queued = 256;           // calls that may wait for a limit; further ones are refused
};

struct Model {
  std::string name;         // as requests, metrics and the ledger call it
  std::string provider;     // key of the provider in the configuration
  std::string provider_id;  // what the provider calls it
  Price price;
  int max_output_tokens = 4096;  // visible tokens
  int reasoning_tokens = 0;      // asked for on top, for models that think first
  absl::Duration timeout = absl::Seconds(30);
  bool can_repair = true;        // false: asked again, it would answer the same
  std::string reasoning_effort;  // "low", "medium", "high"; empty: the provider's default
  int context_tokens = 0;        // prompt and answer together; 0: unknown
  ModelLimits limits;
  std::vector<Capability> capabilities = {Capability::kJson};
  std::string price_source;    // where the price is from; empty when not said
  std::string price_as_of;     // the day it was looked up; empty when not said
  absl::Duration hedge_after;  // ask a second time when no answer came by then; zero: never
};

struct Cascade {
  std::vector<std::string> models;  // cheapest first; names of Policy::models
  double threshold = kDefaultThreshold;
  int max_attempts = kDefaultMaxAttempts;
  // A prompt at least this difficult skips the draft; above 1: never.
  double direct_difficulty = kNeverDirect;
  // Whether to go straight to the strongest model while drafts have cost more than they saved.
  bool skip_losing_drafts = true;
  // Share of accepted drafts that the strongest model is asked about, too, for calibration.
  double shadow_share = 0;
  // How long answers may be served to the same request again; zero: never.
  absl::Duration cache_ttl;
};

struct Policy {
  std::vector<Model> models;             // in the order of the configuration
  std::map<TaskKind, Cascade> cascades;  // one for every task; without models where none answers it
  std::vector<BudgetRule> budgets;
  std::string thresholds_version;  // of the calibration that set the thresholds; empty: none
  std::string version;             // digest of the configuration

  // nullptr when there is none.
  const Model* FindModel(absl::string_view name) const {
    for (const Model& model : models) {
      if (model.name == name) return &model;
    }
    return nullptr;
  }
  const Cascade& CascadeOf(TaskKind task) const { return cascades.at(task); }
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_POLICY_H_
