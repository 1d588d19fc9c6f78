#include "common/grounding/language.h"

#include <gmock/gmock.h>

#include <utility>

namespace throughline::grounding {
namespace {

using ::testing::HasSubstr;

CallContext CallOf(const std::string& sentence) {
  CallContext call;
  for (int32_t i = 0; i < 12; ++i) call.transcript.turns.push_back({.index = i, .text = sentence});
  return call;
}

TEST(LanguageTest, EnglishIsToldByItsCommonestWords) {
  EXPECT_TRUE(ReadsAsEnglish("You have the paper and we are waiting for your answer."));
  EXPECT_FALSE(ReadsAsEnglish("Ich will das Angebot noch heute, und ich will es schriftlich."));
}

TEST(LanguageTest, OthersAreNamed) {
  const std::pair<const char*, const char*> said[] = {
      {"German",
       "Ich kann nicht zustimmen, solange der Vertrag nicht auf dem Tisch liegt, und das "
       "ist auch für die Kollegen so."},
      {"French",
       "Nous ne pouvons pas signer avant que le service juridique ait vu les clauses, et "
       "c'est pour vous dans une semaine."},
      {"Spanish",
       "No podemos firmar hasta que el departamento legal vea las cláusulas, pero para "
       "nosotros está bien con los plazos."},
      {"Portuguese",
       "Não podemos assinar sem que o jurídico veja isso, mas o prazo está bom para "
       "nós e você sabe que a equipa não está parada."},
      {"Italian",
       "Non possiamo firmare, il legale non ha visto la bozza, ma è una cosa che per noi "
       "si chiude anche questa settimana."},
      {"Dutch",
       "Wij tekenen niet voor de jurist het heeft gezien, maar dat is ook een kwestie van "
       "een week, zijn baas wil het met ons."},
      {"Polish",
       "Nie podpiszemy, bo to jest w dziale prawnym, ale mamy się spotkać i już po "
       "tygodniu będzie tak jak chcemy."},
      {"Russian",
       "Мы не подпишем, пока юристы не посмотрят договор, но у нас это на следующей "
       "неделе, и я скажу вам, как да."},
      {"Japanese", "契約書を法務が確認するまで署名できません。来週またご連絡します。"},
      {"Korean", "법무팀이 계약서를 검토하기 전에는 서명할 수 없습니다."},
      {"", "Lorem ipsum dolor sit amet consectetur adipiscing elit."}};
  for (const auto& [language, words] : said) EXPECT_EQ(LanguageOf(words), language) << words;
}

TEST(LanguageTest, ACallInAnotherLanguageIsSaidToBeUnread) {
  const CallContext german = CallOf("Das ist der Preis, und wir sind nicht die, die das zahlen.");
  EXPECT_TRUE(IsForeign(german));
  EXPECT_THAT(WhyUnread(german, "analyses"), HasSubstr("the call is in German, not in English"));
  const CallContext unknown = CallOf("Lorem ipsum dolor sit amet consectetur adipiscing elit sed.");
  EXPECT_TRUE(IsForeign(unknown));
  EXPECT_THAT(WhyUnread(unknown, "analyses"), HasSubstr("the call is not in English"));
  EXPECT_FALSE(IsForeign(CallOf("That is the price and we are not the ones that pay for it.")));
  CallContext short_one = german;
  short_one.transcript.turns.resize(2);
  EXPECT_FALSE(IsForeign(short_one)) << "so few words tell nothing";
}

}  // namespace
}  // namespace throughline::grounding
