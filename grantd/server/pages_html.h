// Where in an HTML document a template's insertion stands. A small machine that follows tags and
// attributes (HTML Standard §13.2.5, the states that our templates need) and refuses markup that
// the Content-Security-Policy would block anyway.
#pragma once

#include <string>
#include <string_view>

namespace grantd::server {

class HtmlPlace {
 public:
  enum class State {
    content,       // between tags
    plain,         // in <title> or <textarea>: text, no tags
    script,        // in <script> or <style>
    comment,       // in <!-- -->
    tag_open,      // after <
    tag_name,      // in the name of a tag
    in_tag,        // between attributes
    attribute,     // in the name of an attribute
    before_value,  // after =
    quoted,        // in a value between quotes
    unquoted,      // in a value without quotes
  };

  // Goes on by one character. False: the markup is refused, and fault() says why.
  bool feed(char c);
  // A section of the template begins or ends here; inside a tag, a name ends with it.
  bool section();
  // An insertion of this kind of value stands here. False: it may not.
  bool insert(bool is_url);

  State state() const { return state_; }
  const std::string& fault() const { return fault_; }
  // A section that began at `begin` ends here. False: its inside leads elsewhere than its outside.
  bool join(const HtmlPlace& begin);

 private:
  bool refuse(std::string_view why);
  bool end_tag();
  bool end_attribute_name();
  bool feed_in_tag(char c);
  bool feed_value(char c);
  bool feed_raw(char c);
  bool feed_value_end();

  State state_ = State::content;
  std::string tag_;        // lower case; "/title" for an end tag
  std::string attribute_;  // lower case
  std::string value_;      // of the attribute so far, insertions left out
  std::string raw_;        // the last few characters in plain, script, comment
  char quote_ = 0;
  bool name_must_end_ = false;   // the next character must end a name
  bool value_must_end_ = false;  // the next character must be the closing quote
  bool value_has_insertion_ = false;
  std::string fault_;
};

}  // namespace grantd::server
