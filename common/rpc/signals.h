#ifndef THROUGHLINE_COMMON_RPC_SIGNALS_H_
#define THROUGHLINE_COMMON_RPC_SIGNALS_H_

namespace throughline::rpc {

// Blocks SIGTERM and SIGINT for this thread and the threads it starts from now on, so that only
// WaitForShutdownSignal sees them; ignores SIGPIPE. main calls it before any thread exists.
void BlockShutdownSignals();

// Waits for SIGTERM or SIGINT and returns which. After BlockShutdownSignals.
int WaitForShutdownSignal();

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_SIGNALS_H_
