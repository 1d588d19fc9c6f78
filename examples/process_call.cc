// One call over gRPC.
//
//   process_call HOST:PORT CUSTOMER FILE

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"

namespace api = throughline::orchestrator::v1;

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: process_call HOST:PORT CUSTOMER FILE\n";
    return 2;
  }
  std::ifstream file(argv[3], std::ios::binary);
  api::ProcessCallRequest request;
  request.mutable_call()->set_customer_id(argv[2]);
  request.mutable_call()->set_transcript(
      std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));

  const auto channel = grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials());
  const auto stub = api::OrchestratorService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(2));
  api::ProcessCallResponse response;
  const grpc::Status status = stub->ProcessCall(&context, request, &response);
  if (!status.ok()) {
    std::cerr << status.error_message() << "\n";
    return 1;
  }
  const throughline::deal::v1::Analysis& analysis = response.result().analysis();
  std::cout << "blocks: "
            << (analysis.has_primary_blocker() ? analysis.primary_blocker().description()
                                               : "nothing")
            << "\nsubject: " << response.result().email().subject() << "\n";
  return 0;
}
