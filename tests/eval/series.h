#ifndef THROUGHLINE_TESTS_EVAL_SERIES_H_
#define THROUGHLINE_TESTS_EVAL_SERIES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

// Labelled deal series as they lie on disk: a folder with labels.json and its calls.
namespace throughline::eval {

struct CallLabels {
  std::string file;  // path
  absl::Time date;
  bool is_sales_call = true;
  std::string primary;  // category; "none" when nothing is open
  std::vector<std::string> open;
  std::vector<std::string> resolved;
  std::vector<std::string> deciders;
  std::vector<std::string> nominal;
  std::vector<std::string> acceptable;
  std::vector<std::string> recipients;  // the first is preferred; empty: nobody to write to
  std::vector<std::string> must_mention;
  std::vector<std::string> must_not_mention;
  std::vector<std::string> facts;
  std::string stage;  // empty when the label says nothing
};

struct Series {
  std::string name;
  std::string seller;
  std::string customer;
  std::vector<CallLabels> calls;
};

// Every subfolder of `directory` that has a labels.json, by name. INVALID_ARGUMENT naming the
// file when one cannot be read.
absl::StatusOr<std::vector<Series>> LoadSeries(const std::string& directory);

}  // namespace throughline::eval

#endif  // THROUGHLINE_TESTS_EVAL_SERIES_H_
