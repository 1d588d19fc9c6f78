#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_MODEL_WORK_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_MODEL_WORK_H_

#include "common/wire/call_work.h"

namespace throughline::orchestrator {

// What analyst's and writer's answers have in common: how the models were chosen and what was left
// out.
template <typename Response, typename Answer>
void ReadModelWork(const Response& response, Answer& answer) {
  for (const auto& decision : response.decisions()) {
    answer.decisions.push_back(wire::FromProto(decision));
  }
  for (const auto& claim : response.dropped()) answer.dropped.push_back(wire::FromProto(claim));
}

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_MODEL_WORK_H_
