// The configuration: one TOML file, one table in the code (config_table.cc) that yields the parser,
// the manual, the environment's names and the errors.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/json.h"
#include "grantd/base/log.h"
#include "grantd/base/result.h"
#include "grantd/base/time.h"
#include "grantd/server/pages.h"

namespace grantd::server {

struct Config {
  std::string issuer;  // "https://auth.example.com"; no default

  // [store]
  std::string data_directory = "data";  // grantd.db lies in it (0700)
  std::string master_key_file = "master.key";

  // [listen]
  std::string address = "127.0.0.1";
  int port = 8080;
  int threads = 0;  // 0: one per core
  std::string tls_certificate_file, tls_key_file;
  std::vector<std::string> trusted_proxies;
  int connections_max = 10'000;
  std::string management_address = "127.0.0.1";
  int management_port = 8081;  // /livez, /readyz

  // [lifetimes] (DESIGN "Lifetimes")
  Duration code = std::chrono::seconds(60);
  Duration access_token = std::chrono::minutes(15);
  Duration form = std::chrono::minutes(30);
  Duration session_idle = std::chrono::hours(24);
  Duration session_absolute = std::chrono::hours(14 * 24);
  Duration offline_idle = std::chrono::hours(30 * 24);
  Duration offline_absolute = std::chrono::hours(180 * 24);
  Duration signing_key = std::chrono::hours(90 * 24);
  Duration refresh_retry_window = std::chrono::seconds(60);
  Duration clock_skew = std::chrono::seconds(60);

  // [keys]: JWS algorithms (RFC 7518 §3.1), each with keys of its own
  std::vector<std::string> algorithms = {"ES256", "RS256"};

  // [password]: Argon2id (RFC 9106; OWASP's minimum)
  int argon2_memory_kib = 19'456;
  int argon2_iterations = 2;
  int password_threads = 0;  // 0: cores - 1, at least 1

  // [limits]
  int login_tries = 10;  // by account, then one each `login_wait`
  Duration login_wait = std::chrono::seconds(30);
  int address_tries = 50;  // by address, then one each `address_wait`
  Duration address_wait = std::chrono::seconds(5);
  int secret_tries = 20;  // by client and address
  Duration secret_wait = std::chrono::seconds(30);

  int register_tries = 10;  // by address, then one each `register_wait`
  Duration register_wait = std::chrono::minutes(6);

  // [registration]
  std::string registration_mode = "off";
  std::string registration_scope = "openid profile email offline_access";
  std::string registration_pkce = "required";
  std::string registration_errors = "page";
  int registration_clients_max = 1000;
  Duration registration_unused_lifetime = std::chrono::hours(24);

  // [outbound]
  std::vector<std::string> outbound_allow;  // networks beyond the public addresses
  std::string outbound_ca_file;             // PEM; empty: the system's

  // [brand], [pages]
  Brand brand;
  std::string pages_directory;

  // [log]
  log::Format log_format = log::Format::text;
  log::Level log_level = log::Level::info;
  std::string log_file;  // empty: standard error
  int explain_kept = 1000;  // refused requests, and as many others; 0: none

  // Relative file names are relative to the configuration file's folder; absolute here.
  std::string file;  // where it was read from
  // Where each value comes from, by its name: "grantd.toml:12", "GRANTD_LISTEN_PORT". Absent: the
  // default.
  std::map<std::string, std::string> origins;
};

struct ConfigError {
  std::string file;
  int line = 0;                 // 0: not of a line
  std::string text;             // what is wrong, what was expected, what was found, what to do
  std::string to_text() const;  // "grantd.toml:12: …"
};

using Environment = std::map<std::string, std::string>;  // GRANTD_LISTEN_PORT → value

// Reads and checks a file. Unknown keys are errors; all errors are found, not only the first.
Result<Config, std::vector<ConfigError>> load_config(const std::string& file,
                                                     const Environment& environment);
Environment process_environment();  // the GRANTD_* variables of this process

std::string config_manual();                    // Markdown, from the table: docs/configuration.md
std::string show_config(const Config& config);  // TOML with every value in force and its origin
Json show_config_json(const Config& config);    // {"listen.port": {"value", "origin"}, …}

// A value given as text ("9000", "60s", "10.0.0.0/8,::1") as TOML. The error: no such setting, or
// what was expected and found.
Result<std::string, std::string> setting_as_toml(std::string_view name, const std::string& text);

// What `grantd init` writes: the settings of `chosen` (name → value as TOML), the rest commented.
std::string starter_config(const std::map<std::string, std::string>& chosen);

}  // namespace grantd::server
