#include "apps/lesson/room_cast.h"

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/server/passwords.h"

namespace grantd::lesson {
namespace {

using core::AuthMethod;
using core::GrantType;

// A guess costs nobody anything here: the room is gone with the process.
constexpr server::Argon2Parameters kCheap{.memory_kib = 8, .iterations = 1};

std::string new_secret() { return "gcs_" + base64url_encode(random_bytes<32>()); }

core::Client client(std::string_view id, std::string_view name, const std::string& secret,
                    const std::string& redirect_uri, Time now) {
  core::Client out;
  out.id = oauth::ClientId(std::string(id));
  out.incarnation = oauth::Incarnation(random_bytes<8>());
  out.created = now;
  out.name = name;
  out.auth_method = secret.empty() ? AuthMethod::none : AuthMethod::client_secret_post;
  if (!secret.empty()) out.secrets.push_back({.sha256 = sha256(secret), .created = now});
  if (!redirect_uri.empty()) {
    auto parsed = core::RedirectUri::parse(redirect_uri);
    CHECK(parsed);
    out.redirect_uris.push_back(std::move(*parsed));
    out.grant_types = {GrantType::authorization_code, GrantType::refresh_token};
    out.scope = core::ScopeSet::parse("openid photos.read offline_access").value();
    out.default_scope = core::ScopeSet::parse("photos.read").value();
  }
  out.id_token_algorithm = jose::Algorithm::es256;
  return out;
}

core::Resource api(std::string_view audience, std::string_view name,
                   std::vector<core::ResourceScope> scopes) {
  core::Resource out;
  out.audience = core::Audience(std::string(audience));
  out.name = name;
  out.scopes = std::move(scopes);
  return out;
}

core::User user(const Person& person, std::string_view name, Time now) {
  core::User out;
  out.id = oauth::make_id<core::SubjectId>(random_bytes<16>());
  out.login = person.login;
  out.created = now;
  out.password = server::hash_password(Secret(person.password), kCheap);
  out.claims = Json::object({{"name", name}});
  return out;
}

}  // namespace

RoomSecrets RoomSecrets::draw() {
  const auto word = [] { return "tea-" + hex_encode(random_bytes<3>()); };
  return {new_secret(), new_secret(), new_secret(), new_secret(), {"mira", word()},
          {"rook", word()}};
}

core::Changes room_cast(const RoomSecrets& secrets, const std::string& postcard_origin,
                        const std::string& quiz_origin, Time now) {
  const std::string callback = postcard_origin + "/callback";
  core::Changes out;
  out.push_back(core::PutClient{client("postcard", "Postcard", secrets.postcard, callback, now)});
  // RFC 8252 §7.3: any port of this computer.
  out.push_back(core::PutClient{
      client("postcard-phone", "Postcard Phone", "", "http://127.0.0.1/callback", now)});
  core::Client classic =
      client("postcard-classic", "Postcard Classic", secrets.classic, callback, now);
  classic.pkce = core::PkcePolicy::optional;
  out.push_back(core::PutClient{std::move(classic)});
  out.push_back(core::PutClient{
      client("quiz", "Quiz", secrets.quiz, quiz_origin + "/callback", now)});
  // Album itself, for when it asks the server about a token.
  const core::Client album_itself = client("album", "Album", secrets.album, "", now);
  out.push_back(core::PutClient{album_itself});

  core::Resource album = api(kAlbumAudience, "Album",
                             {{"photos.read", {{"en", {"See your photos", ""}},
                                               {"de", {"Ihre Fotos sehen", ""}}}},
                              {"photos.write", {{"en", {"Change and delete your photos", ""}},
                                                {"de", {"Ihre Fotos ändern und löschen", ""}}}}});
  album.introspectors = {{album_itself.id, album_itself.incarnation}};
  out.push_back(core::PutResource{std::move(album)});
  out.push_back(core::PutResource{
      api(kDiaryAudience, "Diary", {{"diary.read", {{"en", {"Read your diary", ""}},
                                                    {"de", {"Ihr Tagebuch lesen", ""}}}}})});
  out.push_back(core::PutUser{user(secrets.mira, "Mira", now)});
  out.push_back(core::PutUser{user(secrets.rook, "Rook", now)});
  return out;
}

}  // namespace grantd::lesson
