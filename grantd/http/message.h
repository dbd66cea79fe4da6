// http: I speak bytes. Server, client, TLS, cookies, routing. I know no OAuth.
//
// What lives here: HTTP/1.1 over TCP and TLS with every limit that a public listener needs, and the
// loop of each I/O thread. What does not: any parameter, header or status that only OAuth gives a
// meaning; HTML; the store. Boost and OpenSSL stay in the .cc files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace grantd::http {

// Header fields in order; names in lower case. All of them lie in one text, so that a message costs
// one allocation for its fields. What find() and the iteration give are parts of it: they hold till
// the fields change, move or end.
class Fields {
 public:
  using Field = std::pair<std::string_view, std::string_view>;  // name, value
  class Iterator;

  void add(std::string_view name, std::string_view value);
  void add_as_sent(std::string_view name, std::string_view value);  // the name in any letters
  void set(std::string_view name, std::string_view value);          // replaces all of that name
  std::optional<std::string_view> find(std::string_view name) const;  // the first
  std::size_t count(std::string_view name) const;
  std::size_t size() const { return size_; }
  Iterator begin() const;
  Iterator end() const;

  // Makes room for fields of that many bytes in all, some for the lengths beside them included.
  void reserve(std::size_t bytes) { text_.reserve(bytes); }
  std::size_t bytes() const { return text_.size(); }  // the same, as taken now

 private:
  std::string text_;  // of each field: its two lengths, its name, its value
  std::size_t size_ = 0;
};

class Fields::Iterator {
 public:
  using value_type = Field;
  using difference_type = std::ptrdiff_t;
  Iterator() = default;
  Field operator*() const;
  Iterator& operator++();
  Iterator operator++(int);
  friend bool operator==(const Iterator&, const Iterator&) = default;

 private:
  friend class Fields;
  explicit Iterator(const char* at) : at_(at) {}
  const char* at_ = nullptr;
};

struct Request {
  std::string method;  // as sent: "GET"
  std::string path;    // the target up to '?', not decoded
  std::string query;   // after '?', not decoded; empty where there is none
  Fields fields;
  std::string body;
  std::string peer_address;  // who asked: the TCP peer, or what a trusted proxy says of it
  bool encrypted = false;    // TLS here or, by a trusted proxy's word, before us
};

struct Reply {
  int status = 200;
  Fields fields;
  std::string body;
  bool close = false;  // close the connection after this reply
};

// The value of the cookie of that name; nothing where it is absent or sent more than once
// (a second one of the name can only be planted: checklist CK-03).
// Holds as what Fields::find() gives.
std::optional<std::string_view> cookie(const Request& request, std::string_view name);

// The same of several, in one walk over what was sent.
template <std::size_t N>
std::array<std::optional<std::string_view>, N> cookies(
    const Request& request, const std::array<std::string_view, N>& names);

// Gives the reply, once, from any thread.
using Respond = std::move_only_function<void(Reply)>;

namespace details {
void find_cookies(const Request& request, std::span<const std::string_view> names,
                  std::span<std::optional<std::string_view>> values);
}  // namespace details

template <std::size_t N>
std::array<std::optional<std::string_view>, N> cookies(
    const Request& request, const std::array<std::string_view, N>& names) {
  std::array<std::optional<std::string_view>, N> values;
  details::find_cookies(request, names, values);
  return values;
}

}  // namespace grantd::http
