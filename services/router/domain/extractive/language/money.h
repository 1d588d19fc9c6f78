#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_MONEY_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_MONEY_H_

#include <cstddef>
#include <string>
#include <vector>

#include "services/router/domain/extractive/language/clause.h"

namespace throughline::router::extractive {

struct MoneyMention {
  double amount = 0;       // in whole units of the currency said, dollars unless they say otherwise
  size_t first_token = 0;  // the words of the amount
  size_t last_token = 0;
  bool certain = false;  // a currency stands with it; else only its size says it is money
};

// Amounts of money in tokens [first, last): "$4,800", "forty-eight hundred a month",
// "sixty-eight thousand", "85k". Plain numbers count when they are a round thousand-scale figure
// or stand before "a month / a year / per seat". Percentages, ordinals and years do not.
std::vector<MoneyMention> FindMoney(const Reading& reading, size_t first, size_t last);

// "$4,800", "$4.60".
std::string FormatMoney(double amount);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_MONEY_H_
