#include "services/memory/store/entry_packs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/memory/store/pack_format.h"

namespace throughline::memory::store {
namespace {

using ::testing::IsEmpty;

// Everything of an entry, as bytes: its place is not among those that EncodeEntry gives.
std::string Whole(const IndexEntry& entry) {
  return absl::StrCat(entry.place, " ", EncodeEntry(entry));
}

class Collected final : public EntryVisitor {
 public:
  void Visit(absl::string_view id, const IndexEntry& entry) override {
    EXPECT_TRUE(entries.emplace(std::string(id), Whole(entry)).second) << id << " twice";
  }

  std::map<std::string, std::string> entries;
};

// Entries with all that can stand in one, the same for the same seed.
class RandomEntries {
 public:
  explicit RandomEntries(unsigned seed) : random_(seed) {}

  PendingEntry Next() {
    PendingEntry pending{.id = Id()};
    IndexEntry& entry = pending.entry;
    entry.kind = static_cast<deal::FactKind>(Below(12));
    entry.flags = static_cast<uint8_t>(Below(256));
    entry.names_inside = static_cast<uint8_t>(Below(256));
    entry.valid_from = Time();
    entry.valid_to = Time();
    entry.invalidated_at = Time();
    entry.turn = Below(5) == 0 ? std::numeric_limits<int32_t>::min() : Below(1000) - 500;
    entry.sequence = Below(9) == 0 ? std::numeric_limits<int64_t>::max() : Below(100000);
    entry.length = static_cast<uint32_t>(Below(300));
    entry.text_bytes = Below(9) == 0 ? UINT32_MAX : static_cast<uint32_t>(Below(8000));
    entry.text = random_();
    entry.place = 1 + Below(1000000);
    entry.calls = Strings();
    entry.tags = Strings();
    for (int i = Below(4); i > 0; --i) entry.names.append(8, static_cast<char>(Below(256)));
    for (int i = Below(20); i > 0; --i) {
      entry.terms.push_back({.term = HashOfTerm(absl::StrCat(Below(40))),
                             .count = static_cast<uint8_t>(Below(3) == 0 ? Below(256) : 1)});
    }
    return pending;
  }
  int Below(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }

 private:
  std::string Id() {
    static constexpr const char* kOdd[] = {"",    "f",   "fa",       "f0g",
                                           "F12", "f-1", "\xC3\xA9", "turn 7"};
    const std::string number = absl::StrCat(++ids_);
    if (Below(3) == 0) return absl::StrCat(kOdd[Below(8)], "#", number);
    return absl::StrCat(Below(2) == 0 ? "f" : "v",
                        absl::Hex(random_() % 0xFFFFFFFF, absl::kZeroPad8), "-", number)
        .substr(0, Below(4) == 0 ? std::string::npos : 9);
  }
  absl::Time Time() {
    switch (Below(6)) {
      case 0:
        return absl::InfiniteFuture();
      case 1:
        return absl::InfinitePast();
      case 2:
        return absl::UnixEpoch() + absl::Nanoseconds(static_cast<int64_t>(random_()) / 2);
      case 3:
        return absl::FromUnixSeconds(static_cast<int64_t>(random_()) / 2);
      case 4:
        return absl::UnixEpoch();
      default:
        return absl::FromUnixSeconds(1'770'000'000 + Below(100000));
    }
  }
  std::string Strings() {
    static const std::vector<std::string> kLists[] = {
        {}, {"call-1"}, {"call-2", "call-1"}, {""}, {"", "call-9"}, {std::string(300, 'x')}};
    return PackStrings(kLists[Below(6)]);
  }

  std::mt19937_64 random_;
  int ids_ = 0;
};

std::vector<EntryPack> InOrder(const std::vector<std::string>& packs) {
  std::vector<EntryPack> listed;
  for (const std::string& pack : packs) {
    listed.push_back({.version = 1, .part = static_cast<int64_t>(listed.size()), .entries = pack});
  }
  return listed;
}

TEST(EntryPacksTest, AnyEntryComesOutOfItsPackAsItWentIn) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomEntries random(seed);
    std::map<std::string, std::string> expected;
    std::vector<PendingEntry> entries;
    for (int i = random.Below(200); i > 0; --i) {
      PendingEntry next = random.Next();
      if (!expected.emplace(next.id, Whole(next.entry)).second) continue;
      entries.push_back(std::move(next));
    }
    if (seed % 2 == 0) SortForPacks(&entries);
    const size_t max_bytes = seed % 3 == 0 ? 500 : 100000;
    Collected collected;
    std::vector<RowPlace> unread;
    ASSERT_TRUE(VisitPacks(InOrder(MakePacks(entries, max_bytes)), collected, &unread));
    EXPECT_THAT(unread, IsEmpty());
    EXPECT_EQ(collected.entries, expected);
  }
}

TEST(EntryPacksTest, WhatRowsShareStandsOnce) {
  std::vector<PendingEntry> entries;
  for (int i = 0; i < 100; ++i) {
    PendingEntry pending{.id = absl::StrCat("f", absl::Hex(HashOfTerm(absl::StrCat(i)))),
                         .entry = {}};
    pending.entry.sequence = i;
    pending.entry.valid_from = absl::FromUnixSeconds(1'770'000'000);
    pending.entry.calls = PackStrings({"a-call-of-last-week"});
    for (int term = 0; term < 10; ++term) {
      pending.entry.terms.push_back({.term = HashOfTerm(absl::StrCat(term)), .count = 1});
    }
    entries.push_back(std::move(pending));
  }
  const std::vector<std::string> packs = MakePacks(entries, 100000);
  ASSERT_EQ(packs.size(), 1u);
  EXPECT_LT(packs[0].size() / entries.size(), 60u);
  EXPECT_GT(EncodeEntry(entries[0].entry).size(), 150u);
}

TEST(EntryPacksTest, TheNewestEntryOfAFactIsTheOneThatCounts) {
  RandomEntries random(1);
  std::vector<PendingEntry> entries = {random.Next(), random.Next()};
  const std::string old_pack = MakePacks(entries, 100000)[0];
  entries[0].entry.text += 1;
  const std::string new_pack = MakePacks({entries[0]}, 100000)[0];
  Collected collected;
  std::vector<RowPlace> unread;
  ASSERT_TRUE(VisitPacks({{.version = 4, .part = 9, .entries = old_pack},
                          {.version = 5, .part = 0, .entries = new_pack}},
                         collected, &unread));
  EXPECT_EQ(collected.entries,
            (std::map<std::string, std::string>{{entries[0].id, Whole(entries[0].entry)},
                                                {entries[1].id, Whole(entries[1].entry)}}));
}

// A pack as the release before wrote it.
std::string OldPack(absl::string_view id, int64_t place, const std::string& entry) {
  std::string pack;
  AppendPlace(place, &pack);
  for (const absl::string_view bytes : {id, absl::string_view(entry)}) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      pack.push_back(static_cast<char>(bytes.size() >> shift & 0xFF));
    }
    absl::StrAppend(&pack, bytes);
  }
  return pack;
}

TEST(EntryPacksTest, PacksOfTheReleaseBeforeAreReadBesideNewOnes) {
  RandomEntries random(2);
  const PendingEntry replaced = random.Next();
  const PendingEntry kept = random.Next();
  const std::string old_pack = OldPack(replaced.id, 77, EncodeEntry(random.Next().entry)) +
                               OldPack(kept.id, kept.entry.place, EncodeEntry(kept.entry)) +
                               OldPack("later", 1 << 20, "\x01");
  const std::string new_pack = MakePacks({replaced}, 100000)[0];
  Collected collected;
  std::vector<RowPlace> unread;
  ASSERT_TRUE(VisitPacks({{.version = 1, .entries = old_pack}, {.version = 2, .entries = new_pack}},
                         collected, &unread));
  EXPECT_EQ(collected.entries,
            (std::map<std::string, std::string>{{replaced.id, Whole(replaced.entry)},
                                                {kept.id, Whole(kept.entry)}}));
  ASSERT_EQ(unread.size(), 1u) << "its entry is of another format";
  EXPECT_EQ(unread[0].id, "later");
  EXPECT_EQ(unread[0].place, 1 << 20);
}

TEST(EntryPacksTest, OfEntriesOfAnotherReleaseIdsAndPlacesAreRead) {
  RandomEntries random(3);
  const PendingEntry pending = random.Next();
  std::string pack = MakePacks({pending}, 100000)[0];
  constexpr size_t kEntryFormatAt = 11;
  pack[kEntryFormatAt] = static_cast<char>(kEntryFormat + 1);
  Collected collected;
  std::vector<RowPlace> unread;
  ASSERT_TRUE(VisitPacks({{.entries = pack}}, collected, &unread));
  EXPECT_THAT(collected.entries, IsEmpty());
  ASSERT_EQ(unread.size(), 1u);
  EXPECT_EQ(unread[0].id, pending.id);
  EXPECT_EQ(unread[0].place, pending.entry.place);
}

TEST(EntryPacksTest, ADamagedPackIsNotTakenForOne) {
  RandomEntries random(4);
  const std::vector<PendingEntry> entries = {random.Next(), random.Next(), random.Next()};
  const std::string pack = MakePacks(entries, 100000)[0];
  std::vector<RowPlace> unread;
  for (size_t size = 1; size < pack.size(); ++size) {
    Collected collected;
    EXPECT_FALSE(
        VisitPacks({{.entries = absl::string_view(pack).substr(0, size)}}, collected, &unread))
        << size;
  }
  // Other bytes may make another pack, but nothing that reaches outside it.
  for (size_t at = 0; at < pack.size(); ++at) {
    std::string damaged = pack;
    damaged[at] = static_cast<char>(random.Below(256));
    ReadBlock read;
    if (!ReadPack(damaged, &read)) continue;
    for (const EntryBlock::Row& row : read.block.rows) EntryOf(read.block, row);
  }
}

}  // namespace
}  // namespace throughline::memory::store
