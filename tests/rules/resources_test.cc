// Several APIs in one authorization, one in a token: RFC 8707 §2, §2.1, §2.2, §3; RFC 9068 §2.2.3,
// §3; RFC 9700 §2.3; checklists AZ-25, RT-19.
#include "grantd/core/resource_indicators.h"
#include "tests/rules/openid.h"

namespace grantd::core {
namespace {

const std::string kNotes = "https://notes.example";    // read, write
const std::string kPhotos = "https://photos.example";  // view
const std::string kUserinfo = "https://auth.example";

ScopeSet scope_of(std::string_view text) { return ScopeSet::parse(text).value(); }

// Ada allowed web everything that it may ask for.
void set_up(Scene& scene) {
  with_openid(scene);
  scene.facts.consent("web").scope = scene.facts.client("web").scope;
}

// ---- /authorize

Params asking(std::string_view scope, std::initializer_list<std::string> resources = {}) {
  Params params = ask().with("scope", std::string(scope));
  for (const std::string& each : resources) params = params.also("resource", each);
  return params;
}
Row asked(std::string id, std::string title, Params params, std::string want,
          std::function<void(Scene&)> arrange = [](Scene&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            set_up(scene);
            arrange(scene);
            return scene.signed_in(params);
          }, std::move(want)};
}
std::string code_for(std::string_view scope) {
  return "code" + kOpenidBack + " scope=" + std::string(scope);
}
const std::string kBadTarget = "error invalid_target" + kOpenidBack;

TEST(resources, of_a_request_are_those_of_its_scopes) {
  run({
      asked("RFC 8707 §2.1", "of one", asking("read"), code_for("read")),
      asked("RFC 8707 §2.1", "of two", asking("read view"), code_for("read view")),
      asked("RFC 8707 §2.1", "of two and userinfo", asking("openid read view"),
            code_for("openid read view")),
      asked("RFC 8707 §2.1", "one named", asking("read", {kNotes}), code_for("read")),
      asked("RFC 8707 §2", "two named", asking("read view", {kPhotos, kNotes}),
            code_for("read view")),
      asked("RFC 8707 §2", "one named twice", asking("read", {kNotes, kNotes}), code_for("read")),
      asked("RFC 8707 §2.1", "userinfo comes along unnamed", asking("openid read", {kNotes}),
            code_for("openid read")),
      asked("RFC 8707 §2.1", "userinfo by its name", asking("openid read", {kNotes, kUserinfo}),
            code_for("openid read")),
      asked("RFC 8707 §2.1", "so does use while away", asking("read offline_access", {kNotes}),
            code_for("offline_access read")),
      asked("RFC 6749 §3.1", "an empty one is none", asking("read", {""}), code_for("read")),
  });
}

TEST(resources, that_do_not_fit_are_refused) {
  run({
      asked("AZ-25", "another API than the scope's", asking("read", {kPhotos}), kBadTarget),
      asked("AZ-25", "one too many", asking("read", {kNotes, kPhotos}), kBadTarget),
      asked("AZ-25", "one too few", asking("read view", {kNotes}), kBadTarget),
      asked("AZ-25", "unknown", asking("read", {"https://other.example"}), kBadTarget),
      asked("AZ-25", "unknown beside a known one", asking("read", {kNotes, "urn:x"}), kBadTarget),
      asked("AZ-25", "with a fragment", asking("read", {kNotes + "#x"}), kBadTarget),
      asked("AZ-25", "with a slash more", asking("read", {kNotes + "/"}), kBadTarget),
      asked("AZ-25", "no URI", asking("read", {"notes"}), kBadTarget),
      // The person would read nothing of it, and a token would say nothing.
      asked("RFC 8707 §2", "of which no scope is asked for", asking("openid", {kNotes}),
            kBadTarget),
      asked("RFC 8707 §2", "userinfo without openid", asking("read", {kNotes, kUserinfo}),
            kBadTarget),
  });
}

// The scope that stands in goes as far as the named ones know it.
TEST(resources, narrow_the_default_scope) {
  const auto with_default = [](Scene& scene) {
    scene.facts.client("web").default_scope = scope_of("openid read view");
  };
  const Params none = ask().without("scope");
  run({
      asked("RFC 6749 §3.3", "not named", none, code_for("openid read view"), with_default),
      asked("RFC 8707 §2.1", "one named", none.with("resource", kPhotos), code_for("openid view"),
            with_default),
      asked("RFC 8707 §2.1", "userinfo named", none.with("resource", kUserinfo), code_for("openid"),
            with_default),
      asked("AZ-25", "an unknown one", none.with("resource", "https://other.example"), kBadTarget,
            with_default),
  });
}

// A request by POST is asked again by GET: with all of them, in their order.
TEST(resources, stand_more_than_once_by_post_and_on_the_way_back) {
  Scene scene;
  set_up(scene);
  const Params params = asking("read view", {kNotes, kPhotos});
  const Decision again = scene.decide(scene.post("/authorize", params));
  EXPECT_EQ(std::get<AskByGet>(again.outcome).query, params.encode());

  ResumePayload resume;
  resume.request = request_of(params);
  resume.epoch = scene.facts.epoch;
  resume.made = scene.now;
  EXPECT_EQ(scene.answer(scene.resume(resume)), code_for("read view"));
}

void register_apis(Scene& scene, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    Resource api;
    api.audience = Audience("https://api" + std::to_string(i) + ".example");
    names.push_back("s" + std::to_string(i));
    api.scopes = {{names.back(), {}}};
    scene.facts.resources.push_back(std::move(api));
  }
  scene.facts.client("web").scope = scene.facts.consent("web").scope = ScopeSet::of(names);
}

TEST(resources, are_eight_at_most) {
  const auto scope = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += (text.empty() ? "s" : " s") + std::to_string(i);
    return text;
  };
  const auto nine = [](Scene& scene) { register_apis(scene, 9); };
  run({
      asked("RFC 8707 §2.1", "eight", asking(scope(8)), code_for(scope(8)), nine),
      asked("RFC 8707 §2.1", "nine", asking(scope(9)), kBadTarget, nine),
  });
}

// CN-06: each API with its own scopes, in the operator's order.
TEST(resources, stand_apart_on_the_consent_page) {
  Scene scene;
  set_up(scene);
  scene.facts.consent("web").scope = scope_of("openid read");
  scene.facts.resources[0].name = "Notes";
  scene.facts.resources[1].name = "Photos";
  const Decision decision = scene.decide(scene.signed_in(asking("view write openid read")));
  const auto& page = std::get<ConsentPage>(std::get<ShowPage>(decision.outcome).page);
  std::string text;
  for (const ConsentPage::Api& api : page.apis) {
    text += api.name + ":";
    for (const ConsentItem& item : api.items) text += item.scope->name + (item.before ? "* " : " ");
  }
  EXPECT_EQ(text, "Notes:read* write Photos:view ");
  EXPECT_TRUE(page.asks_for_more);
}

// What covers one API covers no other.
TEST(resources, of_which_one_was_never_allowed_are_asked_about) {
  run({
      asked("RFC 8707 §2.1", "photos is new", asking("read view"), "page consent:more 200",
            [](Scene& scene) { scene.facts.consent("web").scope = scope_of("read"); }),
      asked("RFC 8707 §2.1", "photos is new, silently", asking("read view").with("prompt", "none"),
            "error consent_required" + kOpenidBack,
            [](Scene& scene) { scene.facts.consent("web").scope = scope_of("read"); }),
  });
}

// ---- /token

// "AUDIENCE SCOPE", "+ id_token" with one; else the gist.
std::string target_of(const Decision& decision) {
  const auto* sent = std::get_if<SendTokens>(&decision.outcome);
  if (!sent) return gist(decision);
  std::string audience, scope;
  if (const auto* jwt = std::get_if<UnsignedToken>(&sent->access_token)) {
    audience = *jwt->claims.find_string("aud");
    scope = *jwt->claims.find_string("scope");
  } else {
    const auto& opaque = std::get<AccessPayload>(sent->access_token);
    audience = opaque.audience.str();
    scope = opaque.scope.to_text();
  }
  EXPECT_EQ(sent->scope.to_text(), scope) << "RFC 6749 §5.1: the answer says the token's scope";
  return audience + " " + scope + (sent->id_token ? " + id_token" : "");
}

struct TokenRow {
  std::string id;
  std::string granted;
  std::vector<std::string> resources;
  std::string want;
};
Params named(Params params, const std::vector<std::string>& resources) {
  for (const std::string& each : resources) params = params.also("resource", each);
  return params;
}
const std::string kWeb = basic("web", "web-secret");

std::vector<TokenRow> token_rows() {
  return {
      // One API: it, named or not.
      {"RFC 9068 §3", "read", {}, kNotes + " read"},
      {"RFC 8707 §2.2", "read", {kNotes}, kNotes + " read"},
      {"RFC 8707 §2.2", "read", {kNotes, kNotes}, kNotes + " read"},
      {"RFC 9068 §3", "read write", {}, kNotes + " read write"},
      {"OIDC Core §5.3.1", "openid profile", {}, kUserinfo + " openid profile + id_token"},
      {"OIDC Core §5.3.1", "openid read", {}, kNotes + " openid read + id_token"},
      // Named: its own scopes, and nobody else's; the ID token is no part of it.
      {"RFC 9068 §2.2.3", "openid read", {kNotes}, kNotes + " read + id_token"},
      {"RFC 9068 §2.2.3", "openid profile read", {kUserinfo},
       kUserinfo + " openid profile + id_token"},
      // Two: the one that is named.
      {"RFC 8707 §2.2", "read view", {kNotes}, kNotes + " read"},
      {"RFC 8707 §2.2", "read view", {kPhotos}, kPhotos + " view"},
      {"RFC 8707 §2.2", "openid read view write", {kNotes}, kNotes + " read write + id_token"},
      {"RFC 8707 §2.2", "openid read view", {kUserinfo}, kUserinfo + " openid + id_token"},
      // Two, none named: nobody guesses.
      {"RFC 8707 §2.2, RFC 9068 §3", "read view", {}, "json invalid_target"},
      {"RFC 9068 §3", "openid read view", {}, kUserinfo + " openid + id_token"},
      // RFC 9700 §2.3: one token, one API.
      {"RFC 8707 §3", "read view", {kNotes, kPhotos}, "json invalid_target"},
      {"RFC 8707 §3", "openid read", {kNotes, kUserinfo}, "json invalid_target"},
      // RT-19: not beyond what was granted.
      {"RT-19", "read", {kPhotos}, "json invalid_target"},
      {"RT-19", "read", {kUserinfo}, "json invalid_target"},
      {"RT-19", "read view", {"https://other.example"}, "json invalid_target"},
      {"RT-19", "read", {kNotes + "/"}, "json invalid_target"},
      {"RT-19", "openid", {kNotes}, "json invalid_target"},
  };
}

TEST(resources, of_a_code_narrow_its_access_token) {
  for (const TokenRow& row : token_rows()) {
    Scene scene;
    set_up(scene);
    CodePayload code = scene.code("web");
    code.scope = scope_of(row.granted);
    const Decision decision =
        scene.decide(scene.token(named(redeem(scene.text(code)), row.resources), kWeb));
    EXPECT_EQ(target_of(decision), row.want) << row.id << " " << row.granted;
    if (!std::holds_alternative<SendTokens>(decision.outcome)) {
      EXPECT_TRUE(decision.changes.empty()) << "the code may still be used";
      continue;
    }
    // RFC 8707 §2.2: the refresh token is for the whole.
    EXPECT_EQ(std::get<OpenGrant>(decision.changes[0]).grant.scope, code.scope);
  }
}

TEST(resources, of_a_grant_narrow_each_refresh) {
  for (const TokenRow& row : token_rows()) {
    Scene scene;
    set_up(scene);
    scene.facts.grants = {scene.grant("web")};
    scene.facts.grants[0].scope = scope_of(row.granted);
    const Decision decision = scene.decide(
        scene.token(named(renew(scene.text(scene.refresh("web"))), row.resources), kWeb));
    EXPECT_EQ(target_of(decision), row.want) << row.id << " " << row.granted;
    EXPECT_TRUE(decision.changes.empty()) << "a confidential client's refresh writes nothing";
  }
}

// A refresh by what is left, and by `scope`.
TEST(resources, go_with_what_may_still_be_had) {
  struct Left {
    std::string id, title, want;
    std::function<Params(Scene&, Params)> change;
  };
  const auto resource = [](std::string uri) {
    return [uri](Scene&, const Params& params) { return params.with("resource", uri); };
  };
  const auto scope = [](std::string text) {
    return [text](Scene&, const Params& params) { return params.with("scope", text); };
  };
  const auto consent = [](std::string text, std::string uri) {
    return [=](Scene& scene, const Params& params) {
      scene.facts.consent("web").scope = scope_of(text);
      return uri.empty() ? params : params.with("resource", uri);
    };
  };
  const auto gone = [](std::size_t index, std::string uri) {
    return [=](Scene& scene, const Params& params) {
      scene.facts.resources.erase(scene.facts.resources.begin() +
                                  static_cast<std::ptrdiff_t>(index));
      return uri.empty() ? params : params.with("resource", uri);
    };
  };
  // The grant: read write view.
  const std::vector<Left> rows{
      {"RFC 6749 §6", "scope says the API", kNotes + " write", scope("write")},
      {"RFC 6749 §6", "scope of both", "json invalid_target", scope("read view")},
      {"RFC 8707 §2.2", "scope and resource", kNotes + " read",
       [](Scene&, const Params& params) {
         return params.with("scope", "read view").with("resource", kNotes);
       }},
      {"RFC 8707 §2.2", "scope and resource that do not fit", "json invalid_target",
       [](Scene&, const Params& params) {
         return params.with("scope", "read").with("resource", kPhotos);
       }},
      {"DESIGN §1.2, 7", "the person took one API away", "json invalid_target",
       consent("read write", kPhotos)},
      {"DESIGN §1.2, 7", "the other stays", kNotes + " read write", consent("read write", "")},
      {"DESIGN §1.2, 7", "the person took a scope away", kNotes + " read",
       consent("read view", kNotes)},
      {"DESIGN §1.2, 7", "the operator took one API from the client", "json invalid_target",
       [](Scene& scene, const Params& params) {
         scene.facts.client("web").scope = scope_of("view");
         return params.with("resource", kNotes);
       }},
      {"DESIGN §2", "one API is gone", kPhotos + " view", gone(0, "")},
      {"DESIGN §2", "one API is gone, and named", "json invalid_target", gone(0, kNotes)},
      {"DESIGN §2", "both are", "json invalid_grant",
       [](Scene& scene, const Params& params) {
         scene.facts.resources.clear();
         return params;
       }},
      {"RT-05", "the whole stays for the next time", kPhotos + " view", resource(kPhotos)},
  };
  for (const Left& row : rows) {
    Scene scene;
    set_up(scene);
    scene.facts.grants = {scene.grant("web")};
    scene.facts.grants[0].scope = scope_of("read write view");
    const Params params = row.change(scene, renew(scene.text(scene.refresh("web"))));
    EXPECT_EQ(target_of(scene.decide(scene.token(params, kWeb))), row.want)
        << row.id << " " << row.title;
  }
}

// Format and lifetime are the API's that the token is for: there is no other to disagree with.
TEST(resources, decide_format_and_lifetime_of_their_own_tokens) {
  Scene scene;
  set_up(scene);
  scene.facts.resources[1].token_format = TokenFormat::opaque;
  scene.facts.resources[1].token_lifetime = std::chrono::minutes(2);
  scene.facts.grants = {scene.grant("web")};
  scene.facts.grants[0].scope = scope_of("read view");
  const auto token_for = [&](const std::string& uri) {
    const Params params = renew(scene.text(scene.refresh("web"))).with("resource", uri);
    return std::get<SendTokens>(scene.decide(scene.token(params, kWeb)).outcome);
  };
  const SendTokens notes = token_for(kNotes), photos = token_for(kPhotos);
  EXPECT_TRUE(std::holds_alternative<UnsignedToken>(notes.access_token));
  EXPECT_EQ(notes.expires_in, 900);
  EXPECT_TRUE(std::holds_alternative<AccessPayload>(photos.access_token));
  EXPECT_EQ(photos.expires_in, 120);
}

// ---- client_credentials

TEST(resources, narrow_a_clients_own_token) {
  struct Own {
    std::string id, scope;
    std::vector<std::string> resources;
    std::string want;
  };
  const std::vector<Own> rows{
      {"RFC 9068 §3", "read", {}, kNotes + " read"},
      {"RFC 8707 §2.2", "read", {kNotes}, kNotes + " read"},
      {"RFC 8707 §2.2", "read view", {kPhotos}, kPhotos + " view"},
      {"RFC 8707 §2.2", "", {kPhotos}, kPhotos + " view"},
      {"RFC 8707 §2.2", "", {kNotes}, kNotes + " read write"},
      {"RFC 8707 §2.2, RFC 9068 §3", "read view", {}, "json invalid_target"},
      {"RFC 8707 §2.2, RFC 9068 §3", "", {}, "json invalid_target"},
      {"RFC 8707 §3", "read view", {kNotes, kPhotos}, "json invalid_target"},
      {"TK-19", "read", {kPhotos}, "json invalid_target"},
      {"TK-19", "read", {kUserinfo}, "json invalid_target"},
      {"RFC 6749 §3.3", "read root", {kNotes}, "json invalid_scope"},
      {"RFC 6749 §3.3", "root", {}, "json invalid_scope"},
  };
  for (const Own& row : rows) {
    Scene scene;
    scene.facts.client("robot").scope = scope_of("read write view root");
    Params params{{"grant_type", "client_credentials"}};
    if (!row.scope.empty()) params = params.with("scope", row.scope);
    EXPECT_EQ(target_of(scene.decide(scene.token(named(params, row.resources),
                                                 basic("robot", "robot-secret")))),
              row.want)
        << row.id << " " << row.scope;
  }
}

// ---- introspection

// RFC 7662 §4: whoever answers for photos learns nothing of a token for notes, though one grant
// stands behind both.
TEST(resources, see_their_own_tokens_alone) {
  Scene scene;
  set_up(scene);
  scene.facts.resources[1].introspectors = {
      {ClientId("own"), scene.facts.client("own").incarnation}};
  scene.facts.grants = {scene.grant("web")};
  scene.facts.grants[0].scope = scope_of("read view");
  const auto told = [&](const std::string& token, const std::string& caller) {
    Sent sent = scene.token(Params{{"token", token}}, basic(caller, caller + "-secret"));
    sent.path = "/introspect";
    return std::get<SendJson>(scene.decide(sent).outcome).body;
  };
  AccessPayload notes = scene.access("web"), photos = scene.access("web", "view");
  photos.audience = Audience(kPhotos);
  EXPECT_EQ(told(scene.text(notes), "own").dump(), "{\"active\":false}");
  EXPECT_EQ(*told(scene.text(photos), "own").find_string("aud"), kPhotos);

  // RFC 7519 §4.1.3: a refresh token brings tokens for each of them.
  const std::string refresh = scene.text(scene.refresh("web"));
  EXPECT_EQ(told(refresh, "web").find_strings("aud"), (std::vector{kNotes, kPhotos}));
  scene.facts.grants[0].scope = scope_of("read");
  EXPECT_EQ(*told(refresh, "web").find_string("aud"), kNotes);
  scene.facts.resources.erase(scene.facts.resources.begin());
  EXPECT_EQ(told(refresh, "web").dump(), "{\"active\":false}") << "its API is gone";
}

// A token that is for an API alone does not open userinfo (OpenID Connect Core §5.3.1).
TEST(resources, do_not_lend_each_other_their_tokens) {
  Scene scene;
  set_up(scene);
  scene.facts.grants = {scene.grant("web")};
  scene.facts.grants[0].scope = scope_of("openid read");
  const auto userinfo_with = [&](const std::string& scope) {
    Sent sent{.path = "/userinfo"};
    sent.authorization = "Bearer " + scene.text(scene.access("web", scope));
    return scene.answer(sent);
  };
  EXPECT_EQ(userinfo_with("read"), "challenge insufficient_scope");
  EXPECT_TRUE(userinfo_with("openid read").starts_with("json {\"sub\":"));
}

}  // namespace
}  // namespace grantd::core
