#include "apps/lesson/scene.h"

#include <fmt/format.h>

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/http/client.h"
#include "grantd/oauth/form.h"

namespace grantd::lesson {
namespace {

constexpr int kRedirectsMax = 8;

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  return std::string(text.substr(0, text.find(after)));
}

std::string parameter_of(std::string_view url, std::string_view name) {
  const std::size_t at = url.find('?');
  if (at == std::string_view::npos) return {};
  const auto form = oauth::Form::parse(url.substr(at + 1));
  return form ? std::string(form->get(name)) : std::string();
}

}  // namespace

std::string Scene::run(const std::vector<Move>& moves) {
  for (const Move& move : moves) {
    std::string wrong = run(move);
    if (!wrong.empty()) return wrong;
  }
  return {};
}

std::string Scene::run(const Move& move) {
  using enum Move::Verb;
  switch (move.verb) {
    case begin:
      return this->begin(move.argument, move.who, move.with, move.as);
    case send:
      return this->send(move.send);
    case sign_in:
      return this->sign_in(move.argument);
    case consent:
      return this->consent(move.argument);
    case walk:
      return this->walk(2, move.step, move.app, move.who, move.as);
    case use:
      return this->use(move.argument);
    case keep:
      flow().values[move.as] = value("", move.argument);
      return {};
    case wait:
      room_.wait(move.wait);
      return {};
    case sign_out:
      return this->sign_out(move.argument);
    case withdraw:
      return this->withdraw(move.argument);
    case album:
      room_.album_asks(move.argument == "asks");
      return {};
    case postcard: {
      const auto build = parse_build(move.argument);
      if (!build) return fmt::format("Postcard has no build \"{}\"", move.argument);
      room_.postcard().set_build(*build);
      return {};
    }
    case deliver:
      return this->deliver();
  }
  return "an unknown move";
}

// The app draws its numbers, for this browser's session.
std::string Scene::begin(const std::string& app, const std::string& who, const std::string& with,
                         const std::string& as) {
  current_ = as;
  Flow& flow = flows_[current_] = Flow{};
  flow.app = app.empty() ? "postcard" : app;
  flow.who = who.empty() ? "mira" : who;
  flow.with = with;
  for (auto& [name, text] : room_.values_of_app(flow.app)) flow.values[name] = std::move(text);
  const Person person = room_.person(flow.who);
  flow.values["person"] = person.login;
  flow.values["password"] = person.password;
  if (flow.who == "mira" && flows_.size() == 1) room_.postcard().draw_sample();
  std::string path = "/print?app=" + flow.app + (with.empty() ? "" : "&with=" + with);
  std::string wrong = open_page(room_.value("postcard") + path, flow.who);
  if (!wrong.empty()) return wrong;
  const Postcard::Drawn drawn = room_.postcard().last_drawn();
  if (last()->reply.status != 303 || drawn.url != last()->header("location")) {
    return "Postcard did not begin a flow";
  }
  flow.values["state"] = parameter_of(drawn.url, "state");
  flow.values["nonce"] = parameter_of(drawn.url, "nonce");
  if (flow.app != "postcard-classic") {  // it goes without PKCE
    flow.values["challenge"] = parameter_of(drawn.url, "code_challenge");
    flow.values["challenge_method"] = parameter_of(drawn.url, "code_challenge_method");
    flow.values["verifier"] = drawn.verifier;
  }
  return {};
}

std::string Scene::use(const std::string& flow) {
  if (!flows_.contains(flow)) return fmt::format("there is no flow \"{}\"", flow);
  current_ = flow;
  return {};
}

std::string Scene::walk(int from, int to, const std::string& app, const std::string& who,
                        const std::string& as) {
  for (const Step& step : book_.steps) {
    if (step.number < from || step.number > to) continue;
    std::string wrong;
    if (step.number == 2) {
      wrong = begin(app, who, "", as);
    } else {
      wrong = play_step(step);
    }
    if (!wrong.empty()) return fmt::format("{}: {}", step.id, wrong);
  }
  return {};
}

// A step that is not needed (signed in, allowed already) is passed over, as people would.
std::string Scene::play_step(const Step& step) {
  const std::string page = last() ? last()->page() : std::string();
  const std::string& request = step.play.request.request;
  if (request == "login" && page != "login") return {};
  if (request == "consent" && page != "consent") return {};
  if (request == "next" && flow().values.contains("code")) return {};
  std::string wrong = run(step.play.before);
  if (wrong.empty() && !request.empty()) wrong = send(step.play.request);
  if (wrong.empty()) wrong = run(step.play.then);
  return wrong;
}

std::string Scene::send(const Send& what) {
  return send_and_follow(make(what), what.follow);
}

std::string Scene::send_and_follow(Exchange exchange, bool follow) {
  exchange_now(exchange);
  for (int i = 0; follow && i < kRedirectsMax; ++i) {
    const auto to = flow().values.find("next");
    if (exchanges_.back().reply.status != 303 || to == flow().values.end()) break;
    if (room_.party_of(to->second) != "issuer") break;
    Send next;
    next.request = "next";
    next.who = exchanges_.back().who;
    Exchange on = make(next);
    exchange_now(on);
  }
  const Exchange& last = exchanges_.back();
  return last.reply.status == 0 ? last.problem : std::string();
}

void Scene::exchange_now(Exchange& exchange) {
  http::Outgoing out;
  out.method = exchange.method;
  out.url = exchange.target();
  out.body = exchange.body;
  for (const SentField& field : exchange.fields) {
    if (field.place != SentField::Place::header || field.left_out) continue;
    out.fields.add(lower_ascii(field.name), field.value);
  }
  if (!exchange.who.empty()) {
    const std::string cookies = cookies_for(exchange.who, exchange.to);
    if (!cookies.empty()) out.fields.add("cookie", cookies);
    out.fields.add("accept-language", book_.language);
  }
  const auto begun = std::chrono::steady_clock::now();
  auto reply = http::fetch(out);
  exchange.took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun);
  if (reply) {
    exchange.reply = *std::move(reply);
  } else {
    exchange.reply.status = 0;
    exchange.problem = reply.error();
  }
  exchange.request_id = exchange.header("x-request-id");
  if (exchange.to == "issuer" && !exchange.request_id.empty()) {
    exchange.walk = room_.explain(exchange.request_id);
  }
  keep_cookies(exchange);
  learn(exchange);
  exchanges_.push_back(exchange);
}

// What an answer brings: where it leads, what its page holds, its tokens.
void Scene::learn(const Exchange& exchange) {
  if (exchange.to == "postcard" && exchange.url.ends_with("/callback")) {
    wanted_ = room_.postcard().take_wanted();
    postcard_stopped_ = !wanted_;
  }
  if (!has_flow()) return;
  auto& values = flow().values;
  learn_from_redirect(exchange);
  if (!exchange.page().empty()) {
    const std::string rest = between(exchange.reply.body, "name=\"form\"", ">");
    values["form"] = between(rest, "value=\"", "\"");
  }
  const Json document = exchange.json();
  for (const std::string_view name : {"access_token", "refresh_token", "id_token"}) {
    if (const std::string* const text = document.find_string(name)) {
      values[std::string(name)] = *text;
    }
  }
}

void Scene::learn_from_redirect(const Exchange& exchange) {
  std::string to = exchange.header("location");
  if (to.empty()) return;
  if (to.starts_with('/')) to = room_.value(exchange.to) + to;
  auto& values = flow().values;
  values["next"] = to;
  if (exchange.to != "issuer" || room_.party_of(to) == "issuer") return;
  values["iss"] = exchange.location_parameter("iss");
  values["returned_state"] = exchange.location_parameter("state");
  std::string code = exchange.location_parameter("code");
  if (code.empty()) return;
  values["code"] = std::move(code);
  flow().code_came = room_.now();
}

void Scene::keep_cookies(const Exchange& exchange) {
  if (exchange.who.empty()) return;
  auto& kept = cookies_[{exchange.who, exchange.to}];
  for (const auto& [name, value] : exchange.reply.fields) {
    if (name != "set-cookie") continue;
    const std::string pair(value.substr(0, value.find(';')));
    const std::size_t at = pair.find('=');
    if (at == std::string::npos) continue;
    if (value.find("Max-Age=0") != std::string::npos) {
      kept.erase(pair.substr(0, at));
    } else {
      kept[pair.substr(0, at)] = pair.substr(at + 1);
    }
  }
}

std::string Scene::cookies_for(const std::string& who, const std::string& party) const {
  const auto kept = cookies_.find({who, party});
  if (kept == cookies_.end()) return {};
  std::string out;
  for (const auto& [name, value] : kept->second) {
    out += (out.empty() ? "" : "; ") + name + "=" + value;
  }
  return out;
}

}  // namespace grantd::lesson
