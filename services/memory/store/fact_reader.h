#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_FACT_READER_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_FACT_READER_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "services/memory/domain/records.h"

namespace throughline::memory::store {

// Reads the bytes of a StoredFact into `row`, which is empty yet; false when they cannot be read.
// The same as parsing the message and decoding that, without a message in between: a recall reads
// dozens.
bool ReadFact(absl::string_view bytes, FactRow* row);
// The same of the bytes of StoredStatements, for `statements`, which are none yet.
bool ReadStatements(absl::string_view bytes, std::vector<Statement>* statements);

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_FACT_READER_H_
