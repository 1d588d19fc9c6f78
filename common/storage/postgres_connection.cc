#include "common/storage/postgres_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"

namespace throughline::storage {
namespace {

constexpr int kBinaryFormat = 1;
// How often a wait looks whether its context was cancelled.
constexpr absl::Duration kLongestPoll = absl::Milliseconds(50);

// Error classes and codes of PostgreSQL that callers can act on.
bool IsPassing(absl::string_view state) {
  for (const absl::string_view prefix :
       {"08", "53", "57P", "40", "25006", "25P03", "55P03", "26000", "0A000"}) {
    if (absl::StartsWith(state, prefix)) return true;
  }
  return false;
}

// After these the session is gone, speaks to a server that may no longer be written to, or holds
// statements that no longer fit the tables.
bool EndsSession(absl::string_view state) {
  for (const absl::string_view prefix : {"08", "57P", "25006", "25P03", "26000", "0A000"}) {
    if (absl::StartsWith(state, prefix)) return true;
  }
  return false;
}

// Notices are for people at a terminal.
void IgnoreNotice(void* /*unused*/, const PGresult* /*notice*/) {}

// One line, without the host's own line breaks.
std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(absl::StripAsciiWhitespace(text), {{"\n", "; "}, {"\t", ""}});
}

}  // namespace

PostgresConnection::PostgresConnection(pg_conn* connection) : connection_(connection) {}
PostgresConnection::~PostgresConnection() = default;

void PostgresConnection::Deleter::operator()(pg_conn* connection) const { PQfinish(connection); }

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const std::string& conninfo, absl::Duration timeout) {
  // The last word on what the handle relies on; "dbname" stands for the whole string.
  const char* const keywords[] = {"dbname", "client_encoding", "fallback_application_name",
                                  nullptr};
  const char* const values[] = {conninfo.c_str(), "UTF8", "throughline", nullptr};
  pg_conn* const started = PQconnectStartParams(keywords, values, /*expand_dbname=*/1);
  if (started == nullptr) return absl::ResourceExhaustedError("no memory for a connection");
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(started));
  PQsetNoticeReceiver(started, IgnoreNotice, nullptr);
  RETURN_IF_ERROR(connection->Connect(timeout));
  RETURN_IF_ERROR(connection->DetectPooler());
  connection->Bind(nullptr);
  return connection;
}

absl::Status PostgresConnection::Connect(absl::Duration timeout) {
  const Context context = Context::Background().WithBudget(timeout);
  context_ = &context;
  PostgresPollingStatusType step = PGRES_POLLING_WRITING;
  absl::Status waited;
  while (waited.ok() && step != PGRES_POLLING_OK && step != PGRES_POLLING_FAILED &&
         PQstatus(connection_.get()) != CONNECTION_BAD) {
    waited = AwaitSocket(step == PGRES_POLLING_READING ? POLLIN : POLLOUT);
    if (waited.ok()) step = PQconnectPoll(connection_.get());
  }
  context_ = nullptr;
  const auto text = [](const char* value) { return value == nullptr ? "" : value; };
  address_ = absl::StrCat(text(PQhost(connection_.get())), ":", text(PQport(connection_.get())),
                          "/", text(PQdb(connection_.get())));
  if (!waited.ok()) {
    return absl::UnavailableError(absl::StrCat("PostgreSQL at ", address_,
                                               " did not answer within ",
                                               absl::FormatDuration(timeout), "; try again"));
  }
  if (step != PGRES_POLLING_OK) {
    return absl::UnavailableError(absl::StrCat(
        "PostgreSQL refuses a connection: ", OneLine(PQerrorMessage(connection_.get())),
        "; check that it runs, and the connection string"));
  }
  PQsetnonblocking(connection_.get(), 1);
  return absl::OkStatus();
}

absl::Status PostgresConnection::DetectPooler() {
  const Context context = Context::Background().WithBudget(absl::Seconds(5));
  context_ = &context;
  ASSIGN_OR_RETURN(const PostgresRows rows, Execute("SELECT pg_backend_pid()"));
  // A pooler invents the number it greets with. The statement just run is not kept: it was sent
  // before anything was known.
  keeps_statements_ = rows.Integer(0, 0) == PQbackendPID(connection_.get());
  return absl::OkStatus();
}

absl::StatusOr<PostgresRows> PostgresConnection::Execute(
    const std::string& sql, absl::Span<const PostgresValue> parameters) {
  RETURN_IF_ERROR(context_->Check());
  std::string name;
  if (keeps_statements_) RETURN_IF_ERROR(Prepare(sql, parameters, &name));
  std::vector<unsigned> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  const std::vector<int> formats(parameters.size(), kBinaryFormat);
  for (const PostgresValue& parameter : parameters) {
    const std::optional<std::string>& encoded = parameter.encoded();
    types.push_back(parameter.type());
    values.push_back(encoded.has_value() ? encoded->data() : nullptr);
    lengths.push_back(encoded.has_value() ? static_cast<int>(encoded->size()) : 0);
  }
  const int count = static_cast<int>(parameters.size());
  const int sent =
      name.empty() ? PQsendQueryParams(connection_.get(), sql.c_str(), count, types.data(),
                                       values.data(), lengths.data(), formats.data(), kBinaryFormat)
                   : PQsendQueryPrepared(connection_.get(), name.c_str(), count, values.data(),
                                         lengths.data(), formats.data(), kBinaryFormat);
  if (sent == 0) return Lost();
  return Receive();
}

absl::Status PostgresConnection::Prepare(const std::string& sql,
                                         absl::Span<const PostgresValue> parameters,
                                         std::string* name) {
  const auto known = prepared_.find(sql);
  if (known != prepared_.end()) {
    *name = known->second;
    return absl::OkStatus();
  }
  if (prepared_.size() >= kMaxPreparedStatements) return absl::OkStatus();
  std::vector<unsigned> types;
  for (const PostgresValue& parameter : parameters) types.push_back(parameter.type());
  *name = absl::StrCat("s", prepared_.size());
  if (PQsendPrepare(connection_.get(), name->c_str(), sql.c_str(), static_cast<int>(types.size()),
                    types.data()) == 0) {
    return Lost();
  }
  RETURN_IF_ERROR(Receive().status());
  prepared_.emplace(sql, *name);
  return absl::OkStatus();
}

absl::Status PostgresConnection::Run(const std::string& sql) {
  RETURN_IF_ERROR(context_->Check());
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return Lost();
  return Receive().status();
}

absl::StatusOr<PostgresRows> PostgresConnection::Receive() {
  absl::Status failure;
  std::optional<PostgresRows> rows;
  while (true) {
    int unsent = PQflush(connection_.get());
    while (unsent != 0 || PQisBusy(connection_.get()) != 0) {
      if (unsent < 0) return Lost();
      if (absl::Status waited = AwaitSocket(unsent != 0 ? POLLIN | POLLOUT : POLLIN);
          !waited.ok()) {
        healthy_ = false;
        return waited;
      }
      if (PQconsumeInput(connection_.get()) == 0) return Lost();
      if (unsent != 0) unsent = PQflush(connection_.get());
    }
    pg_result* const result = PQgetResult(connection_.get());
    if (result == nullptr) break;
    rows.emplace(result);
    if (absl::Status status = StatusOf(result); failure.ok()) failure = std::move(status);
    if (!healthy_) break;
  }
  RETURN_IF_ERROR(failure);
  if (!rows.has_value()) return Lost();
  return *std::move(rows);
}

absl::Status PostgresConnection::AwaitSocket(short events) {
  while (true) {
    RETURN_IF_ERROR(context_->Check());
    const absl::Duration wait = std::min(kLongestPoll, context_->Remaining());
    pollfd socket{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
    const auto milliseconds = static_cast<int>(absl::ToInt64Milliseconds(wait)) + 1;
    const int ready = poll(&socket, 1, milliseconds);
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return Lost();
  }
}

absl::Status PostgresConnection::StatusOf(const pg_result* result) {
  const ExecStatusType kind = PQresultStatus(result);
  if (kind == PGRES_TUPLES_OK || kind == PGRES_COMMAND_OK) return absl::OkStatus();
  const char* const field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (field == nullptr) return Lost();
  const absl::string_view state = field;
  if (EndsSession(state)) healthy_ = false;
  if (state == "57014") {
    return absl::DeadlineExceededError("the database stopped a statement at its deadline");
  }
  if (IsPassing(state)) {
    return absl::UnavailableError(absl::StrCat(
        "PostgreSQL at ", address_, " cannot do this now (SQLSTATE ", state, "); try again"));
  }
  if (state == "23505") return absl::AlreadyExistsError("a row with this key is there already");
  if (state == "22021") {
    return absl::InvalidArgumentError("a text is not UTF-8 without NUL; convert it");
  }
  if (state == "42501") {
    return absl::PermissionDeniedError(
        absl::StrCat("PostgreSQL at ", address_, ": the user lacks a right; grant it"));
  }
  const char* const message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return absl::InternalError(absl::StrCat("PostgreSQL at ", address_, ": SQLSTATE ", state, ": ",
                                          message == nullptr ? "" : message));
}

bool PostgresConnection::failed() const {
  return PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
}

absl::Status PostgresConnection::Lost() {
  healthy_ = false;
  return absl::UnavailableError(
      absl::StrCat("the connection to PostgreSQL at ", address_, " was lost; try again"));
}

}  // namespace throughline::storage
