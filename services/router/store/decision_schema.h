#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_SCHEMA_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_SCHEMA_H_

#include "common/storage/migration.h"

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
    {2, "budgets, causes of empty answers, dear cascades", R"sql(
ALTER TABLE decisions ADD COLUMN cascade_dearer INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN empty_cause TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN first_text_us INTEGER;
CREATE TABLE budget_accounts (
  tenant            TEXT    NOT NULL,
  account           TEXT    NOT NULL,
  spent_nano_usd    BIGINT  NOT NULL,
  reserved_nano_usd BIGINT  NOT NULL,
  requests          BIGINT  NOT NULL,
  resets_at_us      BIGINT  NOT NULL,
  PRIMARY KEY (tenant, account)
);
CREATE INDEX budget_accounts_by_end ON budget_accounts (tenant, resets_at_us);
CREATE TABLE reservations (
  tenant        TEXT   NOT NULL,
  id            TEXT   NOT NULL,
  account       TEXT   NOT NULL,
  nano_usd      BIGINT NOT NULL,
  expires_at_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, account)
);
CREATE INDEX reservations_by_end ON reservations (tenant, expires_at_us);
)sql"},
    {3, "fewer pages a decision", R"sql(
-- A decision touches four pages instead of seven: no counter table, and indexes only for rows that
-- have the key. Foreign keys move with the tables; dropping the old parent first would delete its rows.
CREATE TABLE decisions_new (
  sequence         INTEGER PRIMARY KEY,
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
  cascade_dearer   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant, id)
);
INSERT INTO decisions_new SELECT sequence, tenant, id, decided_at_us, task, customer_id, call_id,
  outcome, reason, explanation, from_model, to_model, draft_score, threshold, difficulty,
  cost_nano_usd, cost_unpriced, baseline_nano_usd, baseline_unpriced, latency_us, overhead_us,
  policy_version, idempotency_key, fingerprint, answer, cascade_dearer FROM decisions;
CREATE TABLE attempts_new (
  decision          INTEGER NOT NULL REFERENCES decisions_new (sequence) ON DELETE CASCADE,
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
  empty_cause       TEXT    NOT NULL DEFAULT '',
  first_text_us     INTEGER,
  PRIMARY KEY (decision, position)
) WITHOUT ROWID;
INSERT INTO attempts_new SELECT decision, position, model, provider, role, outcome, reason, checks,
  score, input_uncached_tokens, input_cached_tokens, output_visible_tokens, output_reasoning_tokens,
  estimated, cost_nano_usd, cost_unpriced, latency_us, explanation, empty_cause, first_text_us
  FROM attempts;
DROP TABLE attempts;
DROP TABLE decisions;
ALTER TABLE decisions_new RENAME TO decisions;
ALTER TABLE attempts_new RENAME TO attempts;
CREATE UNIQUE INDEX decisions_by_key ON decisions (tenant, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE INDEX decisions_by_customer ON decisions (tenant, customer_id, sequence)
  WHERE customer_id <> '';
CREATE INDEX decisions_by_time ON decisions (tenant, decided_at_us);
)sql"},
    {4, "what spend is summed from stands in an index", R"sql(
-- Rows have answers and explanations, which sums read past: seven times the time.
DROP INDEX decisions_by_time;
CREATE INDEX decisions_by_time ON decisions (tenant, decided_at_us, task, outcome, reason,
  customer_id, cost_nano_usd, cost_unpriced, baseline_nano_usd, baseline_unpriced);
)sql"},
};

// The same in PostgreSQL.
inline constexpr storage::Migration kPostgresDecisionMigrations[] = {
    {1, "decisions, model calls and budgets", R"sql(
CREATE TABLE router.decisions (
  sequence          BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant            TEXT    NOT NULL,
  id                TEXT    NOT NULL,
  decided_at_us     BIGINT  NOT NULL,
  task              BIGINT  NOT NULL,
  customer_id       TEXT    NOT NULL,
  call_id           TEXT    NOT NULL,
  outcome           BIGINT  NOT NULL,
  reason            BIGINT  NOT NULL,
  explanation       TEXT    NOT NULL,
  from_model        TEXT    NOT NULL,
  to_model          TEXT    NOT NULL,
  draft_score       DOUBLE PRECISION NOT NULL,
  threshold         DOUBLE PRECISION NOT NULL,
  difficulty        DOUBLE PRECISION NOT NULL,
  cost_nano_usd     BIGINT  NOT NULL,
  cost_unpriced     BIGINT  NOT NULL,
  baseline_nano_usd BIGINT  NOT NULL,
  baseline_unpriced BIGINT  NOT NULL,
  latency_us        BIGINT  NOT NULL,
  overhead_us       BIGINT  NOT NULL,
  policy_version    TEXT    NOT NULL,
  cascade_dearer    BIGINT  NOT NULL,
  idempotency_key   TEXT,
  fingerprint       TEXT,
  answer            TEXT,
  UNIQUE (tenant, id),
  UNIQUE (tenant, idempotency_key)
);
CREATE INDEX decisions_by_customer ON router.decisions (tenant, customer_id, sequence);
CREATE INDEX decisions_by_time ON router.decisions (tenant, decided_at_us);
CREATE TABLE router.attempts (
  decision                BIGINT NOT NULL REFERENCES router.decisions (sequence) ON DELETE CASCADE,
  position                BIGINT NOT NULL,
  model                   TEXT   NOT NULL,
  provider                TEXT   NOT NULL,
  role                    BIGINT NOT NULL,
  outcome                 BIGINT NOT NULL,
  reason                  BIGINT NOT NULL,
  checks                  TEXT   NOT NULL,
  score                   DOUBLE PRECISION NOT NULL,
  input_uncached_tokens   BIGINT NOT NULL,
  input_cached_tokens     BIGINT NOT NULL,
  output_visible_tokens   BIGINT NOT NULL,
  output_reasoning_tokens BIGINT NOT NULL,
  estimated               BIGINT NOT NULL,
  cost_nano_usd           BIGINT NOT NULL,
  cost_unpriced           BIGINT NOT NULL,
  latency_us              BIGINT NOT NULL,
  explanation             TEXT   NOT NULL,
  empty_cause             TEXT   NOT NULL,
  first_text_us           BIGINT,
  PRIMARY KEY (decision, position)
);
CREATE TABLE router.budget_accounts (
  tenant            TEXT    NOT NULL,
  account           TEXT    NOT NULL,
  spent_nano_usd    BIGINT  NOT NULL,
  reserved_nano_usd BIGINT  NOT NULL,
  requests          BIGINT  NOT NULL,
  resets_at_us      BIGINT  NOT NULL,
  PRIMARY KEY (tenant, account)
);
CREATE INDEX budget_accounts_by_end ON router.budget_accounts (tenant, resets_at_us);
CREATE TABLE router.reservations (
  tenant        TEXT   NOT NULL,
  id            TEXT   NOT NULL,
  account       TEXT   NOT NULL,
  nano_usd      BIGINT NOT NULL,
  expires_at_us BIGINT NOT NULL,
  PRIMARY KEY (tenant, id, account)
);
CREATE INDEX reservations_by_end ON router.reservations (tenant, expires_at_us);
)sql"},
    {2, "what spend is summed from stands in an index", R"sql(
DROP INDEX router.decisions_by_time;
CREATE INDEX decisions_by_time ON router.decisions (tenant, decided_at_us) INCLUDE (task, outcome,
  reason, customer_id, cost_nano_usd, cost_unpriced, baseline_nano_usd, baseline_unpriced);
)sql"},
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_SCHEMA_H_
