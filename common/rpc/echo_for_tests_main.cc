// The smallest service there can be: what the test of RunMain starts as a real process.
#include <CLI/App.hpp>

#include "absl/time/clock.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/rpc/service_runner.h"

int main(int argc, char** argv) {
  using throughline::rpc::test::EchoService;
  throughline::rpc::ServiceFlags flags{.name = "echo"};
  CLI::App app{"Sends back what it is sent."};
  throughline::rpc::AddServiceFlags(app, flags);
  double delay_seconds = 0;
  app.add_option("--delay-seconds", delay_seconds, "Time that each call takes");
  return throughline::rpc::RunMain(
      argc, argv, app, flags, [&](throughline::rpc::ServiceHost& host) -> absl::Status {
        throughline::rpc::test::EchoServiceImpl service(host.runtime());
        service.echo = [&](const auto&, const auto& request, auto& response) {
          absl::SleepFor(absl::Seconds(delay_seconds));
          response.set_text(request.text());
          return absl::OkStatus();
        };
        host.AddService(EchoService::service_full_name(), service);
        return host.Serve();
      });
}
