#include "services/orchestrator/store/sqlite_job_store.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/orchestrator/call_codec.h"
#include "throughline/orchestrator/v1/orchestrator_service.pb.h"

namespace throughline::orchestrator {
namespace {

using storage::SqliteConnection;
using storage::SqliteStatement;

// What a client is told to wait when the queue is full.
constexpr absl::Duration kFullRetryAfter = absl::Seconds(5);

#define THROUGHLINE_JOB_COLUMNS                                                                \
  "id, tenant, customer_id, call_id, content_digest, occurred_at_us, state, attempts, error, " \
  "created_at_us, finished_at_us, step, cancel_requested, sequence"

constexpr char kSelect[] = "SELECT " THROUGHLINE_JOB_COLUMNS " FROM jobs ";

int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }

Job ReadJob(SQLite::Statement& row) {
  Job job{.id = row.getColumn(0).getString(),
          .call = {.tenant = row.getColumn(1).getString(),
                   .customer_id = row.getColumn(2).getString(),
                   .call_id = row.getColumn(3).getString()},
          .occurred_at = absl::FromUnixMicros(row.getColumn(5).getInt64()),
          .content_digest = row.getColumn(4).getString(),
          .state = static_cast<JobState>(row.getColumn(6).getInt()),
          .attempts = row.getColumn(7).getInt(),
          .error = row.getColumn(8).getString(),
          .created_at = absl::FromUnixMicros(row.getColumn(9).getInt64()),
          .cancel_requested = row.getColumn(12).getInt() != 0};
  if (!row.getColumn(10).isNull()) {
    job.finished_at = absl::FromUnixMicros(row.getColumn(10).getInt64());
  }
  if (!row.getColumn(11).isNull()) job.step = static_cast<Step>(row.getColumn(11).getInt());
  return job;
}

absl::Status NoSuchJob(const std::string& id) {
  return absl::NotFoundError(
      absl::StrCat("job_id: no job \"", id, "\"; list the jobs to see their ids"));
}

absl::StatusOr<Job> FindJob(SqliteConnection& connection, const std::string& tenant,
                            const std::string& id) {
  SqliteStatement row =
      connection.Prepare(absl::StrCat(kSelect, "WHERE tenant = :tenant AND id = :id"));
  row->bind(":tenant", tenant);
  row->bind(":id", id);
  if (!row->executeStep()) return NoSuchJob(id);
  return ReadJob(*row);
}

absl::Status CheckRoom(SqliteConnection& connection, int max_unfinished) {
  SqliteStatement count = connection.Prepare("SELECT count(*) FROM jobs WHERE state IN (1, 2)");
  count->executeStep();
  if (count->getColumn(0).getInt() < max_unfinished) return absl::OkStatus();
  return WithRetryAfter(absl::ResourceExhaustedError(absl::StrCat(
                            max_unfinished, " jobs are unfinished; send this one again later")),
                        kFullRetryAfter);
}

absl::Status Insert(SqliteConnection& connection, const Job& job, const std::string& source) {
  SqliteStatement insert = connection.Prepare(
      "INSERT INTO jobs (id, tenant, customer_id, call_id, content_digest, occurred_at_us, state, "
      "created_at_us, source) VALUES (:id, :tenant, :customer, :call, :digest, :at, 1, :created, "
      ":source)");
  insert->bind(":id", job.id);
  insert->bind(":tenant", job.call.tenant);
  insert->bind(":customer", job.call.customer_id);
  insert->bind(":call", job.call.call_id);
  insert->bind(":digest", job.content_digest);
  insert->bind(":at", Micros(job.occurred_at));
  insert->bind(":created", Micros(job.created_at));
  insert->bind(":source", source.data(), static_cast<int>(source.size()));
  insert->exec();
  return absl::OkStatus();
}

constexpr char kClaim[] =
    "UPDATE jobs SET state = 2, attempts = attempts + 1, owner = :owner, lease_until_us = :until, "
    "step = NULL WHERE sequence = ("
    "  SELECT due.sequence FROM jobs AS due"
    "  WHERE ((due.state = 1 AND due.not_before_us <= :now)"
    "      OR (due.state = 2 AND due.lease_until_us < :now))"
    "    AND NOT EXISTS (SELECT 1 FROM jobs AS earlier WHERE earlier.tenant = due.tenant"
    "      AND earlier.customer_id = due.customer_id AND earlier.state IN (1, 2)"
    "      AND (earlier.occurred_at_us, earlier.sequence) < (due.occurred_at_us, due.sequence))"
    "    AND NOT EXISTS (SELECT 1 FROM jobs AS running WHERE running.tenant = due.tenant"
    "      AND running.customer_id = due.customer_id AND running.state = 2"
    "      AND running.lease_until_us >= :now)"
    "  ORDER BY due.sequence LIMIT 1) RETURNING " THROUGHLINE_JOB_COLUMNS ", source";

#undef THROUGHLINE_JOB_COLUMNS

// The token of a page is the sequence behind which it begins.
absl::StatusOr<int64_t> ReadToken(absl::string_view token) {
  int64_t before = std::numeric_limits<int64_t>::max();
  if (token.empty() || absl::SimpleAtoi(token, &before)) return before;
  return InvalidField("page_token", "the next_page_token of an earlier answer",
                      "send it unchanged, or none for the first page");
}

absl::Status WrongState(const Job& job, absl::string_view expected, absl::string_view next_step) {
  return absl::FailedPreconditionError(absl::StrCat("job_id: expected ", expected, ", but job \"",
                                                    job.id, "\" is ", JobStateName(job.state), "; ",
                                                    next_step));
}

}  // namespace

absl::Status SqliteJobStore::ReleaseAll(const Context& context) {
  return database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    connection.Execute("UPDATE jobs SET state = 1, owner = '', step = NULL WHERE state = 2");
    return absl::OkStatus();
  });
}

absl::StatusOr<Job> SqliteJobStore::Add(const Context& context, const Job& job,
                                        const CallSource& source, int max_unfinished) {
  const std::string bytes = ToProto(source).SerializeAsString();
  Job stored = job;
  RETURN_IF_ERROR(database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    const absl::StatusOr<Job> earlier = FindJob(connection, job.call.tenant, job.id);
    if (absl::IsNotFound(earlier.status())) {
      RETURN_IF_ERROR(CheckRoom(connection, max_unfinished));
      return Insert(connection, job, bytes);
    }
    RETURN_IF_ERROR(earlier.status());
    if (earlier->content_digest != job.content_digest) {
      return absl::AlreadyExistsError(
          absl::StrCat("conversation_id: expected an id of its own, but \"", job.call.call_id,
                       "\" of customer \"", job.call.customer_id,
                       "\" has other content; send this one under another id"));
    }
    stored = *earlier;
    return absl::OkStatus();
  }));
  return stored;
}

absl::StatusOr<std::optional<ClaimedJob>> SqliteJobStore::Claim(const Context& context,
                                                                const std::string& owner,
                                                                absl::Time lease_until) {
  std::optional<ClaimedJob> claimed;
  RETURN_IF_ERROR(database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement row = connection.Prepare(kClaim);
    row->bind(":owner", owner);
    row->bind(":until", Micros(lease_until));
    row->bind(":now", Micros(context.clock().Now()));
    if (!row->executeStep()) return absl::OkStatus();
    v1::CallSource source;
    const SQLite::Column bytes = row->getColumn(14);
    if (!source.ParseFromArray(bytes.getBlob(), bytes.getBytes())) {
      return absl::DataLossError("the record of a job cannot be read");
    }
    ASSIGN_OR_RETURN(CallSource read, FromProto(source));
    claimed = ClaimedJob{.job = ReadJob(*row), .source = std::move(read)};
    row->executeStep();
    return absl::OkStatus();
  }));
  return claimed;
}

absl::StatusOr<bool> SqliteJobStore::SetStep(const Context& context, const Job& job,
                                             const std::string& owner, Step step) {
  bool cancel = false;
  RETURN_IF_ERROR(database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement update = connection.Prepare(
        "UPDATE jobs SET step = :step WHERE tenant = :tenant AND id = :id AND state = 2 AND "
        "owner = :owner RETURNING cancel_requested");
    update->bind(":step", static_cast<int>(step));
    update->bind(":tenant", job.call.tenant);
    update->bind(":id", job.id);
    update->bind(":owner", owner);
    if (!update->executeStep()) return absl::OkStatus();
    cancel = update->getColumn(0).getInt() != 0;
    update->executeStep();
    return absl::OkStatus();
  }));
  return cancel;
}

absl::Status SqliteJobStore::Release(const Context& context, const Job& job,
                                     const std::string& owner, JobState state,
                                     const std::string& error, absl::Time not_before) {
  return database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement update = connection.Prepare(
        "UPDATE jobs SET state = :state, error = :error, not_before_us = :not_before, owner = '', "
        "step = NULL, finished_at_us = :finished, cancel_requested = 0 "
        "WHERE tenant = :tenant AND id = :id AND state = 2 AND owner = :owner");
    update->bind(":state", static_cast<int>(state));
    update->bind(":error", error);
    update->bind(":not_before", Micros(not_before));
    if (state == JobState::kQueued) {
      update->bind(":finished");
    } else {
      update->bind(":finished", Micros(context.clock().Now()));
    }
    update->bind(":tenant", job.call.tenant);
    update->bind(":id", job.id);
    update->bind(":owner", owner);
    update->exec();
    return absl::OkStatus();
  });
}

absl::StatusOr<Job> SqliteJobStore::Get(const Context& context, const std::string& id) {
  absl::StatusOr<Job> job = NoSuchJob(id);
  RETURN_IF_ERROR(database_.Read(context, [&](SqliteConnection& connection) -> absl::Status {
    job = FindJob(connection, context.tenant(), id);
    return absl::OkStatus();
  }));
  return job;
}

absl::StatusOr<JobPage> SqliteJobStore::List(const Context& context, const JobFilter& filter,
                                             int page_size, absl::string_view page_token) {
  ASSIGN_OR_RETURN(const int64_t before, ReadToken(page_token));
  JobPage page;
  RETURN_IF_ERROR(database_.Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement rows = connection.Prepare(
        absl::StrCat(kSelect,
                     "WHERE tenant = :tenant AND (:customer = '' OR customer_id = :customer) AND "
                     "(:state = 0 OR state = :state) AND sequence < :before ORDER BY sequence DESC "
                     "LIMIT :limit"));
    rows->bind(":tenant", context.tenant());
    rows->bind(":customer", filter.customer_id);
    rows->bind(":state", filter.state.has_value() ? static_cast<int>(*filter.state) : 0);
    rows->bind(":before", before);
    rows->bind(":limit", page_size + 1);
    int64_t last = before;
    while (rows->executeStep()) {
      if (static_cast<int>(page.jobs.size()) == page_size) {
        page.next_page_token = absl::StrCat(last);
        break;
      }
      last = rows->getColumn(13).getInt64();
      page.jobs.push_back(ReadJob(*rows));
    }
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<Job> SqliteJobStore::Cancel(const Context& context, const std::string& id) {
  Job job;
  RETURN_IF_ERROR(database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(job, FindJob(connection, context.tenant(), id));
    if (job.state != JobState::kQueued && job.state != JobState::kRunning) {
      return WrongState(job, "a job that has not finished", "there is nothing to cancel");
    }
    SqliteStatement update = connection.Prepare(
        "UPDATE jobs SET cancel_requested = (state = 2), finished_at_us = "
        "CASE state WHEN 1 THEN :now END, state = CASE state WHEN 1 THEN 5 ELSE state END "
        "WHERE tenant = :tenant AND id = :id");
    update->bind(":now", Micros(context.clock().Now()));
    update->bind(":tenant", context.tenant());
    update->bind(":id", id);
    update->exec();
    ASSIGN_OR_RETURN(job, FindJob(connection, context.tenant(), id));
    return absl::OkStatus();
  }));
  return job;
}

absl::StatusOr<Job> SqliteJobStore::Retry(const Context& context, const std::string& id) {
  Job job;
  RETURN_IF_ERROR(database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(job, FindJob(connection, context.tenant(), id));
    if (job.state != JobState::kFailed && job.state != JobState::kCancelled) {
      return WrongState(job, "a job that failed or was cancelled", "wait for it to end");
    }
    SqliteStatement update = connection.Prepare(
        "UPDATE jobs SET state = 1, attempts = 0, error = '', not_before_us = 0, "
        "finished_at_us = NULL WHERE tenant = :tenant AND id = :id");
    update->bind(":tenant", context.tenant());
    update->bind(":id", id);
    update->exec();
    ASSIGN_OR_RETURN(job, FindJob(connection, context.tenant(), id));
    return absl::OkStatus();
  }));
  return job;
}

absl::StatusOr<std::map<JobState, int64_t>> SqliteJobStore::Count(const Context& context) {
  std::map<JobState, int64_t> counts;
  RETURN_IF_ERROR(database_.Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement rows =
        connection.Prepare("SELECT state, count(*) FROM jobs WHERE state IN (1, 2) GROUP BY state");
    while (rows->executeStep()) {
      counts[static_cast<JobState>(rows->getColumn(0).getInt())] = rows->getColumn(1).getInt64();
    }
    return absl::OkStatus();
  }));
  return counts;
}

}  // namespace throughline::orchestrator
