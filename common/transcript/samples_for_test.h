#ifndef THROUGHLINE_COMMON_TRANSCRIPT_SAMPLES_FOR_TEST_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_SAMPLES_FOR_TEST_H_

#include "absl/strings/string_view.h"

namespace throughline::transcript::samples {

// One invented call in each format.

inline constexpr absl::string_view kPlain =
    R"(Call: Brightkiln for Osprey Dairy - kickoff
Date: March 3, 2026
Attendees: Nadia Volkov (Operations Director, Osprey Dairy); Tom Akers (Plant Controller, Osprey Dairy, invited); Wes Lindqvist (Account Executive, Brightkiln)

Wes Lindqvist: Morning Nadia. Is Tom coming?

Nadia Volkov: He's not. Two things, then.
Note: the second one is about money.
We start at 10:30 sharp on the line, so let's be quick.

Wes Lindqvist: Go ahead.

Nadia Volkov: The quote is above what I can sign.
)";

inline constexpr absl::string_view kBracketed =
    R"(# Lanternfield and Corvid Press
# 2026-02-11

[00:00:03] Mei Tanaka (Sales Engineer, Lanternfield): Can you see my screen?
[00:00:09] Oscar Bright (Production Manager): Yes. Question: who owns the data?
[00:01:02] Mei Tanaka (Sales Engineer, Lanternfield): You do.
)";

inline constexpr absl::string_view kZoom = R"(WEBVTT

1
00:00:01.000 --> 00:00:03.000
Priya Raman: So the pilot ended,

2
00:00:03.000 --> 00:00:05.500
Priya Raman: and we liked it.

3
00:00:06.000 --> 00:00:07.000
Glen Foster: Good to hear &amp; thanks.
)";

inline constexpr absl::string_view kTeams = R"(WEBVTT

6f9c/12-0
00:00:03.120 --> 00:00:05.000
<v Rivera, Ana>We need legal to look</v>

6f9c/12-1
00:00:05.000 --> 00:00:06.000
<v Rivera, Ana>at clause nine.</v>

6f9c/13-0
00:00:06.500 --> 00:00:08.000
<v Boyd, Kit (Guest)>Which clause?</v>
)";

inline constexpr absl::string_view kSrt =
    "1\r\n00:00:02,480 --> 00:00:06,110\r\nIda Holm: I'm Ida Holm, from Tidewater.\r\n\r\n"
    "2\r\n00:00:06,110 --> 00:00:08,000\r\nHow many sites do you have?\r\n\r\n"
    "3\r\n00:00:08,200 --> 00:00:10,000\r\nRex Okafor: Nine. I'm head of facilities.\r\n";

inline constexpr absl::string_view kOtter = R"(Quarterly check-in
Fri, Jan 16, 2026 10:00AM

SPEAKERS
Lena Fuchs, Abe Stern

Lena Fuchs  0:03
We meet again. It starts at
10:30 for you, right?

Abe Stern  0:12
Right.

Unknown Speaker  0:15
Hello?

Transcribed by https://otter.ai
)";

inline constexpr absl::string_view kMeet =
    "\xF0\x9F\x93\x96 Transcript\n\n00:00:00\n\nFinn Doyle: so the price you\nSoo Park: yeah\n"
    "Finn Doyle: gave us is fine\nSoo Park: Great.\n\n00:05:00\n\nFinn Doyle: Bye.\n\n"
    "Transcription ended after 00:05:30\n\nThis editable transcript was computer generated and "
    "might contain errors.\n";

inline constexpr absl::string_view kGong = R"({
 "callTranscripts": [{"callId": "7", "transcript": [
  {"speakerId": "11", "topic": "Intro", "sentences": [
    {"start": 1000, "end": 2500, "text": "Hello Petra."},
    {"start": 2500, "end": 4000, "text": "How is audit season?"}]},
  {"speakerId": "22", "sentences": [{"start": 4200, "end": 6000, "text": "Long."}]},
  {"speakerId": "33", "sentences": [{"start": 6200, "end": 7000, "text": "Very."}]}]}],
 "callData": {"metaData": {"title": "Quillmark review", "started": "2026-01-09T15:00:00Z"},
  "parties": [
   {"speakerId": "11", "name": "Joel Marsh", "title": "AE", "emailAddress": "joel@quillmark.example",
    "affiliation": "Internal"},
   {"speakerId": "22", "name": "Petra Novak", "title": "Head of Audit",
    "emailAddress": "petra@baymont.example", "affiliation": "External"},
   {"name": "Ivo Kral", "emailAddress": "ivo@baymont.example", "affiliation": "External"}]}})";

inline constexpr absl::string_view kFireflies = R"({"data": {"transcript": {
  "title": "Stratus and Fernhill Clinic", "date": 1767225600000,
  "organizer_email": "max.ode@stratus.example",
  "participants": ["max.ode@stratus.example", "rlowe@fernhill.example", "hgrant@fernhill.example"],
  "meeting_attendees": [{"displayName": null, "email": "rlowe@fernhill.example", "name": null}],
  "speakers": [{"id": 0, "name": "Max Ode"}, {"id": 1, "name": "Rita Lowe"}],
  "sentences": [
   {"index": 0, "speaker_id": 0, "speaker_name": "Max Ode", "text": "Hi Rita.",
    "start_time": 0.5, "end_time": 1.2},
   {"index": 1, "speaker_id": 1, "speaker_name": null, "text": "Hi. Helen Grant decides this.",
    "start_time": 1.4, "end_time": 3.0}]}}})";

inline constexpr absl::string_view kGrain = R"({"title": "Demo", "start_datetime": "2026-04-02",
 "transcript": [
  {"speaker": "Ugo Bassi", "participant_id": "a", "start": 500, "end": 2500, "text": "Shall we?"},
  {"speaker": "Kay Lunn", "participant_id": "b", "start": 200000, "end": 230000, "text": "Yes."}]})";

inline constexpr absl::string_view kGranola = R"(Meeting Title: Harbor intro
Date: Dec 16
Meeting participants: Zoe Adler, Hugo Brandt
Transcript:
Them: We run on spreadsheets.
Me: How many people touch them?
Them: Forty.
)";

inline constexpr absl::string_view kWhisper = R"({"text": " Hello there. We should talk price.",
 "segments": [{"id": 0, "start": 0.0, "end": 1.5, "text": " Hello there."},
  {"id": 1, "start": 1.6, "end": 2.5, "text": " We should"},
  {"id": 2, "start": 2.5, "end": 3.5, "text": " talk price."}], "language": "en"})";

inline constexpr absl::string_view kChat = R"([
 {"role": "system", "content": "You are helpful."},
 {"role": "user", "content": "Our budget is frozen."},
 {"role": "assistant", "content": [{"type": "text", "text": "Until when?"}]}])";

inline constexpr absl::string_view kProse =
    "They talked about the rollout for a while.\nIt went well.\n\nThen the budget came up.\n";

inline constexpr absl::string_view kAll[] = {kPlain,   kBracketed, kZoom, kTeams,     kSrt,
                                             kOtter,   kMeet,      kGong, kFireflies, kGrain,
                                             kGranola, kWhisper,   kChat, kProse};

}  // namespace throughline::transcript::samples

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_SAMPLES_FOR_TEST_H_
