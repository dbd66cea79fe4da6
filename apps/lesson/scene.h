// A scene: browsers with their cookies, flows with their values, and what was sent in it. The
// engine's inside (player.h).
#pragma once

#include <map>
#include <set>
#include <string>

#include "apps/lesson/player.h"

namespace grantd::lesson {

// What one app's attempt to get a token knows.
struct Flow {
  std::string app, with, who;
  std::map<std::string, std::string, std::less<>> values;
  Time code_came{};
};

class Scene {
 public:
  Scene(const Book& book, Room& room) : book_(book), room_(room) {}

  // Each returns an empty text, or why it could not be done.
  std::string run(const std::vector<Move>& moves);
  std::string run(const Move& move);
  std::string begin(const std::string& app, const std::string& who, const std::string& with,
                    const std::string& as);
  // The steps 2 (or `from`) to `to` of the lesson.
  std::string walk(int from, int to, const std::string& app, const std::string& who,
                   const std::string& as);
  std::string play_step(const Step& step);
  std::string send(const Send& what);

  // The request that a template and a change make with the flow's values.
  Exchange make(const Send& what) const;
  std::string fill(std::string_view text, bool* missing = nullptr) const;
  std::string value(const std::string& flow, std::string_view name) const;

  std::string use(const std::string& flow);
  Flow& flow() { return flows_[current_]; }
  const Flow& flow() const { return flows_.at(current_); }
  bool has_flow() const { return flows_.contains(current_); }
  Pairs all_values() const;

  std::vector<Exchange>& exchanges() { return exchanges_; }
  const Exchange* last() const { return exchanges_.empty() ? nullptr : &exchanges_.back(); }
  bool postcard_stopped() const { return postcard_stopped_; }
  bool postcard_wants() const { return wanted_.has_value(); }

 private:
  void apply(const Change& change, SentField::Place place, Exchange& out) const;
  std::string send_and_follow(Exchange exchange, bool follow);
  void exchange_now(Exchange& exchange);
  void learn(const Exchange& exchange);
  void learn_from_redirect(const Exchange& exchange);
  std::string open_page(const std::string& url, const std::string& who);
  std::string sign_in(const std::string& who);
  std::string consent(const std::string& answer);
  std::string sign_out(const std::string& who);
  std::string withdraw(const std::string& client);
  std::string post_form(const std::string& path, const std::string& who, const Pairs& form);
  std::string deliver();
  void keep_cookies(const Exchange& exchange);
  std::string cookies_for(const std::string& who, const std::string& party) const;

  const Book& book_;
  Room& room_;
  std::map<std::string, Flow> flows_;
  std::string current_;
  // By person and party: other than a browser does on one address, so that the parties are as
  // separate as on hosts of their own.
  std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>> cookies_;
  std::vector<Exchange> exchanges_;
  std::optional<client::Request> wanted_;
  bool postcard_stopped_ = false;
};

// What the change of a value does: "last", "first", "repaint", "none" (README.md, "Values").
std::string filtered(std::string_view filter, const std::string& value);

}  // namespace grantd::lesson
