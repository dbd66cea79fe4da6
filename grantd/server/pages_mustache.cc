#include "grantd/server/pages_mustache.h"

#include <kainjow/mustache.hpp>
#include <mutex>
#include <optional>
#include <utility>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::server {
namespace {

using kainjow::mustache::data;

data to_data(const View& view) {
  data all(data::type::object);
  for (const View::Entry& entry : view.entries()) {
    data& value = all[std::string(entry.name)];
    if (const auto* text = std::get_if<std::string>(&entry.value)) {
      value = data(*text);
    } else if (const auto* flag = std::get_if<bool>(&entry.value)) {
      value = data(*flag);
    } else {
      kainjow::mustache::list rows;
      for (const View& row : std::get<View::Rows>(entry.value)) rows.push_back(to_data(row));
      value = data(rows);
    }
  }
  return all;
}

}  // namespace

// Parsed, a page takes twenty times its text: so at first use, and a server whose pages nobody
// asks for holds none.
class Mustache::Lazy {
 public:
  explicit Lazy(std::string source) : source_(std::move(source)) {}

  // The library's render() is not const, yet changes nothing but its error, and that only for
  // lambdas and partials, of which our templates have none.
  kainjow::mustache::mustache& page() {
    std::call_once(once_, [this] {
      page_.emplace(std::exchange(source_, {}));
      CHECK(page_->is_valid());  // read_page has checked it
      page_->set_custom_escape([](const std::string& text) { return html_escape(text); });
    });
    return *page_;
  }

 private:
  std::once_flag once_;
  std::string source_;
  std::optional<kainjow::mustache::mustache> page_;
};

Mustache::Mustache(std::string source) : page_(std::make_unique<Lazy>(std::move(source))) {}

Mustache::~Mustache() = default;
Mustache::Mustache(Mustache&&) noexcept = default;
Mustache& Mustache::operator=(Mustache&&) noexcept = default;

std::string Mustache::render(const View& view) const {
  const data values = to_data(view);
  std::string result;
  result.reserve(8 * 1024);
  page_->page().render(values, [&](const std::string& piece) { result += piece; });
  return result;
}

}  // namespace grantd::server
