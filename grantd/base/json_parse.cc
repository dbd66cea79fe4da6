// Boost.JSON's tokenizer under a handler of our own. Boost's own handler would let the last of two
// equal members win, turn 1e400 into infinity, pass \u0000 and make doubles of long integers.
#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>

#include "grantd/base/encoding.h"
#include "grantd/base/json.h"

namespace grantd {
namespace {

using boost::json::error_code;
using TextView = boost::json::string_view;

constexpr std::size_t kDepthMax = 32;

// A name that occurs twice; null where all differ. Sorts, so that an object of many members does
// not cost its square.
const std::string* find_repeated(const Json::Object& members) {
  std::vector<const std::string*> names;
  names.reserve(members.size());
  for (const Json::Member& member : members) names.push_back(&member.first);
  std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
  const auto same = std::adjacent_find(names.begin(), names.end(),
                                       [](const auto* a, const auto* b) { return *a == *b; });
  return same == names.end() ? nullptr : *same;
}

// The names are those that boost::json::basic_parser calls.
class Builder {
 public:
  static constexpr std::size_t max_object_size = ~std::size_t{0};
  static constexpr std::size_t max_array_size = ~std::size_t{0};
  static constexpr std::size_t max_key_size = ~std::size_t{0};
  static constexpr std::size_t max_string_size = ~std::size_t{0};

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) {
    open_.emplace_back(Frame{Json::Array(), {}});
    return true;
  }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_object_begin(error_code&) {
    open_.emplace_back(Frame{Json::Object(), {}});
    return true;
  }
  bool on_object_end(std::size_t, error_code& error) {
    const auto& members = std::get<Json::Object>(open_.back().content);
    const std::string* const repeated = find_repeated(members);
    if (repeated != nullptr) {
      return refuse("the member \"" + printable(*repeated) + "\" occurs twice", error);
    }
    return close();
  }
  bool on_string_part(TextView part, std::size_t, error_code& error) {
    return append(text_, part, error);
  }
  bool on_string(TextView part, std::size_t, error_code& error) {
    return append(text_, part, error) && add(std::exchange(text_, {}));
  }
  bool on_key_part(TextView part, std::size_t, error_code& error) {
    return append(text_, part, error);
  }
  bool on_key(TextView part, std::size_t, error_code& error) {
    if (!append(text_, part, error)) return false;
    open_.back().name = std::exchange(text_, {});
    return true;
  }
  bool on_number_part(TextView part, error_code&) {
    number_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, TextView, error_code&) {
    number_.clear();
    return add(value);
  }
  bool on_uint64(std::uint64_t, TextView, error_code& error) {
    return refuse("a number is beyond 64 bits", error);
  }
  bool on_double(double value, TextView part, error_code& error) {
    number_.append(part.data(), part.size());
    const bool is_whole = number_.find_first_of(".eE") == std::string::npos;
    // Boost's value may be off in its last place; where it is too small for a double, it stays.
    std::from_chars(number_.data(), number_.data() + number_.size(), value);
    number_.clear();
    if (is_whole) return refuse("a number is beyond 64 bits", error);
    if (!std::isfinite(value)) return refuse("a number is not finite", error);
    return add(value);
  }
  bool on_bool(bool value, error_code&) { return add(value); }
  bool on_null(error_code&) { return add(Json()); }
  bool on_comment_part(TextView, error_code&) { return true; }
  bool on_comment(TextView, error_code&) { return true; }

  const std::string& refusal() const { return refusal_; }
  Json take() { return std::move(root_); }

 private:
  struct Frame {
    std::variant<Json::Array, Json::Object> content;
    std::string name;  // of the member being read
  };

  bool refuse(std::string why, error_code& error) {
    refusal_ = std::move(why);
    error = boost::json::make_error_code(boost::json::error::syntax);
    return false;
  }
  bool append(std::string& to, TextView part, error_code& error) {
    if (part.find('\0') != TextView::npos) return refuse("a string holds NUL", error);
    to.append(part.data(), part.size());
    return true;
  }
  bool add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (auto* const items = std::get_if<Json::Array>(&open_.back().content)) {
      items->push_back(std::move(value));
    } else {
      std::get<Json::Object>(open_.back().content)
          .emplace_back(std::move(open_.back().name), std::move(value));
    }
    return true;
  }
  bool close() {
    auto content = std::move(open_.back().content);
    open_.pop_back();
    if (auto* const items = std::get_if<Json::Array>(&content)) return add(std::move(*items));
    return add(std::move(std::get<Json::Object>(content)));
  }

  Json root_;
  std::vector<Frame> open_;
  std::string text_;
  std::string number_;
  std::string refusal_;
};

std::string at_byte(std::string_view what, std::size_t byte) {
  return std::string(what) + ", at byte " + std::to_string(byte);
}

}  // namespace

Result<Json, std::string> Json::parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return fail("longer than " + std::to_string(bytes_max) + " bytes");
  }
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::json::basic_parser<Builder> parser(options);
  error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!parser.handler().refusal().empty()) return fail(at_byte(parser.handler().refusal(), read));
  if (error) return fail(at_byte(error.message(), read));
  if (read < text.size()) return fail(at_byte("text after the end of the document", read));
  return parser.handler().take();
}

}  // namespace grantd
