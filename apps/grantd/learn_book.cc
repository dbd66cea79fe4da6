// The ten mistakes and the glossary: what is seen of them and what is done (learn_session.h).
#include <fmt/format.h>

#include "apps/grantd/learn_session.h"
#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

constexpr std::string_view kNotSelected = "   ";

// The first line begins with the mark, which is as wide as its indent.
void mark(Lines& lines, bool selected) {
  if (lines.empty() || lines.front().empty()) return;
  lines.front().front() = {std::string(selected ? kSelected : kNotSelected), Style::accent};
}

}  // namespace

Lines Session::mistakes(const Look& look) const {
  Lines out = wrapped({{std::string(say("mistakes_title")), Style::strong}}, look.width, 1);
  out.emplace_back();
  for (std::size_t i = 0; i < book_->mistakes.size(); ++i) {
    const lesson::Mistake& one = book_->mistakes[i];
    Line text{{fmt::format("{}. ", i + 1), Style::soft}};
    const Style style = i == selected_ ? Style::strong : Style::plain;
    for (const Bit& bit : line_of(lesson::spans_of(one.mistake, *book_), style)) {
      text.push_back(bit);
    }
    Lines lines = wrapped(text, look.width, kSelected.size(), 3);
    mark(lines, i == selected_);
    append(out, std::move(lines));
  }
  return out;
}

Lines Session::mistake(const Look& look) const {
  const std::size_t number = static_cast<std::size_t>(mistake_ - book_->mistakes.data()) + 1;
  Lines out = wrapped({{fmt::format("{}/{}", number, book_->mistakes.size()), Style::accent}},
                      look.width, 1);
  append(out, text_lines(look, "**" + mistake_->mistake + "**"));
  out.emplace_back();
  append(out, labelled(look, say("label_came"), mistake_->came, {}, Style::bad));
  append(out, labelled(look, say("label_fix"), mistake_->fix, {}, Style::good));
  out.emplace_back();
  out.push_back({{" " + std::string(say("mistake_plays")), Style::strong}});
  for (std::size_t i = 0; i < mistake_->plays.size(); ++i) {
    Line text{{fmt::format("{} ", i + 1), Style::accent}};
    text.push_back({lesson::name_of_play(*book_, mistake_->plays[i])});
    append(out, wrapped(text, look.width, 3, 2));
  }
  return out;
}

Lines Session::words(const Look& look) const {
  Lines out;
  for (const lesson::Word& one : book_->words) {
    Lines lines = text_lines(look, "**" + one.word + "**: " + one.means, {}, kSelected.size());
    mark(lines, one.id == word_);
    append(out, std::move(lines));
  }
  return out;
}

void Session::open_words(std::string_view id) {
  panel_ = Panel::words;
  scroll_ = 0;
  word_ = id;
  follow_selected_ = !word_.empty();
}

void Session::open_mistakes() {
  if (view_ != View::mistakes && view_ != View::mistake) mistakes_from_ = at_;
  view_ = View::mistakes;
  panel_ = Panel::none;
  scroll_ = selected_ = 0;
}

// An experiment or an exercise; from there it goes back to the mistake.
void Session::play_mistake(const std::string& id) {
  const lesson::Experiment* const experiment = book_->experiment(id);
  const lesson::Exercise* const exercise = book_->exercise(id);
  go_to(experiment ? experiment->short_id() : id);
  playing_mistake_ = (experiment && view_ == View::experiment) ||
                     (exercise && view_ == View::exercise);
}

// "mistakes", "mistake-3", "words", "word-nonce", "nonce"; false: it is none of these.
bool Session::go_to_words(const std::string& where) {
  constexpr std::string_view kWord = "word-";
  const lesson::Mistake* const mistake = book_->mistake(where);
  if (where == "mistakes" || mistake) {
    open_mistakes();
    if (mistake) pick(static_cast<std::size_t>(mistake - book_->mistakes.data()));
    return true;
  }
  if (where == "words") {
    open_words("");
    return true;
  }
  const lesson::Word* const word = book_->glossary_word(
      where.starts_with(kWord) ? std::string_view(where).substr(kWord.size()) : where);
  if (word) open_words(word->id);
  return word != nullptr;
}

}  // namespace grantd::app
