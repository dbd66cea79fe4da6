// A file of the lesson's data as a tree that knows its lines, and a reader that lets no key go
// unread. toml_node.cc is the one file here that knows TOML.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grantd/base/result.h"

namespace grantd::lesson {

struct Node {
  enum class Kind { text, number, flag, list, table };
  Kind kind = Kind::table;
  std::string text;
  std::int64_t number = 0;
  bool flag = false;
  std::vector<Node> items;
  std::vector<std::pair<std::string, Node>> members;  // of a table, by name
  int line = 0;

  const Node* find(std::string_view name) const;
};

// The error is one line: file, line, what is wrong.
Result<Node, std::string> parse_toml(std::string_view file, std::string_view text);

// What is wrong with the data, a line each.
using Problems = std::vector<std::string>;

// Reads a table's members, each once. What was not asked for by the end is a problem; so is what is
// missing or of another type.
class Reader {
 public:
  Reader(std::string file, std::string what, const Node& table, Problems& problems);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool has(std::string_view name) const { return node_.find(name) != nullptr; }
  std::string text(std::string_view name);  // must be there
  std::string text_or(std::string_view name, std::string_view otherwise = "");
  std::int64_t number(std::string_view name);
  std::int64_t number_or(std::string_view name, std::int64_t otherwise);
  bool flag_or(std::string_view name, bool otherwise);
  std::vector<std::string> texts(std::string_view name);  // a list of texts, or one; may be absent
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view name);  // [[a, b], …]
  // A table's members as texts; may be absent.
  std::vector<std::pair<std::string, std::string>> members(std::string_view name);
  // The tables of a list of tables, or the one table; may be absent.
  std::vector<const Node*> tables(std::string_view name);
  const Node* node(std::string_view name);  // as it is; null where absent

  void wrong(const Node& where, const std::string& text);
  void wrong(const std::string& text) { wrong(node_, text); }
  const std::string& file() const { return file_; }
  const std::string& what() const { return what_; }
  Problems& problems() { return problems_; }
  const Node& all() const { return node_; }

 private:
  const Node* take(std::string_view name, Node::Kind kind);
  std::string file_, what_;
  const Node& node_;
  Problems& problems_;
  std::set<std::string, std::less<>> read_;
};

}  // namespace grantd::lesson
