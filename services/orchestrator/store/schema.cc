#include "services/orchestrator/store/schema.h"

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

constexpr storage::Migration kMigrations[] = {{1, "calls", kCreateCalls}, {2, "jobs", kCreateJobs}};

}  // namespace

absl::StatusOr<std::unique_ptr<storage::SqliteDatabase>> OpenDatabase(const std::string& path) {
  return storage::SqliteDatabase::Open({.path = path}, kMigrations);
}

}  // namespace throughline::orchestrator
