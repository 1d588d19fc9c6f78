#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_NUMBERS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_NUMBERS_H_

#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

// Numbers as people and models write them. Pure and linear in the input.
namespace throughline::router::text {

// A number somewhere in a text.
struct NumberMention {
  double value = 0;  // "$1.2 million" → 1,200,000; "60%" → 60; "two hundred" → 200
  size_t begin = 0;  // bytes [begin, end) of the text, without currency signs and units
  size_t end = 0;
  int decimals = 0;      // digits after the point as written
  bool percent = false;  // followed by "%" or "percent"
  bool in_words = false;
};

// All numbers of `text`, in order: digits with thousands separators and decimals, scales ("12k",
// "3 million"), ordinals ("29th"), English number words ("twenty-five", "a dozen").
std::vector<NumberMention> FindNumbers(absl::string_view text);

// A set of values that forgives the last binary digit.
class NumberSet {
 public:
  void Add(double value) { keys_.insert(Key(value)); }
  bool Contains(double value) const { return keys_.contains(Key(value)); }
  bool empty() const { return keys_.empty(); }

 private:
  static long long Key(double value);

  absl::flat_hash_set<long long> keys_;
};

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_NUMBERS_H_
