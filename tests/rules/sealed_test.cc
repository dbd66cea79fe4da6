// What is sealed: DESIGN §1.2, "Sealing"; checklist CO-11, CO-12, RT-14.
#include "tests/rules/scene.h"

#include "grantd/base/encoding.h"
#include "grantd/base/random.h"

namespace grantd::core {
namespace {

struct Artefact {
  SealKind kind;
  Bytes payload;
};

Freshness some_freshness() {
  return {from_seconds(1'767'268'000), id_of<SessionId>(0x51), from_seconds(1'767'267'000),
          id_of<ConsentId>(0xc0)};
}
AuthorizeRequest some_request() { return request_of(ask()); }

ResumePayload some_resume() {
  return {some_request(), id_of<Epoch>(1), from_seconds(1'767'268'000), some_freshness(), true};
}

// Every kind, with every optional part there.
std::vector<Artefact> artefacts(const Scene& scene) {
  CodePayload code = scene.code("web");
  code.nonce = "n";
  LoginFormPayload login{some_request(), id_of<Epoch>(1), scene.now, sha256("b"),
                         id_of<SessionId>(0x51)};
  ConsentFormPayload consent;
  consent.request = some_request();
  consent.session = id_of<SessionId>(0x51);
  consent.shown = ScopeSet::parse("read write").value();
  consent.seen = 300;
  consent.fresh = some_freshness();
  const LogoutFormPayload logout{id_of<Epoch>(1), scene.now, id_of<SessionId>(0x51)};
  const DevicePayload device{id_of<Epoch>(1), scene.now, sha256("ada"), {}};
  const AccountFormPayload account{id_of<Epoch>(1), scene.now, id_of<SessionId>(0x51),
                                   AccountFormPayload::Note::narrowed};
  AccessPayload access;
  access.client = ClientId("web");
  access.grant = scene.grant_id;
  access.subject = "somebody";
  access.scope = ScopeSet::parse("openid read").value();
  access.audience = Audience("https://api.example");
  return {{SealKind::code, encode(code)},
          {SealKind::refresh_token, encode(scene.refresh("web"))},
          {SealKind::login_form, encode(login)},
          {SealKind::consent_form, encode(consent)},
          {SealKind::logout_form, encode(logout)},
          {SealKind::resume, encode(some_resume())},
          {SealKind::device, encode(device)},
          {SealKind::access_token, encode(access)},
          {SealKind::account_form, encode(account)},
          {SealKind::invitation, encode(InvitationPayload{{1, 2}, id_of<Epoch>(1), scene.now})}};
}

// Opened as `kind` and encoded again; or why not.
Result<Bytes, OpenError> reopen(SealKind kind, const std::string& text, const Keyring& keys) {
  const auto again = [](const auto& opened) -> Result<Bytes, OpenError> {
    if (!opened) return fail(opened.error());
    return encode(*opened);
  };
  switch (kind) {
    case SealKind::code: return again(open_code(text, keys));
    case SealKind::refresh_token: return again(open_refresh_token(text, keys));
    case SealKind::login_form: return again(open_login_form(text, keys));
    case SealKind::consent_form: return again(open_consent_form(text, keys));
    case SealKind::logout_form: return again(open_logout_form(text, keys));
    case SealKind::resume: return again(open_resume(text, keys));
    case SealKind::device: return again(open_device(text, keys));
    case SealKind::access_token: return again(open_access_token(text, keys));
    case SealKind::account_form: return again(open_account_form(text, keys));
    case SealKind::invitation: return again(open_invitation(text, keys));
  }
  return fail(OpenError::not_ours);
}

const Result<Bytes, OpenError> kNotOurs = fail(OpenError::not_ours);
const Result<Bytes, OpenError> kUnknownKey = fail(OpenError::unknown_key);

TEST(sealed, every_kind_comes_back_as_it_was) {
  Scene scene;
  const std::vector<Artefact> all = artefacts(scene);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kSealKinds));
  for (const Artefact& each : all) {
    const std::string text = scene.seal_text(each.kind, each.payload);
    EXPECT_TRUE(text.starts_with(prefix_of(each.kind)));
    EXPECT_EQ(reopen(each.kind, text, scene.keys), each.payload) << prefix_of(each.kind);
  }
}

TEST(sealed, a_code_keeps_every_part) {
  Scene scene;
  CodePayload code = scene.code("web");
  code.offline = true;
  code.nonce = "n-\xc3\xa4";
  const CodePayload opened = open_code(scene.text(code), scene.keys).value();
  EXPECT_EQ(opened.id, code.id);
  EXPECT_EQ(opened.refs.session, code.refs.session);
  EXPECT_EQ(opened.challenge, code.challenge);
  EXPECT_EQ(opened.redirect_uri_hash, code.redirect_uri_hash);
  EXPECT_EQ(opened.scope, code.scope);
  EXPECT_EQ(opened.nonce, code.nonce);
  EXPECT_TRUE(opened.offline);
  code.challenge.reset();
  EXPECT_FALSE(open_code(scene.text(code), scene.keys)->challenge.has_value());
}

// The request is kept as sent, repeated parameters too, and bytes of every kind.
TEST(sealed, a_request_keeps_its_bytes) {
  Scene scene;
  ResumePayload resume = some_resume();
  const Params odd = ask().with("state", "<>\"'&=%\r\n\xc3\xa4").also("resource", "https://a/")
                         .also("resource", "https://b/").also("scope", "twice");
  resume.request = request_of(odd);
  const ResumePayload opened = open_resume(scene.text(resume), scene.keys).value();
  EXPECT_EQ(opened.request.to_query(), odd.encode());
  EXPECT_TRUE(opened.request.is_repeated("scope"));
}

TEST(sealed, no_kind_can_be_used_as_another) {
  Scene scene;
  for (const Artefact& each : artefacts(scene)) {
    const std::string text = scene.seal_text(each.kind, each.payload);
    for (int other = 0; other < kSealKinds; ++other) {
      const auto kind = static_cast<SealKind>(other);
      if (kind == each.kind) continue;
      EXPECT_EQ(reopen(kind, text, scene.keys), kNotOurs);
      // Under the other's prefix: the associated data differ, or the key's use.
      const std::string renamed = std::string(prefix_of(kind)) + text.substr(4);
      EXPECT_EQ(reopen(kind, renamed, scene.keys), kNotOurs)
          << prefix_of(each.kind) << " as " << prefix_of(kind);
    }
  }
}

TEST(sealed, another_issuer_opens_nothing) {
  Scene scene;
  Keyring other = scene.keys;
  other.issuer = oauth::parse_issuer("https://auth.example/").value();
  for (const Artefact& each : artefacts(scene)) {
    EXPECT_EQ(reopen(each.kind, scene.seal_text(each.kind, each.payload), other), kNotOurs);
  }
}

// RT-14: every byte of the sealed text, every bit of the first and last.
TEST(sealed, an_altered_byte_opens_nothing) {
  Scene scene;
  for (const Artefact& each : artefacts(scene)) {
    const std::string text = scene.seal_text(each.kind, each.payload);
    Bytes bytes = base64url_decode(text.substr(4)).value();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const std::uint8_t before = bytes[at];
      bytes[at] ^= static_cast<std::uint8_t>(1 << (at % 8));
      const auto opened =
          reopen(each.kind, text.substr(0, 4) + base64url_encode(bytes), scene.keys);
      // Bytes 1 to 4 are the key's id: most values name no key of ours.
      EXPECT_TRUE(opened == kNotOurs || (at >= 1 && at <= 4 && opened == kUnknownKey)) << at;
      bytes[at] = before;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string changed = text;
      changed[at] = changed[at] == '~' ? '!' : '~';
      EXPECT_EQ(reopen(each.kind, changed, scene.keys), kNotOurs);
    }
  }
}

TEST(sealed, a_shortened_or_lengthened_text_opens_nothing) {
  Scene scene;
  for (const Artefact& each : artefacts(scene)) {
    const std::string text = scene.seal_text(each.kind, each.payload);
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_EQ(reopen(each.kind, text.substr(0, size), scene.keys), kNotOurs);
    }
    for (const char* more : {"A", "AAAA", "=", " ", "\n"}) {
      EXPECT_EQ(reopen(each.kind, text + more, scene.keys), kNotOurs);
    }
  }
}

// What authenticates but does not decode, or leaves something over, is not ours either.
TEST(sealed, a_payload_that_does_not_fit_opens_nothing) {
  Scene scene;
  for (const Artefact& each : artefacts(scene)) {
    for (std::size_t size = 0; size < each.payload.size(); ++size) {
      const std::string text = scene.seal_text(each.kind, ByteView(each.payload).first(size));
      EXPECT_EQ(reopen(each.kind, text, scene.keys), kNotOurs) << size;
    }
    Bytes longer = each.payload;
    longer.push_back(0);
    EXPECT_EQ(reopen(each.kind, scene.seal_text(each.kind, longer), scene.keys), kNotOurs);
    const Bytes ones(each.payload.size(), 0xff);
    EXPECT_EQ(reopen(each.kind, scene.seal_text(each.kind, ones), scene.keys), kNotOurs);
  }
}

TEST(sealed, an_unknown_key_is_told_apart) {
  Scene scene;
  const std::string text = scene.text(scene.code("web"));
  Keyring fewer = scene.keys;
  fewer.seal_keys.erase(fewer.seal_keys.begin());
  EXPECT_EQ(reopen(SealKind::code, text, fewer), kUnknownKey);
  fewer.complete = true;  // just read: what another key sealed is not ours
  EXPECT_EQ(reopen(SealKind::code, text, fewer), kNotOurs);

  // Retired: it opens what it sealed, and seals nothing any more.
  Keyring rotated = scene.keys;
  rotated.seal_keys[0].state = KeyState::retired;
  const Bytes fresh(32, 0x99);
  rotated.seal_keys.push_back(
      {11, KeyUse::seal_front, KeyState::current, Secret(ByteView(fresh))});
  EXPECT_TRUE(open_code(text, rotated).has_value());
  EXPECT_EQ(reopen(SealKind::code, seal(SealKind::code, encode(scene.code("web")), rotated, {}),
                   scene.keys),
            kUnknownKey);
  // A key serves its own use only: codes and forms have other keys than refresh tokens.
  Keyring swapped = scene.keys;
  std::swap(swapped.seal_keys[0].use, swapped.seal_keys[1].use);
  EXPECT_EQ(reopen(SealKind::code, text, swapped), kNotOurs);
}

// CO-11: codes draw their id and their seal's nonce from 256 fresh bits.
TEST(sealed, a_hundred_thousand_codes_are_all_different) {
  Scene scene;
  std::set<std::string> ids, texts;
  std::array<std::uint32_t, 256> counts{};
  Moment moment = scene.moment();
  CodePayload code = scene.code("web");
  for (int i = 0; i < 100'000; ++i) {
    moment.seed = random_bytes<32>();
    code.id = oauth::make_grant_id(moment.now, moment.draw<10>("code"));
    const Bytes last(code.id.view().begin() + 9, code.id.view().end());
    for (const std::uint8_t byte : last) ++counts[byte];
    ids.insert(std::string(as_text(code.id.view())));
    if (i % 10 == 0) texts.insert(seal(SealKind::code, encode(code), scene.keys,
                                       random_bytes<kSealNonceBytes>()));
  }
  EXPECT_EQ(ids.size(), 100'000u);
  EXPECT_EQ(texts.size(), 10'000u);
  // 700,000 bytes over 256 values: 2734 each, give or take six standard deviations (52).
  for (const std::uint32_t count : counts) EXPECT_NEAR(count, 2734.0, 320.0);
}

// CO-12: what a browser or a client carries shows nothing of what is in it.
TEST(sealed, nothing_of_the_payload_is_readable) {
  Scene scene;
  CodePayload code = scene.code("web");
  code.nonce = "a-nonce-to-be-found";
  const std::string text = scene.text(code);
  const Bytes bytes = base64url_decode(text.substr(4)).value();
  for (const std::string_view plain : {"a-nonce-to-be-found", "web", "notes.example"}) {
    EXPECT_EQ(as_text(bytes).find(plain), std::string_view::npos);
  }
  EXPECT_EQ(as_text(bytes).find(as_text(scene.ada.view())), std::string_view::npos);
}

}  // namespace
}  // namespace grantd::core
