// What people see and are asked: tables, records, prompts, secrets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/grantd/command.h"
#include "grantd/base/json.h"
#include "grantd/base/secret.h"

namespace grantd::app {

void print(std::string_view text);  // to standard output, as it is
void note(std::string_view text);   // a line to standard error
Outcome<> finish_output();          // whether all of it could be written

// One column of a table: its head, and the member of each row that it shows.
struct Column {
  std::string_view head;
  std::string_view member;
};
// Rows are objects. For people a table (or `none`, where there is no row), with --json the array.
void print_rows(const Call& call, const Json::Array& rows, const std::vector<Column>& columns,
                std::string_view none);
// One object: a line a member, with --json the object.
void print_record(const Call& call, const Json& record);
// What was done, for people; with --json `record`.
void print_done(const Call& call, const Json& record, std::string_view sentence);

// The question "…? [y/N]" on the terminal, unless --yes. No: exit code 1. Nobody there: usage.
Outcome<> confirm(const Call& call, std::string_view question);

// A secret of at most `bytes_max` bytes from `file` ("-": standard input), less one line end at its
// end. Warns where others may read the file (checklist AD-08).
Outcome<Secret> read_secret(const std::string& file, std::size_t bytes_max);
// Asks twice on the terminal, without echo; nobody there: usage, which names `option`.
Outcome<Secret> ask_new_secret(std::string_view what, std::string_view option,
                               std::size_t bytes_max);

}  // namespace grantd::app
