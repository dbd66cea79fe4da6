#include "grantd/server/pages_html.h"

#include "grantd/base/encoding.h"

namespace grantd::server {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// Attributes that a browser follows by itself or on a click, and that hold one address.
bool takes_url(std::string_view attribute) {
  return attribute == "href" || attribute == "src" || attribute == "action" ||
         attribute == "formaction";
}

// Attributes that hold code, documents or several addresses: nothing is inserted there.
bool takes_nothing(std::string_view attribute) {
  for (const std::string_view one : {"srcdoc", "srcset", "ping", "poster", "data", "background",
                                     "xlink:href", "content", "http-equiv"}) {
    if (attribute == one) return true;
  }
  return false;
}

}  // namespace

bool HtmlPlace::refuse(std::string_view why) {
  fault_ = why;
  return false;
}

bool HtmlPlace::join(const HtmlPlace& begin) {
  const bool in_document = state_ == State::content || state_ == State::plain;
  if (state_ != begin.state_ || (!in_document && tag_ != begin.tag_) ||
      (state_ == State::quoted && attribute_ != begin.attribute_)) {
    return refuse("a section that opens or closes a tag or quote only half");
  }
  name_must_end_ = name_must_end_ || begin.name_must_end_;
  return true;
}

bool HtmlPlace::end_tag() {
  state_ = tag_ == "title" || tag_ == "textarea" ? State::plain
           : tag_ == "script" || tag_ == "style" ? State::script
                                                 : State::content;
  raw_.clear();
  if (tag_ == "style") return refuse("<style> is blocked by our CSP; write into style.css");
  return true;
}

bool HtmlPlace::end_attribute_name() {
  if (attribute_ == "style") {
    return refuse("style= is blocked by our CSP; write into style.css");
  }
  if (attribute_.starts_with("on")) {
    return refuse(attribute_ + "= is blocked by our CSP; pages work without script");
  }
  value_.clear();
  value_has_insertion_ = false;
  return true;
}

bool HtmlPlace::feed_in_tag(char c) {
  if (state_ == State::tag_open) {
    if (c == '!') {
      state_ = State::comment;
      raw_ = c;
      return true;
    }
    if (is_space(c)) return refuse("a lone < ; write &lt;");
    state_ = State::tag_name;
    tag_ = lower_ascii(std::string_view(&c, 1));
    return true;
  }
  const bool ends = is_space(c) || c == '>' || (c == '/' && state_ != State::tag_name);
  if (name_must_end_ && !ends && c != '/') {
    return refuse("a section that cuts a tag's or attribute's name; put a blank before it");
  }
  name_must_end_ = false;
  if (state_ == State::tag_name && !ends && !(c == '/' && !tag_.empty())) {
    tag_ += lower_ascii(std::string_view(&c, 1));
    return true;
  }
  if (state_ == State::attribute && !ends && c != '=') {
    attribute_ += lower_ascii(std::string_view(&c, 1));
    return true;
  }
  if (state_ == State::attribute && !end_attribute_name()) return false;
  if (c == '>') return end_tag();
  if (c == '=') {
    state_ = State::before_value;
    return true;
  }
  if (ends || c == '/') {
    state_ = State::in_tag;
    return true;
  }
  state_ = State::attribute;
  attribute_ = lower_ascii(std::string_view(&c, 1));
  return true;
}

bool HtmlPlace::feed_value_end() {
  state_ = State::in_tag;
  value_must_end_ = false;
  if (!takes_url(attribute_)) return true;
  const std::string value = lower_ascii(trim(value_));
  for (const std::string_view scheme : {"javascript:", "data:", "vbscript:"}) {
    if (value.starts_with(scheme)) return refuse(std::string(scheme) + " in " + attribute_ + "=");
  }
  return true;
}

bool HtmlPlace::feed_value(char c) {
  if (state_ == State::before_value) {
    if (is_space(c)) return true;
    if (c == '>') return refuse(attribute_ + "= without a value");
    state_ = c == '"' || c == '\'' ? State::quoted : State::unquoted;
    quote_ = c;
    if (state_ == State::unquoted) value_ = c;
    return true;
  }
  if (state_ == State::unquoted) {
    if (!is_space(c) && c != '>') {
      value_ += c;
      return true;
    }
    return feed_value_end() && (c != '>' || end_tag());
  }
  if (c == quote_) return feed_value_end();
  if (value_must_end_) {
    return refuse(attribute_ + "= has more than the one address; let the page make the whole");
  }
  value_ += c;
  return true;
}

bool HtmlPlace::feed_raw(char c) {
  raw_ += c;
  if (state_ == State::comment) {
    // A comment ends at -->, a doctype (which begins with ! too) at the first >.
    if (raw_.ends_with("-->") || (c == '>' && !raw_.starts_with("!--"))) state_ = State::content;
    return true;
  }
  const std::string end = "</" + tag_ + ">";
  if (lower_ascii(raw_).ends_with(end)) {
    state_ = State::content;
  } else if (state_ == State::script && raw_.size() > end.size()) {
    return refuse("script in the page is blocked by our CSP; put it into a file");
  }
  return true;
}

bool HtmlPlace::feed(char c) {
  switch (state_) {
    case State::content:
      if (c == '<') state_ = State::tag_open;
      return true;
    case State::plain:
    case State::script:
    case State::comment:
      return feed_raw(c);
    case State::tag_open:
    case State::tag_name:
    case State::in_tag:
    case State::attribute:
      return feed_in_tag(c);
    case State::before_value:
    case State::quoted:
    case State::unquoted:
      return feed_value(c);
  }
  return true;
}

bool HtmlPlace::section() {
  if (state_ == State::attribute && !end_attribute_name()) return false;
  if (state_ == State::tag_name || state_ == State::attribute) {
    state_ = State::in_tag;
    name_must_end_ = true;
  }
  if (value_must_end_) {
    return refuse("a section inside " + attribute_ + "=; put it around the whole tag");
  }
  if (state_ == State::unquoted || state_ == State::before_value) {
    return refuse("a section inside an unquoted value; put quotes around " + attribute_ + "=");
  }
  if (state_ == State::tag_open || state_ == State::script || state_ == State::comment) {
    return refuse("a section where nothing may be inserted; put it around the whole tag");
  }
  return true;
}

bool HtmlPlace::insert(bool is_url) {
  switch (state_) {
    case State::content:
    case State::plain:
      return true;
    case State::script:
      return refuse("an insertion inside <script> or <style>; no escaping is safe there");
    case State::comment:
      return refuse("an insertion inside a comment; take it out");
    case State::before_value:
    case State::unquoted:
      return refuse("an insertion without quotes; write " + attribute_ + "=\"{{…}}\"");
    case State::quoted:
      break;
    default:
      return refuse(
          "an insertion inside a tag but not in a quoted value; no escaping is safe there");
  }
  if (takes_nothing(attribute_)) return refuse("an insertion in " + attribute_ + "=; take it out");
  if (!takes_url(attribute_)) return true;
  if (!is_url) return refuse(attribute_ + "= takes a checked address only (a name of kind URL)");
  if (!value_.empty() || value_has_insertion_) {
    return refuse(attribute_ + "= has more than the one address; let the page make the whole");
  }
  value_has_insertion_ = true;
  value_must_end_ = true;
  return true;
}

}  // namespace grantd::server
