#include "grantd/core/authorize/request_object.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/client_auth/client_keys.h"

namespace grantd::core {
namespace {

using oauth::ErrorCode;

constexpr std::string_view kRule = "authorize/request_object";
constexpr Duration kSkew = std::chrono::seconds(30);

Refusal bad_object(std::string because, std::string_view citation = "RFC 9101 §6.3") {
  return refuse(ErrorCode::invalid_request_object, "the request object is not valid", citation)
      .in(kRule)
      .because(std::move(because))
      .repair("sign the object anew, by a registered key, with this client as iss and this "
              "server's issuer as aud: grantd client show CLIENT_ID");
}

Refusal bad_uri(std::string because) {
  return refuse(ErrorCode::invalid_request_uri, "request_uri is not valid",
                "OpenID Connect Core §6.2, RFC 9101 §5.2")
      .in(kRule)
      .because(std::move(because))
      .repair("register the URL as one of the client's request_uris, and see that this server can "
              "fetch it");
}

std::string_view without_fragment(std::string_view uri) { return uri.substr(0, uri.find('#')); }

// RFC 9101 §10.4.1, Core §6.2: only what the client registered is fetched; a fragment is not sent.
bool is_registered(std::string_view uri, const Client& client) {
  return std::ranges::any_of(client.request_uris, [&](const std::string& registered) {
    return without_fragment(registered) == without_fragment(uri);
  });
}

// Core §6.2: a fragment may be the content's SHA-256, so that an object that changed is noticed.
bool is_outdated(const Document& document, std::string_view uri) {
  const std::size_t mark = uri.find('#');
  if (mark == uri.npos || document.asked_anew) return false;
  const std::string_view fragment = uri.substr(mark + 1);
  const std::string hash = base64url_encode(sha256(document.body));
  return fragment.size() == hash.size() && fragment != hash;
}

// The object's text, as sent or as it lies at request_uri; empty: there is none.
std::variant<std::string, Refusal, Ask> find_object(const AuthorizeRequest& sent,
                                                    const Client& client, const Found& found) {
  // RFC 9101 §5: never both. Sent twice, check_request says so at the right address.
  for (const std::string_view name : {"request", "request_uri"}) {
    if (sent.is_repeated(name)) {
      return refuse(ErrorCode::invalid_request, "a parameter is repeated", "RFC 6749 §3.1")
          .in(kRule)
          .because(std::string(name) + " is sent more than once")
          .repair("send " + std::string(name) + " once");
    }
  }
  if (sent.has("request") && sent.has("request_uri")) {
    return refuse(ErrorCode::invalid_request, "request and request_uri exclude each other",
                  "RFC 9101 §5")
        .in(kRule)
        .because("a request object by value and one by reference")
        .repair("send request or request_uri, not both");
  }
  if (!sent.has("request_uri")) return std::string(sent.get("request"));
  const std::string_view uri = sent.get("request_uri");
  if (!is_registered(uri, client)) {
    return bad_uri("request_uri is none of those that the client registered: " + printable(uri));
  }
  // One document, whatever fragment anybody thinks of: each new one would be fetched anew.
  const std::string url(without_fragment(uri));
  const auto at = found.documents.find(url);
  if (at == found.documents.end()) return Ask(AskDocument{url});
  if (!at->second.error.empty()) return bad_uri(at->second.error);
  if (is_outdated(at->second, uri)) return Ask(AskDocument{url, at->second.fetched});
  // A file mostly ends with a line end, which no JWS has.
  const std::string& body = at->second.body;
  return body.substr(0, body.find_last_not_of(" \t\r\n") + 1);
}

// RFC 9101 §4, RFC 8725 §3.11: no other token that the client signed passes for a request.
bool is_of_kind(const Json& header) {
  const Json* typ = header.find("typ");
  if (!typ) return true;
  if (!typ->as_string()) return false;
  const std::string kind = lower_ascii(*typ->as_string());
  return kind == "jwt" || kind == "oauth-authz-req+jwt";
}

bool is_jar(const Json& header) {
  const std::string* typ = header.find_string("typ");
  return typ && lower_ascii(*typ) == "oauth-authz-req+jwt";
}

// What is wrong with the claims that are about the object itself; empty: nothing.
std::string wrong_envelope(const Json& claims, const Client& client, const Moment& moment,
                           const Policy& policy) {
  const Json* issuer = claims.find("iss");
  if (issuer && (!issuer->as_string() || *issuer->as_string() != client.id.view())) {
    return "iss is not the client's id";
  }
  const auto audience = jose::read_audience(claims);
  if (!audience) return audience.error();
  if (claims.find("aud") && std::ranges::count(*audience, policy.issuer.str()) == 0) {
    return "aud does not name this server, " + policy.issuer.str();
  }
  const auto ends = jose::read_numeric_date(claims, "exp");
  if (!ends) return ends.error();
  if (*ends && **ends <= moment.now) return "expired at " + to_rfc3339(**ends);
  for (const std::string_view name : {"nbf", "iat"}) {
    const auto from = jose::read_numeric_date(claims, name);
    if (!from) return from.error();
    if (*from && **from > moment.now + kSkew) {
      return std::string(name) + " is in the future: " + to_rfc3339(**from);
    }
  }
  return {};
}

// A parameter's text from its claim: texts, whole numbers (max_age), objects (claims). Nothing
// where it has no such form.
std::optional<std::string> parameter_text(std::string_view name, const Json& value) {
  if (const std::string* text = value.as_string()) return *text;
  if (const std::int64_t* number = value.as_int()) {
    if (name == "max_age") return std::to_string(*number);
    return {};
  }
  if (name == "claims" && value.as_object()) return value.dump();
  return {};
}

Result<Unit, Refusal> add_claim(std::string_view name, const Json& value, oauth::Form& form) {
  // RFC 8707 §2: several resources are an array.
  if (name == "resource" && value.as_array()) {
    for (const Json& each : *value.as_array()) {
      if (!each.as_string()) return fail(bad_object("resource is no list of texts"));
      form.add("resource", *each.as_string());
    }
    return Unit{};
  }
  std::optional<std::string> text = parameter_text(name, value);
  if (!text) return fail(bad_object("the claim " + std::string(name) + " has the wrong type"));
  form.add(std::string(name), *std::move(text));
  return Unit{};
}

// Core §6.1: the parameters of both, the object's first. RFC 9101 §6.3: the object's alone, which
// is what an object of that kind, and a client that always sends one, asks for.
Result<AuthorizeRequest, Refusal> assemble(const AuthorizeRequest& sent, const Json& claims,
                                           bool object_alone) {
  // RFC 9101 §4: an object holds no other; §5: client_id is in both, and the same.
  for (const std::string_view name : {"request", "request_uri"}) {
    if (claims.find(name)) return fail(bad_object(std::string(name) + " inside of it"));
  }
  // Core §6.1: where these two stand in both they are the same.
  for (const std::string_view name : {"client_id", "response_type"}) {
    const Json* inside = claims.find(name);
    if (!inside || !sent.has(name)) continue;
    if (!inside->as_string() || *inside->as_string() != sent.get(name)) {
      return fail(bad_object(std::string(name) + " differs from the request's",
                             "OpenID Connect Core §6.1"));
    }
  }
  oauth::Form form;
  for (const std::string_view name : authorize_parameters()) {
    const Json* inside = claims.find(name);
    if (inside && !inside->is_null()) {
      TRY(add_claim(name, *inside, form));
    } else if (!object_alone || name == "client_id") {
      if (name == "request" || name == "request_uri") continue;
      for (const auto& [each, value] : sent.parameters()) {
        if (each == name) form.add(each, value);
      }
    }
  }
  AuthorizeRequest whole(std::move(form));
  if (whole.size() > AuthorizeRequest::kSizeMax) {
    return fail(bad_object("with it the request is longer than 8 KiB"));
  }
  return whole;
}

}  // namespace

bool has_request_object(const AuthorizeRequest& sent, const Client& client) {
  if (client.require_request_object) return true;
  for (const std::string_view name : {"request", "request_uri"}) {
    if (sent.has(name) || sent.is_repeated(name)) return true;
  }
  return false;
}

std::variant<AuthorizeRequest, Refusal, Ask> resolve_request_object(
    const AuthorizeRequest& sent, const Client& client, const Found& found, const Moment& moment,
    const Policy& policy) {
  auto object = find_object(sent, client, found);
  if (auto* ask = std::get_if<Ask>(&object)) return std::move(*ask);
  if (auto* refusal = std::get_if<Refusal>(&object)) return std::move(*refusal);
  const std::string& text = std::get<std::string>(object);
  if (text.empty() && !sent.has("request_uri")) {
    if (!client.require_request_object) return sent;
    return refuse(ErrorCode::invalid_request, "this client must send a signed request object",
                  "RFC 9101 §10.5")
        .in(kRule)
        .because("the client is registered with require_signed_request_object")
        .repair("send the parameters signed, as request or by request_uri");
  }
  auto verified = verify_client_jwt(text, client, client.request_object_algorithm, found);
  if (auto* ask = std::get_if<Ask>(&verified)) return std::move(*ask);
  if (auto* not_theirs = std::get_if<NotTheirs>(&verified)) {
    return bad_object(std::move(not_theirs->reason));
  }
  const auto& jwt = std::get<jose::VerifiedJwt>(verified);
  if (!is_of_kind(jwt.header)) return bad_object("its typ is not that of a request object");
  if (std::string wrong = wrong_envelope(jwt.claims, client, moment, policy); !wrong.empty()) {
    return bad_object(std::move(wrong));
  }
  Result<AuthorizeRequest, Refusal> whole =
      assemble(sent, jwt.claims, is_jar(jwt.header) || client.require_request_object);
  if (!whole) return std::move(whole.error());
  return *std::move(whole);
}

}  // namespace grantd::core
