#include "services/memory/store/postgres_schema.h"

namespace throughline::memory::store {
namespace {

// Ids compare by their bytes (COLLATE "C"), as in every other store, whatever the database's
// locale.
constexpr char kInitial[] = R"sql(
CREATE TABLE memory.customers (
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  erased_version bigint NOT NULL,
  current_facts bigint NOT NULL,
  updated_at bigint NOT NULL,
  head bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id)
);

CREATE TABLE memory.states (
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id)
);

CREATE TABLE memory.facts (
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  fact_id text COLLATE "C" NOT NULL,
  fact_key text COLLATE "C" NOT NULL,
  changed_version bigint NOT NULL,
  body bytea NOT NULL,
  statements bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id, fact_id)
);
CREATE INDEX facts_by_key ON memory.facts (tenant, customer_id, fact_key) WHERE fact_key <> '';
CREATE INDEX facts_by_change ON memory.facts (tenant, customer_id, changed_version);

CREATE TABLE memory.contributions (
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  contribution_id text COLLATE "C" NOT NULL,
  occurred_at bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id, contribution_id)
);

CREATE TABLE memory.profiles (
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id, version)
);

CREATE TABLE memory.replies (
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  idempotency_key text COLLATE "C" NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id, idempotency_key)
);

-- Only a digest of who was erased, and the version not to go back behind.
CREATE TABLE memory.erasures (
  tenant text COLLATE "C" NOT NULL,
  customer_digest text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (tenant, customer_digest)
);
)sql";

// What filters and ranking need of a fact. Empty for facts that are there already: it is made from
// the fact whenever it is read, until the fact is next written.
constexpr char kEntries[] = R"sql(
ALTER TABLE memory.facts ADD COLUMN entry bytea NOT NULL DEFAULT '';
)sql";

// When replies were given, in microseconds, for those past their time go. Those that are there
// count from now, and so do those of a process that does not know the column yet.
constexpr char kReplyTimes[] = R"sql(
ALTER TABLE memory.replies ADD COLUMN given_at bigint NOT NULL
  DEFAULT (extract(epoch FROM now()) * 1000000)::bigint;
)sql";

// Entries once more, as many to a row as fit a page, with the places of their facts: a customer
// that is brought into memory is read in hundreds of rows instead of thousands. They hold all that
// memory.facts holds while packed_version is the customer's version: a process that does not know
// them leaves it behind. EXTERNAL: not compressed, for there is little to gain.
constexpr char kPacks[] = R"sql(
CREATE TABLE memory.entry_packs (
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  part bigint NOT NULL,
  entries bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id, version, part)
) WITH (toast_tuple_target = 8160);
ALTER TABLE memory.entry_packs ALTER COLUMN entries SET STORAGE EXTERNAL;
ALTER TABLE memory.customers ADD COLUMN packed_version bigint NOT NULL DEFAULT -1;
)sql";

// What the state of a customer leaves out of its deal, a row for each write that left out more. A
// process that does not know of it writes states without the mark that says so, and then it counts
// for nothing; when such a process forgets the customer, the reference takes it along. It is
// checked at the end of a write, which is when a new customer's row is put.
constexpr char kDealPast[] = R"sql(
CREATE TABLE memory.deal_past (
  tenant text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (tenant, customer_id, version),
  FOREIGN KEY (tenant, customer_id) REFERENCES memory.customers (tenant, customer_id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
)sql";

constexpr storage::Migration kMigrations[] = {{1, "initial", kInitial},
                                              {2, "entries", kEntries},
                                              {3, "reply times", kReplyTimes},
                                              {4, "packs", kPacks},
                                              {5, "deal past", kDealPast}};

}  // namespace

absl::Span<const storage::Migration> PostgresMigrations() { return kMigrations; }

}  // namespace throughline::memory::store
