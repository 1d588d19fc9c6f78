// The commands against servers that answer what the test says: flags in, requests and text out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/cli/commands/command.h"
#include "throughline/memory/v1/memory_service.grpc.pb.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::cli {
namespace {

namespace deal = throughline::deal::v1;
namespace memory = throughline::memory::v1;
namespace orchestrator = throughline::orchestrator::v1;
namespace router = throughline::router::v1;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class FakeOrchestrator final : public orchestrator::OrchestratorService::Service {
 public:
  grpc::Status StreamProcessCall(
      grpc::ServerContext*, const orchestrator::StreamProcessCallRequest* request,
      grpc::ServerWriter<orchestrator::StreamProcessCallResponse>* writer) override {
    sources.push_back(request->call());
    if (!refusal.ok()) return refusal;
    orchestrator::StreamProcessCallResponse event;
    event.mutable_step_started()->set_step(orchestrator::PIPELINE_STEP_ANALYZE);
    writer->Write(event);
    event.mutable_step_finished()->set_step(orchestrator::PIPELINE_STEP_ANALYZE);
    event.mutable_step_finished()->set_summary("price blocks");
    writer->Write(event);
    if (!ends_early) {
      *event.mutable_result() = result;
      writer->Write(event);
    }
    return grpc::Status::OK;
  }

  grpc::Status ProcessCall(grpc::ServerContext*, const orchestrator::ProcessCallRequest* request,
                           orchestrator::ProcessCallResponse* response) override {
    sources.push_back(request->call());
    if (request->call().transcript() == "refused") {
      return {grpc::StatusCode::INVALID_ARGUMENT, "transcript: expected words"};
    }
    *response->mutable_result() = result;
    return grpc::Status::OK;
  }

  grpc::Status GetDeal(grpc::ServerContext*, const orchestrator::GetDealRequest* request,
                       orchestrator::GetDealResponse*) override {
    return {grpc::StatusCode::NOT_FOUND,
            absl::StrCat("customer ", request->customer_id(), " is not known")};
  }

  orchestrator::CallResult result;
  grpc::Status refusal;
  bool ends_early = false;
  std::vector<orchestrator::CallSource> sources;
};

class FakeMemory final : public memory::MemoryService::Service {
 public:
  grpc::Status Recall(grpc::ServerContext*, const memory::RecallRequest* request,
                      memory::RecallResponse* response) override {
    absl::MutexLock lock(&mutex);
    recalls.push_back(*request);
    memory::ScoredFact& scored = *response->add_results();
    scored.mutable_fact()->set_id(absl::StrCat("fact of ", request->customer_id()));
    scored.mutable_fact()->set_text(request->query());
    scored.set_score(0.5);
    return grpc::Status::OK;
  }

  grpc::Status Retain(grpc::ServerContext*, const memory::RetainRequest* request,
                      memory::RetainResponse* response) override {
    absl::MutexLock lock(&mutex);
    retains.push_back(*request);
    for (const memory::VerbatimText& text : request->texts()) {
      response->add_texts()->set_id(text.id());
    }
    response->set_added(request->texts_size());
    return grpc::Status::OK;
  }

  grpc::Status ListFacts(grpc::ServerContext*, const memory::ListFactsRequest* request,
                         memory::ListFactsResponse* response) override {
    absl::MutexLock lock(&mutex);
    lists.push_back(*request);
    const int first = request->page_token().empty() ? 0 : std::stoi(request->page_token());
    const int last = std::min(first + request->page_size(), facts);
    for (int i = first; i < last; ++i) response->add_facts()->set_text(absl::StrCat("fact ", i));
    if (last < facts) response->set_next_page_token(absl::StrCat(last));
    return grpc::Status::OK;
  }

  absl::Mutex mutex;
  int facts = 0;
  std::vector<memory::RecallRequest> recalls;
  std::vector<memory::RetainRequest> retains;
  std::vector<memory::ListFactsRequest> lists;
};

class FakeRouter final : public router::RouterService::Service {
 public:
  grpc::Status Decide(grpc::ServerContext*, const router::DecideRequest* request,
                      router::DecideResponse* response) override {
    response->set_difficulty(0.25);
    response->set_draft_score(request->has_draft() ? 0.9 : 0);
    response->set_decision(router::DECISION_OUTCOME_ACCEPTED);
    response->set_reason(router::DECISION_REASON_CHECKS_PASSED);
    return grpc::Status::OK;
  }
};

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

class CommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    server_.AddService(orchestrator::OrchestratorService::service_full_name(), orchestrator_);
    server_.AddService(memory::MemoryService::service_full_name(), memory_);
    server_.AddService(router::RouterService::service_full_name(), router_);
    ASSERT_OK(server_.Start());
  }

  // Runs a command against the fakes; `arguments` without the program's name.
  Outcome Run(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.end(), {"--server", server_.address(), "--timeout", "20s"});
    return RunAsGiven(arguments, input);
  }

  static Outcome RunAsGiven(const std::vector<std::string>& arguments,
                            const std::string& input = "") {
    std::vector<const char*> argv = {"throughline"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Terminal terminal{.in = in, .out = out, .err = err};
    const int code =
        RunCommandLine(static_cast<int>(argv.size()), argv.data(), ClientCommands(), terminal);
    return {code, out.str(), err.str()};
  }

  TempDirectory directory_;
  FakeOrchestrator orchestrator_;
  FakeMemory memory_;
  FakeRouter router_;
  rpc::Server server_{rpc::ServerOptions{}};
};

int Lines(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

orchestrator::CallResult PriceCall() {
  orchestrator::CallResult result;
  result.set_customer_id("acme");
  result.set_call_id("c1");
  deal::Analysis& analysis = *result.mutable_analysis();
  analysis.mutable_primary_blocker()->set_category(deal::BLOCKER_CATEGORY_PRICE);
  analysis.mutable_primary_blocker()->set_object("monthly price");
  analysis.set_primary_reason("Mike says it is all that is left.");
  analysis.add_decision_makers()->set_name("Mike Reynolds");
  analysis.add_nominal_decision_makers()->set_name("Pat Nominal");
  result.mutable_email()->add_to()->set_name("Mike Reynolds");
  result.mutable_email()->set_subject("Next step");
  result.mutable_email()->set_body("Hi Mike,\n\nHere is the sheet.");
  result.add_facts()->set_text("Four distribution centers");
  router::Decision& decision = *result.add_decisions();
  decision.set_task(router::TASK_KIND_ANALYZE_CALL);
  decision.set_outcome(router::DECISION_OUTCOME_ESCALATED);
  decision.set_reason(router::DECISION_REASON_LOW_SCORE);
  decision.set_from_model("builtin/fast");
  decision.set_to_model("builtin/deep");
  return result;
}

TEST_F(CommandsTest, ProcessShowsStepsThenTheStory) {
  orchestrator_.result = PriceCall();
  const std::string file = directory_.Write("call.txt", "Mike: It is the price.");
  const Outcome outcome = Run({"process", "--customer", "acme", "--date", "2026-01-14", file});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("analyze: price blocks"));
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("price: monthly price"), HasSubstr("it is all that is left"),
                    HasSubstr("Mike Reynolds"), HasSubstr("Pat Nominal"),
                    HasSubstr("Subject: Next step"), HasSubstr("Four distribution centers"),
                    HasSubstr("builtin/fast → builtin/deep"), HasSubstr("low score")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\033"))) << "no colours off a terminal";
  ASSERT_EQ(orchestrator_.sources.size(), size_t{1});
  EXPECT_EQ(orchestrator_.sources[0].transcript(), "Mike: It is the price.");
  EXPECT_EQ(orchestrator_.sources[0].call_date(), "2026-01-14");
}

TEST_F(CommandsTest, ProcessPrintsOneJsonObjectAFileInOrder) {
  orchestrator_.result = PriceCall();
  const std::string first = directory_.Write("1.txt", "one");
  const std::string second = directory_.Write("2.txt", "two");
  const Outcome outcome =
      Run({"process", "--customer", "acme", "--json", "--call-id", "a", "--call-id", "b", "--date",
           "2026-01-14", "--date", "2026-01-22", first, second});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(Lines(outcome.out), 2);
  const json result = json::parse(outcome.out.substr(0, outcome.out.find('\n')));
  EXPECT_EQ(result["analysis"]["primaryBlocker"]["category"], "BLOCKER_CATEGORY_PRICE");
  EXPECT_EQ(result["analysis"]["openBlockers"], json::array());
  ASSERT_EQ(orchestrator_.sources.size(), size_t{2});
  EXPECT_EQ(orchestrator_.sources[1].call_id(), "b");
  EXPECT_EQ(orchestrator_.sources[1].call_date(), "2026-01-22");
}

TEST_F(CommandsTest, ProcessReadsStandardInput) {
  const Outcome outcome = Run({"process", "--customer", "acme", "-"}, "Ana: hello");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(orchestrator_.sources.at(0).transcript(), "Ana: hello");
}

TEST_F(CommandsTest, ProcessRefusesBadInputBeforeSending) {
  const std::string file = directory_.Write("1.txt", "one");
  const std::string large = directory_.Write("large.txt", std::string(8 * 1024 * 1024 + 1, 'x'));
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--date", "14.01.2026", file}, "--date: expected a day as YYYY-MM-DD, got \"14.01.2026\""},
      {{"--date", "2026-02-30", file}, "--date: expected a day as YYYY-MM-DD"},
      {{"--date", "2026-01-14", file, file}, "--date: expected one for each of the 2 files"},
      {{"--call-id", "a", file, file}, "--call-id: expected one for each of the 2 files"},
      {{"--format", "morse", file}, "--format: expected one of plain, bracketed"},
      {{"/nowhere/call.txt"}, "transcript: expected a file that can be read"},
      {{large}, "transcript: expected at most 8388608 bytes"},
  };
  for (const auto& [arguments, message] : cases) {
    std::vector<std::string> command = {"process", "--customer", "acme"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Outcome outcome = Run(command);
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, AllOf(StartsWith("throughline: "), HasSubstr(message)));
    EXPECT_EQ(Lines(outcome.err), 1);
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  EXPECT_TRUE(orchestrator_.sources.empty());
}

TEST_F(CommandsTest, AServersRefusalIsOneLine) {
  orchestrator_.refusal = {grpc::StatusCode::INVALID_ARGUMENT,
                           "transcript: expected words;\nsend a transcript"};
  const std::string file = directory_.Write("1.txt", "\n");
  const Outcome outcome = Run({"process", "--customer", "acme", "--json", file});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "throughline: transcript: expected words; send a transcript\n");
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(CommandsTest, AStreamWithoutAResultIsAnError) {
  orchestrator_.ends_early = true;
  const std::string file = directory_.Write("1.txt", "one");
  const Outcome outcome = Run({"process", "--customer", "acme", "--json", file});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("expected a result from the server"));
}

TEST_F(CommandsTest, AnUnknownCustomerGetsANextStep) {
  const Outcome outcome = Run({"deal", "--customer", "nobody"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, AllOf(StartsWith("throughline: customer nobody is not known; check"),
                                 HasSubstr("throughline calls")));
}

TEST_F(CommandsTest, FactsReadPagesUpToTheLimit) {
  memory_.facts = 2500;
  const Outcome outcome = Run({"facts", "--customer", "acme", "--json", "--limit", "2300", "--kind",
                               "budget,objection", "--all"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(Lines(outcome.out), 2300);
  ASSERT_EQ(memory_.lists.size(), size_t{3});
  EXPECT_THAT(memory_.lists[0].filter().kinds(),
              ElementsAre(deal::FACT_KIND_BUDGET, deal::FACT_KIND_OBJECTION));
  EXPECT_TRUE(memory_.lists[0].filter().include_closed());
}

TEST_F(CommandsTest, RecallOfAFileKeepsItsOrder) {
  std::string file;
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&file, R"({"customer":"c)", i, R"(","id":"q)", i, R"(","query":"why )", i,
                    "\"}\n");
  }
  const Outcome outcome = Run({"recall", "--jsonl", "-", "--limit", "3"}, file);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(Lines(outcome.out), 40);
  int expected = 0;
  for (const absl::string_view line : absl::StrSplit(outcome.out, '\n', absl::SkipEmpty())) {
    const json answer = json::parse(std::string(line));
    EXPECT_EQ(answer["id"], absl::StrCat("q", expected));
    EXPECT_EQ(answer["customer"], absl::StrCat("c", expected));
    EXPECT_EQ(answer["results"][0]["text"], absl::StrCat("why ", expected));
    EXPECT_EQ(answer["results"][0]["score"], 0.5);
    EXPECT_GT(answer["latencyMs"], 0);
    ++expected;
  }
  EXPECT_EQ(memory_.recalls[0].limit(), 3);
}

TEST_F(CommandsTest, RecallTakesEveryFilter) {
  const Outcome outcome =
      Run({"recall", "--customer", "acme", "--query", "price", "--budget", "high", "--max-tokens",
           "900", "--tags", "a,b", "--tags-match", "all_strict", "--explain"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const memory::RecallRequest& request = memory_.recalls.at(0);
  EXPECT_EQ(request.budget(), memory::RECALL_BUDGET_HIGH);
  EXPECT_EQ(request.max_tokens(), 900);
  EXPECT_THAT(request.filter().tags(), ElementsAre("a", "b"));
  EXPECT_EQ(request.filter().tags_match(), memory::TAGS_MATCH_ALL_STRICT);
  EXPECT_TRUE(request.explain());
}

TEST_F(CommandsTest, RetainChecksTheWholeFileBeforeItStoresAnything) {
  const std::string path = directory_.Write(
      "notes.jsonl",
      "{\"customer\":\"a\",\"id\":\"1\",\"text\":\"x\"}\n{\"customer\":\"a\",\"id\":\"2\"}\n");
  const Outcome outcome = Run({"retain", "--jsonl", path});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("notes.jsonl:2: text: expected a string"));
  EXPECT_TRUE(memory_.retains.empty());
}

TEST_F(CommandsTest, RetainSendsOneRequestACustomerAndPrintsTotals) {
  const Outcome outcome = Run({"retain", "--jsonl", "-", "--json"},
                              "{\"customer\":\"a\",\"id\":\"1\",\"text\":\"x\"}\n"
                              "{\"customer\":\"b\",\"id\":\"2\",\"text\":\"y\"}\n"
                              "{\"customer\":\"a\",\"id\":\"3\",\"text\":\"z\"}\n");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(memory_.retains.size(), size_t{2});
  const json totals = json::parse(outcome.out);
  EXPECT_EQ(totals["customers"], 2);
  EXPECT_EQ(totals["rows"], 3);
  EXPECT_EQ(totals["added"], 3);
}

TEST_F(CommandsTest, DecideNamesItsDecisionInLowerCase) {
  const Outcome outcome = Run({"decide", "--jsonl", "-"},
                              "{\"id\":\"1\",\"prompt\":\"2+2?\",\"draft\":\"4\"}\n"
                              "{\"id\":\"2\",\"prompt\":\"2+2?\"}\n");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, R"({"id":"1","difficulty":0.25,"draftScore":0.9,"decision":"accepted",)"
                         R"("reason":"checks_passed"})"
                         "\n"
                         R"({"id":"2","difficulty":0.25,"draftScore":0.0,"decision":"accepted",)"
                         R"("reason":"checks_passed"})"
                         "\n");
}

TEST_F(CommandsTest, ALostServerIsNamedWithItsFlag) {
  const Outcome outcome =
      RunAsGiven({"facts", "--customer", "acme", "--server", "127.0.0.1:1", "--timeout", "5s"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err,
              AllOf(StartsWith("throughline: --server: expected a Throughline server at "
                               "127.0.0.1:1"),
                    HasSubstr("throughline serve")));
  EXPECT_EQ(Lines(outcome.err), 1);
}

TEST_F(CommandsTest, WrongUsageIsOneLineAndCodeTwo) {
  const std::vector<std::vector<std::string>> cases = {
      {},
      {"dance"},
      {"process"},
      {"process", "--customer"},
      {"facts", "--customer", "acme", "--limit", "0"},
      {"facts", "--customer", "acme", "--frobnicate"},
      {"recall", "--jsonl", "x", "--customer", "acme"},
  };
  for (const std::vector<std::string>& arguments : cases) {
    const Outcome outcome = RunAsGiven(arguments);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(Lines(outcome.err), 1) << outcome.err;
    EXPECT_THAT(outcome.err, AllOf(StartsWith("throughline"), HasSubstr("--help")));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST_F(CommandsTest, EveryCommandExplainsItselfWithExamples) {
  for (const std::string name : {"process", "deal", "profile", "facts", "calls", "recall", "retain",
                                 "decisions", "decide", "spend", "version"}) {
    const Outcome outcome = RunAsGiven({name, "--help"});
    EXPECT_EQ(outcome.code, 0) << name;
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("Examples:"), HasSubstr("--json"))) << name;
  }
}

TEST_F(CommandsTest, WatchProcessesEachCustomersFilesInTheOrderOfTheirNames) {
  const TempDirectory directory;
  std::filesystem::create_directories(directory.File("acme"));
  std::filesystem::create_directories(directory.File("globex"));
  directory.Write("acme/2.txt", "second");
  directory.Write("acme/1.txt", "first");
  directory.Write("acme/.partial", "hidden");
  directory.Write("globex/1.txt", "refused");
  directory.Write("loose.txt", "nobody's");
  const Outcome outcome = Run({"watch", "--once", "--json", directory.path()});
  EXPECT_EQ(outcome.code, 1) << "one was refused";
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("globex/1.txt"), HasSubstr("expected words")));
  ASSERT_THAT(orchestrator_.sources, SizeIs(3));
  EXPECT_EQ(orchestrator_.sources[0].transcript(), "first");
  EXPECT_EQ(orchestrator_.sources[0].customer_id(), "acme");
  EXPECT_EQ(orchestrator_.sources[1].transcript(), "second");
  EXPECT_EQ(orchestrator_.sources[2].customer_id(), "globex");
}

TEST_F(CommandsTest, WatchTakesAFolderForOneCustomer) {
  const TempDirectory directory;
  directory.Write("call.txt", "words");
  const Outcome outcome = Run({"watch", "--once", "--customer", "acme", directory.path()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("call.txt"));
  EXPECT_THAT(Run({"watch", "--once", directory.File("nowhere")}).err, HasSubstr("DIR"));
}

TEST_F(CommandsTest, CompletionsKnowEveryCommandAndItsFlags) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Outcome outcome = RunAsGiven({"completion", shell});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("process"), HasSubstr("watch"), HasSubstr("recall")));
    EXPECT_THAT(outcome.out, HasSubstr(std::string(shell) == "fish" ? "-l once" : "--once"));
  }
  EXPECT_EQ(RunAsGiven({"completion", "tcsh"}).code, 2);
}

}  // namespace
}  // namespace throughline::cli
