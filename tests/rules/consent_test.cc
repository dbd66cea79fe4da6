// POST /consent: DESIGN §1.2, 1, 7, 8; checklist CN. Where the checklist's older text asks for an
// error page, DESIGN §1.2, 8 and issue 2 win: a form that is stale, or of another session, does
// nothing and goes back to the dispatcher, which asks the present person.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;

const std::string kAllowed = "go_on consented + remember read write seen=4";

// The form as web's page for `read write` was shown to ada, who allowed `read` before.
struct Answered {
  Scene& scene;
  ConsentFormPayload form;
  std::string answer = "allow";
};

ConsentFormPayload shown(Scene& scene) {
  const Decision page =
      scene.decide(scene.signed_in(ask().with("scope", "read write")));
  EXPECT_EQ(gist(page), "page consent:more 200");
  return std::get<ConsentFormPayload>(std::get<ShowPage>(page.outcome).form);
}

Sent posted(const Answered& made) {
  return made.scene.post(
      "/consent", {{"form", made.scene.seal_text(SealKind::consent_form, encode(made.form))},
                   {"answer", made.answer}});
}

Row answered(std::string id, std::string title, std::string want,
             std::function<void(Answered&)> before = [](Answered&) {},
             std::function<void(Sent&)> change = [](Sent&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            Answered made{scene, shown(scene)};
            before(made);
            Sent sent = posted(made);
            change(sent);
            return sent;
          }, std::move(want)};
}

TEST(consent, allow_remembers_what_the_page_showed) {
  run({
      answered("RFC 6749 §3.1", "allowed: added to what was allowed", kAllowed),
      answered("RFC 6749 §3.1", "the first consent", "go_on consented + remember read write seen=0",
               [](Answered& made) {
                 made.scene.facts.consents.clear();
                 made.form.seen = 0;
               }),
      answered("CN-05", "denied: nothing is stored",
               "error access_denied to https://app.example/cb state=xyz",
               [](Answered& made) { made.answer = "deny"; }),
      answered("CN-05", "no answer is Deny",
               "error access_denied to https://app.example/cb state=xyz",
               [](Answered& made) { made.answer = ""; }),
      answered("CN-05", "any other answer is Deny",
               "error access_denied to https://app.example/cb state=xyz",
               [](Answered& made) { made.answer = "Allow"; }),
      answered("LG-14", "another person: this browser is signed out",
               "go_on + end_session ~ session gone ~ browser",
               [](Answered& made) { made.answer = "switch"; }),
      answered("LG-08", "fields beside the form are not looked at", kAllowed, [](Answered&) {},
               [](Sent& sent) { sent.body += "&scope=view&client_id=spa&shown=view"; }),
  });
}

TEST(consent, the_form_is_bound_to_its_session) {
  const auto no_cookie = [](Sent& sent) { sent.session_cookie.reset(); };
  const auto ended = [](Answered& made) { made.scene.session().ended = true; };
  std::vector<Row> rows{
      answered("CN-01", "another session of the same person", "go_on",
               [](Answered& made) { made.form.session = id_of<SessionId>(0x66); }),
      answered("CN-01", "a browser without session", "go_on", [](Answered&) {}, no_cookie),
      answered("CN-01", "the session ended", "go_on", ended),
      answered("CN-01", "the session's user was disabled", "go_on",
               [](Answered& made) { made.scene.user().disabled = true; }),
      answered("CN-01", "no form", "page stale_form 403", [](Answered&) {},
               [](Sent& sent) { sent.body = "answer=allow"; }),
      answered("CN-01", "a login form in its place", "page stale_form 403", [](Answered&) {},
               [](Sent& sent) {
                 sent.body.replace(sent.body.find("gcf_"), 4, "glf_");
               }),
      answered("LG-08", "altered", "page stale_form 403", [](Answered&) {},
               [](Sent& sent) {
                 const std::size_t at = sent.body.find("gcf_") + 80;
                 sent.body[at] = sent.body[at] == 'A' ? 'B' : 'A';
               }),
      answered("LG-06", "GET: there is no form", "page stale_form 403", [](Answered&) {},
               [](Sent& sent) { sent.method = "GET"; }),
      answered("IN-09", "as JSON", "page stale_form 403", [](Answered&) {},
               [](Sent& sent) { sent.content_type = "application/json"; }),
      answered("CN-01", "Deny of another session's form tells the app nothing", "go_on",
               [](Answered& made) {
                 made.form.session = id_of<SessionId>(0x66);
                 made.answer = "deny";
               }),
      answered("LO-05", "\"another person\" of another session's form signs nobody out", "go_on",
               [](Answered& made) {
                 made.form.session = id_of<SessionId>(0x66);
                 made.answer = "switch";
               }),
      answered("CN-08", "open for half an hour: asked again", "go_on",
               [](Answered& made) { made.scene.now = made.form.expires; }),
      answered("DESIGN §1.2, epoch", "from before a restore", "go_on",
               [](Answered& made) { made.form.epoch = id_of<Epoch>(0x77); }),
      answered("RU-32", "the app was disabled meanwhile", "page unknown_app 400",
               [](Answered& made) { made.scene.facts.client("web").disabled = true; }),
  };
  run(rows);
}

TEST(consent, counts_only_for_what_the_page_showed) {
  run({
      answered("CN-08", "posted twice: it means the same, nothing more is written",
               "go_on consented",
               [](Answered& made) {
                 Consent& consent = made.scene.facts.consent("web");
                 consent.version = 5;
                 consent.scope = ScopeSet::parse("read write").value();
               }),
      answered("DESIGN §1.2, 8", "the consent changed, and does not cover it: asked again", "go_on",
               [](Answered& made) { made.scene.facts.consent("web").version = 5; }),
      answered("CN-07", "withdrawn since: asked again", "go_on",
               [](Answered& made) { made.scene.facts.consents.clear(); }),
      answered("CN-07", "withdrawn and given anew, narrower", "go_on",
               [](Answered& made) {
                 Consent& consent = made.scene.facts.consent("web");
                 consent.version = 7;
                 consent.id = id_of<ConsentId>(0xcc);
               }),
      // DESIGN §1.2, 7: the form carries the incarnation. What was allowed to one app is not
      // allowed to another that took its name.
      answered("DESIGN §1.2, 7", "the app was deleted and its name used again", "go_on",
               [](Answered& made) {
                 made.scene.facts.client("web").incarnation = id_of<Incarnation>(0x99);
               }),
      answered("DESIGN §1.2, 7", "the same, and nothing had been allowed before", "go_on",
               [](Answered& made) {
                 made.scene.facts.consents.clear();
                 made.form.seen = 0;
                 made.scene.facts.client("web").incarnation = id_of<Incarnation>(0x99);
               }),
  });
}

TEST(consent, an_id_lives_until_it_is_withdrawn) {
  Scene scene;
  Answered made{scene, shown(scene)};
  const ConsentId before = scene.facts.consent("web").id;
  const Decision added = scene.decide(posted(made));
  EXPECT_EQ(std::get<RememberConsent>(added.changes[0]).consent.id, before)
      << "a wider scope keeps what hangs on it alive";
  EXPECT_EQ(std::get<GoOn>(added.outcome).resume.fresh.consent, before);

  scene.facts.consents.clear();
  made.form.seen = 0;
  const Decision first = scene.decide(posted(made));
  const Consent& anew = std::get<RememberConsent>(first.changes[0]).consent;
  EXPECT_NE(anew.id, before);
  EXPECT_EQ(anew.subject, scene.ada);
  EXPECT_EQ(anew.incarnation, scene.facts.client("web").incarnation);
  scene.chance = 2;
  const Decision another = scene.decide(posted(made));
  EXPECT_NE(std::get<RememberConsent>(another.changes[0]).consent.id, anew.id)
      << "drawn anew after each withdrawal";
}

// CN-06: the app, where the answer goes, the scopes in the API's words and order.
TEST(consent, the_page_names_the_app_its_address_and_its_scopes) {
  Scene scene;
  scene.facts.client("web").name = "<img src=x>";
  const Decision page = scene.decide(scene.signed_in(ask().with("scope", "write read")));
  const auto& shown = std::get<ConsentPage>(std::get<ShowPage>(page.outcome).page);
  EXPECT_EQ(shown.app.name, "<img src=x>") << "XS-01: text; pages escape";
  EXPECT_FALSE(shown.app.verified);
  EXPECT_EQ(shown.app.place.scheme + shown.app.place.host_port, "https://app.example");
  ASSERT_EQ(shown.apis.size(), 1u);
  const std::vector<ConsentItem>& items = shown.apis[0].items;
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].scope->name, "read");
  EXPECT_TRUE(items[0].before);
  EXPECT_EQ(items[1].scope->name, "write");
  EXPECT_FALSE(items[1].before);
  EXPECT_EQ(shown.person_login, "ada");
  EXPECT_FALSE(std::get<ShowPage>(page.outcome).leads_to.empty());
}

// LG-15: two tabs, two apps. Each form serves the app that its page named.
TEST(consent, two_open_forms_serve_their_own_apps) {
  Scene scene;
  scene.facts.consents.clear();
  const auto form = [&](std::string_view client) {
    const Decision page = scene.decide(scene.signed_in(ask(client)));
    return std::get<ConsentFormPayload>(std::get<ShowPage>(page.outcome).form);
  };
  const Answered spa{scene, form("spa")}, web{scene, form("web")};
  for (const auto& [made, id] : {std::pair(&spa, "spa"), std::pair(&web, "web")}) {
    const Decision decision = scene.decide(posted(*made));
    EXPECT_EQ(std::get<RememberConsent>(decision.changes[0]).consent.client.view(), id);
    EXPECT_EQ(std::get<GoOn>(decision.outcome).resume.request.get("client_id"), id);
  }
}

}  // namespace
}  // namespace grantd::core
