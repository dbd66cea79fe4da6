#include "sample.h"

#include <cstdio>
#include <cstdlib>

namespace grantd::server::sample {
namespace {

using Notice = core::LoginPage::Notice;
using Problem = core::ProblemPage::Problem;

PageInput input(std::string_view language) {
  PageInput one;
  one.language = language;
  one.form = "gfo_1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  one.request_id = "7Q4K-M2XD";
  one.language_switch = "/authorize?client_id=demo-web&ui_locales=de";
  return one;
}

void add_logins(const Pages& pages, std::string_view language, std::vector<Rendered>& out) {
  const auto put = [&](std::string name, const core::LoginPage& page) {
    out.push_back({std::move(name), pages.render(core::Page(page), input(language))});
  };
  put("login", login());
  put("login-wrong", login(Notice::wrong));
  put("login-throttled", login(Notice::throttled));
  put("login-fresh", login(Notice::fresh_form));
  put("login-overloaded", login(Notice::overloaded));
  core::LoginPage plain = login();
  plain.app.reset();
  put("login-no-app", plain);
  core::LoginPage local = login();
  local.app = loopback_app();
  put("login-local", local);
}

void add_consents(const Pages& pages, std::string_view language, std::vector<Rendered>& out) {
  const auto put = [&](std::string name, const core::ConsentPage& page) {
    out.push_back({std::move(name), pages.render(core::Page(page), input(language))});
  };
  put("consent", consent());
  put("consent-first", first_consent());
  core::ConsentPage device = first_consent();
  device.app = device_app();
  device.person_name.clear();
  put("consent-device", device);
  put("consent-identity", identity_consent());
  core::ConsentPage openid = identity_consent();
  openid.identity = {{"openid"}};
  put("consent-openid", openid);
  core::ConsentPage registered = first_consent();
  registered.app = loopback_app();
  registered.app.policy_uri = "https://shelfie.example/privacy";
  registered.app.tos_uri = "https://shelfie.example/terms";
  put("consent-registered", registered);
  core::ConsentPage both = consent();
  both.identity = {{"openid", true}, {"profile", true}, {"email"}};
  put("consent-both", both);
  both.apis.push_back({"Fernhill Rooms", {{&both.keep->back().scopes[0]}}});
  put("consent-apis", both);
}

void add_accounts(const Pages& pages, std::string_view language, std::vector<Rendered>& out) {
  const auto put = [&](std::string name, const core::AccountPage& page) {
    out.push_back({std::move(name), pages.render(core::Page(page), input(language))});
  };
  using AccountNotice = core::AccountPage::Notice;
  core::AccountPage page = account();
  put("account", page);
  for (const auto& [name, notice] :
       {std::pair("stale", AccountNotice::stale), {"ended", AccountNotice::session_ended},
        {"withdrawn", AccountNotice::withdrawn}, {"narrowed", AccountNotice::narrowed},
        {"changed", AccountNotice::password_changed}, {"wrong", AccountNotice::wrong},
        {"short", AccountNotice::too_short}, {"long", AccountNotice::too_long},
        {"unlike", AccountNotice::unlike}, {"throttled", AccountNotice::throttled},
        {"overloaded", AccountNotice::overloaded}}) {
    page.notice = notice;
    put(std::string("account-") + name, page);
  }
  core::AccountPage bare;
  bare.person_login = "grace";
  bare.sign_ins = {page.sign_ins[0]};
  put("account-bare", bare);
}

struct NamedProblem {
  const char* name;
  Problem problem;
};
constexpr NamedProblem kProblems[] = {
    {"unknown-app", Problem::unknown_app}, {"bad-return-address", Problem::bad_return_address},
    {"bad-request", Problem::bad_request}, {"stale-form", Problem::stale_form},
    {"not-found", Problem::not_found},     {"method-not-allowed", Problem::method_not_allowed},
    {"unavailable", Problem::unavailable}, {"internal", Problem::internal},
};

}  // namespace

std::shared_ptr<const Pages> load(const PagesOptions& options) {
  auto pages = Pages::load(options);
  if (!pages) {
    std::fprintf(stderr, "%s\n", pages.error().c_str());
    std::abort();
  }
  return *pages;
}

PagesOptions branded() {
  PagesOptions options;
  options.brand.name = "Fernhill";
  options.brand.help_uri = "https://fernhill.example/help";
  options.brand.privacy_uri = "https://fernhill.example/privacy";
  return options;
}

core::AppOnPage web_app() {
  return {"Paperboat", {"https://", "paperboat.example", "/signed-in", false}, true};
}
core::AppOnPage loopback_app() {
  return {"Shelfie", {"http://", "127.0.0.1:49152", "/", true}, false};
}
core::AppOnPage device_app() {
  return {"Pocket Notes", {"com.example.pocketnotes:", "", "/callback", true}, false};
}

core::LoginPage login(Notice notice) {
  core::LoginPage page;
  page.app = web_app();
  page.notice = notice;
  if (notice != Notice::none) page.login = "ada";
  if (notice == Notice::throttled) page.wait = std::chrono::seconds(30);
  if (notice == Notice::overloaded) page.wait = std::chrono::seconds(3);
  return page;
}

core::ConsentPage consent() {
  auto resources = std::make_shared<std::vector<core::Resource>>(2);
  core::Resource& library = resources->front();
  resources->back().scopes = {
      {"rooms.book",
       {{"en", {"Book a reading room", ""}}, {"de", {"Einen Leseraum buchen", ""}}}}};
  library.scopes = {
      {"lists.read",
       {{"en", {"See your reading lists", ""}}, {"de", {"Ihre Leselisten sehen", ""}}}},
      {"lists.add",
       {{"en", {"Add books to your lists", ""}}, {"de", {"Bücher auf Ihre Listen setzen", ""}}}},
      {"lists.delete",
       {{"en", {"Delete lists", "Deleted lists can’t be brought back."}},
        {"de", {"Listen löschen", "Gelöschte Listen kommen nicht zurück."}}}},
  };
  core::ConsentPage page;
  page.app = web_app();
  page.keep = resources;
  page.apis = {{"Fernhill Library",
                {{&library.scopes[0], true}, {&library.scopes[1]}, {&library.scopes[2]}}}};
  page.offline = true;
  page.asks_for_more = true;
  page.person_name = "Ada Lindqvist";
  page.person_login = "ada";
  return page;
}

core::ConsentPage first_consent() {
  core::ConsentPage page = consent();
  page.app = loopback_app();
  page.apis = {{"Fernhill Library", {{&page.keep->front().scopes[0]}}}};
  page.offline = false;
  page.asks_for_more = false;
  return page;
}

core::AccountPage account() {
  const core::ConsentPage asked = consent();
  core::AccountPage page;
  page.person_name = "Ada Lindqvist";
  page.person_login = "ada";
  page.person_email = "ada@fernhill.example";
  page.has_password = page.may_sign_out = true;
  page.keep = asked.keep;
  const Time now = from_seconds(1'795'359'202);
  page.sign_ins.resize(3);
  for (core::AccountPage::SignIn& each : page.sign_ins) {
    each.by_password = true;
    each.since = now;
  }
  page.sign_ins[0].here = true;
  page.sign_ins[1].lately = true;
  page.sign_ins[2].unused = std::chrono::hours(50);
  const std::vector<core::ResourceScope>& scopes = page.keep->front().scopes;
  page.apps.resize(3);
  for (core::AccountPage::App& each : page.apps) each.since = now;
  page.apps[0].id = core::ClientId("paperboat");
  page.apps[0].app = web_app();
  page.apps[0].identity = {"openid", "profile", "email", "address", "phone"};
  page.apps[0].apis = {{"Fernhill Library", {&scopes[0], &scopes[2]}},
                       {"Fernhill Rooms", {&page.keep->back().scopes[0]}}};
  page.apps[0].unknown = {"gone.read"};
  page.apps[0].offline = true;
  page.apps[1].id = core::ClientId("shelfie");
  page.apps[1].app = loopback_app();
  page.apps[1].apis = {{"Fernhill Library", {&scopes[0]}}};
  page.apps[2].id = core::ClientId("pocket");
  page.apps[2].app = device_app();
  page.apps[2].identity = {"openid"};
  return page;
}

core::ConsentPage identity_consent() {
  core::ConsentPage page;
  page.app = web_app();
  page.identity = {{"openid"}, {"profile"}, {"email"}, {"address"}, {"phone"}};
  page.person_name = "Ada Lindqvist";
  page.person_login = "ada";
  return page;
}

FormPostPage form_post() {
  return {web_app(),
          oauth::RedirectUri::parse("https://paperboat.example/signed-in?tenant=1").value(),
          {{"code", "gac_1AAAA"}, {"state", "af0ifjsldkj"}, {"iss", "https://fernhill.example"}}};
}

core::SignedOutPage signed_out_apps() {
  const FormPostPage back = form_post();
  core::SignedOutPage page;
  page.frames = {{oauth::RedirectUri::parse("https://paperboat.example/frame?a=1").value(),
                  "iss=https%3A%2F%2Fid.example&sid=UVFR"},
                 {oauth::RedirectUri::parse("https://notes.example/frame").value(), ""}};
  page.next = {back.app,
               {oauth::RedirectUri::parse("https://paperboat.example/bye").value(), "state=a%20b"}};
  return page;
}

std::vector<core::Reason> reasons() {
  core::Reason known;
  known.rule = "authorize/endpoint";
  known.citation = "RFC 6749 §3.1";
  known.text = "The request names the client demo-web, which is registered.";
  core::Reason deciding;
  deciding.rule = "authorize/return_address";
  deciding.citation = "RFC 9700 §2.1, RFC 6749 §4.1.2.1";
  deciding.text =
      "The request asks for the answer at an address that demo-web doesn’t have. They are "
      "compared byte for byte.";
  deciding.expected = "http://127.0.0.1:9091/callback";
  deciding.found = "http://127.0.0.1:9091/callback/";
  deciding.repair = {
      "redirect_uri=http%3A%2F%2F127.0.0.1%3A9091%2Fcallback",
      "grantd client update demo-web --add-redirect-uri http://127.0.0.1:9091/callback/"};
  return {known, deciding};
}

WalkRecord walk() {
  using Place = SentItem::Place;
  using State = WalkStep::State;
  WalkRecord met;
  met.request_id = "8HM3-QD7V";
  met.when = from_seconds(1'795'359'202);
  met.endpoint = "authorize";
  met.method = "GET";
  met.path = "/authorize";
  met.status = 400;
  met.refused = true;
  met.error = "invalid_request";
  met.outcome = "showed a page";
  met.event = "request_refused";
  met.client = "demo-web";
  met.sent = {{Place::query, "client_id", "demo-web", true, 8, ""},
              {Place::query, "redirect_uri", "http://127.0.0.1:9091/callback/", true, 41, ""},
              {Place::query, "scope", "", true, 0, ""},
              {Place::query, "state", "", false, 22, ""},
              {Place::query, "redirect_url", "", false, 41, "redirect_uri"},
              {Place::query, "", "", false, 12, ""},
              {Place::header, "Authorization", "Basic", true, 5, ""},
              {Place::cookie, "session", "", false, 0, ""}};
  met.steps = {{State::passed, "read", 41, {}},
               {State::passed, "gather", 120, {"the client: found", "the session: there is none"}},
               {State::decided, "decide", 12'000, {"the request could be read (authorize/read)"}},
               {State::not_reached, "commit", 0, {}},
               {State::stopped, "answer", 60, {}}};
  met.rounds = 2;
  met.asks = 1;
  met.reasons = reasons();
  return met;
}

DevOverview overview() {
  DevOverview page;
  page.issuer = "http://127.0.0.1:9090";
  page.app_uri = "http://127.0.0.1:9091";
  page.api_uri = "http://127.0.0.1:9092";
  page.data_directory = "./grantd-dev/";
  page.start_uri = "http://127.0.0.1:9091/start";
  page.lesson_uri = "http://127.0.0.1:9090/learn";
  page.version = "0.1.0";
  page.people = {{"ada", "correct horse", "Ada Lindqvist"},
                 {"grace", "battery staple", "Grace Okafor"}};
  page.apps = {{"demo-web", "secret and PKCE", "http://127.0.0.1:9091/callback",
                "./grantd-dev/demo-web.secret"},
               {"demo-cli", "PKCE", "http://127.0.0.1/", ""}};
  page.by_hand = {
      {"Make a verifier, and the challenge that only it fits.",
       "verifier=$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')\n"
       "challenge=$(printf %s \"$verifier\" | openssl sha256 -binary |\n"
       "  base64 | tr '+/' '-_' | tr -d '=')"},
      {"Open this in a browser, sign in, allow. Copy the code from the address you land on.",
       "echo \"http://127.0.0.1:9090/authorize?response_type=code\\\n"
       "&client_id=demo-cli&redirect_uri=http://127.0.0.1:9099/\\\n"
       "&scope=notes.read&code_challenge=$challenge&code_challenge_method=S256\""},
  };
  return page;
}

DemoPage demo(DemoPage::Kind kind) {
  DemoPage page;
  page.kind = kind;
  page.app_name = "Notes printer";
  page.issuer_name = "Fernhill";
  page.start_uri = "/start";
  if (kind == DemoPage::Kind::failed) {
    page.error = "access_denied";
    page.error_description = "The resource owner denied the request";
  }
  if (kind != DemoPage::Kind::signed_in) return page;
  page.notes = {"Water the ferns on Monday", "The library closes at six in winter"};
  page.api_request = "GET http://127.0.0.1:9092/notes";
  page.person = "Ada Lindqvist";
  page.token = {{"iss", "http://127.0.0.1:9090"},
                {"sub", "u_8f14e45fceea167a5a36dedd4bea2543"},
                {"aud", "http://127.0.0.1:9092"},
                {"client_id", "demo-web"},
                {"scope", "notes.read"},
                {"exp", "1795359202"},
                {"jti", "0192f5c4-8a43-7c1e-9a3f-5d2b7f0a1c11"},
                {"grant_id", "0192f5c4-8a43-7c1e-9a3f-5d2b7f0a1c12"},
                {"shoe_size", "38"}};
  return page;
}

std::vector<Rendered> all(const Pages& pages, std::string_view language) {
  std::vector<Rendered> out;
  add_logins(pages, language, out);
  add_consents(pages, language, out);
  out.push_back({"logout", pages.render(core::Page(core::LogoutPage{"Ada Lindqvist", "ada"}),
                                        input(language))});
  PageInput of_the_app = input(language);
  of_the_app.form = of_the_app.language_switch = {};
  out.push_back({"form-post", pages.render(form_post(), of_the_app)});
  out.push_back({"signed-out", pages.render(core::Page(core::SignedOutPage{}), input(language))});
  out.push_back({"signed-out-everywhere",
                 pages.render(core::Page(core::SignedOutPage{true}), input(language))});
  out.push_back({"signed-out-apps", pages.render(core::Page(signed_out_apps()), input(language))});
  add_accounts(pages, language, out);
  for (const auto& [name, problem] : kProblems) {
    out.push_back({std::string("problem-") + name,
                   pages.render(core::Page(core::ProblemPage{problem, {}}), input(language))});
  }
  using Kind = DemoPage::Kind;
  out.push_back({"demo-home", pages.render(demo(Kind::home), input(language))});
  out.push_back({"demo-signed-in", pages.render(demo(Kind::signed_in), input(language))});
  out.push_back({"demo-denied", pages.render(demo(Kind::failed), input(language))});
  DemoPage broken = demo(Kind::failed);
  broken.error = "invalid_grant";
  out.push_back({"demo-failed", pages.render(broken, input(language))});
  return out;
}

std::vector<Rendered> all_developer(const Pages& pages, std::string_view language) {
  std::vector<Rendered> out;
  std::vector<core::Reason> why = reasons();
  PageInput with_reasons = input(language);
  with_reasons.reasons = &why;
  for (const auto& [name, problem] : kProblems) {
    out.push_back({std::string("developer-") + name,
                   pages.render(core::Page(core::ProblemPage{problem, {}}), with_reasons)});
  }
  why.back().found.clear();
  out.push_back(
      {"developer-one-sided",
       pages.render(core::Page(core::ProblemPage{Problem::bad_request, {}}), with_reasons)});
  out.push_back({"overview", pages.render(overview(), input(language))});
  const WalkRecord met = walk();
  why = met.reasons;
  with_reasons.walk = &met;
  out.push_back(
      {"developer-walk",
       pages.render(core::Page(core::ProblemPage{Problem::bad_return_address, {}}), with_reasons)});
  out.push_back({"walk", pages.render(DevWalk{met, "grantd-dev/grantd.toml"}, input(language))});
  out.push_back({"walk-bare", pages.render(DevWalk{{.request_id = "7Q4K-M2XD"}, "grantd.toml"},
                                           input(language))});
  WalkRecord finished = met;
  finished.refused = false;
  finished.error.clear();
  finished.reasons.clear();
  finished.status = 200;
  out.push_back({"walks", pages.render(DevWalks{{met, finished}, false}, input(language))});
  out.push_back({"walks-none", pages.render(DevWalks{{}, true}, input(language))});
  return out;
}

std::string visible_text(std::string_view html) {
  constexpr std::string_view kBlocks = " br td th dt dd li p h1 h2 a button title ";
  std::string text;
  bool in_tag = false;
  for (std::size_t i = 0; i < html.size(); ++i) {
    if (html[i] == '<') {
      in_tag = true;
      const std::size_t name = html[i + 1] == '/' ? i + 2 : i + 1;
      const std::string tag(html.substr(name, html.find_first_of(" >", name) - name));
      const bool is_block = kBlocks.find(" " + tag + " ") != std::string_view::npos;
      if (is_block && !text.empty() && text.back() != ' ') text += ' ';
    }
    if (!in_tag && html[i] == '&') {
      const std::size_t end = html.find(';', i);
      const std::string_view entity = html.substr(i, end - i + 1);
      text += entity == "&lt;"     ? "<"
              : entity == "&gt;"   ? ">"
              : entity == "&amp;"  ? "&"
              : entity == "&quot;" ? "\""
                                   : "'";
      i = end;
    } else if (!in_tag) {
      const bool blank = html[i] == ' ' || html[i] == '\n';
      if (!blank) text += html[i];
      if (blank && !text.empty() && text.back() != ' ') text += ' ';
    }
    if (html[i] == '>') in_tag = false;
  }
  return text;
}

}  // namespace grantd::server::sample
