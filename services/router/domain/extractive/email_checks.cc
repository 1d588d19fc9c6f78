#include "services/router/domain/extractive/email_checks.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {

bool PointsAtWhatIsLeft(absl::string_view piece) {
  static const RE2& left = *new RE2(
      "(?i)\\bwhat(?:'s| is)? (?:left|in the way|still open|open|missing|holding|remains|stands|"
      "stopping)\\b|\\bthe (?:one|only) (?:thing|item|point|question|condition)\\b|\\bthat "
      "leaves\\b|"
      "\\bit(?:'s| is) (?:only|just) the\\b");
  return Matches(piece, left);
}

size_t WordsBesidesDates(absl::string_view clean) {
  size_t words = 0;
  for (const std::string& stem : ContentStems(clean)) {
    static const RE2& calendar = *new RE2(
        "(?i)(?:jan|febr|march|april|may|june|july|august|sept|octob|novemb|decemb|.*day$|.*th$|"
        "first|second|third|[0-9]).*");
    words += RE2::FullMatch(stem, calendar) ? 0 : 1;
  }
  return words;
}

bool DayNamed(absl::string_view clean) {
  static const RE2& day = *new RE2(
      "(?i)\\b(?:mon|tues|wednes|thurs|fri)day\\b|[0-9](?:st|nd|rd|th)\\b|\\btomorrow\\b|"
      "(?:teen|twentie|thirtie|four|fif|six|seven|eigh|nin|ten)th\\b");
  return Matches(clean, day);
}

bool Promises(absl::string_view piece) {
  static const RE2& promise = *new RE2(
      "(?i)\\b(i'll|i will|i'd|we'd|we'll|we will|i can|we can|i could|let me|you'll|you "
      "will|you'd)\\b.*\\b(send|get|have|bring|put|write|"
      "draft|confirm|share|deliver|find out|rework|prepare|come "
      "back|include|forward|check|follow "
      "up|set "
      "up|provide|give|email|copy|ship|build|do|ask|hold|keep|arrange|show|help|add|mark|"
      "split|waive|extend)\\b");
  static const RE2& now = *new RE2(
      "(?i)^(?:so|then|and|and then|okay,?) (?:i|we) "
      "(?:send|bring|put|write|prepare|draft|get|take|"
      "give|make)\\b");
  // The e-mail itself, or the invitation: kept by sending it.
  static const RE2& routine =
      *new RE2("(?i)\\b(summary|recap|notes|minutes|invite|invitation|calendar)\\b");
  static const RE2& declines = *new RE2(
      "(?i)\\b(?:i|we) (?:can't|cannot|can not|won't|couldn't|wouldn't|don't|'d rather not|would "
      "rather not)\\b|^here's\\b|\\b(?:i|we)'d rather not\\b|\\bnot (?:promise|promising)\\b");
  if (Matches(piece, declines)) return false;
  return (Matches(piece, promise) || Matches(piece, now)) && !Matches(piece, routine);
}

bool IsSomebodysOwnDay(absl::string_view piece) {
  static const RE2& vague = *new RE2("(?i)^(it|they|he|she|that|this|you|you'll|if|i'd|then)\\b");
  static const RE2& others = *new RE2("(?i)\\b(he|she|him|his|her|they|them|their)\\b");
  static const RE2& away = *new RE2(
      "(?i)\\b(?:i'm|i am|we're|we are) "
      "(?:in|at|out|away|off|on)\\b|\\b(?:holiday|vacation|leave|"
      "conference)\\b");
  return Matches(piece, vague) || Matches(piece, others) || Matches(piece, away);
}

bool TellsOfDay(absl::string_view piece) {
  // The day in front is what something else is said of: "April, but it's a cut year".
  static const RE2& day_first = *new RE2(
      "(?i)^(?:the )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\\b|^(?:the )?[a-z-]*(?:first|"
      "second|third|th|[0-9](?:st|nd|rd|th))\\b|^(?:january|february|march|april|may|june|july|"
      "august|september|october|november|december)\\b");
  static const RE2& pointing = *new RE2(
      "(?i)^(?:it|it's|it'll|that|that's|this|then it's|he|he's|she|she's|how about|"
      "what about)\\b|\\bis it\\b");
  static const RE2& half = *new RE2("(?i)^(?:if|when|unless|once)\\b[^,]*$");
  return !Matches(piece, pointing) && !Matches(piece, day_first) && !Matches(piece, half);
}

std::string DayInWords(absl::string_view quote, const std::string& date) {
  // Said in passing, of somebody's own plans or as a way of speaking.
  static const RE2& idle = *new RE2(
      "(?i)\\b(?:any day|nobody|no one|never|away|i'm|i am|i'll "
      "have|luck|holidays?|weekend|vacation|"
      "leave|ahead of|by then|birthday|every|usually|always|was|were|had|did)\\b");
  if (Matches(quote, idle)) return "";
  // Hardly anybody sets a day at the weekend without saying so.
  static const RE2& weekend = *new RE2("^S(?:atur|un)day");
  static const RE2& said = *new RE2("(?i)\\bs(?:atur|un)day\\b");
  const bool at_weekend = Matches(date, weekend) && !Matches(quote, said);
  static const RE2& month = *new RE2(
      "(?i)\\b(the (?:end|middle|beginning|start) of (?:january|february|march|april|may|june|july|"
      "august|september|october|november|december|the (?:month|quarter|year)))\\b");
  static const RE2& week = *new RE2("(?i)\\b(?:the|that) week of\\b");
  static const RE2& vague = *new RE2("(?i)\\bend of (?:the |this |next )?\\w+\\b");
  std::string words;
  if (RE2::PartialMatch(re2::StringPiece(quote.data(), quote.size()), month, &words)) {
    words[0] = absl::ascii_tolower(words[0]);
    return words;
  }
  if (Matches(quote, vague) || at_weekend) return "";
  return Matches(quote, week) ? absl::StrCat("the week of ", date) : date;
}

bool TellsWhereabouts(absl::string_view piece) {
  static const RE2& place = *new RE2(
      "(?i)^(?:i'm|i am|we're|we are|i'll be|we'll be) (?:in|out|away|off|back|travell?ing|at an? "
      "\\w+|up |down |on (?:holiday|leave|vacation))\\b");
  static const RE2& meanwhile = *new RE2("(?i)\\b(?:until|till)\\b");
  return Matches(piece, place) && (DayNamed(piece) || Matches(piece, meanwhile));
}

bool RefusesUs(absl::string_view piece) {
  static const RE2& refuses = *new RE2(
      "(?i)\\b(?:i|we) (?:can't|cannot|can not|won't) (?:give|offer|promise) you\\b|"
      "^(?:and |so |but |then |please )*(?:don't|do not) (?:you )?(?:come|bring|show|send|try|"
      "start|call|tell|give)\\b");
  return Matches(piece, refuses);
}

bool SpeaksOfAnotherVendor(absl::string_view piece) {
  static const RE2& theirs = *new RE2(
      "(?i)\\btheir (?:rep|sales\\w*|account manager|quote|offer|discount|price)\\b|"
      "[0-9a-z] (?:against|versus|vs\\.?) (?:your|our) [0-9]|"
      "\\b(?:against|versus) (?:your|our) (?:one|two|three|four|five|six|seven|eight|nine|ten|"
      "eleven|\\w+teen|\\w+ty)\\b");
  return Matches(piece, theirs);
}

bool HandsOver(absl::string_view piece) {
  static const RE2& to_whom = *new RE2("\\b[Tt]o (?:you|her|him|all|both|everyone|[A-Z][a-z]+)\\b");
  return DayNamed(piece) && Matches(piece, to_whom);
}

bool ReadsAsRecap(absl::string_view piece) {
  static const RE2& address =
      *new RE2("(?i)^(?:just )?(?:to|for|on|in|at|with|from) |^see you\\b|^(?:[A-Z] )+[A-Z]$");
  static const RE2& judgement =
      *new RE2("(?i)^\\w+'s (?:\\w+ )?(?:hard|easy|fair|true|fine|good)\\b");
  return !Matches(piece, address) && !Matches(piece, judgement) &&
         !IsDirectiveVerb(piece.substr(0, piece.find(' ')));
}

bool IsPrivate(absl::string_view piece) {
  // Plain kinds of private matters; what may be a customer's trade (schools, clinics, churches,
  // food) is left to the cues of the call.
  static const RE2& own_life = *new RE2(
      "(?i)\\b(?:wife|husband|spouse|fianc[eé]e?|boyfriend|girlfriend|mum|mom|mother|dad|father|"
      "son|daughter|sister|brother|cousin|uncle|aunt|nephew|niece|grand(?:ma|pa|mother|father|son|"
      "daughter|child|children|kids)|god(?:son|daughter|father|mother|child)|in-laws?|"
      "christening|baptism|dentist|(?:my|an) operation|hunting|baby|toddler|school "
      "run|divorced?|wedding|funeral|"
      "pregnant|birthday|holidays?|vacation|weekend)\\b|\\b(?:dog|puppy|cat|kitten|rugby|footy|"
      "golf|"
      "ski|skiing|fishing|marathon|choir|beach|sauna|barbecue|pub|beer|hangover|flu|fever|migraine|"
      "(?:i'm|i am|i'd be|get me|got me) in(?:to)? trouble|lose my job|my (?:neck|head)|"
      "knee|wrist|finger|back pain|sick|swear|swearing|jokes?)\\b");
  return Matches(piece, own_life);
}

bool StaysOut(absl::string_view piece) {
  static const RE2& told_so = *new RE2(
      "(?i)\\b(?:don't|do not|never|nobody|no one)\\s+(?:\\w+\\s+)?(?:write|put|tell|mention|say|"
      "add|include)\\b|\\bnot to (?:write|mention|say|tell)\\b|\\bnot a word\\b|\\bno mention\\b|"
      "\\bleave (?:\\w+ )*out\\b|\\byou (?:may|can|could) (?:leave|drop|skip)\\b|\\bleave "
      "off\\b|\\bskip the\\b|\\bbetween (?:us|you and me|ourselves)\\b|\\bjust for (?:you|your "
      "ears)\\b|"
      "\\bin confidence\\b|\\bdon't quote me\\b|"
      "\\boff the record\\b|\\bto yourself\\b|^(?:and )?without (?:the |any |a )?\\w+[.!]?$|"
      "^(?:and )?(?:no|not) (?:the |any |a )?\\w+[.!]?$");
  static const RE2& parting = *new RE2(
      "(?i)\\b(?:good luck|best of luck|safe (?:travels?|trip|journey|flight|drive)|get well|"
      "congratulations|enjoy (?:the|your))\\b");
  // Which words they would rather not read is about the wording, not the thing.
  static const RE2& wording = *new RE2("(?i)\\b(?:with|use|uses|using|hear|read) the words?\\b");
  return Matches(piece, told_so) || Matches(piece, parting) || Matches(piece, wording);
}

bool IsCivil(absl::string_view piece) {
  // Manners and dates agreed to are no news to who said them.
  static const RE2& manners = *new RE2(
      "(?i)^let's\\b|^let me (?:see|know|check|jump|say)\\b|^\\S+(?: the \\S+)? (?:works|is "
      "good|is fine)$|^(?:to you|to me)(?:,? "
      "\\w+)?(?:,? copy \\w+)?$|,? and that \\w+$");
  static const RE2& rough = *new RE2(
      "(?i)\\b(ha|god|damn|hell|shit|crap|stupid|dumb|dumbest|idiot|wow|temper|awful|ugly|"
      "rubbish|nonsense)\\b|\\blike an? (?:\\w+ )?\\w+[.!]?$");
  return !Matches(piece, manners) && !Matches(piece, rough);
}

}  // namespace throughline::router::extractive
