// What each page says, filled in: from the decision's data and the words of a language to the
// values of a template.
#pragma once

#include <string>
#include <string_view>

#include "grantd/server/pages.h"
#include "grantd/server/pages_text.h"
#include "grantd/server/pages_view.h"

namespace grantd::server {

struct Setting {
  const Texts& texts;
  const Texts& english;  // where a scope has no words in the page's language
  const Brand& brand;
  const PageInput& input;
};

struct Filled {
  std::string_view page;  // of page_names()
  std::string title;      // state first
  View view;
};

Filled fill(const core::LoginPage& page, const Setting& setting);
Filled fill(const core::ConsentPage& page, const Setting& setting);
Filled fill(const core::LogoutPage& page, const Setting& setting);
Filled fill(const core::SignedOutPage& page, const Setting& setting);
Filled fill(const core::AccountPage& page, const Setting& setting);
Filled fill(const core::ProblemPage& page, const Setting& setting);
// The same problem with its reasons, for `grantd dev`; there is at least one.
Filled fill_developer(const core::ProblemPage& page, const Setting& setting);
Filled fill(const FormPostPage& page, const Setting& setting);
Filled fill(const DevOverview& page, const Setting& setting);
Filled fill(const DevWalk& page, const Setting& setting);
// `path`: of the issuer.
Filled fill(const DevWalks& page, std::string_view path, const Setting& setting);

// Parts of the developer's pages: what decided, expected and found, how to mend it; the steps and
// what was sent.
void fill_reason(const core::Reason& reason, const Texts& texts, View& view);
void fill_walk(const WalkRecord& walk, const Texts& texts, View& view);
std::string dev_title(const Setting& setting, std::string_view heading);
// Text that others chose, cut to what a page of reasons shows.
std::string shown_reason(std::string_view text);
Filled fill(const DemoPage& page, const Setting& setting);

// The name of a problem in the strings files: "unknown_app".
std::string problem_key(core::ProblemPage::Problem problem);

// A scope in the page's language, else in English, else by its name.
core::ScopeText words_of(const core::ResourceScope& scope, const Setting& setting);

// "30 seconds", "2 minutes": rounded up, at least one second.
std::string wait_text(Duration wait, const Texts& texts);

}  // namespace grantd::server
