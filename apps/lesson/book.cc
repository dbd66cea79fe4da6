#include "apps/lesson/book.h"

#include <algorithm>

#include "apps/lesson/book_rows.h"
#include "apps/lesson/markup.h"
#include "grantd/base/encoding.h"
#include "web/embedded.h"

namespace grantd::lesson {
namespace {

constexpr std::string_view kFolder = "lesson/";

template <class Row>
const Row* find_by(const std::vector<Row>& rows, std::string_view id, std::string Row::*member) {
  const auto found = std::ranges::find(rows, id, member);
  return found == rows.end() ? nullptr : &*found;
}

// By its id, as it is written, or by a part of that: "aud (audience)", "code challenge / code
// verifier".
bool is_called(const Word& word, std::string_view wanted) {
  if (wanted.empty()) return false;
  const std::string whole = lower_ascii(word.word);
  if (word.id == wanted || whole == wanted) return true;
  for (std::size_t from = 0; from < whole.size();) {
    const std::size_t end = std::min(whole.find_first_of("/()", from), whole.size());
    if (trim(std::string_view(whole).substr(from, end - from)) == wanted) return true;
    from = end + 1;
  }
  return false;
}

void read_requests(Sources& sources, Book& book) {
  const Node& all = sources.rules("requests.toml");
  for (const auto& [name, node] : all.members) {
    if (name == "secret") {
      for (const Node& item : node.items) book.secrets.push_back(item.text);
      continue;
    }
    Reader one(sources.rules_path("requests.toml"), name, node, sources.problems());
    book.requests.push_back(read_request(name, one));
  }
}

void read_probes(Sources& sources, Book& book) {
  Reader words(sources.words_path("probes.toml"), "probes", sources.words("probes.toml"),
               sources.problems());
  for (const auto& [id, node] : sources.rules("probes.toml").members) {
    Reader one(sources.rules_path("probes.toml"), id, node, sources.problems());
    Probe probe = read_probe(id, one);
    probe.says = words.text(id);
    book.probes.push_back(std::move(probe));
  }
}

// What a language does not say is said in English (compare_words tells who keeps the words).
void read_interface(Sources& sources, Sources& english, Book& book) {
  for (Sources* const one : {&sources, &english}) {
    for (const auto& [name, node] : one->words("interface.toml").members) {
      book.interface.emplace(name, node.text);
    }
  }
}

}  // namespace

Files embedded_files() {
  Files out;
  for (const std::string_view path : web::paths()) {
    if (!path.starts_with(kFolder) || !path.ends_with(".toml")) continue;
    out.emplace(path.substr(kFolder.size()), web::file(path).value());
  }
  return out;
}

Sources::Sources(const Files& files, std::string language, Problems& problems)
    : files_(files), language_(std::move(language)), problems_(problems) {}

const Node& Sources::rules(const std::string& name) { return tree(name); }

const Node& Sources::words(const std::string& name) { return tree(language_ + "/" + name); }

const Node& Sources::tree(const std::string& path) {
  const auto known = trees_.find(path);
  if (known != trees_.end()) return known->second;
  Node& tree = trees_[path];
  const auto text = files_.find(path);
  if (text == files_.end()) {
    problems_.push_back("lesson/" + path + ": there is no such file");
    return tree;
  }
  auto parsed = parse_toml("lesson/" + path, text->second);
  if (parsed) {
    tree = std::move(*parsed);
  } else {
    problems_.push_back(parsed.error());
  }
  return tree;
}

std::string key_text(const Node* node) {
  if (!node) return {};
  return node->kind == Node::Kind::number ? std::to_string(node->number) : node->text;
}

std::string Experiment::short_id() const {
  return step.substr(step.find('-') + 1) + "/" + std::to_string(number);
}

const RequestTemplate* Book::request(std::string_view name) const {
  return find_by(requests, name, &RequestTemplate::name);
}
const Probe* Book::probe(std::string_view id) const { return find_by(probes, id, &Probe::id); }
const Step* Book::step(std::string_view id) const { return find_by(steps, id, &Step::id); }
const Experiment* Book::experiment(std::string_view id) const {
  return find_by(experiments, id, &Experiment::id);
}
const Mistake* Book::mistake(std::string_view id) const {
  return find_by(mistakes, id, &Mistake::id);
}
const Word* Book::glossary_word(std::string_view text) const {
  const std::string wanted = lower_ascii(trim(text));
  const auto is_it = [&](const Word& one) { return is_called(one, wanted); };
  const auto found = std::ranges::find_if(words, is_it);
  return found == words.end() ? nullptr : &*found;
}
const Exercise* Book::exercise(std::string_view id) const {
  return find_by(exercises, id, &Exercise::id);
}

std::vector<const Experiment*> Book::experiments_of(const Step& step) const {
  std::vector<const Experiment*> out;
  for (const Experiment& one : experiments) {
    if (one.step == step.id) out.push_back(&one);
  }
  return out;
}

std::vector<const Exercise*> Book::exercises_of(const Step& step) const {
  std::vector<const Exercise*> out;
  for (const Exercise& one : exercises) {
    if (one.step == step.id) out.push_back(&one);
  }
  return out;
}

std::string_view Book::word(std::string_view name) const {
  const auto found = interface.find(name);
  return found == interface.end() ? name : std::string_view(found->second);
}

std::string name_of_play(const Book& book, const std::string& id) {
  const Experiment* const experiment = book.experiment(id);
  const Exercise* const exercise = book.exercise(id);
  if (experiment) return experiment->short_id() + " " + plain_text(experiment->title);
  return exercise ? exercise->id + " " + plain_text(exercise->question) : id;
}

std::vector<std::string> languages() {
  std::vector<std::string> out;
  for (std::string_view path : web::paths()) {
    if (!path.starts_with(kFolder)) continue;
    path.remove_prefix(kFolder.size());
    const std::size_t at = path.find('/');
    if (at == std::string_view::npos) continue;
    std::string language(path.substr(0, at));
    if (std::ranges::find(out, language) == out.end()) out.push_back(std::move(language));
  }
  return out;
}

Book load_book(std::string_view language) { return read_book(embedded_files(), language); }

Book read_book(const Files& files, std::string_view language) {
  Book book;
  book.language = language;
  Sources sources(files, book.language, book.problems);
  const Citations citations(sources);
  read_requests(sources, book);
  read_probes(sources, book);
  read_steps(sources, citations, book);
  read_experiments(sources, citations, book);
  read_exercises(sources, book);
  read_mistakes(sources, book);
  read_challenge(sources, book);
  read_idea(sources, citations, book);
  Sources english(files, "en", book.problems);
  read_interface(sources, language == "en" ? sources : english, book);
  check_links(book);
  check_words(book);
  return book;
}

}  // namespace grantd::lesson
