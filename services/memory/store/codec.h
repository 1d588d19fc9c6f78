#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_CODEC_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_CODEC_H_

#include "services/memory/domain/records.h"
#include "services/memory/store/storage.pb.h"

// Domain records to the messages that stores keep, and back. Nothing is lost on the way.
namespace throughline::memory::store {

namespace pb = throughline::memory::stored::v1;

pb::StoredFact Encode(const FactRow& row);  // without statements
FactRow Decode(const pb::StoredFact& stored);
pb::StoredStatements EncodeStatements(const std::vector<Statement>& statements);
std::vector<Statement> DecodeStatements(const pb::StoredStatements& stored);
pb::StoredContribution Encode(const Contribution& contribution);
Contribution Decode(const pb::StoredContribution& stored);
pb::StoredState Encode(const CustomerState& state);
CustomerState Decode(const pb::StoredState& stored);
pb::StoredProfile Encode(const ProfileRecord& record);
ProfileRecord Decode(const pb::StoredProfile& stored);
pb::StoredReply Encode(const Reply& reply);
Reply Decode(const pb::StoredReply& stored);
// Versions stay outside: a store keeps them itself.
pb::StoredHead Encode(const CustomerHead& head);
CustomerHead Decode(const pb::StoredHead& stored);

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_CODEC_H_
