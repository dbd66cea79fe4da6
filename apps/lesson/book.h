// The lesson as data: rules and words of one language, read from what web/ embeds.
//
// What lives in this folder: the lesson's data, the room that it is played in, the engine that
// plays it. What does not: how it looks (apps/grantd/learn*.cc, the page /learn), what the server
// answers (grantd/).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/lesson/plays.h"

namespace grantd::lesson {

using Text = std::string;  // a little Markdown (markup.h)

// "RFC 6749 §4.1.3, §10.5".
struct Citation {
  std::string document;
  std::string sections;
  std::string url;
  std::string to_text() const { return sections.empty() ? document : document + " " + sections; }
};

struct Part {
  std::string name;
  Text label, what, without;
  std::string short_text;
};

enum class Sees { no, yes, part };
inline constexpr std::string_view kWatchers[] = {"person", "history", "app",  "grantd",
                                                 "network", "other",  "album"};

struct Step {
  int number = 0;
  std::string id;
  Play play;
  std::string answer_of;  // the step whose answer this one is about
  std::vector<Part> parts;
  std::vector<std::pair<std::string, Sees>> sees;  // in the order of kWatchers, those who matter
  std::vector<Citation> cites;

  std::string title, short_title;
  Text what, brief, message, sees_text, closer_title, closer;
  std::vector<std::string> parts_head;
  std::vector<std::pair<std::string, Text>> inside;  // "read" → …; one of name "": the whole
};

struct Experiment {
  std::string id;
  std::string step;
  int number = 0;  // within the step
  std::vector<std::string> checks;
  std::vector<Citation> cites;
  std::vector<Play> plays;

  std::string title;
  std::vector<std::string> variants;  // a title for each play, where there is more than one
  Text change, naive, grantd, honest, rule, repair;

  std::string short_id() const;  // "8/6"
};

struct Choice {
  std::string id;
  Text text, feedback;
};

struct Hint {
  std::string id;
  std::string equals, begins, ends, contains, last_is_not, first_is_not;
  int hex = 0;
  std::vector<std::string> before;
  Text feedback;
};

struct Exercise {
  enum class Kind { choice, spot, live, free, order };
  std::string id;
  int stars = 1;
  Kind kind = Kind::choice;
  std::string step;
  std::vector<std::string> after;
  std::string right;                // an option's id
  std::vector<Choice> options;      // order: the cards in the right order
  std::string code_language, code;  // spot
  std::string live;                 // an experiment's id
  int live_play = 1;
  std::vector<std::string> accept;
  bool all_of = false, any_case = false;
  std::vector<Hint> hints;
  Text question, when_right, when_wrong, follow;
};

struct Mistake {
  std::string id;
  std::vector<std::string> plays;  // ids of experiments or exercises
  Text mistake, came, fix;
};

struct ChallengeMove {
  int number = 0;
  std::string thing;
  Play play;
  Text title, stopped_by;
};
struct Challenge {
  std::vector<ChallengeMove> moves;
  Text intro, task, epilogue, certificate;
  Pairs things;
};

struct Word {
  std::string id, word;
  Text means;
};

struct Idea {
  Text text, closing;
  std::string drawing;
  std::vector<std::string> drawing_in_words, cast_head;
  struct Actor {
    Text who, spec, wants;
  };
  std::vector<Actor> cast;
  std::vector<Citation> cites;
};

struct Book {
  std::string language;
  std::vector<RequestTemplate> requests;
  std::vector<std::string> secrets;  // parameters whose values are shown as dots
  std::vector<Probe> probes;
  std::vector<Step> steps;
  std::vector<Experiment> experiments;
  std::vector<Exercise> exercises;
  std::vector<Mistake> mistakes;
  Challenge challenge;
  std::vector<Word> words;
  Idea idea;
  Text program_text, program_after;
  std::string program;  // Python
  std::map<std::string, std::string, std::less<>> interface;
  // What is wrong with the data, a line each: file, line, what. The lesson's test wants none.
  Problems problems;

  const RequestTemplate* request(std::string_view name) const;
  const Probe* probe(std::string_view id) const;
  const Step* step(std::string_view id) const;
  const Experiment* experiment(std::string_view id) const;
  const Exercise* exercise(std::string_view id) const;
  const Mistake* mistake(std::string_view id) const;
  // By its id, the word, or a part of it ("aud", "code verifier"), upper or lower case.
  const Word* glossary_word(std::string_view text) const;
  std::vector<const Experiment*> experiments_of(const Step& step) const;
  std::vector<const Exercise*> exercises_of(const Step& step) const;
  // A text of the interface; the English one where the language has none; its name where none has.
  std::string_view word(std::string_view name) const;
};

// Of an experiment or an exercise, for people: "3/1 A slash too many", "E24".
std::string name_of_play(const Book& book, const std::string& id);

// Languages that there are words in, sorted: "de", "en".
std::vector<std::string> languages();
// What can be read is read; what is wrong stands in Book::problems.
Book load_book(std::string_view language);
// The same from texts by path below web/lesson/ ("steps.toml", "en/steps.toml").
using Files = std::map<std::string, std::string, std::less<>>;
Book read_book(const Files& files, std::string_view language);
// Where the words of a language are not those of the English ones: what is missing or too much,
// other {values}, `mono` or links, a translated program. A line each: file, line, what.
Problems compare_words(std::string_view language);
Problems compare_words(const Files& files, std::string_view language);

}  // namespace grantd::lesson
