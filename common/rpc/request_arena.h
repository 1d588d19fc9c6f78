#ifndef THROUGHLINE_COMMON_RPC_REQUEST_ARENA_H_
#define THROUGHLINE_COMMON_RPC_REQUEST_ARENA_H_

#include <google/protobuf/arena.h>
#include <grpcpp/support/message_allocator.h>

namespace throughline::rpc {

// Gives each request of a unary method an arena, for requests of many parts: those are made and
// freed together. Responses, which handlers move into place, stay on the heap. Thread-safe;
// outlives the server:
//
//   SetMessageAllocatorFor_Complete(&complete_requests_);
template <typename Request, typename Response>
class RequestArena final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Holder(); }

 private:
  class Holder final : public grpc::MessageHolder<Request, Response> {
   public:
    Holder() : arena_(Options()) {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(&response_);
    }
    void Release() override { delete this; }

   private:
    // A request about a call takes tens of KiB.
    static google::protobuf::ArenaOptions Options() {
      google::protobuf::ArenaOptions options;
      options.start_block_size = 8 * 1024;
      options.max_block_size = 64 * 1024;
      return options;
    }

    google::protobuf::Arena arena_;
    Response response_;
  };
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_REQUEST_ARENA_H_
