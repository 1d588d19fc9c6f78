#include "services/memory/store/schema.h"

namespace throughline::memory::store {
namespace {

constexpr char kInitial[] = R"sql(
CREATE TABLE customers (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  erased_version INTEGER NOT NULL,
  current_facts INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  head BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE states (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id)
) STRICT;

CREATE TABLE facts (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  fact_id TEXT NOT NULL,
  fact_key TEXT NOT NULL,
  changed_version INTEGER NOT NULL,
  body BLOB NOT NULL,
  statements BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id, fact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX facts_by_key ON facts (tenant, customer_id, fact_key) WHERE fact_key <> '';
CREATE INDEX facts_by_change ON facts (tenant, customer_id, changed_version);

CREATE TABLE contributions (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  contribution_id TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id, contribution_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE profiles (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE replies (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id, idempotency_key)
) STRICT, WITHOUT ROWID;

-- Only a digest of who was erased, and the version not to go back behind.
CREATE TABLE erasures (
  tenant TEXT NOT NULL,
  customer_digest TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (tenant, customer_digest)
) STRICT, WITHOUT ROWID;
)sql";

// What filters and ranking need of a fact, apart from it and small. Entries of facts that are there
// already are empty: they are made from the fact whenever they are read, until it is next written.
constexpr char kEntries[] = R"sql(
CREATE TABLE fact_entries (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  fact_id TEXT NOT NULL,
  entry BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id, fact_id)
) STRICT, WITHOUT ROWID;
INSERT INTO fact_entries SELECT tenant, customer_id, fact_id, x'' FROM facts;
)sql";

// Rows as large as these make a tree of keys deep when they lie inside it, for a node holds but a
// handful of them: they lie apart from their keys, and entries say where.
constexpr char kRowsApart[] = R"sql(
CREATE TABLE facts_apart (
  place INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  fact_id TEXT NOT NULL,
  fact_key TEXT NOT NULL,
  changed_version INTEGER NOT NULL,
  body BLOB NOT NULL,
  statements BLOB NOT NULL
) STRICT;
INSERT INTO facts_apart (tenant, customer_id, fact_id, fact_key, changed_version, body, statements)
  SELECT tenant, customer_id, fact_id, fact_key, changed_version, body, statements FROM facts;
DROP TABLE facts;
ALTER TABLE facts_apart RENAME TO facts;
CREATE UNIQUE INDEX facts_by_id ON facts (tenant, customer_id, fact_id);
CREATE INDEX facts_by_key ON facts (tenant, customer_id, fact_key) WHERE fact_key <> '';
CREATE INDEX facts_by_change ON facts (tenant, customer_id, changed_version);
ALTER TABLE fact_entries ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
UPDATE fact_entries SET place = (
  SELECT f.place FROM facts f WHERE f.tenant = fact_entries.tenant
  AND f.customer_id = fact_entries.customer_id AND f.fact_id = fact_entries.fact_id);
)sql";

// When replies were given, in microseconds, for those past their time go. Those that are there
// count from now.
constexpr char kReplyTimes[] = R"sql(
ALTER TABLE replies ADD COLUMN given_at INTEGER NOT NULL DEFAULT 0;
UPDATE replies SET given_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
)sql";

// Entries of many facts to a row, in the order they were written: a write adds a row or two, and a
// customer is brought into memory in hundreds of rows that lie together instead of thousands that
// do not. Customers that are there already keep theirs in fact_entries until their next write.
constexpr char kPacks[] = R"sql(
CREATE TABLE entry_packs (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  part INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id, version, part)
) STRICT;
ALTER TABLE customers ADD COLUMN packed INTEGER NOT NULL DEFAULT 0;
)sql";

// Packs are written in a form that older programs take for damage: they are to refuse the file
// instead.
constexpr char kSharingPacks[] = "SELECT 1";

// What the state of a customer leaves out of its deal, a row for each write that left out more.
// States that are there already hold all of theirs until the customer's next call.
constexpr char kDealPast[] = R"sql(
CREATE TABLE deal_past (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (tenant, customer_id, version)
) STRICT, WITHOUT ROWID;
)sql";

constexpr storage::Migration kMigrations[] = {
    {1, "initial", kInitial},      {2, "entries", kEntries},
    {3, "rows apart", kRowsApart}, {4, "reply times", kReplyTimes},
    {5, "packs", kPacks},          {6, "packs that share", kSharingPacks},
    {7, "deal past", kDealPast}};

}  // namespace

absl::Span<const storage::Migration> Migrations() { return kMigrations; }

}  // namespace throughline::memory::store
