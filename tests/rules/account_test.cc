// /account: the person's own page. Issue 3; checklists LG, CN-07, EN; CWE-352, CWE-601.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using Kind = ProofAnswer::Kind;
using Note = AccountFormPayload::Note;
using std::chrono::hours;
using std::chrono::minutes;

const SessionId kOther = id_of<SessionId>(0x52);
const SessionId kBobs = id_of<SessionId>(0xb5);
const std::string kNothing = "account stale";
// Back-Channel Logout §2.3: ended one by one, so that their apps hear of it.
const std::string kChanged =
    "account password_changed + put_user ada counter=6 seen=1 + end_session + end_session"
    " + start_session ~ session ~ browser ~ device";

// Ada is signed in here and in another browser; Bob in his.
void people_sign_in(Scene& scene) {
  Session other = scene.session();
  other.id = kOther;
  scene.facts.sessions.push_back(other);
  other.id = kBobs;
  other.subject = scene.bob;
  scene.facts.sessions.push_back(other);
}

AccountFormPayload form_of(const Scene& scene) {
  return {scene.facts.epoch, scene.now + minutes(30), scene.session_id, Note::none};
}

std::string sealed(const Scene& scene, const AccountFormPayload& form) {
  return scene.seal_text(SealKind::account_form, encode(form));
}

// A form that the page showed, posted.
struct Posted {
  Scene& scene;
  AccountFormPayload form;
  Params fields;
};

Row posted(std::string id, std::string title, Params fields, std::string want,
           std::function<void(Posted&)> before = [](Posted&) {},
           std::function<void(Sent&)> change = [](Sent&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            people_sign_in(scene);
            Posted made{scene, form_of(scene), fields};
            before(made);
            Sent sent =
                scene.post("/account", made.fields.with("form", sealed(scene, made.form)));
            change(sent);
            return sent;
          }, std::move(want)};
}

Sent get(std::string query = {}) {
  return {.path = "/account", .query = std::move(query), .browser_cookie = std::string(kBrowser)};
}

Row shown(std::string id, std::string title, std::string want,
          std::function<void(Scene&, Sent&)> before) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            people_sign_in(scene);
            Sent sent = get();
            sent.session_cookie = scene.cookie;
            before(scene, sent);
            return sent;
          }, std::move(want)};
}

TEST(account, is_shown_to_who_is_signed_in_and_is_a_login_page_to_others) {
  run({
      shown("issue 3", "signed in", "page account 200", [](Scene&, Sent&) {}),
      shown("issue 3", "HEAD likewise", "page account 200",
            [](Scene&, Sent& sent) { sent.method = "HEAD"; }),
      shown("issue 3", "its use is written once a tenth of the idle limit",
            "page account 200 + touch_session",
            [](Scene& scene, Sent&) { scene.session().last_seen = scene.now - hours(3); }),
      shown("issue 3", "nobody is signed in", "page login 200",
            [](Scene&, Sent& sent) { sent.session_cookie.reset(); }),
      shown("LG-17", "a browser without binding gets one", "page login 200 ~ browser",
            [](Scene&, Sent& sent) {
              sent.session_cookie.reset();
              sent.browser_cookie.reset();
            }),
      shown("LG-10", "a cookie that proves nothing", "page login 200",
            [](Scene& scene, Sent&) { scene.session().secret_hash = sha256("another"); }),
      shown("LG-11", "idle too long", "page login 200",
            [](Scene& scene, Sent&) { scene.session().last_seen = scene.now - hours(24); }),
      shown("LG-12", "disabled", "page login 200",
            [](Scene& scene, Sent&) { scene.user().disabled = true; }),
      shown("RFC 9110 §9.1", "no other method", "method_not_allowed GET, HEAD, POST",
            [](Scene&, Sent& sent) { sent.method = "DELETE"; }),
  });
}

TEST(account, says_what_was_done_to_the_session_that_did_it_alone) {
  const auto said = [](Note note, std::function<void(Scene&, AccountFormPayload&)> edit) {
    return [=](Scene& scene, Sent& sent) {
      AccountFormPayload form = form_of(scene);
      form.note = note;
      edit(scene, form);
      sent.query = "said=" + sealed(scene, form);
    };
  };
  const auto as_it_is = [](Scene&, AccountFormPayload&) {};
  run({
      shown("issue 3", "the password was changed", "page account:password_changed 200",
            said(Note::password_changed, as_it_is)),
      shown("CWE-451", "told to another session: nothing", "page account 200",
            said(Note::password_changed,
                 [](Scene&, AccountFormPayload& form) { form.session = kOther; })),
      shown("CWE-451", "minutes later: nothing", "page account 200",
            said(Note::password_changed,
                 [](Scene& scene, AccountFormPayload& form) { form.expires = scene.now; })),
      shown("CWE-451", "by a link that somebody made up: nothing", "page account 200",
            [](Scene&, Sent& sent) { sent.query = "said=password_changed"; }),
  });
}

// CWE-352: only a form that this very session was shown does anything.
TEST(account, does_nothing_by_a_form_that_is_not_this_session_s) {
  const Params everywhere{{"everywhere", "yes"}};
  const auto edit = [](std::function<void(Posted&)> change) { return change; };
  run({
      posted("CWE-352", "another session's form", everywhere, kNothing,
             edit([](Posted& made) { made.form.session = kOther; })),
      posted("CWE-352", "open too long", everywhere, kNothing,
             edit([](Posted& made) { made.form.expires = made.scene.now; })),
      posted("DESIGN §1.2, epoch", "from before a restore", everywhere, kNothing,
             edit([](Posted& made) { made.form.epoch = id_of<Epoch>(0x77); })),
      posted("CWE-352", "what an address said is no form", everywhere, kNothing,
             edit([](Posted& made) { made.form.note = Note::narrowed; })),
      posted("CWE-352", "no form", everywhere, kNothing, [](Posted&) {},
             [](Sent& sent) { sent.body = "everywhere=yes"; }),
      posted("LG-08", "altered", everywhere, kNothing, [](Posted&) {},
             [](Sent& sent) {
               const std::size_t at = sent.body.find("gmf_") + 60;
               sent.body[at] = sent.body[at] == 'A' ? 'B' : 'A';
             }),
      posted("TK-11", "another content type", everywhere, kNothing, [](Posted&) {},
             [](Sent& sent) { sent.content_type = "text/plain"; }),
      posted("issue 3", "it asks for nothing", Params{{"x", "1"}}, kNothing),
      posted("issue 3", "signed out meanwhile: to the login", everywhere, "account",
             [](Posted&) {}, [](Sent& sent) { sent.session_cookie.reset(); }),
      shown("CWE-352", "GET does nothing", "page account 200",
            [](Scene& scene, Sent& sent) {
              sent.query = "everywhere=yes&form=" + sealed(scene, form_of(scene));
            }),
  });
}

TEST(account, ends_sign_ins) {
  const std::string other = oauth::to_text(kOther);
  run({
      posted("issue 3", "another browser's", Params{{"end", other}},
             "account session_ended + end_session"),
      posted("issue 3", "posted twice it means the same", Params{{"end", other}},
             "account session_ended",
             [](Posted& made) { made.scene.facts.sessions[1].ended = true; }),
      posted("CWE-639", "another person's stays", Params{{"end", oauth::to_text(kBobs)}},
             "account session_ended"),
      posted("CWE-639", "no id", Params{{"end", "../../etc"}}, "account session_ended"),
      posted("issue 3", "this one: signed out",
             Params{{"end", oauth::to_text(id_of<SessionId>(0x51))}},
             "page signed_out 200 + end_session ~ session gone ~ browser"),
      posted("issue 3", "everywhere: every session and grant dies by the counter",
             Params{{"everywhere", "yes"}},
             "page signed_out:everywhere 200 + put_user ada counter=6 seen=1 + end_session"
             " + end_session ~ session gone ~ browser"),
  });
}

TEST(account, withdraws_and_narrows_what_an_app_may_do) {
  const auto allowed = [](std::string scope) {
    return [=](Posted& made) {
      made.scene.facts.consent("web").scope = ScopeSet::parse(scope).value();
    };
  };
  const Params keep{{"narrow", "web"}, {"seen", "4"}, {"keep", "read"}};
  const auto all = allowed("openid email read write offline_access");
  run({
      posted("CN-07", "withdrawn", Params{{"withdraw", "web"}}, "account withdrawn + withdraw web"),
      posted("issue 3", "posted twice it means the same", Params{{"withdraw", "web"}},
             "account withdrawn",
             [](Posted& made) { std::erase_if(made.scene.facts.consents, [](const Consent& each) {
                                  return each.client.view() == "web";
                                }); }),
      posted("CN-07", "of an app that is gone", Params{{"withdraw", "web"}},
             "account withdrawn + withdraw web",
             [](Posted& made) { made.scene.facts.clients.clear(); }),
      posted("issue 3", "an app that nobody allowed", Params{{"withdraw", "nobody"}},
             "account withdrawn"),
      posted("issue 3", "narrowed to one scope", keep, "account narrowed + remember read seen=4",
             all),
      posted("issue 3", "offline access is taken away",
             keep.also("keep", "openid").also("keep", "email").also("keep", "write"),
             "account narrowed + remember email openid read write seen=4", all),
      posted("issue 3", "identity scopes are taken away",
             keep.also("keep", "write").also("keep", "offline_access"),
             "account narrowed + remember offline_access read write seen=4", all),
      posted("CWE-269", "nothing can be added", keep.also("keep", "write").also("keep", "admin"),
             "account"),
      posted("issue 3", "posted twice it means the same", keep, "account narrowed",
             [](Posted& made) { made.scene.facts.consent("web").version = 5; }),
      posted("DESIGN §1.2, 8", "the consent changed since: shown first", keep, kNothing,
             [=](Posted& made) {
               all(made);
               made.scene.facts.consent("web").version = 5;
             }),
      posted("issue 3", "nothing is kept: withdrawn", keep.without("keep"),
             "account withdrawn + withdraw web", all),
      posted("issue 3", "offline access alone is nothing", keep.with("keep", "offline_access"),
             "account withdrawn + withdraw web", all),
      posted("CWE-639", "a consent of another person's", keep, "account withdrawn",
             [](Posted& made) {
               made.scene.facts.consent("web").subject = made.scene.bob;
             }),
  });
}

Params password(std::string present, std::string next, std::string again) {
  return {{"change", "password"},
          {"password", std::move(present)},
          {"new_password", std::move(next)},
          {"again", std::move(again)}};
}

std::function<void(Posted&)> proof(std::optional<ProofAnswer> answer) {
  return [=](Posted& made) { made.scene.facts.proof = answer; };
}

TEST(account, changes_the_password_by_the_present_one) {
  const ProofAnswer matches{.kind = Kind::matches, .hashed = "$argon2id$new"};
  const Params right = password("correct horse", "battery staple", "battery staple");
  const std::string eight = "8 \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
  run({
      posted("ASVS 6.2.3", "the present one is asked for first", right, "ask password", proof({})),
      posted("LG-13", "sessions and grants die, this browser gets a new session", right, kChanged,
             proof(matches)),
      posted("ASVS 6.2.3", "wrong", right, "page account:wrong 200",
             proof(ProofAnswer{.kind = Kind::differs})),
      posted("EN-04", "too many tries: wait", right, "page account:throttled 429",
             proof(ProofAnswer{.kind = Kind::throttled, .wait = std::chrono::seconds(4)})),
      posted("EN-11", "the pool is full", right, "page account:overloaded 503",
             proof(ProofAnswer{.kind = Kind::overloaded, .wait = std::chrono::seconds(1)})),
      posted("NIST SP 800-63B §5.1.1.2", "seven characters", password("x", "seven 7", "seven 7"),
             "page account:too_short 200", proof(matches)),
      posted("NIST SP 800-63B §5.1.1.2", "eight, each of them one", password("x", eight, eight),
             kChanged, proof(matches)),
      posted("EN-09", "a thousand bytes and more",
             password("x", std::string(1025, 'x'), std::string(1025, 'x')),
             "page account:too_long 200", proof(matches)),
      posted("issue 3", "typed twice, not alike",
             password("x", "battery staple", "battery stable"), "page account:unlike 200",
             proof(matches)),
      posted("issue 3", "of a person without one", right, kNothing,
             [=](Posted& made) {
               made.scene.facts.proof = matches;
               made.scene.user().password.clear();
             }),
  });
}

// EN-05, EN-09: the same tries as at the login; exactly what was typed.
TEST(account, asks_for_the_present_password_as_the_login_does) {
  Scene scene;
  const std::string next = " battery staple";
  Sent sent = scene.post("/account", password("correct horse ", next, next)
                                         .with("form", sealed(scene, form_of(scene))));
  const auto ask = proof_asked(scene.judge(sent));
  EXPECT_EQ(ask.phc, "$argon2id$of ada");
  EXPECT_EQ(ask.secret.reveal_text(), "correct horse ");
  EXPECT_EQ(ask.successor.reveal_text(), next);
  EXPECT_EQ(ask.throttle, (std::vector<std::string>{"account:ada", "address:192.0.2.7"}));
}

TEST(account, a_new_password_starts_a_session_under_the_new_counter) {
  Scene scene;
  scene.facts.proof = ProofAnswer{.kind = Kind::matches, .hashed = "$argon2id$new"};
  const Decision decision =
      scene.decide(scene.post("/account", password("x", "battery staple", "battery staple")
                                              .with("form", sealed(scene, form_of(scene)))));
  const User& user = std::get<PutUser>(decision.changes.at(0)).user;
  const Session& session = std::get<StartSession>(decision.changes.at(2)).session;
  EXPECT_EQ(user.password, "$argon2id$new");
  EXPECT_EQ(user.login, "ada");
  EXPECT_EQ(session.user_counter, 6U);
  EXPECT_NE(session.id, scene.session_id);
  EXPECT_EQ(session.auth_time, scene.now);
  EXPECT_EQ(std::get<GoToAccount>(decision.outcome).said->session, session.id);
}

TEST(account, page_lists_live_sign_ins_and_standing_permissions_of_this_person) {
  Scene scene;
  people_sign_in(scene);
  Session dead = scene.session();
  dead.id = id_of<SessionId>(0x53);
  dead.user_counter = 4;
  scene.facts.sessions.push_back(dead);
  scene.facts.consent("web").scope =
      ScopeSet::parse("openid email write read view gone offline_access").value();
  scene.facts.consent("web").created = scene.now;
  scene.facts.consent("spa").incarnation = id_of<Incarnation>(0x99);  // a name used again
  scene.facts.consent("post").subject = scene.bob;
  Sent sent = get();
  sent.session_cookie = scene.cookie;
  const Decision decision = scene.decide(sent);
  const auto& page = std::get<AccountPage>(std::get<ShowPage>(decision.outcome).page);
  ASSERT_EQ(page.sign_ins.size(), 2U);
  EXPECT_TRUE(page.sign_ins[0].here && page.sign_ins[0].id == scene.session_id);
  EXPECT_TRUE(!page.sign_ins[1].here && page.sign_ins[1].id == kOther);
  EXPECT_TRUE(page.sign_ins[1].by_password && page.sign_ins[1].lately);
  ASSERT_FALSE(page.apps.empty());
  const AccountPage::App& web = page.apps[0];
  EXPECT_EQ(web.id.str(), "web");
  EXPECT_EQ(web.app.place.host_port, "app.example");
  EXPECT_EQ(web.identity, (std::vector<std::string>{"openid", "email"}));
  ASSERT_EQ(web.apis.size(), 2U);
  ASSERT_EQ(web.apis[0].items.size(), 2U);
  EXPECT_EQ(web.apis[0].items[0]->name + web.apis[0].items[1]->name, "readwrite");
  ASSERT_EQ(web.apis[1].items.size(), 1U);
  EXPECT_EQ(web.apis[1].items[0]->name, "view");
  EXPECT_EQ(web.unknown, std::vector<std::string>{"gone"});
  EXPECT_TRUE(web.offline);
  for (const AccountPage::App& each : page.apps) {
    EXPECT_NE(each.id.str(), "spa");
    EXPECT_NE(each.id.str(), "post");
  }
  EXPECT_EQ(page.person_name, "Somebody");
  EXPECT_TRUE(page.may_sign_out && page.has_password);
}

// ---- the login that leads here: the same page, the same rules, and no address in it (LG-09)

Row login(std::string id, std::string title, std::string want,
          std::function<void(Scene&, LoginFormPayload&)> before =
              [](Scene&, LoginFormPayload&) {},
          std::function<void(Sent&, const Scene&)> change = [](Sent&, const Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            scene.facts.proof = ProofAnswer{.kind = Kind::matches};
            LoginFormPayload form;
            form.epoch = scene.facts.epoch;
            form.expires = scene.now + minutes(29);
            form.binding_hash = sha256(kBrowser);
            form.for_account = true;
            before(scene, form);
            Sent sent = scene.post(
                "/login", {{"form", scene.seal_text(SealKind::login_form, encode(form))},
                           {"user", "ada"},
                           {"password", "correct horse"}});
            sent.session_cookie.reset();
            change(sent, scene);
            return sent;
          }, std::move(want)};
}

TEST(account, login_leads_here_and_nowhere_else) {
  const std::string in = "account + start_session ~ session ~ browser ~ device";
  const auto proof_is = [](std::optional<ProofAnswer> answer) {
    return [=](Scene& scene, LoginFormPayload&) { scene.facts.proof = answer; };
  };
  run({
      login("issue 3", "asked first", "ask password", proof_is({})),
      login("issue 3", "signed in", in),
      login("LG-09", "an address sent along is not looked at", in,
            [](Scene&, LoginFormPayload&) {},
            [](Sent& sent, const Scene&) { sent.body += "&return_to=https%3A%2F%2Fevil.example"; }),
      login("LG-09", "a request in the form is not looked at", in,
            [](Scene&, LoginFormPayload& form) {
              form.request =
                  request_of(ask().with("redirect_uri", "https://evil.example/"));
            }),
      login("EN-01", "wrong", "page login:wrong 200",
            proof_is(ProofAnswer{.kind = Kind::differs})),
      login("EN-05", "too many tries", "page login:throttled 429",
            proof_is(ProofAnswer{.kind = Kind::throttled, .wait = std::chrono::seconds(4)})),
      login("LG-12", "disabled", "page login:wrong 200",
            [](Scene& scene, LoginFormPayload&) { scene.user().disabled = true; }),
      login("LG-17", "posted by another browser: a fresh form", kNothing,
            [](Scene&, LoginFormPayload&) {},
            [](Sent& sent, const Scene&) { sent.browser_cookie = "AAAAAAAAAAAAAAAAAAAAAA"; }),
      login("LG-17", "open too long", "page login:fresh_form 200",
            [](Scene& scene, LoginFormPayload& form) { form.expires = scene.now; }),
      login("DESIGN §1.2, epoch", "from before a restore", "page login:fresh_form 200",
            [](Scene&, LoginFormPayload& form) { form.epoch = id_of<Epoch>(0x77); }),
      login("LG-07", "signed in already: on, and nothing is checked", "account",
            [](Scene&, LoginFormPayload&) {},
            [](Sent& sent, const Scene& scene) { sent.session_cookie = scene.cookie; }),
  });
}

// DESIGN §4: off means absent.
TEST(account, is_absent_where_it_is_off) {
  const Features without({"account"});
  EXPECT_EQ(without.endpoint("/account"), nullptr);
  EXPECT_NE(Features().endpoint("/account"), nullptr);
}

}  // namespace
}  // namespace grantd::core
