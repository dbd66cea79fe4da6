// Pages: templates, style and texts become HTML. Escaping is always on; a template with an
// unescaped insertion, an unquoted attribute, an unchecked URL or an unknown name is refused when
// they are loaded.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/core/page.h"
#include "grantd/oauth/redirect_uri.h"
#include "grantd/server/walk_record.h"

namespace grantd::server {

struct Brand {
  std::string name = "grantd";
  std::string accent;       // "#rrggbb"; empty: grantd's own
  std::string logo_file;    // an SVG or PNG, at most 64 KiB; empty: grantd's mark
  std::string help_uri;     // https; empty: no link
  std::string privacy_uri;  // likewise
};

struct PagesOptions {
  Brand brand;
  std::string directory;  // replaces embedded files of the same name; empty: embedded only
  bool developer = false;  // `grantd dev`: problem pages show the reasons
  std::string path;  // of the issuer, without a trailing '/': where our own addresses begin
};

struct PageInput {
  std::string_view language;    // one of languages()
  std::string_view form;        // the sealed form; empty where the page has none
  std::string_view request_id;  // "7Q4K-M2XD"
  std::string_view language_switch;  // the same page in the first other one of languages(): a path
                                     // and query of our own; empty where GET cannot ask for it
  const std::vector<core::Reason>* reasons = nullptr;  // shown in developer mode only
  const WalkRecord* walk = nullptr;                    // likewise: up to this answer
};

struct StaticFile {
  std::string content_type;
  std::string body;
  std::string etag;
};

// A table or list for the developer's own pages (overview, demo app): all text, all escaped.
struct DevOverview {
  std::string issuer, app_uri, api_uri, data_directory, start_uri, lesson_uri, version;
  struct Person {
    std::string login, password, name;
  };
  struct App {
    std::string client_id, proves_with, redirect_uri, secret_file;
  };
  std::vector<Person> people;
  std::vector<App> apps;
  std::vector<std::pair<std::string, std::string>> by_hand;  // (what it does, the command)
};
// What one request met on its way, and the last ones (`grantd dev`).
struct DevWalk {
  WalkRecord walk;
  std::string config;  // the configuration's file, for the command that shows the same
};
struct DevWalks {
  std::vector<WalkRecord> walks;
  bool refused_only = false;
};
struct DemoPage {  // the demo app's pages
  enum class Kind { home, signed_in, failed } kind = Kind::home;
  std::string app_name, start_uri, issuer_name;
  std::string lesson_uri;  // home: where the flow is taught; empty: nowhere
  std::string error, error_description;  // failed: what came back, or what went wrong here
  std::vector<std::pair<std::string, std::string>> token;  // signed_in: claim, value
  std::string person;                                      // the name in the ID token
  std::vector<std::string> notes;  // what the API answered
  std::string api_request;         // "GET http://127.0.0.1:9092/notes"
};

// An answer to an app on its way there, as a form that the browser posts (OAuth 2.0 Form Post
// Response Mode §2). `to`: http or https.
struct FormPostPage {
  core::AppOnPage app;
  oauth::RedirectUri to;
  std::vector<std::pair<std::string, std::string>> fields;
};

class Pages {
 public:
  // Loads and checks templates and texts. The error names file, line, what is wrong, what to do.
  static Result<std::shared_ptr<const Pages>, std::string> load(const PagesOptions& options);
  virtual ~Pages() = default;

  virtual std::string render(const core::Page& page, const PageInput& input) const = 0;
  virtual std::string render(const FormPostPage& page, const PageInput& input) const = 0;
  virtual std::string render(const DevOverview& page, const PageInput& input) const = 0;
  virtual std::string render(const DevWalk& page, const PageInput& input) const = 0;
  virtual std::string render(const DevWalks& page, const PageInput& input) const = 0;
  virtual std::string render(const DemoPage& page, const PageInput& input) const = 0;

  // "/style.css", "/continue.js", "/mark.svg", "/brand.css", "/brand/logo.svg" or ".png"; null:
  // there is none.
  virtual const StaticFile* file(std::string_view path) const = 0;

  // The first of `ui_locales` (OpenID Connect Core §3.1.2.1), then of Accept-Language by weight,
  // that there are texts for; else English. Bounded work and memory for any input (AZ-18).
  virtual std::string_view choose_language(std::string_view ui_locales,
                                           std::string_view accept_language) const = 0;
  virtual const std::vector<std::string>& languages() const = 0;  // "en", "de"
};

}  // namespace grantd::server
