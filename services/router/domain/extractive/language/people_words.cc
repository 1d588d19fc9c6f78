#include "services/router/domain/extractive/language/people_words.h"

#include "services/router/domain/extractive/language/word_map.h"

namespace throughline::router::extractive {

bool IsHonorific(absl::string_view word) {
  static const auto* const kWords = new WordSet(
      {"mr",         "mrs",       "ms",         "miss",       "mister",     "dr",
       "doctor",     "prof",      "professor",  "sir",        "lady",       "dame",
       "lord",       "madam",     "madame",     "monsieur",   "mme",        "herr",
       "frau",       "doktor",    "signor",     "signora",    "señor",      "señora",
       "senhor",     "senhora",   "don",        "doña",       "dona",       "pan",
       "paní",       "pani",      "dato",       "datuk",      "tun",        "engenheiro",
       "engenheira", "ingeniero", "ingeniera",  "licenciado", "licenciada", "doutor",
       "doutora",    "dottor",    "dottore",    "dottoressa", "magister",   "sri",
       "shri",       "smt",       "pak",        "ibu",        "ouma",       "oupa",
       "tante",      "aunt",      "uncle",      "elder",      "deaconess",  "monsignor",
       "councillor", "alderman",  "chef",       "revd",       "rev",        "abbot",
       "kyria",      "kyrie",     "sheikh",     "sheikha",    "haji",       "commander",
       "colonel",    "sergeant",  "lieutenant", "judge",      "reverend",   "rabbi",
       "imam",       "brigadier", "admiral"});
  return kWords->contains(word);
}

bool IsPersonalPronoun(absl::string_view word) {
  return word == "he" || word == "she" || word == "him" || word == "her" || word == "his" ||
         word == "hers";
}

bool IsBodyWord(absl::string_view word) {
  if (word.size() < 5) return false;  // asked of every word of a call
  static const auto* const kWords =
      new WordSet({"board", "committee", "council", "trustees", "assembly", "shareholders"});
  return kWords->contains(word);
}

bool IsTitleWord(absl::string_view word) {
  static const auto* const kWords = new WordSet({"ceo",          "cfo",
                                                 "coo",          "cto",
                                                 "cio",          "ciso",
                                                 "cro",          "cmo",
                                                 "cpo",          "vp",
                                                 "svp",          "evp",
                                                 "president",    "chief",
                                                 "director",     "manager",
                                                 "head",         "lead",
                                                 "controller",   "treasurer",
                                                 "dean",         "provost",
                                                 "counsel",      "officer",
                                                 "chair",        "chairman",
                                                 "chairwoman",   "secretary",
                                                 "owner",        "founder",
                                                 "partner",      "principal",
                                                 "supervisor",   "superintendent",
                                                 "coordinator",  "administrator",
                                                 "buyer",        "architect",
                                                 "engineer",     "analyst",
                                                 "lawyer",       "attorney",
                                                 "accountant",   "registrar",
                                                 "foreman",      "superviser",
                                                 "dpo",          "gm",
                                                 "trustee",      "comptroller",
                                                 "bursar",       "warden",
                                                 "matron",       "planner",
                                                 "specialist",   "chairperson",
                                                 "executive",    "consultant",
                                                 "technician",   "scientist",
                                                 "nurse",        "surgeon",
                                                 "physician",    "pharmacist",
                                                 "librarian",    "headteacher",
                                                 "headmaster",   "headmistress",
                                                 "chef",         "editor",
                                                 "producer",     "publisher",
                                                 "underwriter",  "actuary",
                                                 "surveyor",     "estimator",
                                                 "dispatcher",   "councillor",
                                                 "commissioner", "mayor",
                                                 "rector",       "chancellor",
                                                 "clerk",        "steward",
                                                 "captain",      "agronomist",
                                                 "statistician", "paralegal",
                                                 "trainer",      "quartermaster",
                                                 "harbourmaster"});
  return kWords->contains(word);
}

bool IsRelation(absl::string_view word) {
  static const auto* const kWords = new WordSet(
      {"sister",    "brother",  "wife", "husband", "boss",      "colleague",   "deputy",
       "cofounder", "daughter", "son",  "father",  "mother",    "dad",         "mum",
       "mom",       "uncle",    "aunt", "cousin",  "assistant", "predecessor", "successor",
       "man",       "woman",    "guy",  "lady",    "rep"});
  return kWords->contains(word);
}

bool SaysWhichOne(absl::string_view word) {
  static const auto* const kWords = new WordSet(
      {"last", "next", "whole", "full", "entire", "new", "old", "same", "own", "first", "second"});
  return kWords->contains(word);
}

}  // namespace throughline::router::extractive
