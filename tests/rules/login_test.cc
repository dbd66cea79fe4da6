// POST /login: OAuth 2.1 §7.10; DESIGN §1.2, 1, 7, 8; issue 2 ("Users"); checklists LG, EN, CK-05.
#include "tests/rules/scene.h"

#include "grantd/core/login_name.h"

namespace grantd::core {
namespace {

using Kind = ProofAnswer::Kind;
using std::chrono::minutes;

const std::string kSignedIn =
    "go_on signed_in + start_session ~ session ~ browser ~ device";

// The form as it was shown to a browser without session, posted by that browser.
struct Login {
  Scene& scene;
  LoginFormPayload form;
  Params fields{{"user", "ada"}, {"password", "correct horse"}};
};

LoginFormPayload form_for(Scene& scene, const Params& params) {
  LoginFormPayload form;
  form.request = request_of(params);
  form.epoch = scene.facts.epoch;
  form.expires = scene.now + minutes(29);
  form.binding_hash = sha256(kBrowser);
  return form;
}

Sent posted(const Login& made) {
  const std::string sealed =
      made.scene.seal_text(SealKind::login_form, encode(made.form));
  Sent sent = made.scene.post("/login", made.fields.with("form", sealed));
  sent.session_cookie.reset();
  return sent;
}

Row login(std::string id, std::string title, std::string want,
          std::function<void(Login&)> before = [](Login&) {},
          std::function<void(Sent&, const Scene&)> change = [](Sent&, const Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            scene.facts.proof = ProofAnswer{.kind = Kind::matches};
            Login made{scene, form_for(scene, ask())};
            before(made);
            Sent sent = posted(made);
            change(sent, scene);
            return sent;
          }, std::move(want)};
}

std::function<void(Login&)> proof(std::optional<ProofAnswer> answer) {
  return [=](Login& made) { made.scene.facts.proof = answer; };
}

TEST(login, the_right_password_starts_a_session) {
  run({
      login("OAuth 2.1 §7.10", "asked first", "ask password", proof({})),
      login("ASVS 7.2.4", "it matches: a new session, cookies replaced", kSignedIn),
      login("issue 2", "weak parameters are upgraded at login",
            "go_on signed_in + start_session + upgrade_password ~ session ~ browser ~ device",
            proof(ProofAnswer{.kind = Kind::matches, .upgraded = "$argon2id$stronger"})),
      login("EN-12", "blanks around the name and capitals", kSignedIn,
            [](Login& made) { made.fields = made.fields.with("user", " ADA\t"); }),
  });
}

TEST(login, everything_else_shows_the_form_again_and_writes_nothing) {
  const std::string wrong = "page login:wrong 200";
  run({
      login("EN-01", "a wrong password", wrong, proof(ProofAnswer{.kind = Kind::differs})),
      login("EN-01", "an unknown user, though the dummy were to match", wrong,
            [](Login& made) { made.fields = made.fields.with("user", "nobody"); }),
      login("EN-01", "no user", wrong,
            [](Login& made) { made.fields = made.fields.without("user"); }),
      login("EN-12", "a name that is no login name", wrong,
            [](Login& made) { made.fields = made.fields.with("user", "\xd0\xb0" "da"); }),
      login("EN-01", "a user without password", wrong,
            [](Login& made) { made.scene.user().password.clear(); }),
      login("LG-12", "a disabled user with the right password", wrong,
            [](Login& made) { made.scene.user().disabled = true; }),
      login("EN-05", "too many tries: wait", "page login:throttled 429",
            proof(ProofAnswer{.kind = Kind::throttled, .wait = std::chrono::seconds(4)})),
      login("EN-11", "the pool is full", "page login:overloaded 503",
            proof(ProofAnswer{.kind = Kind::overloaded, .wait = std::chrono::seconds(1)})),
      login("LG-17", "the form was open for half an hour: a fresh one", "page login:fresh_form 200",
            [](Login& made) { made.form.expires = made.scene.now; }),
      login("DESIGN §1.2, epoch", "the form is from before a restore", "page login:fresh_form 200",
            [](Login& made) { made.form.epoch = id_of<Epoch>(0x77); }),
      login("RU-32", "the app was disabled meanwhile", "page unknown_app 400",
            [](Login& made) { made.scene.facts.client("web").disabled = true; }),
      login("RFC 9700 §2.1", "its redirect URI was taken away meanwhile",
            "page bad_return_address 400",
            [](Login& made) { made.scene.facts.client("web").redirect_uris.clear(); }),
      login("AZ-07", "its scope was narrowed meanwhile",
            "error invalid_scope to https://app.example/cb state=xyz",
            [](Login& made) {
              made.scene.facts.client("web").scope = ScopeSet::parse("view").value();
            }),
  });
}

TEST(login, the_form_is_bound_to_its_browser) {
  const auto no_cookie = [](Sent& sent, const Scene&) { sent.browser_cookie.reset(); };
  const auto other = [](Sent& sent, const Scene&) {
    sent.browser_cookie = "AAAAAAAAAAAAAAAAAAAAAA";
  };
  run({
      // A stale form does nothing and goes back to the dispatcher with its request (DESIGN §1.2,
      // 8); the checklist's older text asks for an error page.
      login("LG-17", "posted by a browser without binding", "go_on stale", [](Login&) {},
            no_cookie),
      login("LG-17", "posted by another browser", "go_on stale", [](Login&) {}, other),
      login("LG-07", "replayed after the login, when the binding was replaced", "go_on stale",
            [](Login&) {}, other),
      login("LG-08", "the form is altered", "page stale_form 403", [](Login&) {},
            [](Sent& sent, const Scene&) {
              const std::size_t at = sent.body.find("glf_") + 80;
              sent.body[at] = sent.body[at] == 'A' ? 'B' : 'A';
            }),
      login("LG-08", "no form at all", "page stale_form 403", [](Login&) {},
            [](Sent& sent, const Scene&) { sent.body = "user=ada&password=p"; }),
      login("LG-08, LG-09", "fields beside the form are not looked at", kSignedIn,
            [](Login& made) {
              made.fields = made.fields.with("client_id", "spa")
                                .with("redirect_uri", "https://evil.example/")
                                .with("return_to", "//evil.example")
                                .with("scope", "read write");
            }),
      login("LG-06", "GET: there is no form", "page stale_form 403", [](Login&) {},
            [](Sent& sent, const Scene&) { sent.method = "GET"; }),
      login("IN-09", "as JSON", "page stale_form 403", [](Login&) {},
            [](Sent& sent, const Scene&) { sent.content_type = "application/json"; }),
  });
}

TEST(login, posted_when_signed_in_already_it_goes_on_and_checks_nothing) {
  const auto session = [](Sent& sent, const Scene& scene) { sent.session_cookie = scene.cookie; };
  run({
      login("issue 2", "two tabs: this one was left behind", "go_on", proof({}), session),
      login("issue 2", "with another person's name", "go_on",
            [](Login& made) {
              made.scene.facts.proof.reset();
              made.fields = made.fields.with("user", "bob");
            },
            session),
      login("LG-10", "a session that ended does not count", "ask password",
            [](Login& made) {
              made.scene.facts.proof.reset();
              made.scene.session().ended = true;
            },
            session),
  });
}

// AZ-13, AZ-14: a page that was shown to ask a live session's person anew does ask, else
// prompt=login could never be met. The session that it replaces ends: logging out must leave
// nothing behind.
TEST(login, prompt_login_asks_the_live_session_anew) {
  Scene scene;
  const Decision shown = scene.decide(scene.signed_in(ask().with("prompt", "login")));
  ASSERT_EQ(gist(shown), "page login 200");
  const auto form = std::get<LoginFormPayload>(std::get<ShowPage>(shown.outcome).form);
  Sent sent = posted({scene, form});
  sent.session_cookie = scene.cookie;
  EXPECT_EQ(scene.answer(sent), "ask password");
  scene.facts.proof = ProofAnswer{.kind = Kind::differs};
  EXPECT_EQ(scene.answer(sent), "page login:wrong 200");
  const Decision again = scene.decide(sent);
  EXPECT_EQ(std::get<LoginFormPayload>(std::get<ShowPage>(again.outcome).form).asks_anew,
            scene.session_id)
      << "the form shown again asks the same";
  scene.facts.proof = ProofAnswer{.kind = Kind::matches};
  const Decision signed_in = scene.decide(sent);
  EXPECT_EQ(gist(signed_in),
            "go_on signed_in + end_session + start_session ~ session ~ browser ~ device");
  EXPECT_EQ(std::get<EndSession>(signed_in.changes[0]).id, scene.session_id);

  // And then it is met: the code carries the new authentication.
  const Session session = std::get<StartSession>(signed_in.changes[1]).session;
  scene.session().ended = true;
  scene.facts.sessions.push_back(session);
  Sent next = scene.authorize(
      Params{{"resume", scene.text(std::get<GoOn>(signed_in.outcome).resume)}});
  next.session_cookie = signed_in.cookies[0].value;
  const Decision done = scene.decide(next);
  ASSERT_TRUE(std::holds_alternative<SendCode>(done.outcome)) << gist(done);
  EXPECT_EQ(std::get<SendCode>(done.outcome).code.auth_time, scene.now);

  // Posted again by the back button: the session is a newer one by now, so nothing is checked.
  sent.session_cookie = signed_in.cookies[0].value;
  scene.facts.proof.reset();
  EXPECT_EQ(scene.answer(sent), "go_on");
}

TEST(login, a_session_is_new_and_takes_its_values_from_what_was_judged) {
  Scene scene;
  scene.facts.proof = ProofAnswer{.kind = Kind::matches};
  const Login made{scene, form_for(scene, ask())};
  const Decision first = scene.decide(posted(made));
  const Session session = std::get<StartSession>(first.changes[0]).session;
  EXPECT_EQ(session.subject, scene.ada);
  EXPECT_EQ(session.user_counter, scene.user().counter);
  EXPECT_EQ(session.epoch, scene.facts.epoch);
  EXPECT_EQ(session.auth_time, scene.now);
  EXPECT_EQ(session.expires, scene.now + std::chrono::hours(14 * 24));
  const std::optional<SessionCookie> cookie = read_session_cookie(first.cookies[0].value);
  ASSERT_TRUE(cookie.has_value());
  EXPECT_EQ(cookie->id, session.id);
  EXPECT_EQ(cookie->secret_hash, session.secret_hash) << "CO-12: only the hash is stored";
  EXPECT_NE(first.cookies[1].value, kBrowser) << "the binding is replaced";
  const Freshness& fresh = std::get<GoOn>(first.outcome).resume.fresh;
  EXPECT_EQ(fresh.session, session.id);
  EXPECT_EQ(fresh.auth_time, session.auth_time);
  EXPECT_FALSE(fresh.consent.has_value());
}

// CK-05, CO-11: 128 bits of id and 256 of secret come from the moment's seed, and nothing else.
TEST(login, session_ids_are_never_drawn_twice) {
  std::set<std::string> seen;
  Moment moment;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    for (std::size_t byte = 0; byte < 4; ++byte) {
      moment.seed[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
    }
    const SessionId id(moment.draw<16>("session"));
    EXPECT_TRUE(seen.insert(std::string(as_text(id.view()))).second);
    EXPECT_TRUE(seen.insert(std::string(as_text(moment.draw<16>("consent")))).second);
  }
  Scene scene;
  scene.facts.proof = ProofAnswer{.kind = Kind::matches};
  const Login made{scene, form_for(scene, ask())};
  const std::string one = scene.decide(posted(made)).cookies[0].value;
  scene.chance = 2;
  EXPECT_NE(one, scene.decide(posted(made)).cookies[0].value);
}

// `grantd session revoke` takes a session id as it was shown, whatever was drawn.
TEST(login, session_ids_begin_like_no_option) {
  Scene scene;
  scene.facts.proof = ProofAnswer{.kind = Kind::matches};
  const Login made{scene, form_for(scene, ask())};
  int drawn_so = 0;
  for (scene.chance = 1; scene.chance != 0; ++scene.chance) {
    drawn_so += oauth::to_text(SessionId(scene.moment().draw<16>("session"))).starts_with('-');
    const Decision decision = scene.decide(posted(made));
    const Session session = std::get<StartSession>(decision.changes[0]).session;
    EXPECT_FALSE(oauth::to_text(session.id).starts_with('-'));
  }
  EXPECT_GT(drawn_so, 0) << "some of the 255 seeds draw one";
}

// EN-01: the same page but for the name that was typed; the same work is asked for.
TEST(login, an_unknown_user_and_a_wrong_password_read_the_same) {
  const auto shown = [](std::string_view user, std::function<void(Scene&)> arrange) {
    Scene scene;
    arrange(scene);
    Login made{scene, form_for(scene, ask())};
    made.fields = made.fields.with("user", std::string(user));
    const Scene::Judged asked = scene.judge(posted(made));
    EXPECT_TRUE(std::holds_alternative<Ask>(asked));
    EXPECT_FALSE(proof_asked(asked).phc.empty());
    EXPECT_EQ(proof_asked(asked).secret.reveal_text(), "correct horse");
    scene.facts.proof = ProofAnswer{.kind = Kind::differs};
    Decision decision = scene.decide(posted(made));
    EXPECT_TRUE(decision.changes.empty());
    EXPECT_TRUE(decision.cookies.empty());
    EXPECT_EQ(decision.event, "login_failed");
    auto& page = std::get<LoginPage>(std::get<ShowPage>(decision.outcome).page);
    EXPECT_EQ(page.login, user);
    EXPECT_EQ(page.wait, Duration::zero());
    return gist(decision);
  };
  const std::string known = shown("ada", [](Scene&) {});
  EXPECT_EQ(known, shown("nobody", [](Scene&) {}));
  EXPECT_EQ(known, shown("ada", [](Scene& scene) { scene.user().disabled = true; }));
  EXPECT_EQ(known, shown("ada", [](Scene& scene) { scene.user().password.clear(); }));
  EXPECT_EQ(known, shown("\xd0\xb0" "da", [](Scene&) {}));
}

// EN-09: exactly as set: no trim, no cut.
TEST(login, a_password_is_taken_as_it_was_typed) {
  for (const std::string& password :
       {std::string(128, 'p'), std::string(" two blanks "), std::string("\xf0\x9f\x9b\xb6"),
        std::string(1024, 'x')}) {
    Scene scene;
    Login made{scene, form_for(scene, ask())};
    made.fields = made.fields.with("password", password);
    const Scene::Judged asked = scene.judge(posted(made));
    EXPECT_EQ(proof_asked(asked).secret.reveal_text(), password);
  }
  Scene scene;
  Login made{scene, form_for(scene, ask())};
  made.fields = made.fields.with("password", std::string(1025, 'x'));
  const Scene::Judged asked = scene.judge(posted(made));
  EXPECT_TRUE(proof_asked(asked).secret.empty()) << "beyond the limit it cannot match";
}

// EN-05: tries are taken by account and by address; from a browser that signed this person in
// before, apart from strangers' tries, so that who guesses does not lock out the owner.
TEST(login, tries_from_a_known_browser_are_counted_apart) {
  Scene scene;
  DevicePayload device;
  device.epoch = scene.facts.epoch;
  device.expires = scene.now + minutes(1);
  device.login_hash = sha256("ada");
  device.id.fill(0xde);
  const auto throttle = [&](std::string_view user, const DevicePayload* known) {
    Login made{scene, form_for(scene, ask())};
    made.fields = made.fields.with("user", std::string(user));
    Sent sent = posted(made);
    if (known) sent.device_cookie = scene.seal_text(SealKind::device, encode(*known));
    const Scene::Judged asked = scene.judge(sent);
    return proof_asked(asked).throttle;
  };
  const std::vector<std::string> stranger{"account:ada", "address:192.0.2.7"};
  EXPECT_EQ(throttle("ada", nullptr), stranger);
  EXPECT_EQ(throttle(" Ada ", nullptr), stranger) << "EN-12: one name, one count";
  const std::vector<std::string> known = throttle("ada", &device);
  EXPECT_NE(known[0], stranger[0]);
  EXPECT_EQ(known[1], stranger[1]);
  EXPECT_EQ(throttle("bob", &device)[0], "account:bob") << "known for one person only";
  device.expires = scene.now;
  EXPECT_EQ(throttle("ada", &device), stranger) << "it was too long ago";
  device.expires = scene.now + minutes(1);
  device.epoch = id_of<Epoch>(0x77);
  EXPECT_EQ(throttle("ada", &device), stranger) << "from before a restore";

  // A browser stays the same device from login to login.
  device.epoch = scene.facts.epoch;
  scene.facts.proof = ProofAnswer{.kind = Kind::matches};
  Sent sent = posted({scene, form_for(scene, ask())});
  sent.device_cookie = scene.seal_text(SealKind::device, encode(device));
  const SetCookie again = scene.decide(sent).cookies[2];
  EXPECT_EQ(again.to_seal->id, device.id);
  EXPECT_GT(again.to_seal->expires, device.expires);
}

// EN-12: one canonical form.
TEST(login, names_have_one_form) {
  // RFC 5321 §4.5.3.1.3: 254 characters at most.
  EXPECT_EQ(canonical_login(std::string(254, 'a')), std::string(254, 'a'));
  EXPECT_EQ(canonical_login("Admin"), "admin");
  EXPECT_EQ(canonical_login(" admin "), "admin");
  EXPECT_EQ(canonical_login("ADA@Example.org"), "ada@example.org");
  for (const std::string& bad :
       {std::string(), std::string("  "), std::string("\xd0\xb0" "dmin"), std::string("a b"),
        std::string("a\nb"), std::string("ad\xcc\x88"), std::string(255, 'a')}) {
    EXPECT_FALSE(canonical_login(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace grantd::core
