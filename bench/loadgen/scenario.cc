#include "bench/loadgen/scenario.h"

#include <fstream>
#include <iterator>

#include "bench/loadgen/text.h"

namespace loadgen {
namespace {

using grantd::Json;

std::string text_of(const Json& json, const char* name, const std::string& otherwise) {
  const std::string* text = json.find_string(name);
  return text ? *text : otherwise;
}

const Json::Array& items(const Json& json, const char* name) {
  static const Json::Array kNone;
  const Json* member = json.find(name);
  return member && member->as_array() ? *member->as_array() : kNone;
}

const Json::Object& members(const Json& json, const char* name) {
  static const Json::Object kNone;
  const Json* member = json.find(name);
  return member && member->as_object() ? *member->as_object() : kNone;
}

std::vector<std::string> texts(const Json& json, const char* name) {
  std::vector<std::string> out;
  for (const Json& item : items(json, name)) out.push_back(*item.as_string());
  return out;
}

std::vector<std::int64_t> integers(const Json& json, const char* name) {
  std::vector<std::int64_t> out;
  for (const Json& item : items(json, name)) out.push_back(*item.as_int());
  return out;
}

}  // namespace

Template::Template(const std::string& text, Names& names) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t open = text.find("${", i);
    pieces_.push_back({text.substr(i, open - i)});
    if (open == std::string::npos) break;
    const std::size_t close = text.find('}', open);
    std::string name = text.substr(open + 2, close - open - 2);
    const bool encoded = name.ends_with(":u");
    if (encoded) name.resize(name.size() - 2);
    pieces_.push_back({"", names.number(name), encoded});
    i = close + 1;
  }
}

void Template::fill(std::string& out, const Values& values) const {
  for (const Piece& piece : pieces_) {
    if (piece.variable == kNone) {
      out += piece.text;
    } else if (piece.encoded) {
      append_percent_encoded(out, values[piece.variable]);
    } else {
      out += values[piece.variable];
    }
  }
}

Step Scenario::read_step(const Json& json) {
  Step step;
  step.name = text_of(json, "name", "");
  std::string head = text_of(json, "method", "GET") + " " + text_of(json, "path", "/") +
                     " HTTP/1.1\r\nHost: " + host_header + "\r\n";
  for (const std::string& header : texts(json, "headers")) head += header + "\r\n";
  if (const std::string* body = json.find_string("body")) {
    step.has_body = true;
    head += "Content-Type: " + text_of(json, "type", "application/x-www-form-urlencoded") + "\r\n";
    step.body = Template(*body, names);
  }
  step.head = Template(head, names);
  step.status = integers(json, "status");
  if (step.status.empty()) step.status = {200};
  step.shed = integers(json, "shed");
  step.location_prefix = text_of(json, "location_prefix", "");
  if (const std::string* name = json.find_string("save_location")) {
    step.save_location = {names.number(*name)};
  }
  const auto saves = [&](const char* from, auto& into) {
    for (const auto& [key, value] : members(json, from)) {
      into.emplace_back(key, names.number(*value.as_string()));
    }
  };
  const auto equals = [&](const Json& in, const char* from, auto& into) {
    for (const auto& [key, value] : members(in, from)) {
      into.emplace_back(key, Template(*value.as_string(), names));
    }
  };
  saves("location_save", step.location_save);
  saves("json_save", step.json_save);
  equals(json, "location_equals", step.location_equals);
  equals(json, "json_equals", step.json_equals);
  step.contains = texts(json, "contains");
  for (const auto& [key, value] : members(json, "body_save")) {
    const Json::Array& ends = *value.as_array();
    step.body_save.push_back({names.number(key), *ends.at(0).as_string(), *ends.at(1).as_string()});
  }
  for (const auto& [key, value] : members(json, "jwt")) {
    JwtCheck check{names.number(key), text_of(value, "alg", ""), {}};
    equals(value, "claims", check.claims);
    step.jwt.push_back(std::move(check));
  }
  for (const std::string& name : texts(json, "unique")) step.unique.push_back(names.number(name));
  return step;
}

Scenario::Scenario(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) die("cannot open " + file);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto json = Json::parse(text, text.size());
  if (!json) die(file + ": " + json.error());
  host = text_of(*json, "host", "127.0.0.1");
  const std::int64_t* at = json->find_int("port");
  if (!at) die(file + ": no port");
  port = static_cast<int>(*at);
  host_header = text_of(*json, "host_header", host + ":" + std::to_string(port));
  const bool* jar = json->find_bool("cookies");
  cookies = jar && *jar;
  state = names.number("state");
  nonce = names.number("nonce");
  flow = names.number("flow");
  verifier = names.number("verifier");
  challenge = names.number("challenge");
  for (const Json& step : items(*json, "prepare")) prepare.push_back(read_step(step));
  for (const Json& step : items(*json, "steps")) steps.push_back(read_step(step));
  if (steps.empty()) die(file + ": no steps");
  for (const Json& user : items(*json, "users")) {
    users.emplace_back();
    for (const auto& [key, value] : *user.as_object()) {
      users.back().emplace_back(names.number(key), *value.as_string());
    }
  }
  if (const Json* jwks = json->find("jwks")) keys.load(*jwks);
}

}  // namespace loadgen
