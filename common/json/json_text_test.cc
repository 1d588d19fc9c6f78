#include "common/json/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"

namespace throughline::json_text {
namespace {

using Json = nlohmann::json;
using Ordered = nlohmann::ordered_json;

constexpr absl::string_view kParts[] = {
    "the river runs through the old town, where merchants once sold cloth and salt to travellers",
    "\"",
    "\\",
    "\\\"",
    "\\n",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\u12",
    "\\x",
    "\n",
    "\x01",
    "\x7F",
    "é",
    "日本",
    "😀",
    "\xFF",
    "\xE2\x80",
    "\xC3",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    " ",
    "1.5",
    "true",
    "null",
    "\"a\":",
    "\"\"",
    "[\"a\",\"b\"]",
    "{\"a\":{\"b\":[]}}",
    "/",
    "\\/"};

// Texts and documents made of what is special, and of long runs of what is not.
class Inventor {
 public:
  std::string Text(size_t most_parts) {
    std::string text;
    for (size_t left = 1 + random_() % most_parts; left > 0; --left) {
      absl::StrAppend(&text, kParts[random_() % std::size(kParts)]);
    }
    return text;
  }

  Json Document(int depth) {
    switch (random_() % (depth > 0 ? 5 : 3)) {
      case 0:
        return Text(8);
      case 1:
        return random_() % 1000;
      case 2:
        return std::string(random_() % 400, 'x');
      case 3: {
        Json list = Json::array();
        for (size_t left = random_() % 4; left > 0; --left) list.push_back(Document(depth - 1));
        return list;
      }
      default: {
        Json object = Json::object();
        for (size_t left = random_() % 4; left > 0; --left) object[Text(3)] = Document(depth - 1);
        return object;
      }
    }
  }

  // A document with some bytes changed, so that it may be none.
  std::string Damaged(std::string document) {
    for (size_t left = random_() % 3; left > 0 && !document.empty(); --left) {
      const size_t at = random_() % document.size();
      document.replace(at, random_() % 3, std::string(kParts[random_() % std::size(kParts)]));
    }
    return document;
  }

 private:
  std::mt19937_64 random_{20261122};
};

template <typename AnyJson>
std::string Dumped(const AnyJson& json) {
  return json.dump(-1, ' ', false, AnyJson::error_handler_t::replace);
}

// 1 when `text` is a document, 0 when it is none.
int ReadsAsTheLibraryDoes(const std::string& text) {
  const Json expected = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto read = Read<Json>(text);
  EXPECT_EQ(read.is_discarded(), expected.is_discarded()) << text;
  if (expected.is_discarded()) return 0;
  EXPECT_EQ(read, expected) << text;
  const auto ordered = Read<Ordered>(text);
  EXPECT_EQ(ordered, Ordered::parse(text)) << text;
  EXPECT_EQ(Write(ordered), Dumped(ordered)) << text;
  return 1;
}

TEST(JsonText, IsWrittenAsTheLibraryWritesIt) {
  Inventor inventor;
  for (int i = 0; i < 5000; ++i) {
    const Json document = inventor.Document(3);
    ASSERT_EQ(Write(document), Dumped(document));
  }
}

TEST(JsonText, IsReadAsTheLibraryReadsIt) {
  Inventor inventor;
  int documents = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = inventor.Damaged(Dumped(inventor.Document(3)));
    documents += ReadsAsTheLibraryDoes(text);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(documents, 5000);
  EXPECT_LT(documents, 19000);
}

TEST(JsonText, WhatIsLongAndRawIsReadAsTheLibraryReadsIt) {
  Inventor inventor;
  int documents = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text =
        absl::StrCat("{\"a\":\"", inventor.Text(12), "\",\"b\":[\"", inventor.Text(12), "\"]}");
    documents += ReadsAsTheLibraryDoes(text);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(documents, 200);
}

TEST(JsonText, DepthIsThatOfListsAndObjects) {
  EXPECT_FALSE(IsDeeperThan(R"([{"a":[]}])", 3));
  EXPECT_TRUE(IsDeeperThan(R"([{"a":[]}])", 2));
  EXPECT_FALSE(IsDeeperThan(R"([[],[],"[[[\"[[["])", 2)) << "texts and what is closed do not count";
  EXPECT_FALSE(IsDeeperThan(R"(["[[)", 2)) << "a text without an end";
}

}  // namespace
}  // namespace throughline::json_text
