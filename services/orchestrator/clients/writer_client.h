#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_WRITER_CLIENT_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_WRITER_CLIENT_H_

#include "common/rpc/task_client.h"
#include "services/orchestrator/domain/ports.h"
#include "throughline/writer/v1/writer_service.grpc.pb.h"

namespace throughline::orchestrator {

// WriterPort over writer.v1. Thread-safe.
class WriterClient final : public WriterPort {
 public:
  explicit WriterClient(const rpc::Connection& writer);

  Task<absl::StatusOr<EmailAnswer>> WriteEmail(
      const Context& context, const grounding::CallContext& call, const deal::Analysis& analysis,
      const std::optional<deal::CustomerProfile>& profile) override;

 private:
  rpc::TaskClient<throughline::writer::v1::WriterService> client_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_WRITER_CLIENT_H_
