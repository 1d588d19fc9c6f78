// Every input that fuzzing or a user ever found worth keeping, parsed again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "common/testing/child_process.h"
#include "tests/fuzz/transcript/sound_parse.h"

namespace throughline::fuzz {
namespace {

TEST(TranscriptCorpusTest, EveryInputIsParsedSoundly) {
  int inputs = 0;
  const std::filesystem::path corpus = SourcePath("tests/fuzz/corpus/transcript");
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream),
                            std::istreambuf_iterator<char>()};
    EXPECT_EQ(UnsoundnessOfParsing(bytes), "") << entry.path();
    ++inputs;
  }
  EXPECT_GT(inputs, 40) << "the corpus is gone: " << corpus;
}

TEST(TranscriptCorpusTest, WhatParsesAndWhatIsRefusedAreBothSound) {
  EXPECT_EQ(UnsoundnessOfParsing("Ana: Hi.\nBo: Yes.\n"), "");
  EXPECT_EQ(UnsoundnessOfParsing(""), "") << "refused with an error that names the field";
}

}  // namespace
}  // namespace throughline::fuzz
