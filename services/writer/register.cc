#include "services/writer/register.h"

#include <utility>

#include "services/writer/clients/router_client.h"
#include "services/writer/domain/writer.h"
#include "services/writer/writer_service.h"

namespace throughline::writer {

struct WriterModule::Parts {
  explicit Parts(const rpc::Connection& connection) : router(connection), writer(router) {}

  RouterClient router;
  Writer writer;
  std::vector<std::unique_ptr<WriterServiceImpl>> services;
};

WriterModule::WriterModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
WriterModule::~WriterModule() = default;

absl::StatusOr<std::unique_ptr<WriterModule>> WriterModule::Make(const WriterOptions&,
                                                                 MetricsRegistry&, const Clock&,
                                                                 const rpc::Connection& router) {
  return std::unique_ptr<WriterModule>(new WriterModule(std::make_unique<Parts>(router)));
}

void WriterModule::Register(rpc::ServiceHost& host) {
  parts_->services.push_back(std::make_unique<WriterServiceImpl>(parts_->writer, host.runtime()));
  parts_->services.back()->OfferTo(host.local_methods());
  host.AddService(v1::WriterService::service_full_name(), *parts_->services.back());
}

}  // namespace throughline::writer
