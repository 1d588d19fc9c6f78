#ifndef THROUGHLINE_COMMON_TESTING_HTTP_GET_H_
#define THROUGHLINE_COMMON_TESTING_HTTP_GET_H_

#include <string>

namespace throughline {

// What a server on this machine answers to a GET of `path`, head and body; empty when nobody
// listens on the port.
std::string HttpGet(int port, const std::string& path);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_HTTP_GET_H_
