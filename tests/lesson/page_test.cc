// The page /learn: what becomes HTML and what never does, which addresses there are, and what the
// handler lets in.
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>

#include "apps/lesson/page.h"
#include "apps/lesson/page_acts.h"
#include "apps/lesson/page_frame.h"
#include "apps/lesson/page_value.h"
#include "apps/lesson/worker.h"
#include "web/embedded.h"

namespace grantd::lesson {
namespace {

constexpr std::string_view kAttack = "<script>alert('1')</script>\"&";

const Book& book() {
  static const Book kBook = load_book("en");
  return kBook;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string html_of(const Sight& sight, const Sheet& sheet) { return document(sight, sheet, {}); }

TEST(LessonHtml, words_and_what_came_over_a_wire_are_escaped) {
  Html out;
  out << "<p>" << shown(kAttack) << wire(kAttack) << wire("a\nb\x01\u202e") << "</p>";
  EXPECT_FALSE(has(out.str(), "<script"));
  EXPECT_FALSE(has(out.str(), "\""));
  EXPECT_FALSE(has(out.str(), "\n"));
  EXPECT_FALSE(has(out.str(), "\x01"));
  EXPECT_FALSE(has(out.str(), "\u202e"));
  EXPECT_TRUE(out.str().starts_with("<p>") && out.str().ends_with("</p>"));
}

TEST(LessonHtml, a_wire_value_has_an_end) {
  Html out;
  out << wire(std::string(100'000, 'x'));
  EXPECT_LT(out.str().size(), kWireMax + 10);
}

struct ChangedRow {
  std::string_view value, good, marked;
};

TEST(LessonHtml, of_a_changed_value_the_difference_is_marked) {
  for (const ChangedRow& row : {ChangedRow{"http://a/callback/", "http://a/callback", "/"},
                                {"abcdefgl", "abcdefgk", "l"},
                                {"Xbcdefgk", "abcdefgk", "X"},
                                {"another", "", "another"},
                                {"nonsense", "code", "nonsense"},
                                {"abc", "abcd", " "},
                                {"über-a", "über-ä", "a"}}) {
    const std::string html = changed_value(row.value, row.good).str();
    EXPECT_TRUE(has(html, "<mark>" + std::string(row.marked) + "</mark>")) << html;
  }
}

TEST(LessonHtml, where_two_texts_differ_whole_characters_are_marked) {
  EXPECT_EQ(differing("aüb", 2).str(), "<code>a<mark>ü</mark>b</code>");
  EXPECT_EQ(differing("ab", 2).str(), "<code>ab<mark> </mark></code>");
  EXPECT_EQ(differing("ab", std::string::npos).str(), "<code>ab</code>");
}

TEST(LessonPage, every_link_of_the_words_leads_to_a_place) {
  for (const std::string id : {"step-1", "step-12", "step-8/break-14", "exercise-E30", "move-12"}) {
    EXPECT_TRUE(place_at(book(), path_of(id), "")) << id;
  }
  for (const std::string path : {"/learned", "/learn/", "/learn/step-0", "/learn/step-13",
                                 "/learn/step-1/break-1", "/learn/exercise-E31", "/learn/exercise-",
                                 "/learn/challenge/move-13", "/learn/challenge/move-0",
                                 "/learn/challenge/move-1x", "/learn/../learn", "/"}) {
    EXPECT_FALSE(place_at(book(), path, "")) << path;
  }
}

TEST(LessonPage, an_experiment_has_its_variants_and_no_more) {
  constexpr std::string_view kTwo = "/learn/step-3/break-7";
  ASSERT_TRUE(place_at(book(), kTwo, "play=2"));
  EXPECT_EQ(place_at(book(), kTwo, "play=2")->play, 1U);
  EXPECT_EQ(place_at(book(), kTwo, "")->play, 0U);
  for (const std::string_view query : {"play=3", "play=0", "play=-1", "play=x", "play=1&play=2x"}) {
    const auto where = place_at(book(), kTwo, query);
    EXPECT_TRUE(!where || where->play < 2) << query;
    EXPECT_TRUE(!where || !has(where->path, "x")) << query;
  }
}

// Words that the interface has not are shown by their name: none may be.
void expect_all_words(const Book& in) {
  Learner learner;
  const Sight sight{in, learner};
  std::vector<Sheet> sheets = {contents_sheet(sight), challenge_sheet(sight, Time{}),
                               program_sheet(sight), words_sheet(sight),
                               problem_sheet(sight, "page_lost", "page_lost_text", "/learn")};
  for (const Step& one : in.steps) sheets.push_back(step_sheet(sight, one, nullptr));
  for (const Experiment& one : in.experiments) sheets.push_back(experiment_sheet(sight, one, 0));
  for (const Exercise& one : in.exercises) sheets.push_back(exercise_sheet(sight, one));
  for (const ChallengeMove& one : in.challenge.moves) sheets.push_back(move_sheet(sight, one));
  for (const Sheet& sheet : sheets) {
    const std::string html = html_of(sight, sheet);
    for (const std::string_view name : {"page_", "done_", "panel_", "label_", "outcome_"}) {
      EXPECT_FALSE(has(html, name)) << sheet.title << ": " << html.substr(html.find(name), 40);
    }
    EXPECT_EQ(html.find("<h1"), html.rfind("<h1")) << sheet.title;
  }
}

TEST(LessonPage, every_page_has_all_its_words) {
  for (const std::string& language : languages()) expect_all_words(load_book(language));
}

TEST(LessonPage, every_place_is_the_id_of_an_element_of_the_contents) {
  Learner learner;
  const std::string html = html_of({book(), learner}, contents_sheet({book(), learner}));
  const auto once = [&](const std::string& id) {
    const std::string attribute = " id=\"" + id + "\"";
    EXPECT_TRUE(has(html, attribute)) << id;
    EXPECT_EQ(html.find(attribute), html.rfind(attribute)) << id;
  };
  for (const Step& one : book().steps) once(one.id);
  for (const Experiment& one : book().experiments) once(one.id);
  for (const Exercise& one : book().exercises) once("exercise-" + one.id);
  for (const Mistake& one : book().mistakes) once(one.id);
  for (const Word& one : book().words) once("word-" + one.id);
  once("challenge");
  once("program");
}

// The heaviest page, when everything was done.
TEST(LessonPage, the_contents_of_one_who_has_done_all_weigh_less_than_60_kB) {
  std::size_t beside = 0;
  for (const std::string_view file : {"style.css", "mark.svg", "learn.css", "learn.js"}) {
    const std::string text(web::file(file).value());
    beside += file.starts_with("learn") ? lean(text).size() : text.size();
  }
  for (const std::string& language : languages()) {
    const Book in = load_book(language);
    Learner learner;
    learner.form_token = std::string(22, 'x');
    for (const Step& one : in.steps) learner.seen.insert(one.id);
    for (const Experiment& one : in.experiments) {
      learner.broken.insert(one.id);
      learner.repaired.insert(one.id);
    }
    for (const Exercise& one : in.exercises) learner.exercises[one.id] = true;
    for (const ChallengeMove& one : in.challenge.moves) learner.moves[one.number] = true;
    const Sight sight{in, learner};
    EXPECT_LT(html_of(sight, contents_sheet(sight)).size() + beside, 60'000U) << language;
    EXPECT_LT(html_of(sight, words_sheet(sight)).size() + beside, 60'000U) << language;
  }
}

// A request and an answer whose every part is an attack.
TEST(LessonPage, nothing_of_a_request_or_an_answer_becomes_markup) {
  const std::string attack(kAttack);
  Exchange bad;
  bad.method = bad.url = attack;
  bad.method_changed = true;
  bad.fields = {{.name = attack, .value = attack},
                {.name = attack, .value = attack, .changed = true},
                {.name = attack, .value = attack + std::string(100, 'x'), .secret = true},
                {.name = attack, .left_out = true}};
  bad.reply.status = 400;
  bad.reply.fields.add("location", "http://a/" + attack + "?a=" + attack);
  bad.reply.fields.add("www-authenticate", attack);
  bad.reply.fields.add("content-type", "application/json");
  bad.reply.body = Json::object({{"error", attack}, {attack, attack}}).dump();
  bad.walk = server::WalkRecord{.steps = {{.name = attack, .what = {attack}},
                                          {.name = "decide"}},
                                .reasons = {core::Reason{.citation = attack,
                                                         .text = attack,
                                                         .expected = attack,
                                                         .found = attack + "x"}}};
  Exchange page = bad;
  page.reply.fields.set("content-type", "text/html");
  page.reply.body = "<title>" + attack + "</title>";
  Exchange none = bad;
  none.reply.status = 0;
  none.problem = attack;
  Learner learner;
  learner.verifier = attack;
  for (const Exchange& one : {bad, page, none}) {
    Played played;
    played.exchanges = {one};
    played.problem = attack;
    played.findings = {{.what = attack, .expected = attack, .found = attack}};
    played.after = {{.what = attack, .expected = attack, .found = attack, .says = attack}};
    learner.steps[2].played = learner.steps[8].played = played;
    Stage& stage = learner.stages[stage_key(book().experiments.front(), 0)];
    stage.predicted = Outcome::json;
    stage.broken = stage.repaired = played;
    learner.tries["E09"] = {.answer = attack, .verdict = Verdict{}, .played = played};
    const Sight sight{book(), learner};
    for (const Sheet& sheet :
         {step_sheet(sight, book().steps[1], &one), step_sheet(sight, book().steps[7], nullptr),
          experiment_sheet(sight, book().experiments.front(), 0),
          exercise_sheet(sight, *book().exercise("E09"))}) {
      const std::string html = sheet.main.str();
      EXPECT_FALSE(has(html, "<script")) << sheet.title;
      EXPECT_FALSE(has(html, "alert('")) << sheet.title;
      EXPECT_FALSE(has(html, "page_")) << sheet.title << ": a word is missing";
      EXPECT_TRUE(has(html, "alert(&#39;") || has(html, "alert(&apos;") ||
                  has(html, "alert(&#x27;"))
          << sheet.title;
    }
  }
}

TEST(LessonPage, an_exercise_is_judged_and_keeps_the_first_success) {
  Learner learner;
  const auto where = place_at(book(), "/learn/exercise-E01", "");
  ASSERT_TRUE(where);
  const auto answer = [&](std::string_view text) {
    return act(*where, oauth::Form::parse(text).value(), learner, book());
  };
  EXPECT_EQ(answer("do=answer&answer=nothing-of-the-kind"), "");
  EXPECT_FALSE(learner.exercises.contains("E01"));
  EXPECT_EQ(answer("do=answer&answer=album"), "#answer");
  EXPECT_FALSE(learner.tries["E01"].verdict->right);
  EXPECT_EQ(answer("do=answer&answer=swap"), "#answer");
  EXPECT_EQ(answer("do=answer&answer=album"), "#answer");
  EXPECT_TRUE(learner.exercises["E01"]);
  EXPECT_EQ(learner.mark_of("E01"), "done_solved");
}

TEST(LessonPage, a_style_or_script_is_sent_without_comments_and_indentation) {
  EXPECT_EQ(lean("/* a\n   b */\n.x { y:z }\n\n/* c */\n  // d\n  f(); // e\n"),
            ".x { y:z }\nf(); // e\n");
}

TEST(LessonWorker, a_full_queue_takes_no_more_and_what_waits_is_done_before_the_end) {
  std::promise<void> begin, begun;
  int done = 0;
  Worker worker(2);
  Worker::Task first = [&] {
    begun.set_value();
    begin.get_future().wait();
    ++done;
  };
  ASSERT_TRUE(worker.post(first));
  begun.get_future().wait();
  const auto count = [&] { ++done; };
  Worker::Task second = count, third = count, fourth = count;
  EXPECT_TRUE(worker.post(second));
  EXPECT_TRUE(worker.post(third));
  EXPECT_FALSE(worker.post(fourth));
  EXPECT_TRUE(fourth != nullptr) << "it is as it was";
  begin.set_value();
  worker.stop();
  EXPECT_EQ(done, 3);
  EXPECT_FALSE(worker.post(fourth));
}

class LessonHandler : public testing::Test {
 protected:
  http::Reply ask(std::string method, std::string path, std::string cookie = "",
                  std::string body = "", const std::string& host = "127.0.0.1:9090",
                  const std::string& peer = "127.0.0.1") {
    http::Request request{.method = std::move(method), .path = std::move(path),
                          .body = std::move(body), .peer_address = peer};
    request.fields.add("host", host);
    request.fields.add("content-type", "application/x-www-form-urlencoded");
    if (!cookie.empty()) request.fields.add("cookie", "grantd_learn_9090=" + cookie);
    std::promise<http::Reply> answer;
    page_->handle(std::move(request),
                  [&](http::Reply reply) { answer.set_value(std::move(reply)); });
    return answer.get_future().get();
  }
  static std::string cookie_of(const http::Reply& reply) {
    const auto found = reply.fields.find("set-cookie");
    return found ? std::string(found->substr(found->find('=') + 1, 22)) : "";
  }
  static std::string token_of(const http::Reply& reply) {
    constexpr std::string_view kBefore = "name=\"token\" value=\"";
    const std::size_t at = reply.body.find(kBefore);
    return at == std::string::npos ? "" : reply.body.substr(at + kBefore.size(), 22);
  }

  std::unique_ptr<Page> page_ = Page::open({});
};

TEST_F(LessonHandler, who_is_elsewhere_or_asks_by_another_name_is_refused) {
  EXPECT_EQ(ask("GET", "/learn").status, 200);
  EXPECT_EQ(ask("GET", "/learn", "", "", "localhost:9090").status, 200);
  EXPECT_EQ(ask("GET", "/learn", "", "", "evil.example").status, 403);
  EXPECT_EQ(ask("GET", "/learn", "", "", "127.0.0.1:9090", "192.0.2.1").status, 403);
}

TEST_F(LessonHandler, beside_a_server_it_has_neither_its_style_nor_its_root) {
  for (const std::string path : {"/", "/style.css", "/mark.svg"}) {
    EXPECT_EQ(ask("GET", path).status, 404) << path;
  }
  page_ = Page::open({.alone = true});
  EXPECT_EQ(ask("GET", "/").status, 303);
  EXPECT_EQ(ask("GET", "/style.css").status, 200);
}

TEST_F(LessonHandler, one_learner_does_not_see_what_another_one_answered) {
  const http::Reply first = ask("GET", "/learn/exercise-E01");
  const std::string one = cookie_of(first), other = cookie_of(ask("GET", "/learn"));
  ASSERT_NE(one, other);
  const std::string form = "do=answer&answer=swap&token=" + token_of(first);
  EXPECT_EQ(ask("POST", "/learn/exercise-E01", other, form).status, 403);
  EXPECT_EQ(ask("POST", "/learn/exercise-E01", one, form).status, 303);
  EXPECT_TRUE(has(ask("GET", "/learn/exercise-E01", one).body, "id=\"answer\""));
  EXPECT_FALSE(has(ask("GET", "/learn/exercise-E01", other).body, "id=\"answer\""));
}

TEST_F(LessonHandler, the_learner_who_was_away_longest_is_forgotten) {
  const std::string first = cookie_of(ask("GET", "/learn"));
  EXPECT_EQ(cookie_of(ask("GET", "/learn", first)), "") << "she is known";
  for (std::size_t i = 0; i < kLearnersMax; ++i) ask("GET", "/learn");
  EXPECT_NE(cookie_of(ask("GET", "/learn", first)), "");
}

TEST_F(LessonHandler, rooms_are_bounded_and_come_again_where_they_are_needed) {
  const http::Reply reply = ask("GET", "/learn/step-1");
  const std::string first = cookie_of(reply);
  for (std::size_t i = 0; i < kRoomsMax; ++i) EXPECT_EQ(ask("GET", "/learn/step-1").status, 200);
  EXPECT_EQ(
      ask("POST", "/learn/step-1", first, "do=send&token=" + token_of(reply)).status, 303);
  EXPECT_TRUE(has(ask("GET", "/learn/step-1", first).body, "200 OK"));
}

}  // namespace
}  // namespace grantd::lesson
