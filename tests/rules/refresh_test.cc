// grant_type=refresh_token: RFC 6749 §6, RFC 9700 §4.14; DESIGN §1.2, 4; checklist RT.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const std::string kRefused = "json invalid_grant";

// The grant of `client` at some generation, and a token of another.
struct Refresh {
  Scene& scene;
  Grant grant;
  RefreshPayload token;
};
Row renewal(std::string client, std::string id, std::string title, std::string want,
            std::function<void(Refresh&)> before = [](Refresh&) {},
            std::function<Params(const Params&)> change = [](const Params& p) { return p; }) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            Refresh made{scene, scene.grant(client), scene.refresh(client)};
            made.grant.version = 6;
            before(made);
            scene.facts.grants = {made.grant};
            const Params params = change(renew(scene.text(made.token)));
            if (client == "spa") return scene.token(params.with("client_id", "spa"));
            return scene.token(params, basic(client, client + "-secret"));
          }, std::move(want)};
}

// A token of `sent` meets a row of `row` that rotated `ago`.
std::function<void(Refresh&)> generations(std::uint32_t sent, std::uint32_t row, Duration ago) {
  return [=](Refresh& made) {
    made.token.generation = sent;
    made.grant.generation = row;
    made.grant.rotated = made.scene.now - ago;
  };
}
std::function<Params(const Params&)> set(std::string name, std::string value) {
  return [=](const Params& params) { return params.with(name, value); };
}
void nothing(Refresh&) {}

TEST(refresh, a_public_clients_token_rotates_and_a_copy_is_caught) {
  const auto spa = [](std::string id, std::string title, std::string want,
                      std::function<void(Refresh&)> before) {
    return renewal("spa", std::move(id), std::move(title), std::move(want), std::move(before));
  };
  run({
      spa("DESIGN §1.2, 4", "the row's generation: rotated under version and generation",
          "tokens scope=read refresh=g2 + rotate g1 v6", nothing),
      spa("DESIGN §1.2, 4", "the newest, right after the last rotation",
          "tokens scope=read refresh=g6 + rotate g5 v6", generations(5, 5, Duration(0))),
      spa("RT-15", "one behind, a lost answer: the same successor, nothing is written",
          "tokens scope=read refresh=g5", generations(4, 5, seconds(1))),
      spa("RT-15", "one behind, a millisecond before the window closes",
          "tokens scope=read refresh=g5", generations(4, 5, seconds(60) - Duration(1))),
      spa("RT-01", "one behind, as the window closes: two parties hold copies",
          kRefused + " + revoke_grant", generations(4, 5, seconds(60))),
      spa("RT-01", "one behind, a day later", kRefused + " + revoke_grant",
          generations(4, 5, hours(24))),
      spa("RT-10", "two behind, inside the window", kRefused + " + revoke_grant",
          generations(3, 5, Duration(0))),
      spa("RT-10", "three rotations in one second, then the first token",
          kRefused + " + revoke_grant", generations(1, 4, Duration(300))),
      spa("DESIGN §1.2, 4", "ahead of the row: refused, nothing is revoked", kRefused,
          generations(6, 5, hours(1))),
      spa("DESIGN §1.2, 4", "far ahead", kRefused, generations(900, 5, hours(1))),
      spa("RT-01", "revoked is revoked, whatever the generation", kRefused,
          [](Refresh& made) { made.grant.state = GrantState::revoked; }),
      spa("DESIGN §1.2, 3", "a burned code's row gives nothing", kRefused,
          [](Refresh& made) { made.grant.state = GrantState::refused; }),
      spa("RT-09", "the row is gone", kRefused,
          [](Refresh& made) { made.grant.id = id_of<GrantId>(0x1d); }),
  });
}

// The operator sees that acknowledged writes were lost; the client does not.
TEST(refresh, a_token_ahead_of_its_row_raises_an_alarm) {
  Scene scene;
  scene.facts.grants = {scene.grant("spa")};
  const Decision ahead = scene.decide(
      scene.token(renew(scene.text(scene.refresh("spa", 2))).with("client_id", "spa")));
  ASSERT_FALSE(ahead.reasons.empty());
  EXPECT_TRUE(ahead.reasons.back().text.starts_with("ALARM"));
  EXPECT_EQ(std::get<SendJsonError>(ahead.outcome).error.description.find("ALARM"),
            std::string::npos);
}

// RT-15: the same successor, as a payload: the same generation and the same end.
TEST(refresh, an_honest_retry_gets_the_very_same_successor) {
  Scene scene;
  scene.facts.grants = {scene.grant("spa")};
  const Sent sent = scene.token(renew(scene.text(scene.refresh("spa"))).with("client_id", "spa"));
  const auto first = std::get<SendTokens>(scene.decide(sent).outcome).refresh_token;
  scene.facts.grants[0].generation = 2;
  scene.facts.grants[0].rotated = scene.now;
  scene.now += seconds(5);
  const Decision again = scene.decide(sent);
  const auto second = std::get<SendTokens>(again.outcome).refresh_token;
  EXPECT_EQ(encode(*first), encode(*second));
  EXPECT_TRUE(again.changes.empty());
  EXPECT_FALSE(again.reasons.empty()) << "each case is a reason that the operator can see";
}

// RT-20, RFC 9068 §2.2.1: what the first token said of the person and her login, the next one says
// too.
TEST(refresh, keeps_whom_the_token_is_about_and_when_she_signed_in) {
  Scene scene;
  const Decision first = scene.decide(
      scene.token(redeem(scene.text(scene.code("spa"))).with("client_id", "spa")));
  scene.facts.grants = {std::get<OpenGrant>(first.changes[0]).grant};
  scene.now += std::chrono::hours(1);
  scene.chance = 2;
  const auto& opened = std::get<SendTokens>(first.outcome);
  const Decision second = scene.decide(
      scene.token(renew(scene.text(*opened.refresh_token)).with("client_id", "spa")));
  const Json& before = std::get<UnsignedToken>(opened.access_token).claims;
  const auto& renewed = std::get<SendTokens>(second.outcome);
  const Json& after = std::get<UnsignedToken>(renewed.access_token).claims;
  for (const char* name : {"iss", "sub", "aud", "client_id", "scope", "grant_id"}) {
    EXPECT_EQ(*before.find_string(name), *after.find_string(name)) << name;
  }
  EXPECT_EQ(*before.find_int("auth_time"), *after.find_int("auth_time"));
  EXPECT_EQ(*before.find_int("iat") + 3600, *after.find_int("iat"));
  EXPECT_NE(*before.find_string("jti"), *after.find_string("jti"));
}

TEST(refresh, a_confidential_clients_token_stays) {
  const auto web = [](std::string id, std::string title, std::string want,
                      std::function<void(Refresh&)> before) {
    return renewal("web", std::move(id), std::move(title), std::move(want), std::move(before));
  };
  run({
      web("DESIGN §1.2, 4", "the same token; nothing is written", "tokens scope=read same_refresh",
          nothing),
      web("DESIGN §1.2, 4", "its use is written once a tenth of the idle limit",
          "tokens scope=read same_refresh + touch_grant",
          [](Refresh& made) { made.grant.last_used = made.scene.now - hours(72); }),
      web("DESIGN §1.2, 4", "not before", "tokens scope=read same_refresh",
          [](Refresh& made) { made.grant.last_used = made.scene.now - hours(72) + Duration(1); }),
      web("DESIGN §1.2, 4", "ahead of the row", kRefused, generations(2, 1, hours(1))),
      {"RT-06", "without client authentication",
       [](Scene& scene) {
         scene.facts.grants = {scene.grant("web")};
         return scene.token(renew(scene.text(scene.refresh("web"))).with("client_id", "web"));
       },
       "json invalid_client"},
      {"RT-06", "by another client, which proves itself",
       [](Scene& scene) {
         scene.facts.grants = {scene.grant("web")};
         return scene.token(renew(scene.text(scene.refresh("web"))),
                            basic("own", "own-secret"));
       },
       kRefused},
      {"RT-06", "an old one by another client revokes nothing",
       [](Scene& scene) {
         scene.facts.grants = {scene.grant("spa")};
         scene.facts.grants[0].generation = 9;
         return scene.token(renew(scene.text(scene.refresh("spa"))),
                            basic("own", "own-secret"));
       },
       kRefused},
  });
}

TEST(refresh, ends_when_it_ends) {
  const auto offline = [](Refresh& made) {
    made.grant.session.reset();
    made.token.session.reset();
    made.grant.scope = ScopeSet::parse("read offline_access").value();
    made.scene.facts.consent("spa").scope = made.grant.scope;
    made.grant.expires = made.token.expires = made.scene.now + hours(24);
  };
  const auto and_then = [](std::function<void(Refresh&)> one, std::function<void(Refresh&)> two) {
    return [=](Refresh& made) {
      one(made);
      two(made);
    };
  };
  const std::string kRotated = "tokens scope=offline_access read refresh=g2 + rotate g1 v6";
  run({
      renewal("spa", "RT-09", "the token's absolute end, though always used", kRefused,
              [](Refresh& made) { made.token.expires = made.scene.now; }),
      renewal("spa", "RT-09", "the row's absolute end", kRefused,
              [](Refresh& made) { made.grant.expires = made.scene.now; }),
      renewal("spa", "RT-09", "an offline one that was idle for 30 days", kRefused,
              and_then(offline, [](Refresh& made) {
                made.grant.last_used = made.scene.now - hours(24 * 30);
              })),
      renewal("spa", "RT-09", "a millisecond less", kRotated, and_then(offline, [](Refresh& made) {
                made.grant.last_used = made.scene.now - hours(24 * 30) + Duration(1);
              })),
      renewal("spa", "RT-17", "an offline one outlives the session", kRotated,
              and_then(offline, [](Refresh& made) { made.scene.session().ended = true; })),
      renewal("spa", "RT-17", "one bound to the session does not", kRefused,
              [](Refresh& made) { made.scene.session().ended = true; }),
      renewal("spa", "OIDC Core §11", "offline_access was taken from the client", kRefused,
              and_then(offline, [](Refresh& made) {
                made.scene.facts.client("spa").scope = ScopeSet::parse("read").value();
              })),
      renewal("spa", "RT-08", "the grant type was taken from the client",
              "json unauthorized_client",
              [](Refresh& made) {
                made.scene.facts.client("spa").grant_types = {GrantType::authorization_code};
              }),
      renewal("spa", "DESIGN §1.2, epoch", "from before a restore", kRefused,
              [](Refresh& made) { made.token.epoch = id_of<Epoch>(0x77); }),
  });
}

TEST(refresh, may_narrow_the_scope_and_never_widens_it) {
  const auto wide = [](Refresh& made) {
    made.grant.scope = ScopeSet::parse("read write").value();
    made.scene.facts.consent("web").scope = made.grant.scope;
  };
  const auto web = [](std::string id, std::string title, std::string want,
                      std::function<void(Refresh&)> before,
                      std::function<Params(const Params&)> change) {
    return renewal("web", std::move(id), std::move(title), std::move(want), std::move(before),
                   std::move(change));
  };
  run({
      web("RFC 6749 §6", "narrower", "tokens scope=read same_refresh", wide, set("scope", "read")),
      // The token that came with the narrow scope is the same, so the original stays askable.
      web("RT-05", "the original again", "tokens scope=read write same_refresh", wide,
          set("scope", "write read")),
      web("RT-05", "left out: the whole", "tokens scope=read write same_refresh", wide,
          set("scope", "")),
      web("RT-05", "past it", "json invalid_scope", wide, set("scope", "read view")),
      web("RT-05", "past it, malformed", "json invalid_scope", wide, set("scope", "read  write")),
      web("RFC 6749 §3.3", "offline_access alone opens nothing", "json invalid_scope",
          [](Refresh& made) {
            made.grant.scope = ScopeSet::parse("read offline_access").value();
            made.scene.facts.consent("web").scope = made.grant.scope;
          },
          set("scope", "offline_access")),
      web("DESIGN §1.2, 7", "the consent is narrower by now", "tokens scope=read same_refresh",
          [](Refresh& made) { made.grant.scope = ScopeSet::parse("read write").value(); },
          set("x", "")),
      web("DESIGN §1.2, 7", "nothing is left", kRefused,
          [](Refresh& made) {
            made.scene.facts.client("web").scope = ScopeSet::parse("view").value();
          },
          set("x", "")),
      web("RT-19", "a resource that was not granted", "json invalid_target", nothing,
          set("resource", "https://photos.example")),
      web("RT-19", "the one that was", "tokens scope=read same_refresh", nothing,
          set("resource", "https://notes.example")),
      web("RT-21", "unknown parameters are not looked at", "tokens scope=read same_refresh",
          nothing, set("client_session_host", "https://169.254.169.254/")),
  });
}

// A refused refresh of the newest token writes nothing: the next, right one finds it unspent.
TEST(refresh, a_bad_request_does_not_spend_the_token) {
  run({
      renewal("spa", "RT-19", "another resource", "json invalid_target", nothing,
              set("resource", "https://photos.example")),
      renewal("spa", "RT-05", "a wider scope", "json invalid_scope", nothing,
              set("scope", "read write")),
  });
}

TEST(refresh, what_is_no_refresh_token_is_refused) {
  const auto sent = [](std::string id, std::string text, std::string want = kRefused) {
    return Row{std::move(id), text.substr(0, 40), [=](Scene& scene) {
                 return scene.token(renew(text).with("client_id", "spa"));
               }, std::move(want)};
  };
  run({
      sent("RT-14", std::string(65'536, 'a')),
      sent("RT-14", "grt_" + std::string(65'536, 'a')),
      sent("RT-14", std::string("grt_\0", 5), "json invalid_request"),
      sent("RT-14", "", "json invalid_request"),
      sent("RT-14", "grt_AQAAAAg"),
      {"RT-14", "one character changed",
       [](Scene& scene) {
         scene.facts.grants = {scene.grant("spa")};
         std::string text = scene.text(scene.refresh("spa"));
         text[text.size() - 10] = text[text.size() - 10] == 'A' ? 'B' : 'A';
         return scene.token(renew(text).with("client_id", "spa"));
       },
       kRefused},
      {"RT-14", "a code in its place",
       [](Scene& scene) {
         scene.facts.grants = {scene.grant("spa")};
         return scene.token(renew(scene.text(scene.code("spa"))).with("client_id", "spa"));
       },
       kRefused},
      {"CO-08", "a refresh token in a code's place",
       [](Scene& scene) {
         return scene.token(redeem(scene.text(scene.refresh("spa"))).with("client_id", "spa"));
       },
       kRefused},
  });
}

}  // namespace
}  // namespace grantd::core
