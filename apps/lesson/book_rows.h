// The readers of each file's rows, for book.cc alone: a rule and its words make one row.
#pragma once

#include "apps/lesson/book.h"

namespace grantd::lesson {

// What reading needs: the files as trees, and where problems go.
class Sources {
 public:
  Sources(const Files& files, std::string language, Problems& problems);

  const Node& rules(const std::string& name);  // "steps.toml"; an empty table where it is broken
  const Node& words(const std::string& name);  // of the language
  std::string rules_path(const std::string& name) const { return "lesson/" + name; }
  std::string words_path(const std::string& name) const {
    return "lesson/" + language_ + "/" + name;
  }
  Problems& problems() { return problems_; }

  // For each table of the list `list` of rules: `make(rule, words)`. The words stand under the
  // rule's `key` in the file of the same name. What has only one half is a problem.
  template <class Make>
  void each(const std::string& file, const std::string& list, const std::string& key, Make make);

 private:
  const Node& tree(const std::string& path);

  const Files& files_;
  std::string language_;
  Problems& problems_;
  std::map<std::string, Node> trees_;
};

// A key's text for messages and for matching: "step-8", "7".
std::string key_text(const Node* node);

template <class Make>
void Sources::each(const std::string& file, const std::string& list, const std::string& key,
                   Make make) {
  static const Node kNothing;
  Reader all(rules_path(file), file, rules(file), problems_);
  const Node& words_of = words(file);
  std::set<std::string> known;
  for (const Node* const row : all.tables(list)) {
    const std::string id = key_text(row->find(key));
    if (!known.insert(id).second) all.wrong(*row, key + " \"" + id + "\" stands twice");
    const Node* const said = words_of.find(id);
    if (!said) all.wrong(*row, "no words for \"" + id + "\" in " + words_path(file));
    Problems ignored;  // of words that are not there at all
    Reader rule(rules_path(file), id, *row, problems_);
    Reader word(words_path(file), id, said ? *said : kNothing, said ? problems_ : ignored);
    make(rule, word);
  }
  for (const auto& [id, node] : words_of.members) {
    if (known.contains(id)) continue;
    problems_.push_back(words_path(file) + ":" + std::to_string(node.line) + ": words for \"" + id +
                        "\", which is no " + key + " of " + rules_path(file));
  }
}

class Citations {
 public:
  explicit Citations(Sources& sources);
  std::vector<Citation> read(std::string_view name, Reader& from) const;

 private:
  std::optional<Citation> find(const std::string& text) const;
  Pairs documents_, sections_;
};

void read_steps(Sources& sources, const Citations& citations, Book& book);
void read_experiments(Sources& sources, const Citations& citations, Book& book);
void read_exercises(Sources& sources, Book& book);
void read_mistakes(Sources& sources, Book& book);
void read_challenge(Sources& sources, Book& book);
void read_idea(Sources& sources, const Citations& citations, Book& book);

// Links that lead nowhere, templates and names that nobody knows.
void check_links(Book& book);
// Whether a flow knows the value by itself (README.md, "Values").
bool is_value_name(std::string_view name);
// Words that name values which nobody knows, or do not fit where they are shown.
void check_words(Book& book);

// What web/ embeds, by path below web/lesson/.
Files embedded_files();

}  // namespace grantd::lesson
