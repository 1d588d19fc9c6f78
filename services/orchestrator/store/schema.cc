#include "services/orchestrator/store/schema.h"

#include <utility>

#include "common/base/context.h"
#include "common/base/status_macros.h"
#include "common/sql/open.h"
#include "common/storage/migration.h"

namespace throughline::orchestrator {
namespace {

// `sequence` orders a customer's calls as they came. `facts` and `summary` are what memory is to
// keep; they go once it has. Messages are those of throughline.*.v1, serialised.
constexpr char kCreateCalls[] = R"sql(
CREATE TABLE calls (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  call_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  content_digest TEXT NOT NULL,
  occurred_at_us INTEGER NOT NULL,
  customer_name TEXT NOT NULL,
  seller_name TEXT NOT NULL,
  transcript BLOB,
  result BLOB,
  facts BLOB,
  summary TEXT,
  UNIQUE (tenant, customer_id, call_id)
);
CREATE INDEX calls_by_time ON calls (tenant, customer_id, state, occurred_at_us, sequence);
CREATE INDEX calls_unsaved ON calls (tenant, customer_id, sequence) WHERE state = 2;
)sql";

// States are those of JobState; `source` is a throughline.orchestrator.v1.CallSource. `owner` holds
// a running job until `lease_until_us`.
constexpr char kCreateJobs[] = R"sql(
CREATE TABLE jobs (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  call_id TEXT NOT NULL,
  content_digest TEXT NOT NULL,
  occurred_at_us INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  created_at_us INTEGER NOT NULL,
  finished_at_us INTEGER,
  step INTEGER,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  not_before_us INTEGER NOT NULL DEFAULT 0,
  owner TEXT NOT NULL DEFAULT '',
  lease_until_us INTEGER NOT NULL DEFAULT 0,
  source BLOB NOT NULL,
  UNIQUE (tenant, id)
);
CREATE INDEX jobs_by_customer ON jobs (tenant, customer_id, sequence);
CREATE INDEX jobs_unfinished ON jobs (tenant, customer_id, occurred_at_us, sequence)
  WHERE state IN (1, 2);
CREATE INDEX jobs_due ON jobs (sequence) WHERE state IN (1, 2);
)sql";

// A customer with unfinished jobs has a row in `turns`: `owner` is the process whose job runs,
// until `lease_until_us`; "" while none does and the next may from `due_us` on. `progress` keeps
// what models answered to a call until it is saved: `part` is that of SqlCallStore. `deliveries`
// are what subscribers have yet to be told, in the states of SqlDeliveryStore.
constexpr char kCreateTurns[] = R"sql(
DROP INDEX calls_unsaved;
DELETE FROM calls WHERE state = 1;
DROP INDEX jobs_due;
ALTER TABLE jobs DROP COLUMN not_before_us;
ALTER TABLE jobs DROP COLUMN owner;
ALTER TABLE jobs DROP COLUMN lease_until_us;
CREATE TABLE turns (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  due_us INTEGER NOT NULL,
  lease_until_us INTEGER NOT NULL,
  PRIMARY KEY (tenant, customer_id)
) WITHOUT ROWID;
CREATE INDEX turns_due ON turns (due_us) WHERE owner = '';
CREATE INDEX turns_leased ON turns (lease_until_us) WHERE owner <> '';
INSERT INTO turns SELECT DISTINCT tenant, customer_id, '', 0, 0 FROM jobs WHERE state IN (1, 2);
CREATE TABLE progress (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  call_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  content_digest TEXT NOT NULL,
  answer BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id, call_id, part)
) WITHOUT ROWID;
CREATE TABLE deliveries (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  event_id TEXT NOT NULL,
  body BLOB NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_us INTEGER NOT NULL,
  created_at_us INTEGER NOT NULL,
  error TEXT NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (due_us, sequence) WHERE state = 1;
)sql";

// What a delivery is about, and what its last attempt came to. One that was made stays for a while,
// without its body.
constexpr char kKeepDeliveries[] = R"sql(
ALTER TABLE deliveries ADD COLUMN event TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN customer_id TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN call_id TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN http_status INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN finished_at_us INTEGER;
UPDATE deliveries SET
  event = COALESCE(json_extract(CAST(body AS TEXT), '$.type'), ''),
  customer_id = COALESCE(json_extract(CAST(body AS TEXT), '$.customerId'), ''),
  call_id = COALESCE(json_extract(CAST(body AS TEXT), '$.callId'), '')
  WHERE json_valid(CAST(body AS TEXT));
UPDATE deliveries SET finished_at_us = due_us WHERE state = 2;
CREATE INDEX deliveries_by_tenant ON deliveries (tenant, sequence);
CREATE INDEX deliveries_finished ON deliveries (finished_at_us) WHERE state <> 1;
CREATE INDEX deliveries_by_call ON deliveries (tenant, customer_id, call_id) WHERE state <> 1;
CREATE INDEX calls_by_age ON calls (tenant, occurred_at_us);
CREATE INDEX jobs_finished ON jobs (tenant, finished_at_us) WHERE state > 2;
)sql";

constexpr storage::Migration kSqliteMigrations[] = {{1, "calls", kCreateCalls},
                                                    {2, "jobs", kCreateJobs},
                                                    {3, "turns", kCreateTurns},
                                                    {4, "deliveries kept", kKeepDeliveries}};

constexpr char kSchema[] = "orchestrator";

// The same tables.
constexpr char kCreateAll[] = R"sql(
CREATE TABLE orchestrator.calls (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text NOT NULL,
  customer_id text NOT NULL,
  call_id text NOT NULL,
  state bigint NOT NULL,
  content_digest text NOT NULL,
  occurred_at_us bigint NOT NULL,
  customer_name text NOT NULL,
  seller_name text NOT NULL,
  transcript bytea,
  result bytea,
  facts bytea,
  summary text,
  UNIQUE (tenant, customer_id, call_id)
);
CREATE INDEX calls_by_time
  ON orchestrator.calls (tenant, customer_id, state, occurred_at_us, sequence);
CREATE TABLE orchestrator.jobs (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL,
  tenant text NOT NULL,
  customer_id text NOT NULL,
  call_id text NOT NULL,
  content_digest text NOT NULL,
  occurred_at_us bigint NOT NULL,
  state bigint NOT NULL,
  attempts bigint NOT NULL DEFAULT 0,
  error text NOT NULL DEFAULT '',
  created_at_us bigint NOT NULL,
  finished_at_us bigint,
  step bigint,
  cancel_requested bigint NOT NULL DEFAULT 0,
  source bytea NOT NULL,
  UNIQUE (tenant, id)
);
CREATE INDEX jobs_by_customer ON orchestrator.jobs (tenant, customer_id, sequence);
CREATE INDEX jobs_unfinished
  ON orchestrator.jobs (tenant, customer_id, occurred_at_us, sequence) WHERE state IN (1, 2);
CREATE TABLE orchestrator.turns (
  tenant text NOT NULL,
  customer_id text NOT NULL,
  owner text NOT NULL,
  due_us bigint NOT NULL,
  lease_until_us bigint NOT NULL,
  PRIMARY KEY (tenant, customer_id)
);
CREATE INDEX turns_due ON orchestrator.turns (due_us) WHERE owner = '';
CREATE INDEX turns_leased ON orchestrator.turns (lease_until_us) WHERE owner <> '';
CREATE TABLE orchestrator.progress (
  tenant text NOT NULL,
  customer_id text NOT NULL,
  call_id text NOT NULL,
  part bigint NOT NULL,
  content_digest text NOT NULL,
  answer bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id, call_id, part)
);
CREATE TABLE orchestrator.deliveries (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant text NOT NULL,
  endpoint text NOT NULL,
  event_id text NOT NULL,
  body bytea NOT NULL,
  state bigint NOT NULL,
  attempts bigint NOT NULL,
  due_us bigint NOT NULL,
  created_at_us bigint NOT NULL,
  error text NOT NULL
);
CREATE INDEX deliveries_due ON orchestrator.deliveries (due_us, sequence) WHERE state = 1;
)sql";

// A replica of before goes on beside it: what it adds has no names, and what it makes is deleted.
constexpr char kKeepPostgresDeliveries[] = R"sql(
ALTER TABLE orchestrator.deliveries
  ADD COLUMN event text NOT NULL DEFAULT '',
  ADD COLUMN customer_id text NOT NULL DEFAULT '',
  ADD COLUMN call_id text NOT NULL DEFAULT '',
  ADD COLUMN http_status bigint NOT NULL DEFAULT 0,
  ADD COLUMN finished_at_us bigint;
UPDATE orchestrator.deliveries SET
  event = COALESCE(convert_from(body, 'UTF8')::json->>'type', ''),
  customer_id = COALESCE(convert_from(body, 'UTF8')::json->>'customerId', ''),
  call_id = COALESCE(convert_from(body, 'UTF8')::json->>'callId', '');
UPDATE orchestrator.deliveries SET finished_at_us = due_us WHERE state = 2;
CREATE INDEX deliveries_by_tenant ON orchestrator.deliveries (tenant, sequence);
CREATE INDEX deliveries_finished ON orchestrator.deliveries (finished_at_us) WHERE state <> 1;
CREATE INDEX deliveries_by_call
  ON orchestrator.deliveries (tenant, customer_id, call_id) WHERE state <> 1;
CREATE INDEX calls_by_age ON orchestrator.calls (tenant, occurred_at_us);
CREATE INDEX jobs_finished ON orchestrator.jobs (tenant, finished_at_us) WHERE state > 2;
)sql";

constexpr storage::Migration kPostgresMigrations[] = {
    {1, "calls and jobs", kCreateAll}, {2, "deliveries kept", kKeepPostgresDeliveries}};

}  // namespace

absl::StatusOr<std::unique_ptr<sql::SqlDatabase>> OpenSqlite(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<sql::SqlDatabase> database,
                   sql::OpenSqlite({.path = path}, kSqliteMigrations));
  RETURN_IF_ERROR(
      database->Write(Context::Background(), [](sql::SqlSession& session) -> absl::Status {
        RETURN_IF_ERROR(session.Execute("UPDATE {turns} SET owner = '' WHERE owner <> ''", {}));
        // The first condition names the index, so that all that ever ran is not read at each start.
        return session.Execute(
            "UPDATE {jobs} SET state = 1, step = NULL WHERE state IN (1, 2) AND state = 2", {});
      }));
  return database;
}

absl::StatusOr<std::unique_ptr<sql::SqlDatabase>> OpenPostgres(const std::string& conninfo,
                                                               size_t max_connections,
                                                               MetricsRegistry* metrics) {
  return sql::OpenPostgres(
      {.conninfo = conninfo, .max_connections = max_connections, .metrics = metrics}, kSchema,
      kPostgresMigrations);
}

}  // namespace throughline::orchestrator
