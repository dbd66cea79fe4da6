#include "apps/grantd/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

std::string cell(const Json& value);

// "name: notes:read, texts: (en: (title: See your notes))"; what is empty is left out.
std::string object_cell(const Json::Object& members) {
  std::string out;
  for (const auto& [name, value] : members) {
    const std::string text = cell(value);
    if (text.empty()) continue;
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", printable(name),
                       value.as_object() ? "(" + text + ")" : text);
  }
  return out;
}

// A value as one line of text. What is not ours to trust is made printable.
std::string cell(const Json& value) {
  if (value.is_null()) return "";
  if (const auto* text = value.as_string()) return printable(*text);
  if (const auto* flag = value.as_bool()) return *flag ? "yes" : "no";
  if (const auto* members = value.as_object()) return object_cell(*members);
  const auto* items = value.as_array();
  if (items == nullptr) return value.dump();
  std::string out;
  for (const Json& item : *items) out += (out.empty() ? "" : ", ") + cell(item);
  return out;
}

// Columns that a terminal needs: characters of UTF-8, each counted as one.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded(std::string_view text, std::size_t columns) {
  return std::string(text) + std::string(columns - std::min(columns, width(text)), ' ');
}

std::string without_end_blanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// Lists of objects (an API's scopes, a client's secrets) have a line an item.
void append_member(std::string& out, std::string_view name, const Json& value,
                   std::size_t columns) {
  const auto* items = value.as_array();
  if (items == nullptr || items->size() < 2) {
    out += without_end_blanks(fmt::format("{}  {}", padded(name, columns), cell(value))) + "\n";
    return;
  }
  std::string_view head = name;
  for (const Json& item : *items) {
    out += without_end_blanks(fmt::format("{}  {}", padded(head, columns), cell(item))) + "\n";
    head = "";
  }
}

}  // namespace

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void note(std::string_view text) {
  const std::string line = std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

Outcome<> finish_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return Unit();
  return failed(fmt::format("standard output cannot be written: {}", strerror(errno)));
}

void print_rows(const Call& call, const Json::Array& rows, const std::vector<Column>& columns,
                std::string_view none) {
  if (call.json()) return print(Json(rows).dump_pretty());
  if (rows.empty()) return print(std::string(none) + "\n");
  std::vector<std::vector<std::string>> cells(1);
  for (const Column& column : columns) cells[0].emplace_back(column.head);
  for (const Json& row : rows) {
    auto& line = cells.emplace_back();
    for (const Column& column : columns) {
      const Json* const value = row.find(column.member);
      line.push_back(value == nullptr ? "" : cell(*value));
    }
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  for (const auto& line : cells) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += (i == 0 ? "" : "  ") + padded(line[i], widths[i]);
    }
    print(without_end_blanks(std::move(text)) + "\n");
  }
}

void print_record(const Call& call, const Json& record) {
  if (call.json()) return print(record.dump_pretty());
  std::size_t columns = 0;
  for (const auto& [name, value] : *record.as_object()) columns = std::max(columns, width(name));
  std::string out;
  for (const auto& [name, value] : *record.as_object()) append_member(out, name, value, columns);
  print(out);
}

void print_done(const Call& call, const Json& record, std::string_view sentence) {
  print(call.json() ? record.dump_pretty() : std::string(sentence) + "\n");
}

}  // namespace grantd::app
