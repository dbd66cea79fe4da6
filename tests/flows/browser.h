// A person with a browser: keeps cookies, follows redirects one by one, fills in the form that a
// page shows.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/flows/house.h"

namespace grantd::flows {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string encode(const Fields& fields);  // application/x-www-form-urlencoded

struct Answer {
  int status = 0;
  http::Fields fields;
  std::string body;

  std::string field(std::string_view name) const;  // a header field; empty where absent
  std::string location() const { return field("location"); }
  // A parameter of the location's query, decoded. It must not stand twice (the test fails).
  std::string parameter(std::string_view name) const;
  // What the page is for: "login", "consent", "logout", else "" (no form).
  std::string page() const;
  std::string input(std::string_view name) const;  // the value that the page fills in
  // The sign-in page says that user name or password is wrong.
  bool says_wrong() const { return body.find("aria-invalid=\"true\"") != std::string::npos; }
  // The sign-in page says something else (a fresh form, wait).
  bool has_notice() const { return body.find("role=\"status\"") != std::string::npos; }
};
std::ostream& operator<<(std::ostream& out, const Answer& answer);

class Browser {
 public:
  explicit Browser(House& house) : house_(house) {}

  // One request each.
  Answer get(std::string_view target) { return send("GET", target, {}); }
  Answer post(std::string_view target, const Fields& fields) {
    return send("POST", target, encode(fields));
  }
  // What the page's button does, one request; `more` beside the hidden fields.
  Answer press(const Answer& page, Fields more);

  // The same, then the redirects within the house: to a page, or to the app's address.
  Answer open(std::string_view target) { return follow(get(target)); }
  Answer follow(Answer answer);
  Answer sign_in(const Answer& page, std::string_view user = "ada",
                 std::string_view password = kPassword);
  Answer allow(const Answer& page) { return follow(press(page, {{"answer", "allow"}})); }
  Answer deny(const Answer& page) { return follow(press(page, {{"answer", "deny"}})); }
  Answer not_me(const Answer& page) { return follow(press(page, {{"answer", "switch"}})); }
  // All that it takes to come back to the app, as ada: signs in and allows where asked.
  Answer walk(std::string_view target);
  Answer sign_out();

  std::map<std::string, std::string> cookies;
  Fields headers;  // sent with each request

 private:
  Answer send(std::string_view method, std::string_view target, std::string body);
  void keep_cookies(const Answer& answer);
  House& house_;
};

}  // namespace grantd::flows
