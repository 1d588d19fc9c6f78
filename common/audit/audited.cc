#include "common/audit/audited.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"

namespace throughline::audit {
namespace {

// "ipv4:10.0.0.7:52110" without its port, which says nothing afterwards. Empty when the peer has no
// address: it is in this process.
std::string Address(const std::string& peer) {
  const size_t kind = peer.find(':');
  const size_t port = peer.rfind(':');
  if (kind == std::string::npos || port <= kind) return "";
  return peer.substr(kind + 1, port - kind - 1);
}

// The names in the peer's certificate; none without one.
std::vector<std::string> CertifiedNames(const grpc::CallbackServerContext& call) {
  const auto credential = call.auth_context();
  std::vector<std::string> names;
  if (credential == nullptr || !credential->IsPeerAuthenticated()) return names;
  for (const grpc::string_ref& name : credential->GetPeerIdentity()) {
    names.emplace_back(name.data(), name.size());
  }
  return names;
}

// Who makes the call: the edge's word for it when the context has one, else the names in the peer's
// certificate, else its address, else this process.
std::string ActorOf(const AuditLog& log, const Context& context,
                    const grpc::CallbackServerContext* call) {
  if (!context.actor().empty()) return context.actor();
  if (call == nullptr) return log.self();
  const std::vector<std::string> names = CertifiedNames(*call);
  if (!names.empty()) return absl::StrCat("cert:", absl::StrJoin(names, ","));
  const std::string address = Address(call->peer());
  return address.empty() ? log.self() : absl::StrCat("peer:", address);
}

}  // namespace

Act::Act(AuditLog* log, const Context& context, const grpc::CallbackServerContext* call,
         Record record)
    : log_(log), context_(context), record_(std::move(record)) {
  if (log_ == nullptr) return;
  record_.tenant = context.tenant();
  record_.actor = ActorOf(*log_, context, call);
  record_.request_id = context.request_id();
}

absl::Status Act::Admit() const { return log_ == nullptr ? absl::OkStatus() : log_->Admit(); }

absl::Status Act::End(const absl::Status& status, When when) {
  if (log_ == nullptr) return status;
  record_.outcome = status.ok() ? "ok" : absl::StatusCodeToString(status.code());
  if (when == When::kSoon || !status.ok()) {
    log_->Write(std::move(record_));
    return status;
  }
  const absl::Status recorded = log_->WriteDurably(context_, std::move(record_));
  return log_->on_failure() == OnFailure::kRefuse ? recorded : status;
}

absl::Status Audited(AuditLog* log, const Context& context, const grpc::CallbackServerContext* call,
                     Record record, When when, absl::FunctionRef<absl::Status(Record&)> act) {
  Act under_way(log, context, call, std::move(record));
  RETURN_IF_ERROR(under_way.Admit());
  return under_way.End(act(under_way.record()), when);
}

}  // namespace throughline::audit
