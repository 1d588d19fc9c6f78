#ifndef THROUGHLINE_COMMON_AUDIT_AUDITED_H_
#define THROUGHLINE_COMMON_AUDIT_AUDITED_H_

#include <grpcpp/grpcpp.h>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/audit/audit_log.h"
#include "common/audit/record.h"
#include "common/base/context.h"

// What handlers of RPCs record.
namespace throughline::audit {

// When the record has to be on disk: soon, or before the caller hears that it was done.
enum class When { kSoon, kBeforeTheAnswer };

// One act under way. Record and outcome are given when it ends.
class Act {
 public:
  // `log` may be null: then nothing is recorded. Borrows all but `record`, of which tenant, actor,
  // request id and outcome are filled in here.
  // `call` is null when its caller is in this process.
  Act(AuditLog* log, const Context& context, const grpc::CallbackServerContext* call,
      Record record);

  // Whether it may begin.
  absl::Status Admit() const;
  // To add what is known only once it is done.
  Record& record() { return record_; }
  // Records how it ended; what to answer. Waits for the disk only when asked to.
  absl::Status End(const absl::Status& status, When when = When::kSoon);

 private:
  AuditLog* const log_;
  const Context& context_;
  Record record_;
};

// Runs `act` and records it.
absl::Status Audited(AuditLog* log, const Context& context, const grpc::CallbackServerContext* call,
                     Record record, When when, absl::FunctionRef<absl::Status(Record&)> act);

}  // namespace throughline::audit

#endif  // THROUGHLINE_COMMON_AUDIT_AUDITED_H_
