#include "grantd/core/authorize/return_address.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/repair.h"

namespace grantd::core {
namespace {

constexpr std::string_view kRule = "authorize/return_address";

using oauth::ErrorCode;

std::string list(const std::vector<RedirectUri>& uris) {
  std::string text;
  for (const RedirectUri& uri : uris) text += (text.empty() ? "" : "\n") + uri.str();
  return text;
}

// The registered URI that looks most like the requested one: what the operator will compare with.
std::string nearest(const std::vector<RedirectUri>& uris, std::string_view requested) {
  std::string best;
  std::size_t most = 0;
  for (const RedirectUri& uri : uris) {
    const auto left = std::mismatch(uri.str().begin(), uri.str().end(), requested.begin(),
                                    requested.end()).first;
    const auto same = static_cast<std::size_t>(left - uri.str().begin());
    if (best.empty() || same > most) {
      best = uri.str();
      most = same;
    }
  }
  return best;
}

// `can_be_registered`: it is one that could be.
Refusal bad_redirect_uri(const Client& client, std::string_view requested, std::string why,
                         bool can_be_registered) {
  Refusal refusal = refuse(ErrorCode::invalid_request, "redirect_uri is not registered",
                           "RFC 9700 §2.1, RFC 6749 §4.1.2.1")
                        .in(kRule)
                        .because(std::move(why))
                        .expected(nearest(client.redirect_uris, requested), printable(requested))
                        .repair("send a registered redirect_uri, byte for byte");
  if (!can_be_registered) return refusal;
  return std::move(refusal)
      .repair("or, where the address that was found is the app's own, register it:")
      .repair(update_client(client, {"--add-redirect-uri", std::string(requested)}));
}

Result<RedirectUri, Refusal> find_registered(const Client& client, std::string_view requested) {
  // RFC 9700 §2.1: exact string comparison, with what was let through when it was registered.
  for (const RedirectUri& registered : client.redirect_uris) {
    if (registered.str() == requested) return registered;
  }
  Result<RedirectUri, std::string> uri = RedirectUri::parse(requested);
  if (!uri) return fail(bad_redirect_uri(client, requested, uri.error(), false));
  for (const RedirectUri& registered : client.redirect_uris) {
    // RFC 8252 §7.3: equal but for the port on loopback.
    if (same_but_loopback_port(registered, *uri)) return *std::move(uri);
  }
  return fail(bad_redirect_uri(client, requested,
                               "redirect_uri is none of the registered ones; they are compared "
                               "byte for byte",
                               true));
}

}  // namespace

// RFC 6749 §4.1.2.1 with Appendix A.5: a state that cannot be sent back is left out. A mode that is
// not on offer, or cannot reach the address, is refused in the query, the code flow's default.
ReturnAddress::ReturnAddress(RedirectUri uri, const AuthorizeRequest& request,
                             const Client& client)
    : uri_(std::move(uri)),
      state_(request.is_repeated("state") ? "" : request.get("state")),
      mode_(request.get("response_mode") == "form_post" &&
                    !request.is_repeated("response_mode") && !uri_.is_private_use()
                ? ResponseMode::form_post
                : ResponseMode::query),
      app_name_(client.name.empty() ? client.id.str() : client.name),
      ui_locales_(request.get("ui_locales")) {}

Result<ReturnAddress, Refusal> trust_redirect(const AuthorizeRequest& request,
                                              const Client* client) {
  // RFC 6749 §3.1: parameters are not included more than once. Where these two are, nobody is
  // known to answer to.
  for (const std::string_view name : {"client_id", "redirect_uri"}) {
    if (request.is_repeated(name)) {
      return fail(refuse(ErrorCode::invalid_request, "a parameter is repeated", "RFC 6749 §3.1")
                      .in(kRule)
                      .because(std::string(name) + " is sent more than once")
                      .repair("send " + std::string(name) + " once"));
    }
  }
  // RFC 6749 §4.1.2.1: an unknown client gets no redirect. A disabled one reads the same (RU-32).
  const std::string_view client_id = request.get("client_id");
  if (client_id.empty()) {
    return fail(refuse(ErrorCode::invalid_client, "unknown client", "RFC 6749 §4.1.1")
                    .in(kRule)
                    .because("client_id is missing")
                    .repair("send the client_id that grantd client list shows"));
  }
  if (!client) {
    return fail(refuse(ErrorCode::invalid_client, "unknown client", "RFC 6749 §4.1.2.1")
                    .in(kRule)
                    .because("no client has this client_id: " + printable(client_id))
                    .repair("send a client_id that there is (grantd client list), or register "
                            "this one: grantd client create"));
  }
  if (client->disabled) {
    return fail(refuse(ErrorCode::invalid_client, "unknown client", "RFC 6749 §4.1.2.1")
                    .in(kRule)
                    .because("the client is disabled: " + client->id.str())
                    .repair(update_client(*client, {"--enable"})));
  }
  const std::string_view requested = request.get("redirect_uri");
  if (requested.empty()) {
    // RFC 6749 §3.1.2.3: may be left out where exactly one is registered.
    if (client->redirect_uris.size() == 1) {
      return ReturnAddress(client->redirect_uris.front(), request, *client);
    }
    return fail(refuse(ErrorCode::invalid_request, "redirect_uri is missing", "RFC 6749 §3.1.2.3")
                    .in(kRule)
                    .because("redirect_uri is left out, but " +
                             std::to_string(client->redirect_uris.size()) + " are registered")
                    .expected(list(client->redirect_uris), "")
                    .repair("send redirect_uri, one of those that are registered"));
  }
  return ReturnAddress(TRY(find_registered(*client, requested)), request, *client);
}

bool is_on_this_computer(const RedirectUri& uri) {
  return uri.is_loopback() || uri.is_private_use();
}

ReturnPlace place_of(const RedirectUri& uri) {
  ReturnPlace place;
  place.scheme = uri.scheme() + (uri.is_private_use() ? ":" : "://");
  place.host_port = uri.host_port();
  place.path_query = uri.path_query();
  place.on_this_computer = is_on_this_computer(uri);
  return place;
}

AppOnPage app_on_page(const Client& client, const RedirectUri& uri) {
  AppOnPage app{client.name.empty() ? client.id.str() : client.name, place_of(uri),
                client.verified, {}, {}};
  if (const std::string* link = client.about.find_string("policy_uri")) app.policy_uri = *link;
  if (const std::string* link = client.about.find_string("tos_uri")) app.tos_uri = *link;
  return app;
}

}  // namespace grantd::core
