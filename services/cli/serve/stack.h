#ifndef THROUGHLINE_SERVICES_CLI_SERVE_STACK_H_
#define THROUGHLINE_SERVICES_CLI_SERVE_STACK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/cli/serve/options.h"

namespace throughline::cli {

// All services in one process. Memory, router, analyst and writer each listen on a loopback port of
// their own, which the system chooses and where the tenant travels with the call; one public port
// offers them beside the orchestrator, under the tenant of the options; the gateway offers them
// over HTTP, under the tenant of each API key. For one thread.
class Stack {
 public:
  struct Addresses {
    std::string memory;
    std::string router;
    std::string analyst;
    std::string writer;
    std::string orchestrator;  // the public one
    std::string metrics;
    std::string http;  // the gateway
  };

  // Everything up and healthy, or an error that names the flag to change. After PrepareProcess.
  static absl::StatusOr<std::unique_ptr<Stack>> Start(const ServeOptions& options);
  // Stops as Shutdown does.
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  const Addresses& addresses() const { return addresses_; }

  // Takes no further calls, lets those under way end, or leaves them to the next process after some
  // twenty seconds, closes the stores. What users talk to goes first, then each service before
  // those it calls. Idempotent.
  void Shutdown();

 private:
  struct Parts;
  explicit Stack(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
  Addresses addresses_;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_SERVE_STACK_H_
