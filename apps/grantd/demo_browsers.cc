#include "apps/grantd/demo_browsers.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/base/random.h"

namespace grantd::app {

Browsers::Browser* Browsers::find(std::string_view cookie) {
  const auto found = browsers_.find(cookie);
  return found == browsers_.end() ? nullptr : &found->second;
}

std::string Browsers::add(Browser browser) {
  while (browsers_.size() >= kBrowsersMax) {
    browsers_.erase(order_.front());
    order_.pop_front();
  }
  std::string cookie = base64url_encode(random_bytes<32>());
  order_.push_back(cookie);
  browsers_.emplace(cookie, std::move(browser));
  return cookie;
}

std::string Browsers::begin(std::string_view cookie, client::Pending pending) {
  const std::lock_guard lock(mutex_);
  std::string name(cookie);
  if (!find(cookie)) name = add({});
  Browser& browser = *find(name);
  if (browser.pending.size() >= kPendingMax) browser.pending.pop_front();
  browser.pending.push_back(std::move(pending));
  return name;
}

client::Pending Browsers::take(std::string_view cookie, std::string_view state) {
  const std::lock_guard lock(mutex_);
  Browser* browser = find(cookie);
  if (!browser) return {};
  const auto found = std::ranges::find(browser->pending, state, &client::Pending::state);
  if (found == browser->pending.end()) return {};
  client::Pending out = std::move(*found);
  browser->pending.erase(found);
  return out;
}

std::string Browsers::sign_in(std::string_view cookie, client::Session session) {
  const std::lock_guard lock(mutex_);
  Browser moved;
  if (Browser* browser = find(cookie)) {
    moved = std::move(*browser);
    browsers_.erase(browsers_.find(cookie));
    std::erase(order_, cookie);
  }
  moved.session = std::move(session);
  return add(std::move(moved));
}

std::optional<client::Session> Browsers::session(std::string_view cookie) const {
  const std::lock_guard lock(mutex_);
  const auto found = browsers_.find(cookie);
  return found == browsers_.end() ? std::nullopt : found->second.session;
}

void Browsers::replace(std::string_view cookie, client::Session session) {
  const std::lock_guard lock(mutex_);
  if (Browser* browser = find(cookie)) browser->session = std::move(session);
}

void Browsers::sign_out(std::string_view cookie) {
  const std::lock_guard lock(mutex_);
  if (Browser* browser = find(cookie)) browser->session.reset();
}

}  // namespace grantd::app
