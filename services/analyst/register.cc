#include "services/analyst/register.h"

#include <utility>

#include "services/analyst/analyst_service.h"
#include "services/analyst/clients/router_client.h"
#include "services/analyst/domain/analyst.h"

namespace throughline::analyst {

struct AnalystModule::Parts {
  explicit Parts(const rpc::Connection& connection) : router(connection), analyst(router) {}

  RouterClient router;
  Analyst analyst;
  std::vector<std::unique_ptr<AnalystServiceImpl>> services;
};

AnalystModule::AnalystModule(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
AnalystModule::~AnalystModule() = default;

absl::StatusOr<std::unique_ptr<AnalystModule>> AnalystModule::Make(const AnalystOptions&,
                                                                   MetricsRegistry&, const Clock&,
                                                                   const rpc::Connection& router) {
  return std::unique_ptr<AnalystModule>(new AnalystModule(std::make_unique<Parts>(router)));
}

void AnalystModule::Register(rpc::ServiceHost& host) {
  parts_->services.push_back(std::make_unique<AnalystServiceImpl>(parts_->analyst, host.runtime()));
  parts_->services.back()->OfferTo(host.local_methods());
  host.AddService(v1::AnalystService::service_full_name(), *parts_->services.back());
}

}  // namespace throughline::analyst
