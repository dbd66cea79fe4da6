#include "tests/flows/browser.h"

#include <gtest/gtest.h>

#include <ostream>

#include "grantd/base/encoding.h"
#include "grantd/oauth/form.h"

namespace grantd::flows {
namespace {

constexpr int kRedirectsMax = 8;

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  return std::string(text.substr(0, text.find(after)));
}

}  // namespace

std::string encode(const Fields& fields) {
  oauth::Form form;
  for (const auto& [name, value] : fields) form.add(name, value);
  return form.encode();
}

std::string Answer::field(std::string_view name) const {
  const auto value = fields.find(name);
  return std::string(value.value_or(""));
}

std::string Answer::parameter(std::string_view name) const {
  const std::string where = location();
  const std::size_t at = where.find('?');
  if (at == std::string::npos) return {};
  const auto form = oauth::Form::parse(std::string_view(where).substr(at + 1));
  EXPECT_TRUE(form.has_value()) << where;
  EXPECT_TRUE(!form || !form->is_repeated(name)) << where;
  return form ? std::string(form->get(name)) : std::string();
}

std::string Answer::page() const {
  const std::string action = between(body, "<form method=\"post\" action=\"", "\"");
  return action.substr(action.rfind('/') + 1);
}

std::string Answer::input(std::string_view name) const {
  const std::string rest = between(body, "name=\"" + std::string(name) + "\"", ">");
  return between(rest, "value=\"", "\"");
}

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.status << " " << answer.location() << "\n" << answer.body;
}

Answer Browser::press(const Answer& page, Fields more) {
  EXPECT_FALSE(page.page().empty()) << "no form to send: " << page;
  more.insert(more.begin(), {"form", page.input("form")});
  return post(between(page.body, "<form method=\"post\" action=\"", "\""), more);
}

Answer Browser::follow(Answer answer) {
  for (int i = 0; i < kRedirectsMax; ++i) {
    const std::string where = answer.location();
    if (answer.status != 303 || !where.starts_with('/')) return answer;
    answer = get(where);
  }
  ADD_FAILURE() << "redirected without end, last to " << answer.location();
  return answer;
}

Answer Browser::sign_in(const Answer& page, std::string_view user, std::string_view password) {
  EXPECT_EQ(page.page(), "login") << page;
  return follow(
      press(page, {{"user", std::string(user)}, {"password", std::string(password)}}));
}

Answer Browser::walk(std::string_view target) {
  Answer answer = open(target);
  if (answer.page() == "login") answer = sign_in(answer);
  if (answer.page() == "consent") answer = allow(answer);
  EXPECT_EQ(answer.status, 303) << answer;
  EXPECT_NE(answer.parameter("code"), "") << answer;
  return answer;
}

Answer Browser::sign_out() {
  const Answer asked = get("/logout");
  EXPECT_EQ(asked.page(), "logout") << asked;
  return press(asked, {});
}

Answer Browser::send(std::string_view method, std::string_view target, std::string body) {
  http::Request request;
  request.method = method;
  const std::size_t at = target.find('?');
  request.path = target.substr(0, at);
  if (at != std::string_view::npos) request.query = target.substr(at + 1);
  for (const auto& [name, value] : headers) request.fields.add(name, value);
  std::string kept;
  for (const auto& [name, value] : cookies) {
    kept += (kept.empty() ? "" : "; ") + name + "=" + value;
  }
  if (!kept.empty()) request.fields.add("cookie", kept);
  if (method == "POST") {
    request.fields.add("content-type", "application/x-www-form-urlencoded");
    request.body = std::move(body);
  }
  http::Reply reply = house_.ask(std::move(request));
  Answer answer{reply.status, std::move(reply.fields), std::move(reply.body)};
  keep_cookies(answer);
  return answer;
}

void Browser::keep_cookies(const Answer& answer) {
  for (const auto& [name, value] : answer.fields) {
    if (name != "set-cookie") continue;
    const std::string pair(value.substr(0, value.find(';')));
    const std::size_t at = pair.find('=');
    if (value.find("Max-Age=0") != std::string::npos) {
      cookies.erase(pair.substr(0, at));
    } else {
      cookies[pair.substr(0, at)] = pair.substr(at + 1);
    }
  }
}

}  // namespace grantd::flows
