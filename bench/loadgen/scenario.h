// What to ask and what must come back, from a JSON file (bench/README.md has its members).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/loadgen/keys.h"
#include "grantd/base/json.h"

namespace loadgen {

using Values = std::vector<std::string>;  // of the variables, by their numbers

// Variables are numbered once, at load time.
class Names {
 public:
  std::size_t number(const std::string& name) {
    return numbers_.emplace(name, numbers_.size()).first->second;
  }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::map<std::string, std::size_t> numbers_;
};

// Text with ${variables} in it; ${x:u} is percent-encoded.
class Template {
 public:
  Template() = default;
  Template(const std::string& text, Names& names);
  void fill(std::string& out, const Values& values) const;

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Piece {
    std::string text;
    std::size_t variable = kNone;
    bool encoded = false;
  };
  std::vector<Piece> pieces_;
};

struct JwtCheck {
  std::size_t variable;
  std::string algorithm;
  std::vector<std::pair<std::string, Template>> claims;
};

struct Between {
  std::size_t variable;
  std::string before, after;
};

struct Step {
  std::string name;
  Template head, body;
  bool has_body = false;
  std::vector<std::int64_t> status, shed;
  std::string location_prefix;
  std::vector<std::size_t> save_location;  // none or one
  std::vector<std::pair<std::string, std::size_t>> location_save, json_save;
  std::vector<std::pair<std::string, Template>> location_equals, json_equals;
  std::vector<std::string> contains;
  std::vector<Between> body_save;
  std::vector<JwtCheck> jwt;
  std::vector<std::size_t> unique;
  std::vector<std::uint32_t> micros;  // how long it took, each time
};

class Scenario {
 public:
  explicit Scenario(const std::string& file);

  Names names;
  std::string host, host_header;
  int port = 0;
  bool cookies = false;
  std::vector<Step> prepare, steps;
  std::vector<std::vector<std::pair<std::size_t, std::string>>> users;
  Keys keys;
  std::size_t state, nonce, verifier, challenge, flow;

 private:
  Step read_step(const grantd::Json& json);
};

}  // namespace loadgen
