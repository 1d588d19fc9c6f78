// An output contract and an answer to hold against it, both of them anybody's. Parts: kind of
// rules, answer, schema, source, forbidden and required phrases, field path.

#include <string>

#include "services/router/domain/judge/judge.h"
#include "services/router/domain/judge/sources.h"
#include "tests/fuzz/fuzz_input.h"

namespace throughline::router {
namespace {

void CheckAnswer(fuzz::Input input) {
  using fuzz::Expect;
  const uint8_t rules = input.Byte();
  ModelReply reply;
  reply.text = input.Part();
  Request request;
  request.messages.push_back({.role = Role::kUser, .content = "Answer from the source."});
  request.contract.json_schema = input.Part();
  request.contract.sources.push_back(input.Part());
  request.contract.forbidden_phrases.push_back(input.Part());
  request.contract.required_phrases.push_back(input.Part());
  if (const std::string path = input.Part(); !path.empty()) {
    request.contract.fields.push_back({path, static_cast<FieldRule>(rules % 3 + 1)});
  }
  request.contract.ground_numbers = (rules & 4) != 0;
  request.contract.max_words = (rules & 8) != 0 ? 5 : 0;
  if ((rules & 16) != 0) request.contract.language = "en";

  // What schemas compile to is kept over the inputs, as it is over requests.
  static Judge* const judge = new Judge;
  if (!judge->Validate(request.contract).ok()) return;
  const Sources sources(request);
  const Verdict verdict = judge->Assess(request, sources, reply, 0.5);
  Expect(verdict.score >= 0 && verdict.score <= 1, "a score from 0 to 1");
  Expect(!verdict.Accepted() || verdict.gates_passed, "accepted only once all gates have passed");
  Expect(!verdict.checks.empty(), "every answer is checked");
}

}  // namespace
}  // namespace throughline::router

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  throughline::router::CheckAnswer(throughline::fuzz::Input(data, size));
  return 0;
}
