#ifndef THROUGHLINE_SERVICES_WRITER_WRITER_SERVICE_H_
#define THROUGHLINE_SERVICES_WRITER_WRITER_SERVICE_H_

#include "common/rpc/local_methods.h"
#include "common/rpc/offered_method.h"
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
  WriterServiceImpl(Writer& writer, rpc::Runtime& runtime);

  // Its method, for callers in this process.
  void OfferTo(rpc::LocalMethods& methods) { methods.Offer(write_email_); }

  grpc::ServerUnaryReactor* WriteEmail(grpc::CallbackServerContext* call,
                                       const v1::WriteEmailRequest* request,
                                       v1::WriteEmailResponse* response) override;

 private:
  Task<absl::Status> AnswerWriteEmail(const Context& context, const v1::WriteEmailRequest& request,
                                      v1::WriteEmailResponse& response);

  Writer& writer_;
  rpc::RequestArena<v1::WriteEmailRequest, v1::WriteEmailResponse> write_requests_;
  rpc::TaskLimit requests_{kMaxRequestsInFlight};
  rpc::TaskMethod<v1::WriteEmailRequest, v1::WriteEmailResponse> write_email_;
};

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_WRITER_SERVICE_H_
