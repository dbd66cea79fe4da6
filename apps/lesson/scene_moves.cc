// What people do on grantd's own pages, and what Postcard's server sends.
#include <fmt/format.h>

#include "apps/lesson/scene.h"
#include "grantd/base/check.h"
#include "grantd/oauth/form.h"

namespace grantd::lesson {
namespace {

std::string page_wanted(std::string_view name, const Exchange* last) {
  const std::string page = last ? last->page() : std::string();
  if (page == name) return {};
  return fmt::format("expected grantd's {} page, found {} (status {})", name,
                     page.empty() ? "none" : page, last ? last->reply.status : 0);
}

}  // namespace

std::string Scene::sign_in(const std::string& who) {
  std::string wrong = page_wanted("login", last());
  if (!wrong.empty()) return wrong;
  const Person person = room_.person(who);
  flow().values["person"] = person.login;
  flow().values["password"] = person.password;
  Send login;
  login.request = "login";
  login.follow = true;
  return send(login);
}

std::string Scene::consent(const std::string& answer) {
  std::string wrong = page_wanted("consent", last());
  if (!wrong.empty()) return wrong;
  Send press;
  press.request = "consent";
  press.change.set = {{"answer", answer}};
  press.follow = true;
  return send(press);
}

std::string Scene::open_page(const std::string& url, const std::string& who) {
  Exchange page;
  page.request = "page";
  page.who = page.from = who;
  page.method = page.good_method = "GET";
  page.url = url.substr(0, url.find('?'));
  if (page.url.size() < url.size()) page.query = url.substr(page.url.size() + 1);
  page.to = room_.party_of(page.url);
  exchange_now(page);
  return page.reply.status == 0 ? page.problem : std::string();
}

std::string Scene::post_form(const std::string& path, const std::string& who, const Pairs& form) {
  Exchange post;
  post.request = "page";
  post.who = post.from = who;
  post.method = post.good_method = "POST";
  post.url = room_.value("issuer") + path;
  post.to = "issuer";
  oauth::Form encoded;
  for (const auto& [name, text] : form) {
    encoded.add(name, text);
    post.fields.push_back({.place = SentField::Place::form, .name = name, .value = text});
  }
  post.body = encoded.encode();
  post.fields.push_back({.place = SentField::Place::header,
                         .name = "Content-Type",
                         .value = "application/x-www-form-urlencoded"});
  exchange_now(post);
  return post.reply.status == 0 ? post.problem : std::string();
}

std::string Scene::sign_out(const std::string& who) {
  std::string wrong = open_page(room_.value("issuer") + "/logout", who);
  if (wrong.empty()) wrong = page_wanted("logout", last());
  if (wrong.empty()) wrong = post_form("/logout", who, {{"form", flow().values["form"]}});
  if (wrong.empty() && last()->reply.status >= 400) wrong = "signing out did not work";
  return wrong;
}

std::string Scene::withdraw(const std::string& client) {
  const std::string who = flow().who;
  std::string wrong = open_page(room_.value("issuer") + "/account", who);
  if (wrong.empty()) wrong = page_wanted("account", last());
  if (wrong.empty()) {
    wrong = post_form("/account", who, {{"form", flow().values["form"]}, {"withdraw", client}});
  }
  if (wrong.empty() && last()->reply.status >= 400) wrong = "withdrawing did not work";
  return wrong;
}

// What Postcard's server wants to send after its callback, as its client library made it.
std::string Scene::deliver() {
  const std::optional<client::Request> wanted = std::exchange(wanted_, std::nullopt);
  if (!wanted) return "Postcard has nothing to send";
  Exchange sent;
  sent.request = "deliver";
  sent.from = "postcard";
  sent.method = sent.good_method = "POST";
  sent.url = wanted->url;
  sent.to = room_.party_of(sent.url);
  sent.body = wanted->body;
  const auto form = oauth::Form::parse(wanted->body);
  CHECK(form);
  for (const auto& [name, text] : form->parameters()) {
    sent.fields.push_back({.place = SentField::Place::form,
                           .name = std::string(name),
                           .value = std::string(text),
                           .secret = name == "client_secret"});
  }
  for (const auto& [name, text] : wanted->headers) {
    sent.fields.push_back({.place = SentField::Place::header, .name = name, .value = text});
  }
  exchange_now(sent);
  wanted_ = wanted;  // it was a request, whatever came of it
  return sent.reply.status == 0 ? sent.problem : std::string();
}

}  // namespace grantd::lesson
