#include "services/orchestrator/store/sql_job_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/orchestrator/call_codec.h"
#include "services/orchestrator/domain/ports.h"
#include "services/orchestrator/store/page_token.h"
#include "services/orchestrator/store/turns.h"
#include "throughline/orchestrator/v1/orchestrator_service.pb.h"

namespace throughline::orchestrator {
namespace {

using sql::SqlBytes;
using sql::SqlColumns;
using sql::SqlRow;
using sql::SqlSession;
using sql::SqlValue;

// What a client is told to wait when the queue is full.
constexpr absl::Duration kFullRetryAfter = absl::Seconds(5);

constexpr char kJobColumns[] =
    "id, tenant, customer_id, call_id, content_digest, occurred_at_us, state, attempts, error, "
    "created_at_us, finished_at_us, step, sequence";
constexpr char kJobTypes[] = "tttttiiitiiii";

int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }

Job ReadJob(SqlColumns& row) {
  Job job;
  job.id = row.Text();
  job.call.tenant = row.Text();
  job.call.customer_id = row.Text();
  job.call.call_id = row.Text();
  job.content_digest = row.Text();
  job.occurred_at = absl::FromUnixMicros(row.Integer());
  job.state = row.As<JobState>();
  job.attempts = static_cast<int>(row.Integer());
  job.error = row.Text();
  job.created_at = absl::FromUnixMicros(row.Integer());
  if (!row.SkipNull()) job.finished_at = absl::FromUnixMicros(row.Integer());
  if (!row.SkipNull()) job.step = row.As<Step>();
  return job;
}

absl::Status NoSuchJob(const std::string& id) {
  return absl::NotFoundError(
      absl::StrCat("job_id: no job \"", id, "\"; list the jobs to see their ids"));
}

absl::StatusOr<std::optional<Job>> FindJob(SqlSession& session, const std::string& tenant,
                                           const std::string& id) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                   session.Query(absl::StrCat("SELECT ", kJobColumns,
                                              " FROM {jobs} WHERE tenant = $1 AND id = $2"),
                                 {tenant, id}, kJobTypes));
  if (rows.empty()) return std::optional<Job>();
  SqlColumns row(rows[0]);
  return std::optional<Job>(ReadJob(row));
}

absl::StatusOr<Job> GetJob(SqlSession& session, const std::string& tenant, const std::string& id) {
  ASSIGN_OR_RETURN(std::optional<Job> job, FindJob(session, tenant, id));
  if (!job) return NoSuchJob(id);
  return *std::move(job);
}

SqlValue Encoded(const CallSource& source) { return SqlBytes{ToProto(source).SerializeAsString()}; }

// The next job of the customer in `state`: the earliest call's.
absl::StatusOr<std::optional<ClaimedJob>> NextJob(SqlSession& session, const CallKey& customer,
                                                  JobState state) {
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      session.Query(absl::StrCat("SELECT ", kJobColumns,
                                 ", source FROM {jobs} WHERE tenant = $1 AND customer_id = $2 AND "
                                 "state IN (1, 2) AND state = $3 "
                                 "ORDER BY occurred_at_us, sequence LIMIT 1"),
                    {customer.tenant, customer.customer_id, state}, absl::StrCat(kJobTypes, "t")));
  if (rows.empty()) return std::optional<ClaimedJob>();
  SqlColumns row(rows[0]);
  ClaimedJob next{.job = ReadJob(row)};
  row.Integer();  // sequence
  v1::CallSource source;
  if (!source.ParseFromString(row.Text())) {
    return absl::DataLossError(absl::StrCat("the record of job ", next.job.id, " cannot be read"));
  }
  ASSIGN_OR_RETURN(next.source, FromProto(source));
  return std::optional<ClaimedJob>(std::move(next));
}

// Whether the call has a record that JobStore::Begun calls answered.
absl::StatusOr<bool> IsAnswered(SqlSession& session, const Job& job) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                   session.Query("SELECT 1 FROM {calls} WHERE tenant = $1 AND customer_id = $2 AND "
                                 "call_id = $3 AND (state = $4 OR content_digest <> $5)",
                                 {job.call.tenant, job.call.customer_id, job.call.call_id,
                                  CallState::kSaved, job.content_digest},
                                 "i"));
  return !rows.empty();
}

// Whether there is nothing of the call but its job. Of one whose turn is locked.
absl::StatusOr<bool> IsFresh(SqlSession& session, const CallKey& call) {
  constexpr char kOfCall[] = " WHERE tenant = $1 AND customer_id = $2 AND call_id = $3";
  ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                   session.Query(absl::StrCat("SELECT 1 FROM {calls}", kOfCall,
                                              " UNION ALL SELECT 1 FROM {progress}", kOfCall),
                                 {call.tenant, call.customer_id, call.call_id}, "i"));
  return rows.empty();
}

// Begins an attempt at a job whose customer's turn is locked.
absl::Status StartAttempt(SqlSession& session, Job& job, const std::string& owner,
                          absl::Time lease_until) {
  job.state = JobState::kRunning;
  ++job.attempts;
  RETURN_IF_ERROR(TakeTurn(session, job.call, owner, lease_until));
  return session.Execute(
      "UPDATE {jobs} SET state = 2, attempts = $1, step = NULL WHERE tenant = $2 AND id = $3",
      {job.attempts, job.call.tenant, job.id});
}

// The customer whose turn should be taken: of one whose owner died, else the one due longest.
absl::StatusOr<std::optional<CallKey>> FindDue(SqlSession& session, absl::Time now,
                                               absl::string_view lock, JobState& state) {
  for (const auto& [where, found] :
       {std::pair("owner <> '' AND (lease_until_us < $1 OR lease_until_us > $2) "
                  "ORDER BY lease_until_us",
                  JobState::kRunning),
        std::pair("owner = '' AND (due_us <= $1 OR due_us > $2) ORDER BY due_us",
                  JobState::kQueued)}) {
    ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                     session.Query(absl::StrCat("SELECT tenant, customer_id FROM {turns} WHERE ",
                                                where, " LIMIT 1 ", lock),
                                   {Micros(now), Micros(now + kMaxTurnAhead)}, "tt"));
    if (rows.empty()) continue;
    SqlColumns row(rows[0]);
    CallKey customer;
    customer.tenant = row.Text();
    customer.customer_id = row.Text();
    state = found;
    return std::optional<CallKey>(std::move(customer));
  }
  return std::optional<CallKey>();
}

absl::Status WrongState(const Job& job, absl::string_view expected, absl::string_view next_step) {
  return absl::FailedPreconditionError(absl::StrCat("job_id: expected ", expected, ", but job \"",
                                                    job.id, "\" is ", JobStateName(job.state), "; ",
                                                    next_step));
}

bool MayBeRetried(const Job& job) {
  return job.state == JobState::kFailed || job.state == JobState::kCancelled;
}

}  // namespace

absl::Status SqlJobStore::CheckRoom(SqlSession& session) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                   session.Query("SELECT count(*) FROM {jobs} WHERE state IN (1, 2)", {}, "i"));
  if (rows.at(0).at(0).Integer() < options_.max_unfinished) return absl::OkStatus();
  return WithRetryAfter(
      absl::ResourceExhaustedError(
          absl::StrCat(options_.max_unfinished, " jobs are unfinished; send this one again later")),
      kFullRetryAfter);
}

absl::StatusOr<JobStore::Begun> SqlJobStore::Store(SqlSession& session, const Job& job,
                                                   const CallSource& source,
                                                   Resubmission resubmission) {
  ASSIGN_OR_RETURN(const std::optional<Job> earlier, FindJob(session, job.call.tenant, job.id));
  if (!earlier) {
    RETURN_IF_ERROR(CheckRoom(session));
    RETURN_IF_ERROR(session.Execute(
        "INSERT INTO {jobs} (id, tenant, customer_id, call_id, content_digest, occurred_at_us, "
        "state, created_at_us, source) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)",
        {job.id, job.call.tenant, job.call.customer_id, job.call.call_id, job.content_digest,
         Micros(job.occurred_at), Micros(job.created_at), Encoded(source)}));
    return Begun{.job = job, .added = true};
  }
  const bool same = earlier->content_digest == job.content_digest;
  if (MayBeRetried(*earlier) && (!same || resubmission == Resubmission::kRenew)) {
    RETURN_IF_ERROR(CheckRoom(session));
    RETURN_IF_ERROR(session.Execute(
        "UPDATE {jobs} SET state = 1, attempts = 0, error = '', finished_at_us = NULL, "
        "content_digest = $1, occurred_at_us = $2, created_at_us = $3, source = $4 "
        "WHERE tenant = $5 AND id = $6",
        {job.content_digest, Micros(job.occurred_at), Micros(job.created_at), Encoded(source),
         job.call.tenant, job.id}));
    return Begun{.job = job, .added = true};
  }
  if (same) return Begun{.job = *earlier};
  return WithReason(
      absl::AlreadyExistsError(absl::StrCat(
          "call_id: expected an id of its own, but \"", job.call.call_id, "\" of customer \"",
          job.call.customer_id, "\" has other content; send this one under another id")),
      "CALL_HAS_OTHER_CONTENT");
}

absl::StatusOr<Job> SqlJobStore::Add(const Context& context, const Job& job,
                                     const CallSource& source, Resubmission resubmission) {
  Begun begun;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(const Turn turn, LockTurn(session, job.call, context.clock().Now()));
    ASSIGN_OR_RETURN(begun, Store(session, job, source, resubmission));
    if (begun.added || !turn.owner.empty()) return absl::OkStatus();
    return FreeTurn(session, job.call, absl::FromUnixMicros(turn.due_us));
  }));
  return begun.job;
}

absl::StatusOr<JobStore::Begun> SqlJobStore::Begin(const Context& context, const Job& job,
                                                   const CallSource& source,
                                                   Resubmission resubmission,
                                                   absl::Time lease_until) {
  Begun begun;
  RETURN_IF_ERROR(database_.WriteSoon(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(begun.is_answered, IsAnswered(session, job));
    if (begun.is_answered) return absl::OkStatus();
    const absl::Time now = context.clock().Now();
    ASSIGN_OR_RETURN(const Turn turn, LockTurn(session, job.call, now));
    ASSIGN_OR_RETURN(begun, Store(session, job, source, resubmission));
    if (!turn.owner.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto next, NextJob(session, job.call, JobState::kQueued));
    if (!next || next->job.id != job.id || !turn.IsDue(now)) {
      return FreeTurn(session, job.call, absl::FromUnixMicros(turn.due_us));
    }
    begun.ours = true;
    begun.job = next->job;
    ASSIGN_OR_RETURN(begun.is_fresh, IsFresh(session, job.call));
    return StartAttempt(session, begun.job, options_.owner, lease_until);
  }));
  return begun;
}

absl::StatusOr<std::optional<ClaimedJob>> SqlJobStore::Claim(const Context& context,
                                                             absl::Time lease_until) {
  const absl::Time now = context.clock().Now();
  std::optional<CallKey> due;
  JobState state = JobState::kQueued;
  // Looking costs no commit, and mostly there is nothing.
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(due, FindDue(session, now, "", state));
    return absl::OkStatus();
  }));
  std::optional<ClaimedJob> claimed;
  if (!due) return claimed;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(due, FindDue(session, now, "{skip locked}", state));
    if (!due) return absl::OkStatus();
    ASSIGN_OR_RETURN(claimed, NextJob(session, *due, state));
    if (!claimed) return FreeTurn(session, *due, now);
    return StartAttempt(session, claimed->job, options_.owner, lease_until);
  }));
  return claimed;
}

absl::StatusOr<std::vector<std::string>> SqlJobStore::Renew(
    const Context& context, absl::Time lease_until, const std::vector<RunningJob>& running) {
  std::vector<std::string> unwanted;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    for (const RunningJob& one : running) {
      const CallKey& call = one.job.call;
      RETURN_IF_ERROR(session.Execute(
          "UPDATE {turns} SET lease_until_us = $1 WHERE tenant = $2 AND customer_id = $3 AND "
          "owner = $4",
          {Micros(lease_until), call.tenant, call.customer_id, options_.owner}));
      ASSIGN_OR_RETURN(
          const std::vector<SqlRow> rows,
          session.Query("UPDATE {jobs} SET step = $1 WHERE tenant = $2 AND id = $3 "
                        "AND state = 2 RETURNING cancel_requested",
                        {one.step ? SqlValue(*one.step) : SqlValue(), call.tenant, one.job.id},
                        "i"));
      if (!rows.empty() && rows[0][0].Integer() != 0) unwanted.push_back(one.job.id);
    }
    return absl::OkStatus();
  }));
  return unwanted;
}

absl::Status SqlJobStore::Release(const Context& context, const Job& job, JobState state,
                                  const std::string& error, absl::Time not_before) {
  const absl::Status released = database_.Write(context, [&](SqlSession& session) -> absl::Status {
    const absl::Time now = context.clock().Now();
    RETURN_IF_ERROR(CheckTurn(session, job.call, options_.owner));
    RETURN_IF_ERROR(EndJob(session, job.call, state, error, now));
    return FreeTurn(session, job.call, state == JobState::kQueued ? not_before : now);
  });
  return absl::IsAborted(released) ? absl::OkStatus() : released;
}

absl::Status SqlJobStore::HandOver(const Context& context) {
  return database_.Write(context, [&](SqlSession& session) -> absl::Status {
    // Turns before jobs, as everyone locks them. A turn that this process takes meanwhile stays its
    // own with its job: only jobs of turns that are free by now run nowhere.
    RETURN_IF_ERROR(session.Execute("UPDATE {turns} SET owner = '', due_us = $1 WHERE owner = $2",
                                    {Micros(context.clock().Now()), options_.owner}));
    return session.Execute(
        "UPDATE {jobs} SET state = 1, attempts = attempts - 1, step = NULL WHERE state IN (1, 2) "
        "AND state = 2 AND (tenant, customer_id) IN "
        "(SELECT tenant, customer_id FROM {turns} WHERE owner = '')",
        {});
  });
}

absl::StatusOr<Job> SqlJobStore::Get(const Context& context, const std::string& id) {
  absl::StatusOr<Job> job = NoSuchJob(id);
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    job = GetJob(session, context.tenant(), id);
    return absl::OkStatus();
  }));
  return job;
}

absl::StatusOr<JobPage> SqlJobStore::List(const Context& context, const JobFilter& filter,
                                          int page_size, absl::string_view page_token) {
  ASSIGN_OR_RETURN(const int64_t before, ReadSequenceToken(page_token));
  JobPage page;
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query(absl::StrCat("SELECT ", kJobColumns, " FROM {jobs} WHERE tenant = $1 AND ",
                                   sql::Matches("customer_id", "$2", filter.customer_id),
                                   " AND ($3 = 0 OR state = $3) AND sequence < $4 "
                                   "ORDER BY sequence DESC LIMIT $5"),
                      {context.tenant(), filter.customer_id,
                       filter.state ? static_cast<int>(*filter.state) : 0, before, page_size + 1},
                      kJobTypes));
    for (const SqlRow& row : rows) {
      if (static_cast<int>(page.jobs.size()) == page_size) {
        page.next_page_token = absl::StrCat(rows[page.jobs.size() - 1].back().Integer());
        break;
      }
      SqlColumns columns(row);
      page.jobs.push_back(ReadJob(columns));
    }
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<Job> SqlJobStore::Cancel(const Context& context, const std::string& id) {
  Job job;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    const absl::Time now = context.clock().Now();
    ASSIGN_OR_RETURN(job, GetJob(session, context.tenant(), id));
    ASSIGN_OR_RETURN(const Turn turn, LockTurn(session, job.call, now));
    ASSIGN_OR_RETURN(job, GetJob(session, context.tenant(), id));
    if (job.state == JobState::kRunning) {
      return session.Execute("UPDATE {jobs} SET cancel_requested = 1 WHERE tenant = $1 AND id = $2",
                             {context.tenant(), id});
    }
    if (job.state != JobState::kQueued) {
      return WrongState(job, "a job that has not finished", "there is nothing to cancel");
    }
    RETURN_IF_ERROR(EndJob(session, job.call, JobState::kCancelled, "", now));
    ASSIGN_OR_RETURN(job, GetJob(session, context.tenant(), id));
    if (!turn.owner.empty()) return absl::OkStatus();
    return FreeTurn(session, job.call, now);
  }));
  return job;
}

absl::StatusOr<Job> SqlJobStore::Retry(const Context& context, const std::string& id) {
  Job job;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(job, GetJob(session, context.tenant(), id));
    RETURN_IF_ERROR(LockTurn(session, job.call, context.clock().Now()).status());
    ASSIGN_OR_RETURN(job, GetJob(session, context.tenant(), id));
    if (!MayBeRetried(job)) {
      return WrongState(job, "a job that failed or was cancelled", "wait for it to end");
    }
    RETURN_IF_ERROR(session.Execute(
        "UPDATE {jobs} SET state = 1, attempts = 0, error = '', finished_at_us = NULL "
        "WHERE tenant = $1 AND id = $2",
        {context.tenant(), id}));
    ASSIGN_OR_RETURN(job, GetJob(session, context.tenant(), id));
    return absl::OkStatus();
  }));
  return job;
}

absl::StatusOr<std::map<JobState, int64_t>> SqlJobStore::Count(const Context& context) {
  std::map<JobState, int64_t> counts;
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query("SELECT state, count(*) FROM {jobs} WHERE state IN (1, 2) GROUP BY state", {},
                      "ii"));
    for (const SqlRow& row : rows) {
      SqlColumns columns(row);
      const JobState state = columns.As<JobState>();
      counts[state] = columns.Integer();
    }
    return absl::OkStatus();
  }));
  return counts;
}

}  // namespace throughline::orchestrator
