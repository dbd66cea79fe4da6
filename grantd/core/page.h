// What a page says, as data. How it looks, and in which language, is server/pages' business.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "grantd/core/records.h"

namespace grantd::core {

// Why a decision fell, for the operator (logs, `explain`, developer's page). Strangers see none.
struct Reason {
  std::string rule;      // where it was decided: "authorize/return_address"
  std::string citation;  // "RFC 9700 §2.1"
  std::string text;      // one sentence: exactly what differed; never a credential
  std::string expected;  // may be empty
  std::string found;     // may be empty
  std::vector<std::string> repair;  // commands or parameters that mend it; may be empty
};

// Where an answer goes, cut for display: "https://", "paperboat.example", "/signed-in".
struct ReturnPlace {
  std::string scheme;       // with "://" or ":"
  std::string host_port;    // empty for a private-use scheme
  std::string path_query;
  bool on_this_computer = false;  // loopback or a private-use scheme
};

// The app as the pages show it. Names are untrusted text: pages escape, cut and isolate them.
struct AppOnPage {
  std::string name;
  ReturnPlace place;
  bool verified = false;
  // What it says of itself (RFC 7591 §2): https, or empty. Nobody has looked at what is there.
  std::string policy_uri, tos_uri;
};

struct LoginPage {
  std::optional<AppOnPage> app;
  std::string login;  // what to prefill
  enum class Notice { none, wrong, throttled, fresh_form, overloaded } notice = Notice::none;
  Duration wait{};  // with throttled and overloaded
};

struct ConsentItem {
  const ResourceScope* scope = nullptr;  // texts by language; lives as long as the facts
  bool before = false;                   // allowed before
};
struct IdentityItem {
  std::string scope;    // one of kIdentityScopes; its words are the pages'
  bool before = false;  // allowed before
};
struct ConsentPage {
  AppOnPage app;
  std::vector<IdentityItem> identity;
  struct Api {
    std::string name;
    std::vector<ConsentItem> items;  // those of its scopes that are asked for
  };
  std::vector<Api> apis;
  std::shared_ptr<const std::vector<Resource>> keep;  // what `items` point into
  bool offline = false;             // offline_access is asked for
  bool offline_before = false;
  bool asks_for_more = false;       // there is an earlier consent
  std::string person_name;          // display name, may be empty
  std::string person_login;
};

struct LogoutPage {  // asks; the form's POST does it
  std::string person_name;
  std::string person_login;
};
// An address that the page leads to or loads: a registered one, and what is added to its query.
struct PageAddress {
  RedirectUri uri;
  std::string query;  // percent-encoded; may be empty
};
struct SignedOutPage {
  bool everywhere = false;
  // Loaded unseen, so that these apps hear of it (OpenID Connect Front-Channel Logout §2).
  std::vector<PageAddress> frames;
  // Then on to the app that asked.
  struct Next {
    AppOnPage app;
    PageAddress to;
  };
  std::optional<Next> next;
};

// The person's own page: who am I, where am I signed in, which apps may do what.
struct AccountPage {
  enum class Notice {
    none,
    stale,
    session_ended,
    withdrawn,
    narrowed,
    password_changed,
    // of the password form: nothing was changed
    wrong,      // the present password
    too_short,  // the new one
    too_long,
    unlike,  // typed twice, not alike
    throttled,
    overloaded,
  };
  struct SignIn {
    SessionId id;
    bool here = false;  // this browser's
    bool by_password = false;
    Time since{};
    Duration unused{};    // since it was last seen
    bool lately = false;  // last use is written in steps; this is less than one
  };
  struct App {
    ClientId id;
    Version seen = 0;  // of the consent
    AppOnPage app;
    Time since{};
    std::vector<std::string> identity;  // of oauth::kIdentityScopes
    struct Api {
      std::string name;
      std::vector<const ResourceScope*> items;
    };
    std::vector<Api> apis;
    std::vector<std::string> unknown;  // of APIs that are gone
    bool offline = false;
  };
  std::string person_name, person_login, person_email;
  std::vector<SignIn> sign_ins;  // this browser's first
  std::vector<App> apps;         // the newest first
  std::shared_ptr<const std::vector<Resource>> keep;  // what `items` point into
  bool has_password = false;
  bool may_sign_out = false;  // there is a logout page
  Notice notice = Notice::none;
  Duration wait{};  // with throttled and overloaded
};

struct ProblemPage {
  enum class Problem {
    unknown_app,         // client_id unknown, disabled or missing
    bad_return_address,  // redirect_uri does not fit
    bad_request,         // cannot be read
    stale_form,          // a form that is not ours, not this browser's, or no form at all
    not_found,
    method_not_allowed,
    unavailable,         // the store is out of reach, or we are overloaded
    internal,
  } problem = Problem::internal;
  Duration retry_after{};
};

using Page =
    std::variant<LoginPage, ConsentPage, LogoutPage, SignedOutPage, AccountPage, ProblemPage>;

}  // namespace grantd::core
