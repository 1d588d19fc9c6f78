#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_PROMPTS_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_PROMPTS_H_

#include <string>
#include <vector>

#include "common/grounding/model_work.h"
#include "services/writer/domain/model_router.h"

// What the models are asked and what a draft must satisfy. Pure and thread-safe.
namespace throughline::writer {

// The most words a body may have.
inline constexpr int kMaxBodyWords = 150;

// A follow-up for `task`, which every prompt borrows: a deal.v1.Email as JSON.
grounding::ModelPrompt EmailPrompt(const EmailTask& task);

// The same, asking for another version than `earlier` ones, and saying how it is to differ.
grounding::ModelPrompt AlternativePrompt(const EmailTask& task,
                                         const std::vector<deal::Email>& earlier);

// The same after a draft with these problems (see ProblemsOf), at least one.
grounding::ModelPrompt RevisedPrompt(const EmailTask& task,
                                     const std::vector<std::string>& problems);

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_PROMPTS_H_
