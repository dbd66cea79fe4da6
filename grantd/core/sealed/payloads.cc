#include "grantd/core/sealed/payloads.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/sealed/wire.h"

namespace grantd::core {
namespace {

template <class Out>
void put(Out& out, const std::optional<SessionId>& session) {
  out.flag(session.has_value());
  if (session) out.id(*session);
}

std::optional<SessionId> get_session(WireReader& in) {
  if (!in.flag()) return {};
  return in.id<SessionId>();
}

ScopeSet get_scope(WireReader& in) { return ScopeSet::parse(in.text_view()).value_or(ScopeSet()); }

template <class Out>
void put(Out& out, const References& refs) {
  out.text(refs.client.view());
  out.id(refs.incarnation);
  out.number(refs.client_counter);
  out.id(refs.subject);
  out.number(refs.user_counter);
  put(out, refs.session);
  out.id(refs.consent);
}

References get_references(WireReader& in) {
  References refs;
  refs.client = ClientId(in.text());
  refs.incarnation = in.id<Incarnation>();
  refs.client_counter = in.number();
  refs.subject = in.id<SubjectId>();
  refs.user_counter = in.number();
  refs.session = get_session(in);
  refs.consent = in.id<ConsentId>();
  return refs;
}

void put(WireWriter& out, const AuthorizeRequest& request) {
  out.number(request.count());
  for (const auto& [name, value] : request.parameters()) {
    out.text(name);
    out.text(value);
  }
}

AuthorizeRequest get_request(WireReader& in) {
  oauth::Form form;
  for (std::uint64_t left = in.number(); left > 0 && in.good(); --left) {
    const std::string_view name = in.text_view();
    form.add(name, in.text_view());
  }
  return AuthorizeRequest(std::move(form));
}

void put(WireWriter& out, const Freshness& fresh) {
  out.time(fresh.at);
  put(out, fresh.session);
  out.time(fresh.auth_time);
  out.flag(fresh.consent.has_value());
  if (fresh.consent) out.id(*fresh.consent);
}

Freshness get_freshness(WireReader& in) {
  Freshness fresh;
  fresh.at = in.time();
  fresh.session = get_session(in);
  fresh.auth_time = in.time();
  if (in.flag()) fresh.consent = in.id<ConsentId>();
  return fresh;
}

template <class Out>
void put(Out& out, const CodePayload& payload) {
  out.id(payload.id);
  out.id(payload.epoch);
  out.time(payload.expires);
  put(out, payload.refs);
  out.flag(payload.offline);
  out.bytes(payload.redirect_uri_hash);
  out.flag(payload.challenge.has_value());
  if (payload.challenge) out.bytes(payload.challenge->bytes());
  out.text(payload.scope.to_text());
  out.text(payload.nonce);
  out.time(payload.auth_time);
  out.text(payload.amr);
  out.text(payload.claims);
}

// Opens, lets `read` take the payload off the wire, and asks that nothing is left over.
template <class Payload, class Read>
Result<Payload, OpenError> open_as(SealKind kind, std::string_view text, const Keyring& keys,
                                   Read read) {
  const Bytes bytes = TRY(open(kind, text, keys));
  WireReader in(bytes);
  Payload payload = read(in);
  if (!in.ok()) return fail(OpenError::not_ours);
  return payload;
}

}  // namespace

Bytes encode(const CodePayload& payload) {
  WireWriter out;
  put(out, payload);
  return out.take();
}

std::size_t encoded_size(const CodePayload& payload) {
  WireMeter out;
  put(out, payload);
  return out.size();
}

Result<CodePayload, OpenError> open_code(std::string_view text, const Keyring& keys) {
  return open_as<CodePayload>(SealKind::code, text, keys, [](WireReader& in) {
    CodePayload payload;
    payload.id = in.id<GrantId>();
    payload.epoch = in.id<Epoch>();
    payload.expires = in.time();
    payload.refs = get_references(in);
    payload.offline = in.flag();
    payload.redirect_uri_hash = in.bytes<32>();
    if (in.flag()) payload.challenge = oauth::CodeChallenge::of(in.bytes<32>());
    payload.scope = get_scope(in);
    payload.nonce = in.text();
    payload.auth_time = in.time();
    payload.amr = in.text();
    payload.claims = in.text();
    return payload;
  });
}

Bytes encode(const AccessPayload& payload) {
  WireWriter out;
  out.id(payload.id);
  out.id(payload.epoch);
  out.time(payload.issued);
  out.time(payload.expires);
  out.text(payload.client.view());
  out.id(payload.incarnation);
  out.number(payload.client_counter);
  out.flag(payload.grant.has_value());
  if (payload.grant) out.id(*payload.grant);
  out.text(payload.subject);
  out.text(payload.scope.to_text());
  out.text(payload.audience.view());
  return out.take();
}

Result<AccessPayload, OpenError> open_access_token(std::string_view text, const Keyring& keys) {
  return open_as<AccessPayload>(SealKind::access_token, text, keys, [](WireReader& in) {
    AccessPayload payload;
    payload.id = in.id<TokenId>();
    payload.epoch = in.id<Epoch>();
    payload.issued = in.time();
    payload.expires = in.time();
    payload.client = ClientId(in.text());
    payload.incarnation = in.id<Incarnation>();
    payload.client_counter = in.number();
    if (in.flag()) payload.grant = in.id<GrantId>();
    payload.subject = in.text();
    payload.scope = get_scope(in);
    payload.audience = Audience(in.text());
    return payload;
  });
}

Bytes encode(const RefreshPayload& payload) {
  WireWriter out;
  out.id(payload.grant);
  out.id(payload.epoch);
  out.number(payload.generation);
  out.time(payload.expires);
  out.text(payload.client.view());
  out.id(payload.subject);
  put(out, payload.session);
  return out.take();
}

Result<RefreshPayload, OpenError> open_refresh_token(std::string_view text, const Keyring& keys) {
  return open_as<RefreshPayload>(SealKind::refresh_token, text, keys, [](WireReader& in) {
    RefreshPayload payload;
    payload.grant = in.id<GrantId>();
    payload.epoch = in.id<Epoch>();
    payload.generation = static_cast<std::uint32_t>(in.number());
    payload.expires = in.time();
    payload.client = ClientId(in.text());
    payload.subject = in.id<SubjectId>();
    payload.session = get_session(in);
    return payload;
  });
}

Bytes encode(const ResumePayload& payload) {
  WireWriter out;
  put(out, payload.request);
  out.id(payload.epoch);
  out.time(payload.made);
  put(out, payload.fresh);
  out.flag(payload.fresh_form);
  return out.take();
}

Result<ResumePayload, OpenError> open_resume(std::string_view text, const Keyring& keys) {
  return open_as<ResumePayload>(SealKind::resume, text, keys, [](WireReader& in) {
    ResumePayload payload;
    payload.request = get_request(in);
    payload.epoch = in.id<Epoch>();
    payload.made = in.time();
    payload.fresh = get_freshness(in);
    payload.fresh_form = in.flag();
    return payload;
  });
}

Bytes encode(const LoginFormPayload& payload) {
  WireWriter out;
  put(out, payload.request);
  out.id(payload.epoch);
  out.time(payload.expires);
  out.bytes(payload.binding_hash);
  put(out, payload.asks_anew);
  out.flag(payload.for_account);
  return out.take();
}

Result<LoginFormPayload, OpenError> open_login_form(std::string_view text, const Keyring& keys) {
  return open_as<LoginFormPayload>(SealKind::login_form, text, keys, [](WireReader& in) {
    LoginFormPayload payload;
    payload.request = get_request(in);
    payload.epoch = in.id<Epoch>();
    payload.expires = in.time();
    payload.binding_hash = in.bytes<32>();
    payload.asks_anew = get_session(in);
    payload.for_account = in.flag();
    return payload;
  });
}

Bytes encode(const ConsentFormPayload& payload) {
  WireWriter out;
  put(out, payload.request);
  out.id(payload.epoch);
  out.time(payload.expires);
  out.id(payload.session);
  out.id(payload.incarnation);
  out.text(payload.shown.to_text());
  out.number(payload.seen);
  put(out, payload.fresh);
  return out.take();
}

Result<ConsentFormPayload, OpenError> open_consent_form(std::string_view text,
                                                        const Keyring& keys) {
  return open_as<ConsentFormPayload>(SealKind::consent_form, text, keys, [](WireReader& in) {
    ConsentFormPayload payload;
    payload.request = get_request(in);
    payload.epoch = in.id<Epoch>();
    payload.expires = in.time();
    payload.session = in.id<SessionId>();
    payload.incarnation = in.id<Incarnation>();
    payload.shown = get_scope(in);
    payload.seen = in.number();
    payload.fresh = get_freshness(in);
    return payload;
  });
}

Bytes encode(const LogoutFormPayload& payload) {
  WireWriter out;
  out.id(payload.epoch);
  out.time(payload.expires);
  out.id(payload.session);
  out.text(payload.client);
  out.text(payload.redirect_uri);
  out.text(payload.state);
  return out.take();
}

Result<LogoutFormPayload, OpenError> open_logout_form(std::string_view text, const Keyring& keys) {
  return open_as<LogoutFormPayload>(SealKind::logout_form, text, keys, [](WireReader& in) {
    LogoutFormPayload payload;
    payload.epoch = in.id<Epoch>();
    payload.expires = in.time();
    payload.session = in.id<SessionId>();
    payload.client = in.text();
    payload.redirect_uri = in.text();
    payload.state = in.text();
    return payload;
  });
}

Bytes encode(const AccountFormPayload& payload) {
  WireWriter out;
  out.id(payload.epoch);
  out.time(payload.expires);
  out.id(payload.session);
  out.number(static_cast<std::uint64_t>(payload.note));
  return out.take();
}

Result<AccountFormPayload, OpenError> open_account_form(std::string_view text,
                                                        const Keyring& keys) {
  return open_as<AccountFormPayload>(SealKind::account_form, text, keys, [](WireReader& in) {
    AccountFormPayload payload;
    payload.epoch = in.id<Epoch>();
    payload.expires = in.time();
    payload.session = in.id<SessionId>();
    payload.note = static_cast<AccountFormPayload::Note>(in.number());
    return payload;
  });
}

Bytes encode(const DevicePayload& payload) {
  WireWriter out;
  out.id(payload.epoch);
  out.time(payload.expires);
  out.bytes(payload.login_hash);
  out.bytes(payload.id);
  return out.take();
}

Result<DevicePayload, OpenError> open_device(std::string_view text, const Keyring& keys) {
  return open_as<DevicePayload>(SealKind::device, text, keys, [](WireReader& in) {
    DevicePayload payload;
    payload.epoch = in.id<Epoch>();
    payload.expires = in.time();
    payload.login_hash = in.bytes<32>();
    payload.id = in.bytes<16>();
    return payload;
  });
}

Bytes encode(const InvitationPayload& payload) {
  WireWriter out;
  out.bytes(payload.id);
  out.id(payload.epoch);
  out.time(payload.expires);
  return out.take();
}

Result<InvitationPayload, OpenError> open_invitation(std::string_view text, const Keyring& keys) {
  return open_as<InvitationPayload>(SealKind::invitation, text, keys, [](WireReader& in) {
    InvitationPayload payload;
    payload.id = in.bytes<16>();
    payload.epoch = in.id<Epoch>();
    payload.expires = in.time();
    return payload;
  });
}

std::string make_session_cookie(const SessionId& id, const ByteArray<32>& secret) {
  ByteArray<48> both;
  std::ranges::copy(secret, std::ranges::copy(id.view(), both.begin()).out);
  return base64url_encode(both);
}

std::optional<SessionCookie> read_session_cookie(std::string_view text) {
  ByteArray<48> both;
  if (!base64url_decode_to(both, text)) return {};
  SessionCookie cookie;
  ByteArray<16> id;
  std::copy_n(both.begin(), id.size(), id.begin());
  cookie.id = SessionId(id);
  cookie.secret_hash = sha256(ByteView(both).subspan(id.size()));
  return cookie;
}

}  // namespace grantd::core
