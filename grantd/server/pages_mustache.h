// The one door to the mustache library: a page in one language, parsed, filled many times.
#pragma once

#include <memory>
#include <string>

#include "grantd/server/pages_view.h"

namespace grantd::server {

class Mustache {
 public:
  explicit Mustache(std::string source);  // as mustache_of (pages_template.h) makes it
  ~Mustache();
  Mustache(Mustache&&) noexcept;
  Mustache& operator=(Mustache&&) noexcept;

  // The page; every value escaped (& < > " '). May be called from many threads at once.
  std::string render(const View& view) const;

 private:
  class Lazy;
  std::unique_ptr<Lazy> page_;
};

}  // namespace grantd::server
