// One of every page, filled to the brim: what the tests render and what a person looks at.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/server/pages.h"

namespace grantd::server::sample {

// Loads pages; a load that fails ends the test program with its message.
std::shared_ptr<const Pages> load(const PagesOptions& options = {});
PagesOptions branded();  // "Fernhill", with help and privacy links

core::AppOnPage web_app();       // "Paperboat", https, verified
core::AppOnPage loopback_app();  // "Shelfie", a program on this computer, not verified
core::AppOnPage device_app();    // a private-use scheme
core::LoginPage login(core::LoginPage::Notice notice = core::LoginPage::Notice::none);
core::ConsentPage consent();        // two scopes new, one allowed before, offline
core::ConsentPage first_consent();  // one scope, first time
core::AccountPage account();        // two browsers, three apps
core::ConsentPage identity_consent();  // who the person is, and nothing else; first time
FormPostPage form_post();
core::SignedOutPage signed_out_apps();              // a code on its way to "Paperboat"
std::vector<core::Reason> reasons();
DevOverview overview();
WalkRecord walk();
DemoPage demo(DemoPage::Kind kind);

struct Rendered {
  std::string name;  // "consent-first"
  std::string html;
};
// Every page, in every state, in one language.
std::vector<Rendered> all(const Pages& pages, std::string_view language);
// The developer's pages, of pages loaded with `developer`.
std::vector<Rendered> all_developer(const Pages& pages, std::string_view language);

// What a browser would show: tags taken out, entities read, blanks in a row made one.
std::string visible_text(std::string_view html);

}  // namespace grantd::server::sample
