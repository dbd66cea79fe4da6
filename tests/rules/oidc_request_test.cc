// What OpenID Connect adds to an authorization request: OpenID Connect Core §3.1.2.1, §3.1.2.2,
// §3.1.2.6, §5.5.1, OAuth 2.0 Form Post Response Mode §2. Rows name the sections and the modules of
// the OpenID Foundation's conformance suite (oidcc-…).
#include "grantd/core/oidc/id_token.h"
#include "grantd/core/oidc/subject.h"
#include "grantd/base/encoding.h"
#include "grantd/jose/jwt.h"
#include "tests/rules/openid.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;

std::string red(std::string_view error) { return "error " + std::string(error) + kOpenidBack; }

using Change = std::function<Params(const Scene&, const Params&)>;

// Ada's browser asks; `change` may need the scene: a hint names its people.
Row asked(std::string id, std::string title, std::string want, Change change,
          std::function<void(Scene&)> arrange = [](Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            with_openid(scene);
            arrange(scene);
            return scene.signed_in(change(scene, openid_request()));
          }, std::move(want)};
}
Row asked(std::string id, std::string title, std::string want, Params params,
          std::function<void(Scene&)> arrange = [](Scene&) {}) {
  return asked(std::move(id), std::move(title), std::move(want),
               [params](const Scene&, const Params&) { return params; }, std::move(arrange));
}

std::string hint_of(const Scene& scene, std::string_view name, Json value,
                    std::string_view typ = "JWT") {
  Json claims = hint_claims(scene);
  if (!name.empty()) claims.set(std::string(name), std::move(value));
  return scene.access_token(std::move(claims), typ);
}

// A request with a hint whose one claim is another.
Change hinted(std::string name, std::string value, std::string prompt = "") {
  return [=](const Scene& scene, const Params& params) {
    const Params with = params.with("id_token_hint", hint_of(scene, name, Json(value)));
    return prompt.empty() ? with : with.with("prompt", prompt);
  };
}

TEST(id_token_hint, means_the_person_who_is_signed_in) {
  const std::string bob = oauth::to_text(id_of<SubjectId>(0xb0));
  run({
      asked("oidcc-id-token-hint", "prompt=none and the hint of who is signed in", kOpenidCode,
            hinted("", "", "none")),
      asked("Core §3.1.2.2", "expired a year ago", kOpenidCode, hinted("", "")),
      asked("Core §2", "the client among several audiences", kOpenidCode,
            [](const Scene& scene, const Params& params) {
              return params.with("id_token_hint",
                                 hint_of(scene, "aud", Json::array({"other", "web"})));
            }),
      asked("Core §3.1.2.1", "somebody else: a login is asked", std::string(kLoginPage),
            hinted("sub", bob)),
      asked("Core §3.1.2.6", "somebody else, and nobody may be asked", red("login_required"),
            hinted("sub", bob, "none")),
      asked("Core §3.1.2.1", "nobody is signed in: a login is asked", std::string(kLoginPage),
            hinted("", ""), [](Scene& scene) { scene.session().ended = true; }),
      asked("Core §3.1.2.1", "without openid it is an unknown parameter",
            "code" + kOpenidBack + " scope=read", ask().with("id_token_hint", "nonsense")),
      asked("Core §8.1", "a pairwise client's hint has its own subject", kOpenidCode,
            [](const Scene& scene, const Params& params) {
              Client web = scene.facts.clients.front();
              return params.with("id_token_hint",
                                 hint_of(scene, "sub", subject_for(web, scene.ada, scene.keys)));
            },
            [](Scene& scene) {
              scene.facts.client("web").subject_type = SubjectType::pairwise;
              scene.facts.client("web").sector = "app.example";
            }),
      asked("Core §8.1", "and the public one is nobody's", std::string(kLoginPage), hinted("", ""),
            [](Scene& scene) {
              scene.facts.client("web").subject_type = SubjectType::pairwise;
              scene.facts.client("web").sector = "app.example";
            }),
  });
}

TEST(id_token_hint, that_is_not_ours_is_an_invalid_parameter) {
  const auto of_text = [](std::function<std::string(const Scene&)> text) {
    return [text](const Scene& scene, const Params& params) {
      return params.with("id_token_hint", text(scene));
    };
  };
  const std::string bad = red("invalid_request");
  run({
      asked("Core §3.1.2.2", "another issuer's", bad, hinted("iss", "https://evil.example")),
      asked("Core §8.1", "another client's", bad, hinted("aud", "spa")),
      asked("Core §2", "nobody's", bad, hinted("sub", "")),
      asked("RFC 8725 §3.11", "an access token", bad, of_text([](const Scene& scene) {
              return hint_of(scene, "", {}, "at+jwt");
            })),
      asked("RFC 8725 §3.1", "alg none", bad, of_text([](const Scene& scene) {
              return base64url_encode(as_bytes(R"({"alg":"none","typ":"JWT"})")) + "." +
                     base64url_encode(as_bytes(hint_claims(scene).dump())) + ".";
            })),
      asked("Core §3.1.2.2", "an altered signature", bad, of_text([](const Scene& scene) {
              std::string text = hint_of(scene, "", {});
              char& last = text[text.size() - 10];
              last = last == 'A' ? 'B' : 'A';
              return text;
            })),
      asked("Core §3.1.2.2", "signed by the client itself", bad, of_text([](const Scene& scene) {
              const auto own = jose::PrivateKey::generate(jose::Algorithm::es256);
              return jose::sign_jwt(own, jose::Algorithm::es256,
                                    Json::object({{"typ", "JWT"}, {"kid", "k1"}}),
                                    hint_claims(scene));
            })),
      asked("Core §3.1.2.2", "no token at all", bad,
            openid_request().with("id_token_hint", "ada")),
      asked("Core §3.1.2.2", "with prompt=none, too", bad,
            openid_request().with("id_token_hint", "ada").with("prompt", "none")),
  });
}

// Core §3.1.2.2: whatever key is still published, whatever its algorithm.
TEST(id_token_hint, of_a_retired_key_counts_as_long_as_that_is_published) {
  const auto older = jose::PrivateKey::generate(jose::Algorithm::eddsa);
  run({asked("Core §3.1.2.2", "a retired key", kOpenidCode,
             [&older](const Scene& scene, const Params& params) {
               return params.with("id_token_hint",
                                  jose::sign_jwt(older, jose::Algorithm::eddsa,
                                                 Json::object({{"typ", "JWT"}, {"kid", "k0"}}),
                                                 hint_claims(scene)));
             },
             [&older](Scene& scene) {
               scene.keys.verify_keys.add({"k0", older.public_key(), jose::Algorithm::eddsa});
             })});
}

// ---- what was just done for this request

ResumePayload just_signed_in(Scene& scene, const Params& params) {
  ResumePayload payload;
  payload.request = request_of(params);
  payload.epoch = scene.facts.epoch;
  payload.made = scene.now;
  payload.fresh = {scene.now, scene.session_id, scene.session().auth_time, {}};
  return payload;
}

// Core §3.1.2.1: an error where somebody else signed in, and never the login page again and again.
TEST(id_token_hint, somebody_else_who_just_signed_in_is_no_loop) {
  Scene scene;
  with_openid(scene);
  const std::string bob = oauth::to_text(scene.bob);
  const Params meant = openid_request().with("id_token_hint", hint_of(scene, "sub", bob));
  EXPECT_EQ(scene.answer(scene.resume(just_signed_in(scene, meant))), red("login_required"));
  const Params right = openid_request().with("id_token_hint", hint_of(scene, "", {}));
  EXPECT_EQ(scene.answer(scene.resume(just_signed_in(scene, right))), kOpenidCode);
  const Params both = right.with("prompt", "login");
  EXPECT_EQ(scene.answer(scene.resume(just_signed_in(scene, both))), kOpenidCode);
}

std::string claims_sub(const std::string& member, const std::string& subject) {
  return R"({")" + member + R"(":{"sub":{"value":")" + subject + R"("}}})";
}

TEST(claims_sub, nobody_else_will_do) {
  const std::string ada = oauth::to_text(id_of<SubjectId>(0xa1));
  const std::string bob = oauth::to_text(id_of<SubjectId>(0xb0));
  const auto with = [](std::string claims, std::string prompt = "") {
    const Params params = openid_request().with("claims", std::move(claims));
    return prompt.empty() ? params : params.with("prompt", std::move(prompt));
  };
  run({
      asked("Core §5.5.1", "in id_token: who is signed in", kOpenidCode,
            with(claims_sub("id_token", ada))),
      asked("Core §3.1.2.2", "somebody else", std::string(kLoginPage),
            with(claims_sub("id_token", bob))),
      asked("Core §5.5.1", "in userinfo", std::string(kLoginPage),
            with(claims_sub("userinfo", bob))),
      asked("Core §3.1.2.6", "somebody else, prompt=none", red("login_required"),
            with(claims_sub("id_token", bob), "none")),
      asked("Core §5.5.1", "sub without a value says nothing", kOpenidCode,
            with(R"({"id_token":{"sub":null}})")),
      asked("Core §3.1.2.2", "a hint that means another than claims do", std::string(kLoginPage),
            [bob](const Scene& scene, const Params& params) {
              return params.with("claims", claims_sub("id_token", bob))
                  .with("id_token_hint", hint_of(scene, "", {}));
            }),
  });
  Scene scene;
  with_openid(scene);
  EXPECT_EQ(scene.answer(scene.resume(just_signed_in(scene, with(claims_sub("id_token", bob))))),
            red("login_required"));
}

TEST(acr, only_an_essential_one_that_cannot_be_met_is_an_error) {
  const auto claims = [](std::string acr) {
    return openid_request().with("claims", R"({"id_token":{"acr":)" + acr + "}}");
  };
  const std::string unmet = red("unmet_authentication_requirements");
  run({
      asked("Core §5.5.1.1", "essential, unknown", unmet,
            claims(R"({"essential":true,"value":"urn:mace:incommon:iap:silver"})")),
      asked("Core §5.5.1.1", "essential, several, all unknown", unmet,
            claims(R"({"essential":true,"values":["2","3"]})")),
      asked("Core §5.5.1.1", "it is known before anybody is asked", unmet,
            claims(R"({"essential":true,"value":"2"})").with("prompt", "login")),
      asked("Core §5.5.1.1", "essential, one of them is ours", kOpenidCode,
            claims(R"({"essential":true,"values":["2",")" + std::string(kAcrPassword) + "\"]}")),
      asked("Core §5.5.1", "voluntary", kOpenidCode, claims(R"({"value":"2"})")),
      asked("Core §5.5.1", "essential without a value", kOpenidCode,
            claims(R"({"essential":true})")),
      asked("oidcc-ensure-request-with-acr-values-succeeds", "acr_values are voluntary",
            kOpenidCode, openid_request().with("acr_values", "1 2")),
  });
}

TEST(openid_request, what_is_voluntary_or_unknown_is_never_an_error) {
  run({
      asked("oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "no nonce", kOpenidCode,
            openid_request()),
      asked("oidcc-display-page", "display=page", kOpenidCode,
            openid_request().with("display", "page")),
      asked("oidcc-display-popup", "display=popup", kOpenidCode,
            openid_request().with("display", "popup")),
      asked("oidcc-ui-locales", "ui_locales=se", kOpenidCode,
            openid_request().with("ui_locales", "se")),
      asked("oidcc-claims-locales", "claims_locales=se", kOpenidCode,
            openid_request().with("claims_locales", "se")),
      asked("oidcc-login-hint", "an unknown person", kOpenidCode,
            openid_request().with("login_hint", "buffy@auth.example")),
      asked("oidcc-ensure-request-with-unknown-parameter-succeeds", "extra=foobar", kOpenidCode,
            openid_request().with("extra", "foobar")),
      asked("oidcc-claims-essential", "name in userinfo", kOpenidCode,
            openid_request().with("claims", R"({"userinfo":{"name":{"essential":true}}})")),
      asked("oidcc-alternate-happy-flow", "openid is not the first scope",
            "code" + kOpenidBack + " scope=openid profile",
            openid_request().with("scope", "profile openid")),
      asked("Core §5.5", "claims that are no JSON", red("invalid_request"),
            openid_request().with("claims", "{name}")),
      asked("Core §3.1.2.1", "profile without openid", red("invalid_scope"),
            openid_request().with("scope", "profile")),
  });
}

// Core §5.4: who first, then what; each with whether it was allowed before.
TEST(consent_page, lists_identity_scopes_as_people_read_them) {
  Scene scene;
  with_openid(scene);
  const Decision shown = scene.decide(
      scene.signed_in(openid_request().with("scope", "phone email openid profile read")));
  const auto& page = std::get<ConsentPage>(std::get<ShowPage>(shown.outcome).page);
  std::string listed;
  for (const IdentityItem& item : page.identity) {
    listed += item.scope + (item.before ? "* " : " ");
  }
  EXPECT_EQ(listed, "openid* profile* email phone ");
  ASSERT_EQ(page.apis.size(), 1u);
  EXPECT_EQ(page.apis[0].items.size(), 1u);
}

TEST(prompt, of_the_conformance_suite) {
  const Params none = openid_request().with("prompt", "none");
  const std::string state(120, 'x');
  run({
      asked("oidcc-prompt-none-logged-in", "no page", kOpenidCode, none),
      asked("oidcc-prompt-none-not-logged-in", "the state as it was",
            "error login_required to https://app.example/cb state=" + state + "-._~",
            none.with("state", state + "-._~"),
            [](Scene& scene) { scene.session().ended = true; }),
      asked("Core §3.1.2.6", "more than was allowed", red("consent_required"),
            none.with("scope", "openid email")),
      asked("oidcc-prompt-login", "prompt=login", std::string(kLoginPage),
            openid_request().with("prompt", "login")),
      asked("Core §3.1.2.1", "prompt=select_account", std::string(kLoginPage),
            openid_request().with("prompt", "select_account")),
      asked("oidcc-max-age-1", "an old login", std::string(kLoginPage),
            openid_request().with("max_age", "1")),
      asked("oidcc-max-age-10000", "young enough", kOpenidCode,
            openid_request().with("max_age", "10000")),
  });
}

TEST(default_max_age, stands_in_where_the_request_says_nothing) {
  const auto of = [](std::int64_t seconds) {
    return [seconds](Scene& scene) {
      scene.facts.client("web").default_max_age = std::chrono::seconds(seconds);
    };
  };
  run({
      asked("Registration §2", "the login is older", std::string(kLoginPage), openid_request(),
            of(1200)),
      asked("Registration §2", "the login is younger", kOpenidCode, openid_request(), of(1201)),
      asked("Registration §2", "0: always", std::string(kLoginPage), openid_request(), of(0)),
      asked("Registration §2", "the request's own is what counts", kOpenidCode,
            openid_request().with("max_age", "3600"), of(60)),
      asked("Registration §2", "prompt=none", red("login_required"),
            openid_request().with("prompt", "none"), of(60)),
  });
}

// A login dated by another node, whose clock is two minutes ahead or behind: asked for once, never
// again, and max_age=0 is no less than prompt=login for it (Core §3.1.2.1).
TEST(prompt, and_max_age_loop_for_nobody_whatever_the_clocks_say) {
  for (const Duration apart : {Duration(minutes(2)), Duration(minutes(-2)), Duration()}) {
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"prompt", "login"}, {"prompt", "select_account"}, {"max_age", "0"},
             {"max_age", "1"}, {"max_age", "60"}}) {
      SCOPED_TRACE(name + "=" + value + ", " + std::to_string(apart.count()) + " ms");
      Scene scene;
      with_openid(scene);
      const Params params = openid_request().with(name, value);
      scene.session().auth_time = scene.now + apart;
      ResumePayload payload = just_signed_in(scene, params);
      payload.fresh.at = payload.made = scene.now + apart;
      EXPECT_EQ(scene.answer(scene.resume(payload)), kOpenidCode);
      // The next request is another one: what must be new each time is asked for again.
      const bool each_time = name == "prompt" || value == "0";
      if (each_time) {
        EXPECT_EQ(scene.answer(scene.signed_in(params)), kLoginPage);
      }
    }
  }
}

TEST(form_post, is_how_answers_and_errors_travel) {
  const Params posted = openid_request().with("response_mode", "form_post");
  const std::string to = " to https://app.example/cb state=xyz by form_post";
  const std::string own = "com.example.app:/cb";
  const auto native = [](const Params& params, const std::string& uri) {
    return params.with("client_id", "native").with("redirect_uri", uri);
  };
  run({
      asked("Form Post §2", "a code", "code" + to + " scope=openid", posted),
      asked("oidcc-prompt-none-not-logged-in", "an error", "error login_required" + to,
            posted.with("prompt", "none"), [](Scene& scene) { scene.session().ended = true; }),
      asked("oidcc-response-type-missing", "an error of the request",
            "error invalid_request" + to, posted.without("response_type")),
      asked("RFC 8252 §7.3", "a loopback address takes a POST",
            "error consent_required to http://127.0.0.1:4000/cb state=xyz by form_post",
            native(posted, "http://127.0.0.1:4000/cb").with("prompt", "none")),
      asked("Form Post §2", "a private-use scheme takes none: said in the query",
            "error invalid_request to " + own + " state=xyz", native(posted, own)),
      asked("RFC 6749 §3.1", "sent twice: the default mode",
            "error invalid_request" + kOpenidBack, posted.also("response_mode", "form_post")),
      asked("RU-34", "an unknown address is not posted to", "page bad_return_address 400",
            posted.with("redirect_uri", "https://evil.example/cb")),
  });
}

}  // namespace
}  // namespace grantd::core
