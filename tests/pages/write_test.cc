// Writes every page as a file, to be looked at or to be given to a browser's own checks:
//   GRANTD_PAGES_OUT=/tmp/pages pages_tests --gtest_filter='Looking.*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sample.h"

namespace grantd::server {
namespace {

TEST(Looking, writes_every_page_where_it_is_asked_to) {
  const char* out = std::getenv("GRANTD_PAGES_OUT");
  if (out == nullptr) GTEST_SKIP() << "GRANTD_PAGES_OUT is not set";
  const std::filesystem::path folder(out);
  PagesOptions options = sample::branded();
  options.developer = true;
  if (const char* accent = std::getenv("GRANTD_PAGES_ACCENT")) options.brand.accent = accent;
  const auto pages = sample::load(options);
  options.developer = false;
  for (const std::string& language : pages->languages()) {
    std::filesystem::create_directories(folder / language);
    auto rendered = sample::all(*sample::load(options), language);
    for (sample::Rendered& page : sample::all_developer(*pages, language)) {
      rendered.push_back(std::move(page));
    }
    for (const sample::Rendered& page : rendered) {
      std::ofstream(folder / language / (page.name + ".html")) << page.html;
      EXPECT_TRUE(std::filesystem::exists(folder / language / (page.name + ".html")));
    }
  }
  for (const char* path : {"/style.css", "/mark.svg", "/brand.css"}) {
    const StaticFile* file = pages->file(path);
    if (file != nullptr) std::ofstream(folder / (path + 1)) << file->body;
  }
}

}  // namespace
}  // namespace grantd::server
