#include "services/gateway/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"
#include "services/gateway/problem.h"
#include "services/gateway/transcoding.h"
#include "throughline/memory/v1/memory_service.pb.h"

namespace throughline::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

RouteTable Table() {
  RouteTable table;
  for (const auto& [method, pattern] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/v1/jobs/{job_id}"},
                                                        {"GET", "/v1/jobs/all"},
                                                        {"DELETE", "/v1/jobs/{job_id}"},
                                                        {"GET", "/{path...}"}}) {
    table.Add(Route{.method = method, .pattern = pattern});
  }
  return table;
}

TEST(RouteTableTest, APathBindsItsPartsAndTheClosestPatternWins) {
  const RouteTable table = Table();
  ASSERT_OK_AND_ASSIGN(const auto one, table.Find("GET", "/v1/jobs/a%2Fb"));
  ASSERT_NE(one.route, nullptr);
  EXPECT_THAT(one.path, ElementsAre(Pair("job_id", "a/b")));
  ASSERT_OK_AND_ASSIGN(const auto all, table.Find("HEAD", "/v1/jobs/all"));
  EXPECT_EQ(all.route->pattern, "/v1/jobs/all");
  ASSERT_OK_AND_ASSIGN(const auto rest, table.Find("GET", "/customers/x"));
  EXPECT_THAT(rest.path, ElementsAre(Pair("path", "customers/x")));
}

TEST(RouteTableTest, APathWithoutNamesIsFoundAsItIsWritten) {
  const RouteTable table = Table();
  ASSERT_NE(table.FindFixed("GET", "/v1/jobs/all"), nullptr);
  EXPECT_EQ(table.FindFixed("GET", "/v1/jobs/all")->pattern, "/v1/jobs/all");
  EXPECT_EQ(table.FindFixed("DELETE", "/v1/jobs/all"), nullptr);
  EXPECT_EQ(table.FindFixed("GET", "/v1/jobs/{job_id}"), nullptr) << "no path is a pattern";
}

TEST(RouteTableTest, AMethodThatIsNotThereIsToldFromAPathThatIsNot) {
  const RouteTable table = Table();
  ASSERT_OK_AND_ASSIGN(const auto wrong_method, table.Find("PUT", "/v1/jobs/x"));
  EXPECT_EQ(wrong_method.route, nullptr);
  EXPECT_THAT(wrong_method.allowed, UnorderedElementsAre("GET", "DELETE"));
  ASSERT_OK_AND_ASSIGN(const auto nowhere, table.Find("GET", "/v1/nothing"));
  EXPECT_EQ(nowhere.route, nullptr) << "the console is for people";
  EXPECT_THAT(nowhere.allowed, IsEmpty());
  EXPECT_THAT(table.Find("GET", "/v1/jobs/%zz").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("job_id")));
}

TEST(TranscodingTest, JsonAndQueriesFillAMessageAndErrorsNameTheField) {
  throughline::memory::v1::RecallRequest request;
  ASSERT_OK(FromJson(R"({"query": "q", "maxTokens": 5, "filter": {"call_id": "c"}})", request));
  EXPECT_EQ(request.max_tokens(), 5);
  EXPECT_EQ(request.filter().call_id(), "c");
  throughline::memory::v1::ListFactsRequest list;
  ASSERT_OK(FromFields({{"pageSize", "7"},
                        {"filter.includeClosed", "true"},
                        {"filter.asOf", "2026-03-01T00:00:00Z"},
                        {"filter.tagsMatch", "TAGS_MATCH_ALL"}},
                       list));
  EXPECT_EQ(list.page_size(), 7);
  EXPECT_TRUE(list.filter().include_closed());
  EXPECT_EQ(list.filter().tags_match(), throughline::memory::v1::TAGS_MATCH_ALL);
  EXPECT_THAT(FromJson(R"({"colour": 1})", request).message(), HasSubstr("colour"));
  EXPECT_THAT(FromJson(R"({"filter": {"colour": 1}})", request).message(),
              HasSubstr("filter.colour"));
  EXPECT_THAT(FromJson(R"({"limit": "many"})", request).message(), HasSubstr("limit"));
  EXPECT_THAT(FromJson("[1", request).message(), HasSubstr("body"));
  EXPECT_FALSE(FromFields({{"filter", "x"}, {"filter.callId", "y"}}, list).ok());
}

TEST(ProblemTest, InternalErrorsKeepTheirWordsToThemselves) {
  const HttpResponse inside = Problem(absl::InternalError("disk /var/x"), "r1");
  EXPECT_EQ(inside.status, 500);
  EXPECT_THAT(inside.body, testing::Not(HasSubstr("/var/x")));
  EXPECT_THAT(inside.body, HasSubstr("r1"));
  EXPECT_EQ(Problem(absl::AlreadyExistsError("x"), "").status, 409);
  EXPECT_EQ(Problem(absl::NotFoundError("x"), "").status, 404);
}

}  // namespace
}  // namespace throughline::gateway
