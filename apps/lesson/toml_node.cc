#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include "apps/lesson/toml_node.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

namespace grantd::lesson {
namespace {

Node node_of(const toml::node& from) {
  Node out;
  out.line = static_cast<int>(from.source().begin.line);
  if (const auto* text = from.as_string()) {
    out.kind = Node::Kind::text;
    out.text = text->get();
  } else if (const auto* number = from.as_integer()) {
    out.kind = Node::Kind::number;
    out.number = number->get();
  } else if (const auto* flag = from.as_boolean()) {
    out.kind = Node::Kind::flag;
    out.flag = flag->get();
  } else if (const auto* list = from.as_array()) {
    out.kind = Node::Kind::list;
    for (const toml::node& item : *list) out.items.push_back(node_of(item));
  } else if (const auto* table = from.as_table()) {
    for (const auto& [key, value] : *table) {
      out.members.emplace_back(std::string(key.str()), node_of(value));
    }
  }
  return out;
}

std::string_view name_of(Node::Kind kind) {
  constexpr std::string_view kNames[] = {"a text", "a number", "true or false", "a list",
                                         "a table"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace

const Node* Node::find(std::string_view name) const {
  const auto found = std::ranges::find(members, name, &std::pair<std::string, Node>::first);
  return found == members.end() ? nullptr : &found->second;
}

Result<Node, std::string> parse_toml(std::string_view file, std::string_view text) {
  const toml::parse_result parsed = toml::parse(text, file);
  if (parsed) return node_of(parsed.table());
  const toml::parse_error& error = parsed.error();
  return fail(fmt::format("{}:{}: not TOML: {}", file, error.source().begin.line,
                          error.description()));
}

Reader::Reader(std::string file, std::string what, const Node& table, Problems& problems)
    : file_(std::move(file)), what_(std::move(what)), node_(table), problems_(problems) {
  if (table.kind != Node::Kind::table) {
    wrong(fmt::format("expected a table, found {}", name_of(table.kind)));
  }
}

Reader::~Reader() {
  for (const auto& [name, value] : node_.members) {
    if (!read_.contains(name)) wrong(value, fmt::format("\"{}\" is no key of it", name));
  }
}

void Reader::wrong(const Node& where, const std::string& text) {
  problems_.push_back(fmt::format("{}:{}: {}: {}", file_, where.line, what_, text));
}

const Node* Reader::node(std::string_view name) {
  read_.emplace(name);
  return node_.find(name);
}

const Node* Reader::take(std::string_view name, Node::Kind kind) {
  const Node* const found = node(name);
  if (!found || found->kind == kind) return found;
  wrong(*found, fmt::format("{}: expected {}, found {}", name, name_of(kind),
                            name_of(found->kind)));
  return nullptr;
}

std::string Reader::text(std::string_view name) {
  const Node* const found = take(name, Node::Kind::text);
  if (found && !found->text.empty()) return found->text;
  if (!node_.find(name)) wrong(fmt::format("\"{}\" is missing", name));
  if (found) wrong(*found, fmt::format("\"{}\" is empty", name));
  return {};
}

std::string Reader::text_or(std::string_view name, std::string_view otherwise) {
  const Node* const found = take(name, Node::Kind::text);
  return found ? found->text : std::string(otherwise);
}

std::int64_t Reader::number(std::string_view name) {
  if (!node_.find(name)) wrong(fmt::format("\"{}\" is missing", name));
  return number_or(name, 0);
}

std::int64_t Reader::number_or(std::string_view name, std::int64_t otherwise) {
  const Node* const found = take(name, Node::Kind::number);
  return found ? found->number : otherwise;
}

bool Reader::flag_or(std::string_view name, bool otherwise) {
  const Node* const found = take(name, Node::Kind::flag);
  return found ? found->flag : otherwise;
}

std::vector<std::string> Reader::texts(std::string_view name) {
  const Node* const found = node(name);
  if (!found) return {};
  if (found->kind == Node::Kind::text) return {found->text};
  std::vector<std::string> out;
  for (const Node& item : found->items) {
    if (item.kind == Node::Kind::text) out.push_back(item.text);
  }
  if (found->kind != Node::Kind::list || out.size() != found->items.size()) {
    wrong(*found, fmt::format("{}: expected a list of texts", name));
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Reader::pairs(std::string_view name) {
  const Node* const found = take(name, Node::Kind::list);
  std::vector<std::pair<std::string, std::string>> out;
  if (!found) return out;
  for (const Node& item : found->items) {
    if (item.items.size() != 2 || item.items[0].kind != Node::Kind::text ||
        item.items[1].kind != Node::Kind::text) {
      wrong(item, fmt::format("{}: expected [name, value]", name));
      continue;
    }
    out.emplace_back(item.items[0].text, item.items[1].text);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Reader::members(std::string_view name) {
  const Node* const found = take(name, Node::Kind::table);
  std::vector<std::pair<std::string, std::string>> out;
  if (!found) return out;
  for (const auto& [key, value] : found->members) {
    if (value.kind != Node::Kind::text) wrong(value, fmt::format("{}: expected a text", key));
    out.emplace_back(key, value.text);
  }
  return out;
}

std::vector<const Node*> Reader::tables(std::string_view name) {
  const Node* const found = node(name);
  if (!found) return {};
  if (found->kind == Node::Kind::table) return {found};
  std::vector<const Node*> out;
  for (const Node& item : found->items) {
    if (item.kind == Node::Kind::table) out.push_back(&item);
  }
  if (found->kind != Node::Kind::list || out.size() != found->items.size()) {
    wrong(*found, fmt::format("{}: expected tables", name));
  }
  return out;
}

}  // namespace grantd::lesson
