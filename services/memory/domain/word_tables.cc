#include "services/memory/domain/word_tables.h"

#include "absl/strings/str_split.h"

namespace throughline::memory {
namespace {

using WordMap = absl::flat_hash_map<absl::string_view, absl::string_view>;

// Reads "base form form, base form …".
WordMap FormsOf(absl::string_view table) {
  WordMap map;
  for (const absl::string_view entry : absl::StrSplit(table, ',')) {
    absl::string_view base;
    for (const absl::string_view word : absl::StrSplit(entry, ' ', absl::SkipEmpty())) {
      if (base.empty()) {
        base = word;
      } else {
        map.emplace(word, base);
      }
    }
  }
  return map;
}

constexpr absl::string_view kStopWords =
    "a an the this that these those some any each every all both either such same other another "
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his "
    "himself she her hers herself it its itself they them their theirs themselves one "
    "am is are was were be been being isn aren wasn weren do does did doing done didn doesn don "
    "have has had having hasn haven hadn will would shall should can could may might must ought "
    "won wouldn shouldn couldn cannot mightn mustn needn shan "
    "and or but nor so if then than because as until while although though "
    "of at by for with about against between into through during before after above below to "
    "from up down in out on off over under per via upon among within "
    "again further once here there when where why how what which who whom whose "
    "no not only own too very just also now more most few "
    "s t d m o y re ve ll ma ain";

constexpr absl::string_view kSenseWords =
    "before after until during while if because than against above below up down off out over "
    "under all some both most more few only must should could would may might";

constexpr absl::string_view kFillerWords =
    "already currently still really actually basically simply quite definitely certainly anyway";

constexpr absl::string_view kEssentialWords =
    "usd eur gbp jpy percent "
    "reject refus declin deni cancel delay postpon stop fail lose drop block paus halt end abandon "
    "withdraw miss lack avoid reduc cut lower rais increas grow shrink doubl tripl half quarter "
    "former ex previous prior past futur next last first second third old older new newer current "
    "other another differ same main backup spare rival "
    "almost near nearli about around approxim rough up least most maximum minimum max min averag "
    "hard hardli bare rare seldom sometim often usual alway never ever part partli partial "
    "possibl possibli potenti propos plan tentat expect hope want wish like unlik doubt mayb "
    "perhap probabl request offer ask consid test demo trial pilot draft mock sampl "
    "free paid unpaid public privat intern extern open close sign unsign "
    "monday tuesday wednesday thursday friday saturday sunday januari februari march april may "
    "june "
    "juli august septemb octob novemb decemb today tomorrow yesterday day week month year "
    "daili weekli monthli yearli annual quarterli spring summer autumn fall winter morn afternoon "
    "even noon tonight hour minut";

constexpr absl::string_view kReportingVerbs =
    "says said saying mentions mentioned confirms confirmed notes noted explains explained adds "
    "added states stated tells told reports reported";

constexpr absl::string_view kNumberWords =
    "2 two,3 three,4 four,5 five,6 six,7 seven,8 eight,9 nine,10 ten,11 eleven,12 twelve";

constexpr absl::string_view kIrregular =
    "go went gone goes,make made,take took taken,find found,feel felt,win won,give gave given,"
    "lose lost,see saw seen,meet met,think thought,hear heard,say said,bring brought,"
    "speak spoke spoken,come came,buy bought,pay paid,teach taught,keep kept,catch caught,"
    "break broke broken,write wrote written,spend spent,forget forgot forgotten,know knew known,"
    "hold held,choose chose chosen,tell told,send sent,run ran,understand understood,sit sat,"
    "draw drew drawn,build built,show shown,mean meant,become became,stand stood,"
    "get got gotten,have had,do did done,grow grew grown,begin began begun,eat ate eaten,"
    "drive drove driven,fly flew flown,ride rode ridden,sing sang sung,swim swam swum,sleep slept,"
    "sell sold,shoot shot,throw threw thrown,wear wore worn,wake woke woken,fall fell fallen,"
    "fight fought,hide hid hidden,lead led,lend lent,steal stole stolen,stick stuck,"
    "strike struck stricken,swear swore sworn,freeze froze frozen,deal dealt,dig dug,feed fed,"
    "hang hung,lay laid,blow blew blown,bend bent,rise rose risen,shake shook shaken,"
    "sink sank sunk,spring sprang sprung,tear tore torn,bind bound,seek sought,sweep swept,"
    "withdraw withdrew withdrawn,oversee oversaw overseen,undergo underwent undergone,"
    "arise arose arisen,bear bore borne,beat beaten,bite bit bitten,drink drank drunk,"
    "ring rang rung,shine shone,slide slid,weave wove woven,wind wound,leave left,"
    "child children,man men,woman women,person people,foot feet,tooth teeth,mouse mice,"
    "wife wives,life lives,knife knives,leaf leaves,shelf shelves,half halves,"
    "good better best,bad worse worst,easy easier easiest,happy happier happiest,"
    "criterion criteria,datum data,analysis analyses,index indices";

constexpr absl::string_view kNicknames =
    "abigail abby abbie,alexander alex alec sasha,alexandra alexa lexi,andrew andy drew,"
    "anthony tony,barbara barb,benjamin ben benny,catherine kate katie cathy cate,"
    "katherine kathy kat katharine,charles charlie chuck,christine chrissy,christopher chris,"
    "daniel dan danny,david dave davey,deborah debbie deb debra,dorothy dot dottie,edward ed eddie "
    "ted,elizabeth liz lizzie beth betty eliza,eugene gene,francis frank,frederick fred freddy,"
    "gabriel gabe,geoffrey geoff,gregory greg gregg,henry hank harry,isabella bella izzy,"
    "jacob jake,james jim jimmy jamie,jeffrey jeff,jennifer jen jenny,jessica jess jessie,"
    "john johnny jack,jonathan jon,joseph joe joey,joshua josh,kenneth ken kenny,"
    "kimberly kim,lawrence larry,leonard leo len,margaret maggie meg peggy,matthew matt,"
    "maximilian max,michael mike mick mikey,nathaniel nate,nathan nat,nicholas nick nicky,"
    "pamela pam,patricia pat patty trish,patrick paddy,peter pete,philip phil phillip,"
    "rachel rach,raymond ray,rebecca becky becca,richard rich rick dick ricky,"
    "robert bob bobby rob robbie,ronald ron ronnie,samuel sammy,samantha sam,sandra sandy,"
    "stephen steve steven,susan sue susie suzy,theodore theo,thomas tom tommy,timothy tim timmy,"
    "valerie val,victoria vicky tori,vincent vince vinny,walter walt,william will bill billy liam,"
    "zachary zach zack";

using WordSet = absl::flat_hash_set<absl::string_view>;

WordSet WordsOf(absl::string_view list) { return absl::StrSplit(list, ' ', absl::SkipEmpty()); }

}  // namespace

const WordSet& StopWords() {
  static const auto& words = *new WordSet(WordsOf(kStopWords));
  return words;
}

const WordSet& SenseWords() {
  static const auto& words = *new WordSet(WordsOf(kSenseWords));
  return words;
}

const WordSet& EssentialWords() {
  static const auto& words = *new WordSet(WordsOf(kEssentialWords));
  return words;
}

const WordSet& FillerWords() {
  static const auto& words = *new WordSet(WordsOf(kFillerWords));
  return words;
}

const WordSet& ReportingVerbs() {
  static const auto& words = *new WordSet(WordsOf(kReportingVerbs));
  return words;
}

const WordMap& NumberWords() {
  static const auto& words = *new WordMap(FormsOf(kNumberWords));
  return words;
}

const WordMap& IrregularForms() {
  static const auto& forms = *new WordMap(FormsOf(kIrregular));
  return forms;
}

const WordMap& Nicknames() {
  static const auto& names = *new WordMap(FormsOf(kNicknames));
  return names;
}

}  // namespace throughline::memory
