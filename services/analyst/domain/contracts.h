#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_CONTRACTS_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_CONTRACTS_H_

#include "common/grounding/model_work.h"

// What an answer must satisfy for the router to accept it: the JSON form of the message in
// throughline.deal.v1 (lowerCamelCase; a test compares the two), and what must be a quote or a
// name. Pure and thread-safe.
namespace throughline::analyst {

grounding::OutputContract AnalysisContract();
grounding::OutputContract FactsContract();

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_CONTRACTS_H_
