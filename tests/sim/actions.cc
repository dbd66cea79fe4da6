// What people, apps and strangers do.
#include <algorithm>
#include <iterator>

#include "grantd/base/encoding.h"
#include "grantd/oauth/challenge.h"
#include "tests/sim/world.h"

namespace grantd::sim {
namespace {

constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
constexpr std::size_t kPagesMax = 6;

std::string form(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    if (!text.empty()) text += '&';
    text += std::string(name) + "=" + form_encode(value);
  }
  return text;
}

}  // namespace

Request World::by_browser(std::size_t index, std::string path, std::string method) const {
  const Browser& browser = browsers_[index];
  Request request;
  request.path = std::move(path);
  request.method = std::move(method);
  request.session_cookie = browser.session;
  request.browser_cookie = browser.binding;
  request.device_cookie = browser.device;
  request.browser = static_cast<int>(index);
  request.proves_nothing = !browser.session;
  return request;
}

Request World::by_app(std::size_t index, std::string path, std::string body) {
  const core::Client& app = apps_[index];
  Request request;
  request.path = std::move(path);
  request.body = std::move(body);
  const std::string secret = app.id.str() + "-secret";
  if (app.auth_method == core::AuthMethod::client_secret_basic) {
    request.authorization = oauth::make_basic(app.id.view(), secret);
  } else {
    request.body += "&client_id=" + app.id.str();
    if (!app.is_public()) request.body += "&client_secret=" + secret;
  }
  return request;
}

std::string World::resource() {
  const std::size_t which = chance_.below(2 * apis_.size());
  return which < apis_.size() ? apis_[which].audience.str() : "";
}

// An app sends a browser to /authorize.
void World::open_app() {
  const std::size_t browser = chance_.below(browsers_.size());
  const core::Client& app = apps_[chance_.below(apps_.size())];
  const char* scopes[] = {"read", "read write", "read offline_access", "read view",
                          "write view offline_access"};
  const char* prompts[] = {"login", "consent", "none", "login consent"};
  const char* ages[] = {"0", "60", "86400"};
  const bool bare = app.pkce == core::PkcePolicy::optional && chance_.one_in(2);
  Request request = by_browser(browser, "/authorize", "GET");
  request.query =
      form({{"response_type", "code"},
            {"client_id", app.id.str()},
            {"redirect_uri", app.redirect_uris.front().str()},
            {"scope", scopes[chance_.below(std::size(scopes))]},
            {"state", "s"},
            {"code_challenge", bare ? "" : std::string(kChallenge)},
            {"code_challenge_method", bare ? "" : "S256"},
            {"prompt", chance_.one_in(5) ? prompts[chance_.below(4)] : ""},
            {"max_age", chance_.one_in(8) ? ages[chance_.below(3)] : ""}});
  request.note = "browser " + std::to_string(browser) + " /authorize?" + request.query;
  run(std::move(request));
}

// A person answers the page that is open, or one that was left behind, perhaps in another browser.
void World::post_page() {
  const std::size_t index = chance_.below(browsers_.size());
  Browser& shown_in = browsers_[index];
  if (shown_in.pages.empty()) return;
  const std::size_t which =
      chance_.one_in(6) ? chance_.below(shown_in.pages.size()) : shown_in.pages.size() - 1;
  const Page page = shown_in.pages[which];
  const std::size_t sender = chance_.one_in(25) ? chance_.below(browsers_.size()) : index;
  if (chance_.one_in(2)) shown_in.pages.erase(shown_in.pages.begin() +
                                              static_cast<std::ptrdiff_t>(which));
  Request request = by_browser(sender, page.path, "POST");
  if (page.path == "/login") {
    const std::string person = "person" + std::to_string(chance_.below(people_.size()));
    const bool right = !chance_.one_in(8);
    request.body = form({{"form", page.form}, {"user", person},
                         {"password", right ? person : "guess"}});
    request.proves_nothing = !right;
    request.note = "as " + person + (right ? "" : ", wrong password");
  } else if (page.path == "/consent") {
    const std::string answer = chance_.one_in(12)   ? "deny"
                               : chance_.one_in(20) ? "switch"
                                                    : "allow";
    request.body = form({{"form", page.form}, {"answer", answer}});
    request.note = answer;
  } else {
    request.body = form({{"form", page.form}});
  }
  request.note = "browser " + std::to_string(sender) + " " + page.path + " " + request.note;
  run(std::move(request));
}

// The back button: a way back to the dispatcher once more.
void World::go_back() {
  const std::size_t browser = chance_.below(browsers_.size());
  const std::vector<std::string>& resumes = browsers_[browser].resumes;
  if (resumes.empty()) return;
  Request request = by_browser(browser, "/authorize", "GET");
  request.query = "resume=" + resumes[chance_.below(resumes.size())];
  request.note = "browser " + std::to_string(browser) + " goes back";
  run(std::move(request));
}

void World::sign_out() {
  const std::size_t browser = chance_.below(browsers_.size());
  Request request = by_browser(browser, "/logout", "GET");
  request.note = "browser " + std::to_string(browser) + " /logout";
  run(std::move(request));
}

// An app, or who stole its code, exchanges it: the newest, or any that ever was.
void World::exchange() {
  if (codes_.empty()) return;
  const std::size_t back = chance_.one_in(3) ? chance_.below(codes_.size()) : 0;
  const Code code = codes_[codes_.size() - 1 - back];
  const core::CodePayload sealed = core::open_code(code.text, keys_).value();
  const bool wrong_verifier = sealed.challenge && chance_.one_in(12);
  const bool wrong_uri = chance_.one_in(20);
  const bool other_app = chance_.one_in(20);
  const std::size_t app = other_app ? (code.app + 1) % apps_.size() : code.app;
  const std::string uri = apps_[code.app].redirect_uris.front().str();
  const std::string verifier = wrong_verifier ? std::string(43, 'w') : std::string(kVerifier);
  Request request = by_app(app, "/token",
                           form({{"grant_type", "authorization_code"},
                                 {"code", code.text},
                                 {"redirect_uri", wrong_uri ? uri + "x" : uri},
                                 {"resource", resource()},
                                 {"code_verifier", sealed.challenge ? verifier : ""}}));
  const bool wrong_secret = !apps_[app].is_public() && chance_.one_in(15);
  if (wrong_secret) {
    request.authorization = oauth::make_basic(apps_[app].id.view(), "guess");
    request.proves_nothing = true;
  }
  request.grant = code.id;
  request.own_client = !other_app && !wrong_secret;
  request.possession = !wrong_verifier && !wrong_uri;
  if (other_app) request.proves_nothing = true;
  request.note = apps_[app].id.str() + " exchanges " + oauth::to_text(code.id) +
                 (wrong_verifier ? ", wrong verifier" : "") + (wrong_uri ? ", wrong uri" : "") +
                 (other_app ? ", of another app" : "") + (wrong_secret ? ", wrong secret" : "");
  run(std::move(request));
}

void World::refresh() {
  if (tokens_.empty()) return;
  const std::size_t last = std::min<std::size_t>(tokens_.size(), 12);
  const std::size_t back = chance_.one_in(10) ? chance_.below(tokens_.size()) : chance_.below(last);
  const Token token = tokens_[tokens_.size() - 1 - back];
  const bool other_app = chance_.one_in(20);
  const std::size_t app = other_app ? (token.app + 1) % apps_.size() : token.app;
  const bool wrong_secret = !apps_[app].is_public() && chance_.one_in(15);
  Request request = by_app(app, "/token",
                           form({{"grant_type", "refresh_token"},
                                 {"refresh_token", token.text},
                                 {"resource", resource()},
                                 {"scope", chance_.one_in(10) ? "read" : ""}}));
  if (wrong_secret) request.authorization = oauth::make_basic(apps_[app].id.view(), "guess");
  request.proves_nothing = wrong_secret || other_app;
  request.grant = token.grant;
  request.generation = token.generation;
  request.own_client = !other_app && !wrong_secret;
  request.note = apps_[app].id.str() + " refreshes " + oauth::to_text(token.grant) + " g" +
                 std::to_string(token.generation) + (other_app ? ", of another app" : "") +
                 (wrong_secret ? ", wrong secret" : "");
  run(std::move(request));
}

void World::revoke() {
  if (tokens_.empty()) return;
  const std::size_t back = chance_.below(std::min<std::size_t>(tokens_.size(), 12));
  const Token token = tokens_[tokens_.size() - 1 - back];
  const bool other_app = chance_.one_in(3);
  const std::size_t app = other_app ? (token.app + 1) % apps_.size() : token.app;
  Request request = by_app(app, "/revoke", form({{"token", token.text}}));
  request.proves_nothing = other_app;
  request.note = apps_[app].id.str() + " revokes " + oauth::to_text(token.grant);
  run(std::move(request));
}

// A stranger, with what strangers have.
void World::guess() {
  Request request;
  request.proves_nothing = true;
  switch (chance_.below(4)) {
    case 0:
      request.path = "/token";
      request.body = "grant_type=authorization_code&client_id=spa&code=gac_" +
                     std::string(80, 'A') + "&code_verifier=" + std::string(43, 'v');
      break;
    case 1:
      request.path = "/token";
      request.body = "grant_type=refresh_token&client_id=spa&refresh_token=grt_AAAA";
      break;
    case 2:
      request.path = "/authorize";
      request.method = "GET";
      request.query = "client_id=spa&response_type=code&state=" + std::to_string(chance_.next());
      request.session_cookie = std::string(64, 'A');
      break;
    default: {
      // Somebody's page, stolen, in a browser of the stranger's own.
      const Browser& victim = browsers_[chance_.below(browsers_.size())];
      if (victim.pages.empty()) return;
      request.path = victim.pages.back().path;
      request.body = form({{"form", victim.pages.back().form}, {"user", "person0"},
                           {"password", "person0"}, {"answer", "allow"}});
    }
  }
  request.note = "a stranger at " + request.path;
  run(std::move(request));
}

}  // namespace grantd::sim
