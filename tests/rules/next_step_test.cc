// What does the request still lack? Login, consent or nothing: OpenID Connect Core §3.1.2.1,
// RFC 8252 §8.6, RFC 6749 §3.1; DESIGN §1.2, 8 (freshness is sealed); checklists AZ, CN, LG.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const std::string kBack = " to https://app.example/cb state=xyz";
const std::string kCode = "code" + kBack + " scope=read";
const std::string kLogin = "page login 200";

using Arrange = std::function<void(Scene&)>;
void as_it_is(Scene&) {}

Row step(std::string id, std::string title, Params params, std::string want,
         Arrange arrange = as_it_is) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            arrange(scene);
            return scene.signed_in(params);
          }, std::move(want)};
}

TEST(next_step, without_a_live_session_it_is_login) {
  const auto cookie = [](std::string id, std::string title, std::function<std::string(Scene&)> of) {
    return Row{std::move(id), std::move(title), [of](Scene& scene) {
                 Sent sent = scene.signed_in(ask());
                 sent.session_cookie = of(scene);
                 return sent;
               }, kLogin};
  };
  run({
      {"DESIGN §1.2, 1", "no cookie: a page, and nothing written",
       [](Scene& scene) { return scene.authorize(ask()); }, kLogin},
      {"LG-17", "a browser without binding gets one",
       [](Scene& scene) {
         Sent sent = scene.authorize(ask());
         sent.browser_cookie.reset();
         return sent;
       },
       kLogin + " ~ browser"},
      {"LG-17", "a binding that is none is replaced",
       [](Scene& scene) {
         Sent sent = scene.authorize(ask());
         sent.browser_cookie = "short";
         return sent;
       },
       kLogin + " ~ browser"},
      cookie("LG-10", "a tampered secret", [](Scene& scene) {
        std::string text = scene.cookie;
        text[60] = text[60] == 'A' ? 'B' : 'A';
        return text;
      }),
      cookie("LG-10", "a tampered id", [](Scene& scene) {
        std::string text = scene.cookie;
        text[3] = text[3] == 'A' ? 'B' : 'A';
        return text;
      }),
      cookie("LG-10", "cut short", [](Scene& scene) { return scene.cookie.substr(0, 63); }),
      cookie("LG-10", "empty", [](Scene&) { return std::string(); }),
      cookie("LG-10", "64 KB", [](Scene&) { return std::string(65'536, 'A'); }),
      step("LG-10", "its user is gone", ask(), kLogin,
           [](Scene& scene) { scene.facts.users.erase(scene.facts.users.begin()); }),
      step("LG-11", "idle for 24 hours", ask(), kLogin,
           [](Scene& scene) { scene.session().last_seen = scene.now - hours(24); }),
      step("LG-11", "its absolute end", ask(), kLogin,
           [](Scene& scene) { scene.session().expires = scene.now; }),
      step("LG-12", "the user is disabled", ask(), kLogin,
           [](Scene& scene) { scene.user().disabled = true; }),
      step("LG-13", "a new password, or signed out everywhere", ask(), kLogin,
           [](Scene& scene) { ++scene.user().counter; }),
      step("LG-12", "disabled and enabled again", ask(), kLogin,
           [](Scene& scene) { scene.user().counter += 2; }),
      step("LO-05", "logged out", ask(), kLogin,
           [](Scene& scene) { scene.session().ended = true; }),
      step("DESIGN §1.2, epoch", "from before a restore", ask(), kLogin,
           [](Scene& scene) { scene.facts.epoch = id_of<Epoch>(0x77); }),
  });
}

TEST(next_step, a_live_session_is_used_up_to_its_last_moment) {
  run({
      step("LG-11", "a millisecond before it was idle too long", ask(),
           kCode + " + touch_session",
           [](Scene& scene) {
             scene.session().last_seen = scene.now - hours(24) + Duration(1);
           }),
      step("LG-11", "a millisecond before its end", ask(), kCode,
           [](Scene& scene) { scene.session().expires = scene.now + Duration(1); }),
      step("DESIGN §1.2, 2", "remembered consent: nothing is written", ask(), kCode),
      step("DESIGN §1.2, 2", "its use is written once a tenth of the idle limit", ask(),
           kCode + " + touch_session",
           [](Scene& scene) { scene.session().last_seen = scene.now - minutes(144); }),
      step("DESIGN §1.2, 2", "not before", ask(), kCode,
           [](Scene& scene) {
             scene.session().last_seen = scene.now - minutes(144) + Duration(1);
           }),
  });
}

TEST(next_step, consent_is_asked_where_it_is_lacking) {
  run({
      step("RFC 6749 §3.1", "none yet", ask(), "page consent 200",
           [](Scene& scene) { scene.facts.consents.clear(); }),
      step("CN-03", "a wider scope than allowed", ask().with("scope", "read write"),
           "page consent:more 200"),
      step("CN-03", "offline_access was not allowed", ask().with("scope", "read offline_access"),
           "page consent:more 200"),
      step("CN-03", "a narrower scope", ask(), kCode,
           [](Scene& scene) {
             scene.facts.consent("web").scope = ScopeSet::parse("read write").value();
           }),
      step("DESIGN §1.2, 7", "given to an app that was deleted, its name used again", ask(),
           "page consent 200",
           [](Scene& scene) { scene.facts.client("web").incarnation = id_of<Incarnation>(0x99); }),
      step("ConsentPolicy", "implied: remembered without a page", ask("own"),
           kCode + " + remember read seen=0",
           [](Scene& scene) { scene.facts.consents.clear(); }),
      step("ConsentPolicy", "implied and remembered", ask("own"), kCode),
      step("ConsentPolicy", "implied, wider: what was allowed stays",
           ask("own").with("scope", "write"),
           "code" + kBack + " scope=write + remember read write seen=4"),
      step("RFC 8252 §8.6", "a public app on this computer is asked about each time",
           ask("native").with("redirect_uri", "http://127.0.0.1:4000/cb"), "page consent 200"),
      step("RFC 8252 §8.6", "a public app on the web is not", ask("spa"), kCode),
      step("LG-15", "each request is answered for its own app", ask("post"), kCode),
  });
}

TEST(next_step, prompt_none_shows_nothing_and_sets_nothing) {
  const Params none = ask().with("prompt", "none");
  const auto no_consent = [](Scene& scene) { scene.facts.consents.clear(); };
  run({
      {"AZ-11", "no session, and no binding either",
       [none](Scene& scene) {
         Sent sent = scene.authorize(none);
         sent.browser_cookie.reset();
         return sent;
       },
       "error login_required" + kBack},
      step("AZ-11", "the session ended", none, "error login_required" + kBack,
           [](Scene& scene) { scene.session().ended = true; }),
      step("OIDC Core §3.1.2.6", "no consent", none, "error consent_required" + kBack, no_consent),
      step("OIDC Core §3.1.2.6", "older than max_age", none.with("max_age", "60"),
           "error login_required" + kBack),
      step("OIDC Core §3.1.2.1", "all is there", none, kCode),
      step("RFC 8252 §8.6", "a public app on this computer",
           none.with("client_id", "native").with("redirect_uri", "com.example.app:/cb"),
           "error consent_required to com.example.app:/cb state=xyz"),
      step("RU-34", "an unknown app is not answered", none.with("client_id", "nobody"),
           "page unknown_app 400"),
  });
}

TEST(next_step, prompt_and_max_age_ask_anew) {
  run({
      step("AZ-13", "prompt=login", ask().with("prompt", "login"), kLogin),
      step("AZ-13", "prompt=select_account", ask().with("prompt", "select_account"), kLogin),
      step("OIDC Core §3.1.2.1", "prompt=consent", ask().with("prompt", "consent"),
           "page consent 200"),
      step("OIDC Core §3.1.2.1", "prompt=login consent: login first",
           ask().with("prompt", "login consent"), kLogin),
      step("AZ-14", "max_age=0", ask().with("max_age", "0"), kLogin),
      step("AZ-14", "max_age as old as the login", ask().with("max_age", "1200"), kLogin),
      step("AZ-14", "max_age a second longer", ask().with("max_age", "1201"), kCode),
  });
}

// ---- freshness: what was just done counts for this request, for ten minutes.

ResumePayload resumed(Scene& scene, const Params& params) {
  ResumePayload payload;
  payload.request = AuthorizeRequest(oauth::Form::parse(params.encode()).value());
  payload.epoch = scene.facts.epoch;
  payload.made = scene.now;
  payload.fresh = {scene.now - minutes(1), scene.session().id, scene.session().auth_time, {}};
  return payload;
}

Row fresh(std::string id, std::string title, Params params, std::string want,
          std::function<void(Scene&, ResumePayload&)> change = [](Scene&, ResumePayload&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            ResumePayload payload = resumed(scene, params);
            change(scene, payload);
            return scene.resume(payload);
          }, std::move(want)};
}

TEST(freshness, a_login_just_done_meets_prompt_and_max_age) {
  const Params login = ask().with("prompt", "login");
  run({
      fresh("AZ-13", "prompt=login is met", login, kCode),
      fresh("AZ-14", "max_age=0 is met", ask().with("max_age", "0"), kCode),
      fresh("DESIGN §1.2, 8", "another session's login is not", login, kLogin,
            [](Scene&, ResumePayload& payload) {
              payload.fresh.session = id_of<SessionId>(0x66);
            }),
      fresh("DESIGN §1.2, 8", "this session's earlier authentication is not", login, kLogin,
            [](Scene&, ResumePayload& payload) {
              payload.fresh.auth_time -= std::chrono::seconds(1);
            }),
      fresh("DESIGN §1.2, 8", "a millisecond before ten minutes", login, kCode,
            [](Scene& scene, ResumePayload& payload) {
              payload.fresh.at = scene.now - minutes(10) + Duration(1);
            }),
      fresh("DESIGN §1.2, 8", "after ten minutes", login, kLogin,
            [](Scene& scene, ResumePayload& payload) {
              payload.fresh.at = scene.now - minutes(10);
            }),
      fresh("DESIGN §1.2, epoch", "done before a restore", login, kLogin,
            [](Scene&, ResumePayload& payload) { payload.epoch = id_of<Epoch>(0x77); }),
      fresh("LG-06", "without a session it is worth nothing", login, kLogin,
            [](Scene& scene, ResumePayload&) { scene.session().ended = true; }),
      fresh("LG-07", "a login does not stand for a consent", ask().with("prompt", "consent"),
            "page consent 200"),
      fresh("DESIGN §1.2, 8", "a stale form is told", ask(), "page login:fresh_form 200",
            [](Scene& scene, ResumePayload& payload) {
              scene.session().ended = true;
              payload.fresh_form = true;
            }),
  });
}

TEST(freshness, a_consent_just_given_meets_prompt) {
  const auto given = [](std::string_view client, Duration ago) {
    return [client = std::string(client), ago](Scene& scene, ResumePayload& payload) {
      payload.fresh = {scene.now - ago, {}, {}, scene.facts.consent(client).id};
    };
  };
  const Params consent = ask().with("prompt", "consent");
  const Params native =
      ask("native").with("redirect_uri", "com.example.app:/cb").without("state");
  run({
      fresh("OIDC Core §3.1.2.1", "prompt=consent is met", consent, kCode, given("web", {})),
      fresh("DESIGN §1.2, 8", "after ten minutes it is not", consent, "page consent 200",
            given("web", minutes(10))),
      fresh("DESIGN §1.2, 8", "another app's consent is not", consent, "page consent 200",
            given("spa", {})),
      fresh("DESIGN §1.2, 7", "withdrawn and given anew since", consent, "page consent 200",
            [](Scene& scene, ResumePayload& payload) {
              payload.fresh = {scene.now, {}, {}, scene.facts.consent("web").id};
              scene.facts.consent("web").id = id_of<ConsentId>(0xcc);
            }),
      fresh("RFC 8252 §8.6", "an app on this computer was just allowed", native,
            "code to com.example.app:/cb state= scope=read", given("native", {})),
      fresh("LG-07", "a consent does not stand for a login", ask().with("prompt", "login"),
            kLogin, given("web", {})),
      fresh("CN-03", "nor for a wider scope", consent.with("scope", "read write"),
            "page consent:more 200", given("web", {})),
  });
}

// DESIGN §1.2, 8: ten minutes. A consent page opened later must not make an old login fresh again.
TEST(freshness, what_grew_old_is_not_made_fresh_by_a_consent) {
  Scene scene;
  ResumePayload payload = resumed(scene, ask().with("prompt", "consent").with("max_age", "3600"));
  payload.fresh.at = scene.now - minutes(11);
  const Decision shown = scene.decide(scene.resume(payload));
  ASSERT_EQ(gist(shown), "page consent 200");
  const auto& form = std::get<ConsentFormPayload>(std::get<ShowPage>(shown.outcome).form);
  EXPECT_FALSE(form.fresh.session.has_value());

  payload.fresh.at = scene.now - minutes(9);
  const Decision still = scene.decide(scene.resume(payload));
  EXPECT_TRUE(std::get<ConsentFormPayload>(std::get<ShowPage>(still.outcome).form)
                  .fresh.session.has_value());
}

TEST(freshness, only_what_was_sealed_here_is_believed) {
  Scene scene;
  const std::string good = scene.text(resumed(scene, ask().with("prompt", "login")));
  std::string altered = good;
  altered[altered.size() / 2] ^= 1;
  EXPECT_EQ(scene.answer(scene.signed_in({{"resume", altered}})), "page stale_form 400") << "LG-08";
  EXPECT_EQ(scene.answer(scene.signed_in({{"resume", "x"}})), "page stale_form 400");
  // LG-08: what stands beside it is not looked at, but for the language.
  EXPECT_EQ(scene.answer(scene.signed_in(Params{{"resume", good}}.with("scope", "read write")
                                             .with("redirect_uri", "https://evil.example/"))),
            kCode);
  // A code or a form is no resume, whatever is in it.
  EXPECT_EQ(scene.answer(scene.signed_in({{"resume", scene.text(scene.code("web"))}})),
            "page stale_form 400");
  Keyring other = scene.keys;
  scene.keys.seal_keys.erase(scene.keys.seal_keys.begin());
  EXPECT_EQ(scene.answer(scene.signed_in({{"resume", good}})), "unknown_key");
}

// CO-17, DESIGN §1.2, 2 and 7: the code names everything that its life hangs on, as judged.
TEST(next_step, the_code_carries_what_was_judged) {
  Scene scene;
  const Params params = ask().with("nonce", "n-1").with("resource", "https://notes.example");
  const CodePayload code =
      std::get<SendCode>(scene.decide(scene.signed_in(params)).outcome).code;
  const Client& client = scene.facts.client("web");
  EXPECT_EQ(oauth::time_of(code.id), scene.now);
  EXPECT_EQ(code.epoch, scene.facts.epoch);
  EXPECT_EQ(code.expires, scene.now + std::chrono::seconds(60));
  EXPECT_EQ(code.refs.client, client.id);
  EXPECT_EQ(code.refs.incarnation, client.incarnation);
  EXPECT_EQ(code.refs.client_counter, client.counter);
  EXPECT_EQ(code.refs.subject, scene.ada);
  EXPECT_EQ(code.refs.user_counter, scene.user().counter);
  EXPECT_EQ(code.refs.session, scene.session_id);
  EXPECT_EQ(code.refs.consent, scene.facts.consent("web").id);
  EXPECT_FALSE(code.offline);
  EXPECT_EQ(code.redirect_uri_hash, sha256(kAppUri));
  EXPECT_EQ(code.challenge->to_text(), kChallenge);
  EXPECT_EQ(code.scope.to_text(), "read");
  EXPECT_EQ(code.nonce, "n-1");
  EXPECT_EQ(code.auth_time, scene.session().auth_time);

  scene.facts.consent("web").scope = ScopeSet::parse("read offline_access").value();
  EXPECT_TRUE(std::get<SendCode>(scene.decide(scene.signed_in(
                  ask().with("scope", "read offline_access"))).outcome).code.offline);
}

// An implied consent's id is in the code before its row is written: a commit that is lost is judged
// again, and a code of the lost round names a consent that never was.
TEST(next_step, an_implied_consent_is_guarded_by_what_was_seen) {
  Scene scene;
  scene.facts.consents.clear();
  const Decision decision = scene.decide(scene.signed_in(ask("own")));
  ASSERT_EQ(decision.changes.size(), 1u);
  const auto& remember = std::get<RememberConsent>(decision.changes[0]);
  EXPECT_EQ(remember.seen, 0u);
  EXPECT_EQ(remember.consent.id, std::get<SendCode>(decision.outcome).code.refs.consent);
  EXPECT_EQ(remember.consent.incarnation, scene.facts.client("own").incarnation);
}

// Size: DESIGN §1.2, 2. What would not fit is refused at once, not cut.
TEST(next_step, a_code_is_at_most_a_kilobyte_and_a_half) {
  Scene scene;
  const Params largest = ask().with("nonce", std::string(512, 'n'));
  const auto sealed = [&](const Params& params) {
    return scene.text(std::get<SendCode>(scene.decide(scene.signed_in(params)).outcome).code);
  };
  EXPECT_LE(sealed(largest).size(), 1536u);

  std::vector<std::string> many{"read"};
  for (int i = 0; i < 60; ++i) many.push_back("scope-with-a-long-name-number-" + std::to_string(i));
  for (const std::string& name : many) {
    if (name != "read") scene.facts.resources[0].scopes.push_back({name, {}});
  }
  scene.facts.client("web").scope = ScopeSet::of(many);
  scene.facts.consent("web").scope = ScopeSet::of(many);
  EXPECT_EQ(scene.answer(scene.signed_in(ask().with("scope", ScopeSet::of(many).to_text()))),
            "error invalid_request" + kBack);
}

}  // namespace
}  // namespace grantd::core
