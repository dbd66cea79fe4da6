#include "grantd/server/pages.h"

#include <algorithm>
#include <deque>

#include "grantd/base/check.h"
#include "grantd/server/pages_data.h"
#include "grantd/server/pages_files.h"
#include "grantd/server/pages_language.h"
#include "grantd/server/pages_mustache.h"
#include "grantd/server/pages_names.h"
#include "grantd/server/pages_template.h"

namespace grantd::server {
namespace {

using Files = std::map<std::string, StaticFile, std::less<>>;

// One language: its words and every page in it.
struct Edition {
  Texts texts;
  std::map<std::string_view, Mustache> pages;
};

class LoadedPages final : public Pages {
 public:
  LoadedPages(PagesOptions options, std::vector<std::string> languages,
              std::deque<Edition> editions, Files files)
      : options_(std::move(options)),
        languages_(std::move(languages)),
        editions_(std::move(editions)),
        files_(std::move(files)) {
    for (const auto& [path, file] : files_) {
      if (path.starts_with("/brand/")) logo_ = path;
    }
  }

  std::string render(const core::Page& page, const PageInput& input) const override;
  std::string render(const FormPostPage& page, const PageInput& input) const override {
    return finish(fill(page, setting(input)), input);
  }
  std::string render(const DevOverview& page, const PageInput& input) const override {
    return finish(fill(page, setting(input)), input);
  }
  std::string render(const DevWalk& page, const PageInput& input) const override {
    return finish(fill(page, setting(input)), input);
  }
  std::string render(const DevWalks& page, const PageInput& input) const override {
    return finish(fill(page, options_.path, setting(input)), input);
  }
  std::string render(const DemoPage& page, const PageInput& input) const override {
    return finish(fill(page, setting(input)), input);
  }

  const StaticFile* file(std::string_view path) const override {
    const auto it = files_.find(path);
    return it == files_.end() ? nullptr : &it->second;
  }
  std::string_view choose_language(std::string_view ui_locales,
                                   std::string_view accept_language) const override {
    return languages_[server::choose_language(languages_, ui_locales, accept_language)];
  }
  const std::vector<std::string>& languages() const override { return languages_; }

 private:
  std::size_t edition_of(const PageInput& input) const {
    const auto it = std::find(languages_.begin(), languages_.end(), input.language);
    return it == languages_.end() ? 0 : static_cast<std::size_t>(it - languages_.begin());
  }
  Setting setting(const PageInput& input) const {
    return {editions_[edition_of(input)].texts, editions_[0].texts, options_.brand, input};
  }
  std::string finish(Filled filled, const PageInput& input) const;
  void fill_brand(View& view) const;

  PagesOptions options_;
  std::vector<std::string> languages_;
  std::deque<Edition> editions_;  // one a language, English first
  Files files_;
  std::string logo_;  // "/brand/logo.svg"; empty: none
};

std::string LoadedPages::render(const core::Page& page, const PageInput& input) const {
  const auto* problem = std::get_if<core::ProblemPage>(&page);
  const bool has_reasons = input.reasons != nullptr && !input.reasons->empty();
  if (problem != nullptr && options_.developer && has_reasons) {
    return finish(fill_developer(*problem, setting(input)), input);
  }
  return finish(std::visit([&](const auto& one) { return fill(one, setting(input)); }, page),
                input);
}

// What only the operator's own pages carry; the demo app and the overview are nobody's brand.
void LoadedPages::fill_brand(View& view) const {
  const Brand& brand = options_.brand;
  view.text("site", brand.name);
  view.flag("brand_css", !brand.accent.empty());
  view.url("logo_uri", PageUrl::parse(logo_.empty() ? "" : options_.path + logo_));
  view.url("help_uri", PageUrl::parse(brand.help_uri));
  view.url("privacy_uri", PageUrl::parse(brand.privacy_uri));
}

std::string LoadedPages::finish(Filled filled, const PageInput& input) const {
  const std::size_t number = edition_of(input);
  const Edition& edition = editions_[number];
  View& view = filled.view;
  if (!view.has("site")) fill_brand(view);
  view.text("lang", edition.texts.language());
  view.text("dir", edition.texts.get("language.dir"));
  view.text("title", filled.title);
  view.url("icon_uri",
           PageUrl::parse(options_.path + (view.has("logo_uri") ? logo_ : "/mark.svg")));
  view.flag("mark", !view.has("logo_uri") && !view.has("printer"));
  view.text("form", std::string(input.form));
  if (!view.has("request_id")) view.text("request_id", std::string(input.request_id));
  const auto link = PageUrl::parse(input.language_switch);
  if (link && link->str().starts_with('/') && editions_.size() > 1) {
    const Texts& other = editions_[number == 0 ? 1 : 0].texts;
    view.url("switch_uri", link).text("switch_lang", other.language());
    view.text("switch_name", other.get("language.name"));
  }
  const auto page = edition.pages.find(filled.page);
  CHECK(page != edition.pages.end());
  return page->second.render(view);
}

// A template writes our own addresses from the root ("/login"): here they go below `path`.
std::string below(std::string_view path, std::string source) {
  if (path.empty()) return source;
  for (const std::string_view begin : {"href=\"/", "href='/", "src=\"/", "src='/", "action=\"/",
                                       "action='/"}) {
    for (std::size_t at = 0; (at = source.find(begin, at)) != std::string::npos;) {
      at += begin.size();
      if (source[at] != '/') source.insert(at - 1, path);  // "//host" is another's
    }
  }
  return source;
}

Result<std::deque<Edition>, std::string> load_editions(const std::vector<std::string>& languages,
                                                       const ReadFile& read,
                                                       std::string_view path) {
  std::deque<Edition> editions;
  for (const std::string& language : languages) {
    const std::string toml = read("strings/" + language + ".toml").value_or("");
    editions.push_back({TRY(Texts::parse(language, toml)), {}});
    const auto differences = editions.back().texts.differences(editions.front().texts);
    if (!differences.empty()) return fail(differences.front());
  }
  for (const std::string_view page : page_names()) {
    const std::vector<TemplatePiece> pieces = TRY(read_page(page, read, editions.front().texts));
    for (Edition& edition : editions) {
      edition.pages.emplace(page,
                            Mustache(below(path, mustache_of(pieces, page, edition.texts))));
    }
  }
  return editions;
}

}  // namespace

Result<std::shared_ptr<const Pages>, std::string> Pages::load(const PagesOptions& options) {
  TRY(check_brand(options.brand));
  const ReadFile read = TRY(page_files(options.directory));
  std::vector<std::string> languages = languages_in(options.directory);
  std::deque<Edition> editions = TRY(load_editions(languages, read, options.path));
  Files files = TRY(static_files(options.brand, read));
  return std::make_shared<LoadedPages>(options, std::move(languages), std::move(editions),
                                       std::move(files));
}

}  // namespace grantd::server
