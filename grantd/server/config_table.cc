#include "grantd/server/config_table.h"

#include "grantd/server/config_checks.h"

namespace grantd::server {
namespace {

template <auto Member>
auto& of(Config& config) {
  return config.*Member;
}
template <auto Member>
auto& of_brand(Config& config) {
  return config.brand.*Member;
}

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

const std::vector<Section> kSections = {
    {"", "Above all sections."},
    {"store", "Where grantd keeps what it must remember."},
    {"listen", "Where browsers, apps and proxies reach it."},
    {"lifetimes", "How long what is issued lives."},
    {"keys", "What signs. docs/keys.md says when keys change, and what to do after a leak."},
    {"password", "What a password costs to check: Argon2id (RFC 9106)."},
    {"limits", "How guessing is slowed down. Nobody is ever locked out for good."},
    {"registration", "Apps that register themselves (RFC 7591, OpenID Connect Dynamic Client "
                     "Registration). docs/registration.md says what is checked and kept."},
    {"outbound", "Requests that this server makes: keys and request objects of apps, notices of "
                 "logouts. They go to public addresses, over https, and follow no redirect."},
    {"brand", "What people see."},
    {"pages", "Pages of your own."},
    {"log", "One line an event. No credential is ever logged."},
};

const std::vector<Setting> kTable = {
    {.name = "issuer",
     .place = &of<&Config::issuer>,
     .text = "The address of this server as apps and browsers know it; every absolute URL and "
             "the `iss` of every token come from it. Required. Once the store is made it cannot "
             "change: a store belongs to one issuer.",
     .example = "\"https://auth.example.com\"",
     .fits = is_issuer,
     .expected = "an https URL without query or fragment (http only on loopback, for "
                 "development)"},

    {.name = "store.data_directory",
     .place = &of<&Config::data_directory>,
     .text = "The folder of `grantd.db`. It is made with mode 0700.",
     .example = "\"/var/lib/grantd\"",
     .fits = is_path,
     .expected = "the name of a folder",
     .is_path = true},
    {.name = "store.master_key_file",
     .place = &of<&Config::master_key_file>,
     .text = "The key that wraps all keys in the store, made by `grantd init`, mode 0600. Keep a "
             "copy apart from the store's backups: without it the store's keys cannot be opened.",
     .example = "\"/etc/grantd/master.key\"",
     .fits = is_path,
     .expected = "the name of a file",
     .is_path = true},

    {.name = "listen.address",
     .place = &of<&Config::address>,
     .text = "The address to listen on. Other than loopback needs TLS here, or a proxy named in "
             "`trusted_proxies` that ends TLS.",
     .example = "\"0.0.0.0\"",
     .fits = is_address,
     .expected = "an IP address"},
    {.name = "listen.port",
     .place = &of<&Config::port>,
     .text = "The port. 0: any free one, which the log names at start.",
     .example = "443",
     .least = 0,
     .most = 65535},
    {.name = "listen.threads",
     .place = &of<&Config::threads>,
     .text = "I/O threads at most; as few of them serve as keep up. 0: one per core.",
     .example = "4",
     .least = 0,
     .most = 256},
    {.name = "listen.tls_certificate_file",
     .place = &of<&Config::tls_certificate_file>,
     .text = "PEM: the server's certificate, then its chain. Empty: plain HTTP. Read again on "
             "SIGHUP.",
     .example = "\"/etc/grantd/tls.crt\"",
     .fits = is_path_or_empty,
     .expected = "the name of a file, or nothing",
     .is_path = true},
    {.name = "listen.tls_key_file",
     .place = &of<&Config::tls_key_file>,
     .text = "PEM: the certificate's key. Read again on SIGHUP.",
     .example = "\"/etc/grantd/tls.key\"",
     .fits = is_path_or_empty,
     .expected = "the name of a file, or nothing",
     .is_path = true},
    {.name = "listen.trusted_proxies",
     .place = &of<&Config::trusted_proxies>,
     .text = "Addresses or networks of proxies whose `X-Forwarded-For` is believed. From anyone "
             "else that header is ignored.",
     .example = "[\"10.0.0.0/8\", \"127.0.0.1\"]",
     .fits = is_network,
     .expected = "a list of IP addresses and networks such as \"10.0.0.0/8\""},
    {.name = "listen.connections_max",
     .place = &of<&Config::connections_max>,
     .text = "Connections in all; past it the longest idle one is closed.",
     .example = "10000",
     .least = 16,
     .most = 1'000'000},
    {.name = "listen.management_address",
     .place = &of<&Config::management_address>,
     .text = "The address of the second listener, with `/livez` and `/readyz`. Plain HTTP, not "
             "meant for the public.",
     .example = "\"127.0.0.1\"",
     .fits = is_address,
     .expected = "an IP address"},
    {.name = "listen.management_port",
     .place = &of<&Config::management_port>,
     .text = "Its port. 0: any free one, which the log names at start.",
     .example = "8081",
     .least = 0,
     .most = 65535},

    {.name = "lifetimes.code",
     .place = &of<&Config::code>,
     .text = "An authorization code, from page to token endpoint (RFC 6749 §4.1.2: ten minutes at "
             "most).",
     .example = "\"60s\"",
     .least = 5 * kSecond,
     .most = 10 * kMinute},
    {.name = "lifetimes.access_token",
     .place = &of<&Config::access_token>,
     .text = "An access token, where its API says nothing else. A JWT that was handed out works "
             "for this long at an API that does not ask us.",
     .example = "\"15m\"",
     .least = 30 * kSecond,
     .most = kDay},
    {.name = "lifetimes.form",
     .place = &of<&Config::form>,
     .text = "A login or consent page that stands open. Past it the person starts again.",
     .example = "\"30m\"",
     .least = kMinute,
     .most = kDay},
    {.name = "lifetimes.session_idle",
     .place = &of<&Config::session_idle>,
     .text = "A browser's login without use.",
     .example = "\"24h\"",
     .least = kMinute,
     .most = 400 * kDay},
    {.name = "lifetimes.session_absolute",
     .place = &of<&Config::session_absolute>,
     .text = "A browser's login in all.",
     .example = "\"14d\"",
     .least = kMinute,
     .most = 400 * kDay},
    {.name = "lifetimes.offline_idle",
     .place = &of<&Config::offline_idle>,
     .text = "A refresh token with `offline_access`, without use.",
     .example = "\"30d\"",
     .least = kMinute,
     .most = 3650 * kDay},
    {.name = "lifetimes.offline_absolute",
     .place = &of<&Config::offline_absolute>,
     .text = "A refresh token with `offline_access`, in all.",
     .example = "\"180d\"",
     .least = kMinute,
     .most = 3650 * kDay},
    {.name = "lifetimes.signing_key",
     .place = &of<&Config::signing_key>,
     .text = "How long a key signs before the next one takes over. Sealing keys change as often, "
             "though never more often than an eighth of the time that what they sealed may live.",
     .example = "\"90d\"",
     .least = kHour,
     .most = 3650 * kDay},
    {.name = "lifetimes.refresh_retry_window",
     .place = &of<&Config::refresh_retry_window>,
     .text = "A refresh token used again within this time of its rotation is an honest retry (a "
             "lost answer, two tabs); later it is a theft and ends the grant.",
     .example = "\"60s\"",
     .least = 0,
     .most = 10 * kMinute},
    {.name = "lifetimes.clock_skew",
     .place = &of<&Config::clock_skew>,
     .text = "How far clocks of others may be off.",
     .example = "\"60s\"",
     .least = 0,
     .most = 5 * kMinute},

    {.name = "keys.algorithms",
     .place = &of<&Config::algorithms>,
     .text = "Signing algorithms, each with keys of its own. Access tokens are signed with ES256, "
             "ID tokens with what the app is registered for. Keys of an algorithm that is taken "
             "out stop signing at once and stay published for a day.",
     .example = "[\"ES256\", \"RS256\", \"EdDSA\"]",
     .fits = is_algorithm,
     .expected = "a list of \"ES256\", \"RS256\", \"PS256\", \"EdDSA\""},

    {.name = "password.argon2_memory_kib",
     .place = &of<&Config::argon2_memory_kib>,
     .text = "Memory a check, in KiB. Stored passwords with weaker values are upgraded at the next "
             "login.",
     .example = "19456",
     .least = 7168,
     .most = 4'194'304},
    {.name = "password.argon2_iterations",
     .place = &of<&Config::argon2_iterations>,
     .text = "Passes over that memory. OWASP's minimum pairs: 47104 and 1, 19456 and 2, 12288 and "
             "3, 9216 and 4, 7168 and 5.",
     .example = "2",
     .least = 1,
     .most = 100},
    {.name = "password.threads",
     .place = &of<&Config::password_threads>,
     .text = "Threads that check passwords. 0: one fewer than cores, at least one.",
     .example = "2",
     .least = 0,
     .most = 256},

    {.name = "limits.login_tries",
     .place = &of<&Config::login_tries>,
     .text = "Wrong passwords for one account before each further try must wait.",
     .example = "10",
     .least = 1,
     .most = 100'000},
    {.name = "limits.login_wait",
     .place = &of<&Config::login_wait>,
     .text = "Then one try each.",
     .example = "\"30s\"",
     .least = kSecond,
     .most = kHour},
    {.name = "limits.address_tries",
     .place = &of<&Config::address_tries>,
     .text = "Wrong passwords from one address, whatever the account, before each further try must "
             "wait.",
     .example = "50",
     .least = 1,
     .most = 100'000},
    {.name = "limits.address_wait",
     .place = &of<&Config::address_wait>,
     .text = "Then one try each.",
     .example = "\"5s\"",
     .least = kSecond,
     .most = kHour},
    {.name = "limits.secret_tries",
     .place = &of<&Config::secret_tries>,
     .text = "Wrong client secrets for one client from one address before each further try must "
             "wait.",
     .example = "20",
     .least = 1,
     .most = 100'000},
    {.name = "limits.secret_wait",
     .place = &of<&Config::secret_wait>,
     .text = "Then one try each.",
     .example = "\"30s\"",
     .least = kSecond,
     .most = kHour},

    {.name = "limits.register_tries",
     .place = &of<&Config::register_tries>,
     .text = "Apps registered or changed from one address before each further try must wait.",
     .example = "10",
     .least = 1,
     .most = 100'000},
    {.name = "limits.register_wait",
     .place = &of<&Config::register_wait>,
     .text = "Then one try each.",
     .example = "\"6m\"",
     .least = kSecond,
     .most = kDay},

    {.name = "registration.mode",
     .place = &of<&Config::registration_mode>,
     .text = "Who may register an app. off: the command line alone, and there is no such address. "
             "token: whoever has an initial access token, which `grantd client invite` makes for "
             "one app each. open: anybody.",
     .example = "\"token\"",
     .fits = is_registration_mode,
     .expected = "\"off\", \"token\" or \"open\""},
    {.name = "registration.scope",
     .place = &of<&Config::registration_scope>,
     .text = "The most that such an app may ask for, and what it has where it names nothing. A "
             "scope of an API here is for everybody who may register.",
     .example = "\"openid profile email offline_access\"",
     .fits = is_scope,
     .expected = "scopes parted by single blanks"},
    {.name = "registration.pkce",
     .place = &of<&Config::registration_pkce>,
     .text = "Whether such an app must use PKCE where it has a secret or a key. One that has "
             "neither always must.",
     .example = "\"required\"",
     .fits = is_pkce_policy,
     .expected = "\"required\" or \"optional\""},
    {.name = "registration.errors",
     .place = &of<&Config::registration_errors>,
     .text = "Where a mistake in such an app's request is told before a person was asked anything. "
             "page: here, since a browser that is sent on by itself can be sent to a trap (RFC "
             "9700 §4.11.2). redirect: at the app, as for your own apps.",
     .example = "\"page\"",
     .fits = is_errors_place,
     .expected = "\"page\" or \"redirect\""},
    {.name = "registration.clients_max",
     .place = &of<&Config::registration_clients_max>,
     .text = "Apps that registered themselves and were never given a token, in all. Past it no "
             "more may register without an initial access token.",
     .example = "1000",
     .least = 1,
     .most = 1'000'000},
    {.name = "registration.unused_lifetime",
     .place = &of<&Config::registration_unused_lifetime>,
     .text = "How long such an app may wait for its first token; then it goes by itself.",
     .example = "\"24h\"",
     .least = kMinute,
     .most = 3650 * kDay},

    {.name = "outbound.allow",
     .place = &of<&Config::outbound_allow>,
     .text = "Networks that such requests may reach beside the public addresses. Who may register "
             "an app names where they go: name no network whose machines trust this one.",
     .example = "[\"10.1.0.0/16\"]",
     .fits = is_network,
     .expected = "a list of IP addresses and networks such as \"10.0.0.0/8\""},
    {.name = "outbound.ca_file",
     .place = &of<&Config::outbound_ca_file>,
     .text = "PEM: the authorities that they trust. Empty: the system's.",
     .example = "\"/etc/grantd/ca.crt\"",
     .fits = is_path_or_empty,
     .expected = "the name of a file, or nothing",
     .is_path = true},

    {.name = "brand.name",
     .place = &of_brand<&Brand::name>,
     .text = "The name on every page.",
     .example = "\"Example Inc.\"",
     .fits = is_brand_name,
     .expected = "1 to 60 characters on one line"},
    {.name = "brand.accent",
     .place = &of_brand<&Brand::accent>,
     .text = "The colour of buttons and links. Empty: grantd's own.",
     .example = "\"#2457d6\"",
     .fits = is_colour_or_empty,
     .expected = "a colour of the form \"#rrggbb\", or nothing"},
    {.name = "brand.logo_file",
     .place = &of_brand<&Brand::logo_file>,
     .text = "An SVG or PNG of at most 64 KiB. Empty: grantd's mark.",
     .example = "\"logo.svg\"",
     .fits = is_path_or_empty,
     .expected = "the name of a file, or nothing",
     .is_path = true},
    {.name = "brand.help_uri",
     .place = &of_brand<&Brand::help_uri>,
     .text = "Where \"Help\" leads. Empty: no link.",
     .example = "\"https://example.com/help\"",
     .fits = is_https_or_empty,
     .expected = "an https URL, or nothing"},
    {.name = "brand.privacy_uri",
     .place = &of_brand<&Brand::privacy_uri>,
     .text = "Where \"Privacy\" leads. Empty: no link.",
     .example = "\"https://example.com/privacy\"",
     .fits = is_https_or_empty,
     .expected = "an https URL, or nothing"},

    {.name = "pages.directory",
     .place = &of<&Config::pages_directory>,
     .text = "A folder whose templates, texts and style replace the built-in ones of the same "
             "name. Checked at start. Empty: the built-in ones.",
     .example = "\"pages\"",
     .fits = is_path_or_empty,
     .expected = "the name of a folder, or nothing",
     .is_path = true},

    {.name = "log.format",
     .place = &of<&Config::log_format>,
     .text = "For people or for programs.",
     .example = "\"json\"",
     .words = {"text", "json"}},
    {.name = "log.level",
     .place = &of<&Config::log_level>,
     .text = "The least that is written.",
     .example = "\"warning\"",
     .words = {"debug", "info", "warning", "error"}},
    {.name = "log.file",
     .place = &of<&Config::log_file>,
     .text = "Empty: standard error.",
     .example = "\"/var/log/grantd.log\"",
     .fits = is_path_or_empty,
     .expected = "the name of a file, or nothing",
     .is_path = true},
    {.name = "log.explain_kept",
     .place = &of<&Config::explain_kept>,
     .text = "How many refused requests `grantd explain` can tell of, and as many others; kept in "
             "memory, about 2 KiB each. 0: none.",
     .example = "10000",
     .least = 0,
     .most = 1'000'000},
};

}  // namespace

const std::vector<Setting>& settings() {
  return kTable;
}
const std::vector<Section>& sections() {
  return kSections;
}

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : kTable) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

}  // namespace grantd::server
