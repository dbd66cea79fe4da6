// What `grantd explain` is told and says: cuts, differences, words, the book of walks.
#include "grantd/server/explain_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include "grantd/base/encoding.h"
#include "grantd/server/explain_http.h"
#include "grantd/server/request_id.h"
#include "grantd/server/walk_book.h"
#include "grantd/server/walk_rules.h"
#include "grantd/server/without_credentials.h"

namespace grantd::server {
namespace {

TEST(WithoutCredentials, what_looks_like_one_is_cut_and_the_rest_stays) {
  const std::pair<std::string, std::string> kRows[] = {
      {"no client has this client_id: shop", "no client has this client_id: shop"},
      {"gac_0123456789012345678901234567890", "gac_..."},
      {"x gcs_0123456789012345678901234567890 y", "x gcs_... y"},
      {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln", "eyJh..."},
      {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "dBjf..."},
      {"https://ada:pass@app.example/cb?a=b", "https://...@app.example/cb?a=b"},
      {"https://app.example/a@b", "https://app.example/a@b"},
      {"https://app.example/cb\nhttps://b:c@app.example",
       "https://app.example/cb\nhttps://...@app.example"},
      {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
       "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
      {"0192f5c4-8a43-7c1e-9a3f-5d2b7f0a1c11", "0192f5c4-8a43-7c1e-9a3f-5d2b7f0a1c11"},
      {"Xq_bTfKzWvRyLmPsHdGcJnA", "Xq_b..."},  // 16 bytes and more, without a digit
      {"1d0a5c9e8f7b6a543210", "1d0a5c9e8f7b6a543210"},
      {"CallbackOfTheReportingModule", "CallbackOfTheReportingModule"},
      {"prefix-gac_0123456789012345678901234567890", "prefix-gac_..."},
      {"", ""},
  };
  for (const auto& [text, cut] : kRows) EXPECT_EQ(without_credentials(text), cut) << text;
}

TEST(Difference, the_mark_stands_below_the_first_character_that_differs) {
  struct Row {
    std::string expected, found;
    std::size_t at;
    std::string expected_word, found_word;
  };
  const Row kRows[] = {
      {"https://app.example/cb", "https://app.example/cb/", 22, "the end", "a slash"},
      {"https://app.example/cb", "http://app.example/cb", 4, "\"s\"", "\":\""},
      {"read write", "read,write", 4, "a blank", "\",\""},
      {"https://app.example", "https://аpp.example", 8, "\"a\"", "\"\\u{0430}\""},  // Cyrillic
      {"ab", "", 0, "\"a\"", "the end"},
  };
  for (const Row& row : kRows) {
    const Difference differs = difference_of(row.expected, row.found);
    EXPECT_EQ(differs.at, row.at) << row.found;
    EXPECT_EQ(differs.expected_word, row.expected_word) << row.found;
    EXPECT_EQ(differs.found_word, row.found_word) << row.found;
    EXPECT_TRUE(is_ascii_printable(differs.found)) << differs.found;
  }
  EXPECT_TRUE(difference_of("shop", "Shop").near);
  EXPECT_FALSE(difference_of("POST", "GET").near);
  EXPECT_FALSE(difference_of("S256", "plain").near);
  // Columns, not characters, where something before it was spelled out.
  const Difference differs = difference_of("äb", "äc");
  EXPECT_EQ(differs.character, 2U);
  EXPECT_EQ(differs.at, std::string("\\u{00e4}").size());
}

TEST(Beyond, of_a_set_the_words_that_are_not_in_it_count) {
  const std::vector<Beyond> words = beyond("notes.read notes.write openid", "openid notes:read x");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].word, "notes:read");
  EXPECT_EQ(words[0].nearest, "notes.read");
  EXPECT_EQ(words[1].nearest, "");
  EXPECT_TRUE(beyond("generation 3", "generation 2").empty());
  EXPECT_TRUE(beyond("before 2026-01-01", "2026-01-02").empty());
  EXPECT_TRUE(beyond("read", "write").empty());
}

TEST(RequestId, is_read_as_people_say_it) {
  EXPECT_EQ(read_request_id("7q4k-m2xd"), "7Q4K-M2XD");
  EXPECT_EQ(read_request_id("7q4km2xd"), "7Q4K-M2XD");
  EXPECT_EQ(read_request_id("oil0-0000"), "0110-0000");
  for (const std::string_view bad : {"", "7Q4K", "7Q4K-M2XDA", "7Q4K-M2X!", "UUUU-UUUU"}) {
    EXPECT_FALSE(read_request_id(bad)) << bad;
  }
}

http::Request form_request(std::string body) {
  http::Request request;
  request.method = "POST";
  request.path = "/token";
  request.fields.add("content-type", "application/x-www-form-urlencoded");
  request.body = std::move(body);
  return request;
}

const SentItem* item(const std::vector<SentItem>& items, std::string_view name) {
  const auto at = std::ranges::find(items, name, &SentItem::name);
  return at == items.end() ? nullptr : &*at;
}

TEST(Sent, has_names_and_harmless_values_and_no_secret) {
  http::Request request = form_request(
      "grant_type=authorization_code&code=hunter2-code&client_secret=hunter2&"
      "redirect_uri=https%3A%2F%2Fapp.example%2Fcb&redirect_url=x&hunter2=1&scope=a\n=b&state");
  request.query = "client_id=web&password=hunter2";
  request.fields.add("authorization", "Basic aHVudGVyMg==");
  request.fields.add("cookie", "grantd-session=hunter2; __Host-grantd-browser=hunter2");
  const std::string noted = note_sent(request);
  EXPECT_EQ(noted.find("aHVudGVyMg"), std::string::npos);
  const std::vector<SentItem> items = read_sent(noted);
  for (const SentItem& each : items) {
    EXPECT_EQ(each.name.find("hunter2"), std::string::npos);
    EXPECT_EQ(each.value.find("hunter2"), std::string::npos);
  }
  EXPECT_EQ(item(items, "redirect_uri")->value, "https://app.example/cb");
  EXPECT_EQ(item(items, "client_id")->place, SentItem::Place::query);
  EXPECT_EQ(item(items, "code")->bytes, 12);
  EXPECT_FALSE(item(items, "code")->shown);
  EXPECT_EQ(item(items, "redirect_url")->meant, "redirect_uri");
  EXPECT_EQ(item(items, "Authorization")->value, "Basic");
  EXPECT_TRUE(item(items, "session") && item(items, "browser") && !item(items, "device"));
  EXPECT_FALSE(item(items, "scope")->shown);  // a line end is no part of a scope
}

TEST(Sent, is_bounded_whatever_comes) {
  std::string body;
  for (int i = 0; i < 5000; ++i) body += "scope=" + std::string(400, 'a') + "&";
  http::Request request = form_request(body);
  request.query = body;
  request.fields.add("authorization", "Bearer " + std::string(9000, 'a'));
  request.fields.add("cookie", "grantd-session=a; grantd-browser=a; grantd-device=a");
  const std::string noted = note_sent(request);
  EXPECT_LT(noted.size(), 6000U);
  EXPECT_TRUE(noted.ends_with("\ncdevice:0\n"));
  for (const std::string_view odd : {"=", "&&&", "=&=", "%", "a=%zz", "scope=%", "\n\n=\n"}) {
    read_sent(note_sent(form_request(std::string(odd))));
  }
}

WalkTrace trace(std::string id, bool refused, Time when = {}) {
  WalkTrace out;
  out.request_id = std::move(id);
  out.endpoint = "token";
  out.method = "POST";
  out.path = "/token";
  out.when = when;
  out.status = refused ? 400 : 200;
  if (refused) out.error = oauth::ErrorCode::invalid_grant;
  return out;
}

TEST(WalkBook, what_went_well_does_not_push_out_what_was_refused) {
  WalkBook book(3);
  book.keep(trace("AAAA-AAAA", true));
  for (int i = 0; i < 100; ++i) book.keep(trace("BBBB-" + std::to_string(1000 + i), false));
  EXPECT_TRUE(book.find("AAAA-AAAA"));
  EXPECT_TRUE(book.find("BBBB-1099"));
  EXPECT_FALSE(book.find("BBBB-1000"));
  EXPECT_EQ(book.last(100, false).size(), 4U);
  EXPECT_EQ(book.last(100, true).size(), 1U);
}

TEST(WalkBook, lists_the_newest_first) {
  WalkBook book(10);
  for (int i = 0; i < 5; ++i) {
    book.keep(trace("AAAA-000" + std::to_string(i), true, from_seconds(i)));
  }
  const std::vector<WalkRecord> last = book.last(2, false);
  ASSERT_EQ(last.size(), 2U);
  EXPECT_EQ(last[0].request_id, "AAAA-0004");
  EXPECT_EQ(last[1].request_id, "AAAA-0003");
}

TEST(WalkBook, keeps_no_more_bytes_than_it_may) {
  WalkBook book(100);
  for (int i = 0; i < 300; ++i) {
    core::Decision decision{.outcome = core::SendNothing{}};
    for (int k = 0; k < 40; ++k) {
      const std::string huge(100'000, 'a');
      decision.reasons.push_back({.rule = "x",
                                  .citation = {},
                                  .text = huge,
                                  .expected = huge,
                                  .found = huge,
                                  .repair = {}});
    }
    WalkTrace walk = trace("AAAA-" + std::to_string(1000 + i), true);
    walk.note_decision(std::move(decision));
    EXPECT_LT(walk.bytes(), 120'000U);
    book.keep(std::move(walk));
  }
  std::size_t count = book.last(1000, true).size();
  EXPECT_GE(count, 1U);
  EXPECT_LE(count, 100 * WalkBook::kBytesEach / 90'000 + 1);
}

TEST(WalkBook, of_none_keeps_none) {
  WalkBook book(0);
  EXPECT_FALSE(book.keeps());
  book.keep(trace("AAAA-AAAA", true));
  EXPECT_FALSE(book.find("AAAA-AAAA"));
  EXPECT_TRUE(book.last(10, false).empty());
}

TEST(WalkBook, threads_write_while_one_reads) {
  WalkBook book(1000);
  std::vector<std::jthread> writers;
  for (int t = 0; t < 3; ++t) {
    writers.emplace_back([&book, t] {
      for (int i = 0; i < 300; ++i) {
        book.keep(trace(std::to_string(t) + "AAA-" + std::to_string(1000 + i), i % 2 == 0));
      }
    });
  }
  for (int i = 0; i < 50; ++i) book.last(1000, false);
  writers.clear();
  EXPECT_EQ(book.last(1000, false).size(), 900U);
}

WalkRecord refused_walk() {
  WalkTrace walk = trace("7Q4K-M2XD", true, from_seconds(1'767'268'800));
  walk.endpoint = "authorize";
  walk.method = "GET";
  walk.path = "/authorize";
  walk.sent = "qclient_id=web\nqstate:20\nqredirect_url?7\nq?12\n";
  walk.rounds = 1;
  core::Decision decision{.outcome = core::SendNothing{}};
  decision.client = "web";
  decision.reasons.push_back({.rule = "authorize/return_address",
                              .citation = "RFC 9700 §2.1",
                              .text = "redirect_uri is none of the registered ones",
                              .expected = "https://app.example/cb",
                              .found = "https://app.example/cb/",
                              .repair = {"send a registered one", "grantd client update web"}});
  walk.note_decision(std::move(decision));
  walk.error = oauth::ErrorCode::invalid_request;
  return record_of(walk);
}

TEST(ExplainText, marks_the_character_that_differs_in_its_column) {
  const std::string text = explain_text(refused_walk());
  const std::size_t found = text.find("  found     https://app.example/cb/\n");
  ASSERT_NE(found, std::string::npos) << text;
  const std::size_t mark = text.find('\n', found) + 1;
  EXPECT_EQ(text.substr(mark, text.find('\n', mark) - mark), std::string(12 + 22, ' ') + "^");
}

TEST(ExplainText, fits_into_eighty_columns_and_is_printable) {
  WalkRecord walk = refused_walk();
  walk.reasons.back().text = std::string(300, 'x') + " " + std::string(50, 'y');
  walk.reasons.back().expected = "https://app.example/" + std::string(400, 'a');
  walk.reasons.back().found = "https://app.example/" + std::string(300, 'a') + "b";
  walk.client = std::string(200, 'c');
  for (const std::string& text : {explain_text(walk), walks_text({walk, walk})}) {
    for (const std::string_view line : split(text, '\n')) {
      EXPECT_LE(line.size(), 80U + 8) << line;  // § has two bytes
      EXPECT_EQ(printable(line), line);
    }
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
  }
  // The mark is still in sight.
  EXPECT_NE(explain_text(walk).find('^'), std::string::npos);
}

TEST(ExplainText, has_colour_only_where_it_is_asked_for) {
  EXPECT_NE(explain_text(refused_walk(), {.colour = true}).find("\x1b["), std::string::npos);
  EXPECT_EQ(explain_text(refused_walk(), {.colour = false}).find("\x1b["), std::string::npos);
}

TEST(WalkRecord, comes_back_from_its_document) {
  const WalkRecord walk = refused_walk();
  const Json json = to_json(walk);
  const auto read = read_walk_record(Json::parse(json.dump()).value());
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(to_json(*read), json);
  EXPECT_EQ(explain_text(*read), explain_text(walk));
  EXPECT_FALSE(read_walk_record(Json::array()));
}

TEST(WalkRecord, tells_what_was_passed_before_the_rule_that_decided) {
  const WalkRecord walk = refused_walk();
  const WalkStep& decide = walk.steps[2];
  EXPECT_EQ(decide.state, WalkStep::State::decided);
  const auto names = [&](std::string_view rule) {
    return std::ranges::any_of(decide.what, [&](const std::string& line) {
      return line.find("(" + std::string(rule) + ")") != std::string::npos;
    });
  };
  EXPECT_TRUE(names("authorize/read"));
  EXPECT_FALSE(names("authorize/return_address"));  // it decided
  EXPECT_FALSE(names("authorize/check_request"));   // never asked
}

// What core/ names as a rule can be put into its place.
TEST(WalkRules, know_each_rule_of_the_core) {
  const std::regex rule("(?:[rR]ule = |\\.in\\()\"([a-z_]+(?:/[a-z_]+)?)\"");
  int found = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(GRANTD_SOURCE_DIR "/grantd/core")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path());
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    for (std::sregex_iterator at(text.begin(), text.end(), rule), end; at != end; ++at) {
      ++found;
      EXPECT_TRUE(is_known_rule((*at)[1].str())) << entry.path() << ": " << (*at)[1];
    }
  }
  EXPECT_GT(found, 20);
}

http::Request management(std::string path, std::string query = {}) {
  http::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.query = std::move(query);
  request.peer_address = "127.0.0.1";
  request.fields.add("host", "127.0.0.1:8081");
  return request;
}

TEST(ExplainReply, answers_by_number_and_lists) {
  WalkBook book(10);
  book.keep(trace("7Q4K-M2XD", true));
  book.keep(trace("7Q4K-M2XE", false));
  const auto one = explain_reply(management("/explain/7q4km2xd"), book);
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(*Json::parse(one.body)->find_string("request"), "7Q4K-M2XD");
  EXPECT_EQ(explain_reply(management("/explain/0000-0000"), book).status, 404);
  EXPECT_EQ(explain_reply(management("/explain/nothing"), book).status, 400);
  EXPECT_EQ(Json::parse(explain_reply(management("/explain"), book).body)->as_array()->size(), 2U);
  const auto last = explain_reply(management("/explain", "last=5&refused"), book);
  EXPECT_EQ(Json::parse(last.body)->as_array()->size(), 1U);
  for (const std::string query : {"last=0", "last=x", "last=1001", "last=-1", "last=%zz"}) {
    EXPECT_EQ(explain_reply(management("/explain", query), book).status, 400) << query;
  }
  http::Request post = management("/explain");
  post.method = "POST";
  EXPECT_EQ(explain_reply(post, book).status, 405);
}

// Another computer, and another site's page in a browser here (DNS rebinding), learn nothing.
TEST(ExplainReply, is_for_this_computer_alone) {
  const WalkBook book(10);
  for (const std::string peer : {"192.0.2.7", "10.0.0.1", "", "1270.0.0.1", "::ffff:192.0.2.7"}) {
    http::Request request = management("/explain");
    request.peer_address = peer;
    EXPECT_EQ(explain_reply(request, book).status, 403) << peer;
  }
  for (const std::string host :
       {"evil.example", "127.0.0.1.evil.example:8081", "localhost.evil.example", ""}) {
    http::Request request = management("/explain");
    request.fields.set("host", host);
    EXPECT_EQ(explain_reply(request, book).status, 403) << host;
  }
  for (const std::string host : {"localhost:8081", "127.0.0.1", "[::1]:8081"}) {
    http::Request request = management("/explain");
    request.peer_address = "::1";
    request.fields.set("host", host);
    EXPECT_EQ(explain_reply(request, book).status, 200) << host;
  }
}

}  // namespace
}  // namespace grantd::server
