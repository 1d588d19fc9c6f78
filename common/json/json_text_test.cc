#include "common/json/json_text.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"

namespace throughline::json_text {
namespace {

using ::testing::HasSubstr;

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

constexpr int kLevels = 20;

// 1 when `text` is a document, 0 when it is none.
int ReadsAsTheLibraryDoes(const std::string& text) {
  const Json expected = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const absl::StatusOr<Json> read = Read<Json>(text, kLevels);
  EXPECT_EQ(read.ok(), !expected.is_discarded()) << text;
  if (!read.ok()) return 0;
  EXPECT_EQ(*read, expected) << text;
  EXPECT_EQ(Write(*Read<Ordered>(text, kLevels)), Write(Ordered::parse(text))) << text;
  return 1;
}

TEST(JsonTextTest, IsReadAsTheLibraryReadsIt) {
  Inventor inventor;
  int documents = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = inventor.Damaged(Write(inventor.Document(3)));
    documents += ReadsAsTheLibraryDoes(text);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(documents, 5000);
  EXPECT_LT(documents, 19000);
}

TEST(JsonTextTest, WhatIsRawInTextsIsReadAsTheLibraryReadsIt) {
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

TEST(JsonTextTest, NumbersAreWhatTheLibraryMakesOfThem) {
  for (const char* number :
       {"0", "7", "-7", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "18446744073709551616", "-9223372036854775809", "1e3", "0.1", "-1.5E-7", "1e308"}) {
    const Json expected = Json::parse(number);
    ASSERT_OK_AND_ASSIGN(const Json read, Read<Json>(number, kLevels));
    EXPECT_EQ(read.type(), expected.type()) << number;
    EXPECT_EQ(read, expected) << number;
  }
  EXPECT_THAT(Read<Json>("1e400", kLevels).status(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(JsonTextTest, AnErrorSaysWhereTheJsonEnds) {
  EXPECT_THAT(Read<Json>(R"({"a":1,})", kLevels).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("byte 8")));
  EXPECT_THAT(Read<Json>("", kLevels).status(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(JsonTextTest, LevelsAreThoseOfListsAndObjects) {
  for (const std::string& number : {std::string("1"), std::string(40, '9')}) {
    const std::string text = absl::StrCat(R"([{"[[[a":[)", number, "]}]");
    EXPECT_OK(Read<Json>(text, 3).status()) << text;
    EXPECT_THAT(Read<Json>(text, 2).status(), StatusIs(absl::StatusCode::kOutOfRange)) << text;
  }
}

// Looking for each of so many names among all before it would not end within a test's time.
TEST(JsonTextTest, AnObjectMayHaveManyNames) {
  constexpr int kNames = 500'000;
  std::string text = "{";
  for (int i = 0; i < kNames; ++i) absl::StrAppend(&text, "\"", i, "\":0,");
  for (const std::string& number : {std::string("1"), std::string(40, '9')}) {
    ASSERT_OK_AND_ASSIGN(const Ordered read,
                         Read<Ordered>(absl::StrCat(text, "\"0\":", number, "}"), kLevels));
    EXPECT_EQ(read.size(), kNames);
    EXPECT_EQ(read.begin().value(), Ordered::parse(number)) << "the last of a name stands";
  }
}

TEST(JsonTextTest, WhatIsNoUtf8IsWrittenAsReplaced) {
  EXPECT_EQ(Write(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(JsonTextTest, TextsAreWrittenAsTheLibraryWritesThem) {
  std::minstd_rand random(7);
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (size_t length = random() % 40; length > 0; --length) {
      // Mostly letters, so that some words of eight bytes hold nothing else.
      const uint32_t kind = random() % 64;
      text += static_cast<char>(kind < 2 ? random() % 256 : kind < 4 ? random() % 128 : 'a');
      if (kind == 5) text += "\u00e9\U0001F600";
    }
    const auto dump = [](const Json& json) {
      return json.dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    ASSERT_EQ(Quoted(text), dump(text));
    Json document = {{"list", {text, nullptr, -1, 0.5, 7u, true}}, {"none", Json::object()}};
    document[text] = Json::array();
    ASSERT_EQ(Write(document), dump(document));
  }
}

}  // namespace
}  // namespace throughline::json_text
