#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_SCHEMA_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_SCHEMA_H_

#include "common/storage/sqlite.h"

namespace throughline::router {

// Times are microseconds since 1970 UTC, durations microseconds, money billionths of a US dollar,
// enumerations their numbers in throughline.router.v1. `answer` is kept for requests with an
// idempotency key only. `sequence` orders decisions of the same microsecond.
inline constexpr storage::Migration kDecisionMigrations[] = {
    {1, "decisions and model calls", R"sql(
CREATE TABLE decisions (
  sequence         INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant           TEXT    NOT NULL,
  id               TEXT    NOT NULL,
  decided_at_us    INTEGER NOT NULL,
  task             INTEGER NOT NULL,
  customer_id      TEXT    NOT NULL,
  call_id          TEXT    NOT NULL,
  outcome          INTEGER NOT NULL,
  reason           INTEGER NOT NULL,
  explanation      TEXT    NOT NULL,
  from_model       TEXT    NOT NULL,
  to_model         TEXT    NOT NULL,
  draft_score      REAL    NOT NULL,
  threshold        REAL    NOT NULL,
  difficulty       REAL    NOT NULL,
  cost_nano_usd    INTEGER NOT NULL,
  cost_unpriced    INTEGER NOT NULL,
  baseline_nano_usd INTEGER NOT NULL,
  baseline_unpriced INTEGER NOT NULL,
  latency_us       INTEGER NOT NULL,
  overhead_us      INTEGER NOT NULL,
  policy_version   TEXT    NOT NULL,
  idempotency_key  TEXT,
  fingerprint      TEXT,
  answer           TEXT,
  UNIQUE (tenant, id),
  UNIQUE (tenant, idempotency_key)
);
CREATE INDEX decisions_by_customer ON decisions (tenant, customer_id, sequence);
CREATE INDEX decisions_by_time ON decisions (tenant, decided_at_us);

CREATE TABLE attempts (
  decision          INTEGER NOT NULL REFERENCES decisions (sequence) ON DELETE CASCADE,
  position          INTEGER NOT NULL,
  model             TEXT    NOT NULL,
  provider          TEXT    NOT NULL,
  role              INTEGER NOT NULL,
  outcome           INTEGER NOT NULL,
  reason            INTEGER NOT NULL,
  checks            TEXT    NOT NULL,
  score             REAL    NOT NULL,
  input_uncached_tokens   INTEGER NOT NULL,
  input_cached_tokens     INTEGER NOT NULL,
  output_visible_tokens   INTEGER NOT NULL,
  output_reasoning_tokens INTEGER NOT NULL,
  estimated         INTEGER NOT NULL,
  cost_nano_usd     INTEGER NOT NULL,
  cost_unpriced     INTEGER NOT NULL,
  latency_us        INTEGER NOT NULL,
  explanation       TEXT    NOT NULL,
  PRIMARY KEY (decision, position)
) WITHOUT ROWID;
)sql"},
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_SCHEMA_H_
