// What can be read from an answer, and the filters of values.
#include <algorithm>

#include "apps/lesson/scene.h"
#include "grantd/base/encoding.h"
#include "grantd/oauth/form.h"

namespace grantd::lesson {
namespace {

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  return std::string(text.substr(0, text.find(after)));
}

char other(char c) {
  if (c == 'k') return 'l';
  if (c >= 'a' && c < 'z') return static_cast<char>(c + 1);
  return c == 'a' ? 'b' : 'a';
}

// The claims with another scope; the signature stays, and so fits no longer.
std::string repainted(const std::string& token) {
  const auto parts = split(token, '.');
  const auto claims = parts.size() == 3 ? base64url_decode(parts[1]) : std::nullopt;
  if (!claims) return token;
  std::string text(as_text(*claims));
  constexpr std::string_view kRead = "photos.read";
  const std::size_t at = text.find(kRead);
  if (at != std::string::npos) text.replace(at, kRead.size(), "photos.writ");
  return std::string(parts[0]) + "." + base64url_encode(as_bytes(text)) + "." +
         std::string(parts[2]);
}

std::string unsigned_token(const std::string& token) {
  const auto parts = split(token, '.');
  if (parts.size() != 3) return token;
  return base64url_encode(as_bytes(std::string_view(R"({"alg":"none"})"))) + "." +
         std::string(parts[1]) + ".";
}

}  // namespace

std::string filtered(std::string_view filter, const std::string& value) {
  if (value.empty()) return value;
  std::string out = value;
  if (filter == "last") out.back() = other(out.back());
  if (filter == "first") out.front() = other(out.front());
  if (filter == "repaint") return repainted(value);
  if (filter == "none") return unsigned_token(value);
  return out;
}

std::string Exchange::target() const { return query.empty() ? url : url + "?" + query; }

std::string Exchange::header(std::string_view name) const {
  const auto found = reply.fields.find(name);
  return std::string(found.value_or(""));
}

std::string Exchange::location_parameter(std::string_view name) const {
  const std::string location = header("location");
  const std::size_t at = location.find('?');
  if (at == std::string::npos) return {};
  const auto form = oauth::Form::parse(std::string_view(location).substr(at + 1));
  return form ? std::string(form->get(name)) : std::string();
}

std::string Exchange::error() const {
  std::string out = location_parameter("error");
  if (!out.empty()) return out;
  const Json document = json();
  if (const std::string* const text = document.find_string("error")) return *text;
  return between(header("www-authenticate"), "error=\"", "\"");
}

std::string Exchange::page() const {
  const std::string action = between(reply.body, "<form method=\"post\" action=\"", "\"");
  return action.substr(action.rfind('/') + 1);
}

Json Exchange::json() const {
  if (!header("content-type").starts_with("application/json")) return {};
  auto parsed = Json::parse(reply.body);
  return parsed ? *std::move(parsed) : Json();
}

Outcome outcome_of(const Exchange& exchange) {
  const std::string type = exchange.header("content-type");
  const int status = exchange.reply.status;
  if (status >= 300 && status < 400) {
    return exchange.location_parameter("error").empty() ? Outcome::works : Outcome::redirect;
  }
  if (type.starts_with("text/html")) return Outcome::page;
  return status >= 200 && status < 300 ? Outcome::works : Outcome::json;
}

bool is_good(const Exchange& exchange) {
  return exchange.reply.status >= 200 && exchange.reply.status < 400 &&
         exchange.location_parameter("error").empty();
}

bool Played::as_expected() const {
  const auto met = [](const Finding& one) { return one.met; };
  return problem.empty() && std::ranges::all_of(findings, met) && std::ranges::all_of(after, met);
}

const Exchange* Played::shown_exchange() const {
  return shown < exchanges.size() ? &exchanges[shown] : nullptr;
}

const Exchange* Played::judged_exchange() const {
  return last < exchanges.size() ? &exchanges[last] : nullptr;
}

std::string Played::value(std::string_view name) const {
  const auto found = std::ranges::find(values, name, &Pairs::value_type::first);
  return found == values.end() ? std::string() : found->second;
}

}  // namespace grantd::lesson
