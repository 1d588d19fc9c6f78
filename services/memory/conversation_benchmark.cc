// Which turns of long conversations recall finds for questions about them:
//
//   conversation_benchmark --corpus turns.jsonl --queries questions.jsonl --run ranked.jsonl
//       [--embeddings-url http://127.0.0.1:8080/v1 --embeddings-model NAME] [--budget HIGH]
//
// A line of the corpus is a turn ({"conversation", "id", "session_time", "speaker", "text",
// "caption"}), of the questions one question ({"conversation", "qa_index", "question"}). Each turn
// is kept as one verbatim text of the customer named after its conversation. A line of the run
// tells the ids of the best fifty turns, best first, to whatever knows the right ones; no
// question's answer is read here.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/http/client.h"
#include "common/testing/temp_directory.h"
#include "services/memory/benchmark_kit.h"
#include "services/memory/clients/openai_embedder.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/embedding_cache.h"
#include "services/memory/store/in_memory_store.h"

namespace throughline::memory {
namespace {

using nlohmann::json;

// A recall waits a bounded time for vectors; a large conversation gets its own over several.
constexpr int kMaxWarmUps = 200;

struct Flags {
  std::string corpus;
  std::string queries;
  std::string run;
  std::string embeddings_url;
  std::string embeddings_model = "unnamed";
  RecallBudget budget = RecallBudget::kHigh;
};

absl::StatusOr<std::vector<json>> ReadLines(const std::string& path) {
  std::ifstream file(path);
  if (!file.is_open()) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::vector<json> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(json::parse(line, nullptr, /*allow_exceptions=*/false));
    if (!lines.back().is_object()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": line ", lines.size(), ": no object"));
    }
  }
  return lines;
}

VerbatimText ToText(const json& turn) {
  const std::string speaker = turn.value("speaker", "");
  VerbatimText text{.id = turn.value("id", ""),
                    .text = absl::StrCat(speaker, ": ", turn.value("text", "")),
                    .speaker = speaker};
  if (turn.contains("caption") && turn["caption"].is_string()) {
    absl::StrAppend(&text.text, " [shares ", turn["caption"].get<std::string>(), "]");
  }
  absl::Time at;
  std::string ignored;
  if (absl::ParseTime("%Y-%m-%dT%H:%M:%S", turn.value("session_time", ""), &at, &ignored)) {
    text.at = at;
  }
  return text;
}

absl::Status Keep(Memory& memory, const std::vector<json>& turns) {
  std::map<std::string, RetainCommand> commands;
  for (const json& turn : turns) {
    commands[turn.value("conversation", "")].texts.push_back(ToText(turn));
  }
  for (auto& [conversation, command] : commands) {
    RETURN_IF_ERROR(
        memory.Retain(Context::Background(), conversation, std::move(command)).status());
  }
  return absl::OkStatus();
}

// Until the customer's texts have their vectors.
absl::Status WarmUp(Memory& memory, const std::string& customer) {
  for (int i = 0; i < kMaxWarmUps; ++i) {
    ASSIGN_OR_RETURN(const Recollection found,
                     memory.Recall(Context::Background(), customer,
                                   {.query = "hello", .budget = RecallBudget::kHigh}));
    if (found.meaning == MeaningUse::kUsed) return absl::OkStatus();
  }
  return absl::UnavailableError("--embeddings-url: the server gave no vectors in time");
}

absl::Status Run(const Flags& flags) {
  ASSIGN_OR_RETURN(const std::vector<json> turns, ReadLines(flags.corpus));
  ASSIGN_OR_RETURN(const std::vector<json> questions, ReadLines(flags.queries));
  const TempDirectory directory;
  http::Client client;
  OpenAiEmbedder server({.base_url = flags.embeddings_url, .model = flags.embeddings_model},
                        client);
  ASSIGN_OR_RETURN(const auto embedder,
                   store::EmbeddingCache::Open(directory.File("vectors.db"), "measured", server));
  const bool by_meaning = !flags.embeddings_url.empty() && flags.budget == RecallBudget::kHigh;
  store::InMemoryStore store;
  Memory memory(store, Clock::Real(), {.embedder = by_meaning ? embedder.get() : nullptr});
  RETURN_IF_ERROR(Keep(memory, turns));
  std::ofstream run(flags.run);
  absl::Status status;
  std::string warm;
  int missing = 0;
  const Timed timed = RunMany(static_cast<int>(questions.size()), 1, [&](int i) {
    const json& question = questions[static_cast<size_t>(i)];
    const std::string customer = question.value("conversation", "");
    if (by_meaning && status.ok() && customer != std::exchange(warm, customer)) {
      status = WarmUp(memory, customer);
    }
    if (!status.ok()) return;
    const auto found = memory.Recall(
        Context::Background(), customer,
        {.query = question.value("question", ""), .budget = flags.budget, .max_tokens = 100000});
    if (!found.ok()) {
      status = found.status();
      return;
    }
    missing += found->meaning == MeaningUse::kMissing ? 1 : 0;
    json ranked = json::array();
    for (const ScoredFact& result : found->results) ranked.push_back(result.fact->id);
    run << json{{"conversation", customer},
                {"qa_index", question.value("qa_index", 0)},
                {"ranked", std::move(ranked)}}
               .dump()
        << "\n";
  });
  RETURN_IF_ERROR(status);
  Print("recall", timed);
  std::printf("%d of %zu questions ranked without meaning though it was asked for\n", missing,
              questions.size());
  return absl::OkStatus();
}

}  // namespace
}  // namespace throughline::memory

int main(int argc, char** argv) {
  using throughline::memory::RecallBudget;
  throughline::memory::Flags flags;
  CLI::App app{"Which turns of long conversations recall finds for questions about them."};
  app.add_option("--corpus", flags.corpus, "Turns, one object a line")->required();
  app.add_option("--queries", flags.queries, "Questions, one object a line")->required();
  app.add_option("--run", flags.run, "File to write the ranked turns to")->required();
  app.add_option("--embeddings-url", flags.embeddings_url,
                 "OpenAI-compatible server, http://HOST:PORT/v1; none: words alone");
  app.add_option("--embeddings-model", flags.embeddings_model, "Its model");
  app.add_option("--budget", flags.budget, "LOW, MID or HIGH")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, RecallBudget>{{"LOW", RecallBudget::kLow},
                                              {"MID", RecallBudget::kMid},
                                              {"HIGH", RecallBudget::kHigh}}));
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = throughline::memory::Run(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
