// What keys do (learn_session.h).
#include <algorithm>

#include "apps/grantd/learn_session.h"

namespace grantd::app {
namespace {

using Kind = Key::Kind;

constexpr std::size_t kTypedMax = 200;

// 1 to 9 as an index from 0.
std::optional<std::size_t> digit_of(const Key& key) {
  if (key.kind != Kind::text || key.text.size() != 1) return std::nullopt;
  const char c = key.text[0];
  if (c < '1' || c > '9') return std::nullopt;
  return static_cast<std::size_t>(c - '1');
}

void type(std::string& typed, const Key& key) {
  if (key.kind == Kind::backspace && !typed.empty()) {
    do {
      typed.pop_back();
    } while (!typed.empty() && (typed.back() & 0xc0) == 0x80);
  }
  if (key.kind == Kind::text && typed.size() < kTypedMax) typed += key.text;
}

}  // namespace

bool Session::handle(const Key& key) {
  if (key.kind == Kind::gone) return false;
  if (key.kind == Kind::resized) return true;
  if (going_) return handle_input(key);
  const bool typing = view_ == View::exercise && panel_ == Panel::none && !try_.verdict &&
                      (try_.exercise->kind == lesson::Exercise::Kind::free ||
                       try_.exercise->kind == lesson::Exercise::Kind::order);
  if (typing) {
    if (key.kind == Kind::escape) {
      back();
    } else if (key.kind == Kind::enter) {
      answer_exercise();
    } else if (!handle_scroll(key)) {
      type(try_.typed, key);
    }
    return true;
  }
  if (key.is("q")) return false;
  if (panel_ != Panel::none && handle_panel(key)) return true;
  if (handle_scroll(key)) return true;
  handle_view(key);
  return failed_.empty();
}

bool Session::handle_input(const Key& key) {
  if (key.kind == Kind::escape) {
    going_.reset();
  } else if (key.kind == Kind::enter) {
    const std::string where = std::exchange(going_, std::nullopt).value();
    if (!where.empty()) go_to(where);
  } else {
    type(*going_, key);
  }
  return failed_.empty();
}

// True where the panel took the key; else the key closes it and counts.
bool Session::handle_panel(const Key& key) {
  if (panel_ == Panel::time) {
    handle_time(key);
    return true;
  }
  if (handle_scroll(key)) return true;
  const bool same =
      (panel_ == Panel::closer && key.is("l")) || (panel_ == Panel::inside && key.is("i")) ||
      (panel_ == Panel::sees && key.is("w")) || (panel_ == Panel::parts && key.is("a")) ||
      (panel_ == Panel::keys && key.is("?")) || (panel_ == Panel::words && key.is("d"));
  const bool closes = key.kind == Kind::escape || key.kind == Kind::enter || same ||
                      panel_ == Panel::said || key.is("p");
  panel_ = Panel::none;
  scroll_ = 0;
  return closes;
}

bool Session::handle_scroll(const Key& key) {
  const std::size_t before = scroll_;
  const std::size_t step = std::max<std::size_t>(1, page_ - 2);
  switch (key.kind) {
    case Kind::down:
      if (list_size() > 0) return false;
      ++scroll_;
      break;
    case Kind::up:
      if (list_size() > 0) return false;
      if (scroll_ > 0) --scroll_;
      break;
    case Kind::page_down:
      scroll_ += step;
      break;
    case Kind::page_up:
      scroll_ -= std::min(scroll_, step);
      break;
    case Kind::home:
      scroll_ = 0;
      break;
    case Kind::end:
      scroll_ = scroll_max_;
      break;
    default:
      if (!key.is(" ")) return false;
      // At the end a blank goes on, as the last page of a book is turned.
      if (scroll_ >= scroll_max_) return false;
      scroll_ += step;
  }
  scroll_ = std::min(scroll_, scroll_max_);
  return scroll_ != before || key.kind != Kind::text;
}

void Session::handle_view(const Key& key) {
  switch (view_) {
    case View::breaks:
    case View::exercises:
    case View::challenge:
    case View::mistakes:
      return handle_list(key);
    case View::experiment:
    case View::move:
      return handle_stage(key);
    case View::exercise:
      return handle_exercise(key);
    case View::mistake:
      return handle_mistake(key);
    default:
      return handle_anywhere(key);
  }
}

std::size_t Session::list_size() const {
  if (panel_ != Panel::none) return 0;
  const lesson::Step* const step = present_step();
  if (view_ == View::breaks && step) return book_->experiments_of(*step).size();
  if (view_ == View::exercises) return exercises_here().size();
  if (view_ == View::challenge) return book_->challenge.moves.size();
  if (view_ == View::mistakes) return book_->mistakes.size();
  return 0;
}

void Session::handle_list(const Key& key) {
  const std::size_t size = list_size();
  follow_selected_ = key.kind == Kind::up || key.kind == Kind::down;
  if (key.kind == Kind::up && selected_ > 0) --selected_;
  if (key.kind == Kind::down && selected_ + 1 < size) ++selected_;
  if (const auto digit = digit_of(key); digit && *digit < size) return pick(*digit);
  if (key.kind == Kind::enter && selected_ < size) return pick(selected_);
  if (key.kind == Kind::escape) return back();
  if (key.kind == Kind::text) handle_anywhere(key);
}

void Session::pick(std::size_t index) {
  selected_ = index;
  const lesson::Step* const step = present_step();
  if (view_ == View::breaks && step)
    begin_stage(book_->experiments_of(*step)[index], nullptr);
  else if (view_ == View::exercises)
    begin_exercise(*exercises_here()[index]);
  else if (view_ == View::challenge)
    begin_stage(nullptr, &book_->challenge.moves[index]);
  else if (view_ == View::mistakes) {
    mistake_ = &book_->mistakes[index];
    view_ = View::mistake;
    scroll_ = 0;
  }
}

void Session::handle_mistake(const Key& key) {
  const auto digit = digit_of(key);
  if (digit && *digit < mistake_->plays.size()) return play_mistake(mistake_->plays[*digit]);
  if (key.kind == Kind::enter && !mistake_->plays.empty()) {
    return play_mistake(mistake_->plays.front());
  }
  if (key.kind == Kind::escape || key.is("p")) return back();
  handle_anywhere(key);
}

void Session::handle_stage(const Key& key) {
  const auto digit = digit_of(key);
  if (!stage_.broken) {
    constexpr lesson::Outcome kOutcomes[] = {lesson::Outcome::page, lesson::Outcome::redirect,
                                             lesson::Outcome::json, lesson::Outcome::works};
    if (digit && *digit < std::size(kOutcomes)) return predict(kOutcomes[*digit]);
  } else if (key.is("n") || key.kind == Kind::enter || key.is(" ")) {
    if (view_ == View::experiment && !stage_.repaired) return put_right();
    if (stage_.experiment) return next_variant();
    back();
    selected_ = std::min(selected_ + 1, book_->challenge.moves.size() - 1);
    follow_selected_ = true;
    return;
  }
  if (key.kind == Kind::escape || key.is("p")) return back();
  handle_anywhere(key);
}

void Session::handle_exercise(const Key& key) {
  const bool solved = try_.verdict && try_.verdict->right;
  const auto digit = digit_of(key);
  if (!solved && digit && *digit < try_.order.size()) {
    try_.chosen = *digit;
    return answer_exercise();
  }
  const bool on = key.kind == Kind::enter || key.is("n") || key.is(" ");
  if (on && solved) {
    // The next one of this step, or back to the list.
    const auto here = exercises_here();
    const auto at = std::ranges::find(here, try_.exercise);
    const bool more = !playing_mistake_ && at != here.end() && at + 1 != here.end();
    if (more) return begin_exercise(**(at + 1));
    return back();
  }
  if (on && try_.verdict) {  // a second try
    try_.verdict.reset();
    try_.typed.clear();
    return;
  }
  if (key.kind == Kind::escape || key.is("p")) return back();
  handle_anywhere(key);
}

void Session::handle_time(const Key& key) {
  panel_ = Panel::none;
  if (!player()) return;
  if (key.is("1"))
    room_->wait(std::chrono::seconds(61));
  else if (key.is("2"))
    room_->wait(std::chrono::minutes(15));
  else
    return;
  said(std::string(say("clock_moved")));
}

void Session::handle_anywhere(const Key& key) {
  const bool has_step = present_step() != nullptr;
  const auto open = [&](Panel panel) {
    if (!has_step && panel != Panel::keys && panel != Panel::time) return;
    panel_ = panel;
    scroll_ = 0;
  };
  const bool on = key.kind == Kind::enter || key.kind == Kind::right;
  if (on || key.is("n") || key.is(" ")) return next();
  if (key.is("p") || key.kind == Kind::left || key.kind == Kind::escape) return back();
  if (key.is("l")) return open(Panel::closer);
  if (key.is("i")) return open(Panel::inside);
  if (key.is("w")) return open(Panel::sees);
  if (key.is("a")) return open(Panel::parts);
  if (key.is("?")) return open(Panel::keys);
  if (key.is("t")) return open(Panel::time);
  if (key.is("r")) return put_right();
  if (key.is("c")) return copy_curl();
  if (key.is("o")) return open_pages();
  if (key.is("d")) return open_words("");
  if (key.is("m")) return open_mistakes();
  if (key.is("v")) in_full_ = !in_full_;
  if (key.is("g")) going_ = "";
  if (key.is("b") && has_step) {
    if (book_->experiments_of(*present_step()).empty()) return said(std::string(say("no_breaks")));
    view_ = View::breaks;
    scroll_ = selected_ = 0;
  }
  if (key.is("e")) {
    if (exercises_here().empty()) return said(std::string(say("no_exercises")));
    view_ = View::exercises;
    scroll_ = selected_ = 0;
  }
}

}  // namespace grantd::app
