#ifndef THROUGHLINE_SERVICES_WRITER_WRITER_SERVICE_H_
#define THROUGHLINE_SERVICES_WRITER_WRITER_SERVICE_H_

#include "common/rpc/request_arena.h"
#include "common/rpc/runtime.h"
#include "common/rpc/task_call.h"
#include "services/writer/domain/writer.h"
#include "throughline/writer/v1/writer_service.grpc.pb.h"

namespace throughline::writer {

// Requests that wait for models at once; the next ones are refused.
inline constexpr int kMaxRequestsInFlight = 4096;

// writer.v1 over a Writer. Borrows both; they outlive the server.
class WriterServiceImpl final : public throughline::writer::v1::WriterService::CallbackService {
 public:
  WriterServiceImpl(Writer& writer, rpc::Runtime& runtime) : writer_(writer), runtime_(runtime) {
    SetMessageAllocatorFor_WriteEmail(&write_requests_);
  }

  grpc::ServerUnaryReactor* WriteEmail(
      grpc::CallbackServerContext* call, const throughline::writer::v1::WriteEmailRequest* request,
      throughline::writer::v1::WriteEmailResponse* response) override;

 private:
  Writer& writer_;
  rpc::Runtime& runtime_;
  rpc::RequestArena<v1::WriteEmailRequest, v1::WriteEmailResponse> write_requests_;
  rpc::TaskLimit requests_{kMaxRequestsInFlight};
};

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_WRITER_SERVICE_H_
