// The configuration file: DESIGN §6 "Config"; checklist F13 (broken files), HD-05, AD-08.
#include "grantd/server/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace grantd::server {
namespace {

constexpr const char* kIssuer = "issuer = \"https://auth.example.com\"\n";

class ConfigFile : public testing::Test {
 protected:
  ConfigFile() {
    char name[] = "/tmp/grantd-config-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~ConfigFile() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/grantd.toml"; }
  void write(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }

  Config good(const std::string& text, const Environment& environment = {}) const {
    write(text);
    auto config = load_config(path(), environment);
    if (config) return *config;
    ADD_FAILURE() << config.error().front().to_text();
    return {};
  }
  std::vector<ConfigError> bad(const std::string& text, const Environment& environment = {}) const {
    write(text);
    auto config = load_config(path(), environment);
    if (!config) return config.error();
    ADD_FAILURE() << "accepted: " << text;
    return {ConfigError{}};
  }

  std::string folder_;
};

bool says(const ConfigError& error, std::string_view part) {
  return error.text.find(part) != std::string::npos;
}

TEST_F(ConfigFile, an_issuer_is_enough_and_the_rest_has_defaults) {
  const Config config = good(kIssuer);
  EXPECT_EQ(config.issuer, "https://auth.example.com");
  EXPECT_EQ(config.port, 8080);
  EXPECT_EQ(config.code, std::chrono::seconds(60));
  EXPECT_EQ(config.session_absolute, std::chrono::hours(24 * 14));
  EXPECT_EQ(config.brand.name, "grantd");
}

// Checklist DR-01: nobody registers an app unless it is turned on.
TEST_F(ConfigFile, registration_is_off_and_its_words_are_checked) {
  const Config config = good(kIssuer);
  EXPECT_EQ(config.registration_mode, "off");
  EXPECT_EQ(config.registration_scope, "openid profile email offline_access");
  EXPECT_EQ(config.registration_errors, "page");
  EXPECT_EQ(good(std::string(kIssuer) + "[registration]\nmode = \"token\"\npkce = \"optional\"\n")
                .registration_mode,
            "token");
  for (const char* wrong : {"mode = \"on\"", "mode = true", "pkce = \"off\"", "errors = \"both\"",
                            "scope = \"openid  email\"", "clients_max = 0",
                            "unused_lifetime = \"1s\""}) {
    const auto errors = bad(std::string(kIssuer) + "[registration]\n" + wrong + "\n");
    EXPECT_TRUE(says(errors.front(), "registration.")) << wrong;
  }
}

// What the conformance suite needs stands in the repository, and is read as every other file.
TEST(conformance_configuration, is_one_that_the_server_takes) {
  const auto config = load_config(GRANTD_SOURCE_DIR "/conformance.toml", {});
  ASSERT_TRUE(config.has_value()) << config.error().front().to_text();
  EXPECT_EQ(config->registration_mode, "open");
  EXPECT_EQ(config->registration_pkce, "optional");
  EXPECT_EQ(config->registration_errors, "redirect");
}

TEST_F(ConfigFile, every_type_of_value_is_read) {
  const Config config = good(std::string(kIssuer) +
                             "[listen]\nport = 9000\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n"
                             "address = \"0.0.0.0\"\n[lifetimes]\ncode = \"2m\"\n"
                             "[keys]\nalgorithms = [\"EdDSA\", \"ES256\"]\n"
                             "[log]\nformat = \"json\"\nlevel = \"warning\"\n"
                             "[brand]\nname = \"Müller & Söhne\"\naccent = \"#0aF9c1\"\n");
  EXPECT_EQ(config.port, 9000);
  EXPECT_EQ(config.trusted_proxies, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
  EXPECT_EQ(config.code, std::chrono::minutes(2));
  EXPECT_EQ(config.algorithms, (std::vector<std::string>{"EdDSA", "ES256"}));
  EXPECT_EQ(config.log_format, log::Format::json);
  EXPECT_EQ(config.log_level, log::Level::warning);
  EXPECT_EQ(config.brand.name, "Müller & Söhne");
  EXPECT_EQ(config.brand.accent, "#0aF9c1");
}

TEST_F(ConfigFile, relative_file_names_are_relative_to_its_folder) {
  const Config config = good(std::string(kIssuer) +
                             "[store]\ndata_directory = \"../data\"\n"
                             "[brand]\nlogo_file = \"/srv/logo.svg\"\n");
  EXPECT_EQ(config.data_directory, "/tmp/data");
  EXPECT_EQ(config.master_key_file, folder_ + "/master.key");
  EXPECT_EQ(config.brand.logo_file, "/srv/logo.svg");
  EXPECT_EQ(config.tls_key_file, "");
}

TEST_F(ConfigFile, a_wrong_type_names_line_expectation_finding_and_remedy) {
  const auto errors = bad(std::string(kIssuer) + "[listen]\n\nport = \"http\"\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].line, 4);
  EXPECT_EQ(errors[0].to_text(),
            path() +
                ":4: listen.port: expected a number from 0 to 65535, found \"http\"; write "
                "for example port = 443");
}

struct WrongValue {
  const char* text;
  const char* setting;
};
class WrongValues : public ConfigFile, public testing::WithParamInterface<WrongValue> {};

TEST_P(WrongValues, are_refused_with_their_line) {
  const auto errors = bad(std::string(kIssuer) + GetParam().text);
  ASSERT_EQ(errors.size(), 1U) << errors[1].to_text();
  EXPECT_TRUE(says(errors[0], GetParam().setting)) << errors[0].to_text();
  EXPECT_TRUE(says(errors[0], "expected")) << errors[0].to_text();
  EXPECT_GE(errors[0].line, 2) << errors[0].to_text();
}

INSTANTIATE_TEST_SUITE_P(
    table, WrongValues,
    testing::Values(WrongValue{"listen.port = 65536\n", "listen.port"},
                    WrongValue{"listen.port = -1\n", "listen.port"},
                    WrongValue{"listen.port = 80.5\n", "listen.port"},
                    WrongValue{"listen.port = true\n", "listen.port"},
                    WrongValue{"listen.port = [1]\n", "listen.port"},
                    WrongValue{"listen.port = 1979-05-27\n", "listen.port"},
                    WrongValue{"[listen.port]\n", "listen.port"},
                    WrongValue{"listen.address = \"localhost\"\n", "listen.address"},
                    WrongValue{"listen.trusted_proxies = \"10.0.0.1\"\n", "trusted_proxies"},
                    WrongValue{"listen.trusted_proxies = [\"10.0.0.0/33\"]\n", "trusted_proxies"},
                    WrongValue{"listen.trusted_proxies = [1]\n", "trusted_proxies"},
                    WrongValue{"lifetimes.code = 60\n", "lifetimes.code"},
                    WrongValue{"lifetimes.code = \"60\"\n", "lifetimes.code"},
                    // RFC 6749 §4.1.2: ten minutes at most.
                    WrongValue{"lifetimes.code = \"11m\"\n", "lifetimes.code"},
                    WrongValue{"lifetimes.code = \"0s\"\n", "lifetimes.code"},
                    WrongValue{"keys.algorithms = \"ES256\"\n", "keys.algorithms"},
                    WrongValue{"keys.algorithms = [\"ES256\", \"HS256\"]\n", "keys.algorithms"},
                    WrongValue{"keys.algorithms = [\"es256\"]\n", "keys.algorithms"},
                    WrongValue{"keys.algorithms = []\n", "keys.algorithms"},
                    WrongValue{"keys.algorithms = [\"RS256\"]\n", "keys.algorithms"},
                    WrongValue{"keys.algorithms = [\"ES256\", \"ES256\"]\n", "keys.algorithms"},
                    WrongValue{"lifetimes.session_idle = \"15d\"\n", "lifetimes.session_idle"},
                    WrongValue{"lifetimes.offline_idle = \"200d\"\n", "lifetimes.offline_idle"},
                    WrongValue{"brand.accent = \"red\"\n", "brand.accent"},
                    WrongValue{"brand.accent = \"#12345g\"\n", "brand.accent"},
                    WrongValue{"brand.name = \"\"\n", "brand.name"},
                    WrongValue{"brand.name = \"two\\nlines\"\n", "brand.name"},
                    WrongValue{"brand.help_uri = \"javascript:alert(1)\"\n", "brand.help_uri"},
                    WrongValue{"brand.help_uri = \"http://example.com/\"\n", "brand.help_uri"},
                    WrongValue{"log.format = \"xml\"\n", "log.format"},
                    WrongValue{"store.data_directory = \"\"\n", "store.data_directory"}));

TEST_F(ConfigFile, an_unknown_setting_is_an_error_that_suggests_the_nearest) {
  const auto errors = bad(std::string(kIssuer) + "[listen]\nprot = 1\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].line, 3);
  EXPECT_TRUE(says(errors[0], "did you mean listen.port?")) << errors[0].text;
}

TEST_F(ConfigFile, a_setting_in_the_wrong_section_is_pointed_home) {
  const auto errors = bad(std::string(kIssuer) + "[store]\ntls_key_file = \"x\"\n");
  EXPECT_TRUE(says(errors[0], "did you mean listen.tls_key_file?")) << errors[0].text;
}

TEST_F(ConfigFile, an_unknown_section_is_an_error_even_when_empty) {
  EXPECT_EQ(bad(std::string(kIssuer) + "[listne]\n")[0].line, 2);
  EXPECT_TRUE(says(bad(std::string(kIssuer) + "listen = 3\n")[0], "write [listen]"));
}

TEST_F(ConfigFile, an_empty_known_section_is_fine) {
  EXPECT_EQ(good(std::string(kIssuer) + "[listen]\n[log]\n").port, 8080);
}

TEST_F(ConfigFile, all_errors_are_found_in_the_order_of_lines) {
  const auto errors =
      bad("[listen]\nport = \"x\"\nprot = 1\n[lifetimes]\ncode = 5\n");  // and no issuer
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0].line, 2);
  EXPECT_EQ(errors[1].line, 3);
  EXPECT_EQ(errors[2].line, 5);
  EXPECT_TRUE(says(errors[3], "issuer: missing"));
}

// Checklist F13.
TEST_F(ConfigFile, a_key_that_stands_twice_is_an_error_with_its_line) {
  const auto errors = bad(std::string(kIssuer) + "[listen]\nport = 1\nport = 2\n");
  EXPECT_EQ(errors[0].line, 4) << errors[0].to_text();
}
TEST_F(ConfigFile, half_a_file_is_an_error_with_its_line) {
  const auto errors = bad(std::string(kIssuer) + "[listen]\naddress = \"127.0");
  EXPECT_EQ(errors[0].line, 3) << errors[0].to_text();
}
TEST_F(ConfigFile, an_empty_file_asks_for_the_issuer) {
  EXPECT_TRUE(says(bad("")[0], "issuer: missing"));
}
TEST_F(ConfigFile, a_byte_order_mark_and_crlf_are_fine) {
  EXPECT_EQ(good("\xef\xbb\xbfissuer = \"https://a.example\"\r\n[listen]\r\nport = 81\r\n").port,
            81);
}
TEST_F(ConfigFile, bytes_that_are_not_utf8_are_an_error) {
  EXPECT_TRUE(says(bad("issuer = \"https://\xff\"\n")[0], "not TOML"));
}
TEST_F(ConfigFile, a_missing_file_says_how_to_get_one) {
  const auto config = load_config(folder_ + "/none.toml", {});
  ASSERT_FALSE(config);
  EXPECT_TRUE(says(config.error()[0], "grantd init"));
}
TEST_F(ConfigFile, a_circle_of_links_a_folder_and_a_huge_file_are_named) {
  std::filesystem::create_symlink(path(), path());
  EXPECT_TRUE(says(load_config(path(), {}).error()[0], "symbolic links"));
  EXPECT_TRUE(says(load_config(folder_, {}).error()[0], "not a plain file"));
  std::filesystem::remove(path());
  EXPECT_TRUE(says(bad(std::string(3 << 20, '#'))[0], "larger than 1 MiB"));
}

// RFC 8414 §2: https, no query, no fragment; http on loopback for development.
TEST_F(ConfigFile, an_issuer_that_no_app_could_trust_is_refused) {
  for (const char* issuer : {"http://auth.example.com", "https://a.example/?x=1",
                             "auth.example.com", "https://a.example/#x", ""}) {
    EXPECT_TRUE(says(bad("issuer = \"" + std::string(issuer) + "\"\n")[0], "issuer: expected"))
        << issuer;
  }
  EXPECT_EQ(good("issuer = \"http://127.0.0.1:8080\"\n").issuer, "http://127.0.0.1:8080");
}

// Checklist HD-05 (RFC 9700 §2.6, §4.13).
TEST_F(ConfigFile, plain_http_beyond_loopback_needs_a_named_proxy) {
  const auto errors = bad(std::string(kIssuer) + "[listen]\naddress = \"0.0.0.0\"\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].line, 3);
  EXPECT_TRUE(says(errors[0], "trusted_proxies")) << errors[0].text;
  EXPECT_EQ(bad(std::string(kIssuer) + "[listen]\naddress = \"::\"\n").size(), 1U);
  good(std::string(kIssuer) +
       "[listen]\naddress = \"0.0.0.0\"\ntrusted_proxies = [\"10.0.0.9\"]\n");
  good(std::string(kIssuer) + "[listen]\naddress = \"::1\"\n");
  good(std::string(kIssuer) + "[listen]\naddress = \"127.0.0.5\"\n");
  good(std::string(kIssuer) +
       "[listen]\naddress = \"0.0.0.0\"\ntls_certificate_file = \"c\"\ntls_key_file = \"k\"\n");
}

TEST_F(ConfigFile, tls_takes_both_files_and_an_https_issuer) {
  EXPECT_TRUE(
      says(bad(std::string(kIssuer) + "listen.tls_key_file = \"k\"\n")[0], "tls_certificate_file"));
  EXPECT_TRUE(says(bad("issuer = \"http://127.0.0.1:1\"\n[listen]\ntls_certificate_file = \"c\"\n"
                       "tls_key_file = \"k\"\n")[0],
                   "https"));
}

TEST_F(ConfigFile, argon2_weaker_than_owasps_minimum_is_refused) {
  EXPECT_EQ(bad(std::string(kIssuer) + "[password]\nargon2_iterations = 1\n").size(), 1U);
  EXPECT_EQ(bad(std::string(kIssuer) + "[password]\nargon2_memory_kib = 8192\n").size(), 1U);
  good(std::string(kIssuer) + "[password]\nargon2_iterations = 3\nargon2_memory_kib = 12288\n");
}

TEST_F(ConfigFile, a_variable_overrides_the_file) {
  const Config config = good(std::string(kIssuer) + "[listen]\nport = 1\n",
                             {{"GRANTD_LISTEN_PORT", "9001"},
                              {"GRANTD_LIFETIMES_CODE", "30s"},
                              {"GRANTD_LISTEN_TRUSTED_PROXIES", "10.0.0.1, ::1"},
                              {"GRANTD_LOG_FORMAT", "json"}});
  EXPECT_EQ(config.port, 9001);
  EXPECT_EQ(config.code, std::chrono::seconds(30));
  EXPECT_EQ(config.trusted_proxies, (std::vector<std::string>{"10.0.0.1", "::1"}));
  EXPECT_EQ(config.log_format, log::Format::json);
  EXPECT_EQ(config.origins.at("listen.port"), "GRANTD_LISTEN_PORT");
}

TEST_F(ConfigFile, the_issuer_may_come_from_a_variable_alone) {
  EXPECT_EQ(good("", {{"GRANTD_ISSUER", "https://b.example"}}).issuer, "https://b.example");
}

TEST_F(ConfigFile, a_wrong_variable_is_named_as_the_place) {
  const auto errors = bad(kIssuer, {{"GRANTD_LISTEN_PORT", "http"}});
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].to_text(),
            "GRANTD_LISTEN_PORT: listen.port: expected a number from 0 to 65535, found \"http\"; "
            "set for example GRANTD_LISTEN_PORT=443");
  EXPECT_EQ(bad(kIssuer, {{"GRANTD_LISTEN_ADDRESS", "0.0.0.0"}})[0].file, "GRANTD_LISTEN_ADDRESS");
}

TEST_F(ConfigFile, a_mistyped_variable_is_an_error_and_a_clusters_own_are_left_alone) {
  const auto errors = bad(kIssuer, {{"GRANTD_LISTEN_PROT", "1"}});
  EXPECT_TRUE(says(errors[0], "GRANTD_LISTEN_PORT")) << errors[0].to_text();
  good(kIssuer, {{"GRANTD_SERVICE_HOST", "10.0.0.1"},
                 {"GRANTD_PORT", "tcp://10.0.0.1:80"},
                 {"GRANTD_CONFIG", "/etc/grantd/grantd.toml"}});
}

TEST_F(ConfigFile, what_is_in_force_is_shown_with_its_origin) {
  const Config config =
      good(std::string(kIssuer) + "[listen]\nport = 9000\n", {{"GRANTD_LOG_LEVEL", "error"}});
  const std::string shown = show_config(config);
  EXPECT_NE(shown.find("issuer = \"https://auth.example.com\"  # " + path() + ":1\n"),
            std::string::npos)
      << shown;
  EXPECT_NE(shown.find("port = 9000  # " + path() + ":3\n"), std::string::npos);
  EXPECT_NE(shown.find("level = \"error\"  # GRANTD_LOG_LEVEL\n"), std::string::npos);
  EXPECT_NE(shown.find("code = \"1m\"  # default\n"), std::string::npos) << shown;
}

TEST_F(ConfigFile, what_is_shown_reads_back_as_the_same) {
  const Config config = good(std::string(kIssuer) +
                             "[listen]\ntrusted_proxies = [\"10.0.0.0/8\"]\n[brand]\nname = "
                             "\"A \\\"b\\\" \\\\ c\"\n[lifetimes]\ncode = \"90s\"\n");
  const std::string shown = show_config(config);
  const Config again = good(shown);
  EXPECT_EQ(again.brand.name, "A \"b\" \\ c");
  EXPECT_EQ(again.trusted_proxies, config.trusted_proxies);
  EXPECT_EQ(again.code, config.code);
}

TEST_F(ConfigFile, the_first_file_that_init_writes_is_valid_and_so_is_every_example_in_it) {
  const std::string text = starter_config({{"issuer", "\"https://auth.example.com\""}});
  EXPECT_EQ(good(text).issuer, "https://auth.example.com");
  std::string all;  // with every setting uncommented
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool setting = line.starts_with("# ") && line.find(" = ") != std::string::npos;
    all += (setting ? line.substr(2) : line) + "\n";
  }
  EXPECT_EQ(good(all).issuer, "https://auth.example.com");
}

// docs/configuration.md is what `grantd config manual` prints.
TEST(ConfigManual, is_the_page_in_docs) {
  std::ifstream file(GRANTD_SOURCE_DIR "/docs/configuration.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(page, config_manual()) << "write it anew: grantd config manual > docs/configuration.md";
}

}  // namespace
}  // namespace grantd::server
