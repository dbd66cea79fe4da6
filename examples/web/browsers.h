// What a web app keeps of browsers, each found by a random name in the browser's cookie and by
// nothing else. In bounded memory; gone with the process.
#pragma once

#include <grantd/base/encoding.h>
#include <grantd/base/random.h>

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

inline constexpr const char* kCookie = "; Path=/; HttpOnly; SameSite=Lax";

template <class Value>
class Kept {
 public:
  static constexpr std::size_t kMost = 10'000;

  // Gives the name. Past kMost the oldest goes.
  std::string keep(Value value) {
    const std::string name = grantd::base64url_encode(grantd::random_bytes<32>());
    const std::lock_guard lock(mutex_);
    values_.emplace(name, std::move(value));
    order_.push_back(name);
    if (order_.size() > kMost) {
      values_.erase(order_.front());
      order_.pop_front();
    }
    return name;
  }

  std::optional<Value> find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional<Value>(found->second);
  }

  std::optional<Value> take(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto taken = values_.extract(name);
    return taken ? std::optional<Value>(std::move(taken.mapped())) : std::nullopt;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Value> values_;
  std::deque<std::string> order_;
};

// The value of that cookie in a Cookie field; empty where there is none.
inline std::string cookie_in(std::string_view field, std::string_view name) {
  for (const auto part : grantd::split(field, ';')) {
    const auto pair = grantd::trim(part);
    const auto sign = pair.find('=');
    if (sign == pair.npos || pair.substr(0, sign) != name) continue;
    return std::string(pair.substr(sign + 1));
  }
  return {};
}
