#include "apps/grantd/profile.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "apps/grantd/console.h"
#include "grantd/base/encoding.h"
#include "grantd/client/token_cache.h"

namespace grantd::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSecretBytesMax = 4096;
constexpr std::size_t kKeyBytesMax = 16 * 1024;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// XDG Base Directory Specification: a relative path there is to be ignored.
Outcome<std::string> folder(const char* name, std::string_view below_home) {
  if (const std::string set = variable(name); set.starts_with('/')) return set + "/grantd";
  const std::string home = variable("HOME");
  if (home.starts_with('/')) return fmt::format("{}/{}/grantd", home, below_home);
  return failed(fmt::format("there is no home directory to keep a login in: set HOME or {}", name));
}

Outcome<std::string> profile_file(const std::string& name) {
  return TRY(folder("XDG_CONFIG_HOME", ".config")) + "/profiles/" + name + ".json";
}

Outcome<std::string> login_file(const std::string& name) {
  return TRY(folder("XDG_STATE_HOME", ".local/state")) + "/logins/" + name;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

std::shared_ptr<client::TokenCache> keyring(const std::string& name) {
  const auto file = login_file(name);
  return file ? client::keyring_cache(name, *file + ".lock") : nullptr;
}

constexpr std::pair<std::string_view, std::string Profile::*> kTexts[] = {
    {"issuer", &Profile::issuer},           {"client_id", &Profile::client_id},
    {"client_secret_file", &Profile::secret_file}, {"key_file", &Profile::key_file},
    {"kid", &Profile::kid},                 {"auth", &Profile::auth},
    {"scope", &Profile::scope},             {"redirect_uri", &Profile::redirect_uri},
    {"keep", &Profile::keep},               {"ca_file", &Profile::ca_file},
};

}  // namespace

Option profile_option() {
  return {kProfile, "NAME", "Which of several logins. Else $GRANTD_PROFILE, else \"default\"."};
}

Json Profile::to_json() const {
  Json out = Json::object({{"profile", name}});
  for (const auto& [key, member] : kTexts) {
    if (!(this->*member).empty()) out.set(std::string(key), this->*member);
  }
  Json list = Json::array();
  for (const auto& each : resources) list.push_back(each);
  if (!resources.empty()) out.set("resources", std::move(list));
  return out;
}

Outcome<std::string> profile_name(const Call& call) {
  std::string name = call.get(kProfile, variable("GRANTD_PROFILE"));
  if (name.empty()) return "default";
  if (is_name(name)) return name;
  return usage(fmt::format("{}: expected letters, digits, -, _ and ., at most 64, found \"{}\"",
                           kProfile, printable(name)));
}

Outcome<std::optional<Profile>> read_profile(const std::string& name) {
  const std::string file = TRY(profile_file(name));
  std::ifstream in(file);
  if (!in) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto document = Json::parse(text);
  if (!document || !document->as_object()) {
    return failed(fmt::format("{}: expected what `grantd login` wrote, found something else; "
                              "delete it and log in anew", file));
  }
  Profile profile;
  profile.name = name;
  for (const auto& [key, member] : kTexts) {
    if (const auto* value = document->find_string(key)) profile.*member = *value;
  }
  profile.resources = document->find_strings("resources").value_or(std::vector<std::string>());
  return profile;
}

Outcome<Profile> known_profile(const Call& call) {
  const std::string name = TRY(profile_name(call));
  auto profile = TRY(read_profile(name));
  if (profile) return *std::move(profile);
  const auto others = TRY(profile_names());
  const std::string hint =
      others.empty()
          ? "`grantd login --issuer URL --client-id ID` makes one"
          : fmt::format("there is {}; choose with {}", fmt::join(others, ", "), kProfile);
  return failed(fmt::format("there is no login of the name \"{}\"; {}", name, hint));
}

Outcome<> write_profile(const Profile& profile) {
  const std::string text = profile.to_json().dump_pretty();
  const auto saved =
      client::file_cache(TRY(profile_file(profile.name)))->save(Secret(std::string_view(text)));
  if (!saved) return failed(saved.error());
  return Unit();
}

Outcome<std::vector<std::string>> profile_names() {
  std::vector<std::string> names;
  std::error_code error;
  const fs::path where = fs::path(TRY(profile_file("x"))).parent_path();
  for (fs::directory_iterator at(where, error), end; !error && at != end; at.increment(error)) {
    const fs::path& file = at->path();
    if (file.extension() == ".json" && is_name(file.stem().string())) {
      names.push_back(file.stem().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

std::string best_place(const std::string& name) { return keyring(name) ? "keyring" : "file"; }

Outcome<client::Client> open_client(const Profile& profile) {
  client::App made;
  made.issuer = profile.issuer;
  made.client_id = profile.client_id;
  made.scope = profile.scope;
  made.resources = profile.resources;
  made.redirect_uri = profile.redirect_uri;
  made.ca_file = profile.ca_file;
  if (!profile.secret_file.empty()) {
    made.client_secret = TRY(read_secret(profile.secret_file, kSecretBytesMax));
  }
  if (!profile.key_file.empty()) {
    const Secret pem = TRY(read_secret(profile.key_file, kKeyBytesMax));
    auto key = client::read_client_key(pem.reveal_text(), profile.kid);
    if (!key) return failed(fmt::format("{}: {}", profile.key_file, key.error().message()));
    made.key = *std::move(key);
  }
  using enum client::ClientAuth;
  for (const auto& [name, method] :
       {std::pair{"none", none}, {"client_secret_basic", client_secret_basic},
        {"client_secret_post", client_secret_post}, {"private_key_jwt", private_key_jwt}}) {
    if (profile.auth == name) made.auth = method;
  }
  if (profile.keep == "keyring") {
    made.cache = keyring(profile.name);
    if (!made.cache) {
      return failed("the login lies in the desktop's keyring, and none answers here; log in anew "
                    "with --keep file");
    }
  } else {
    made.cache = client::file_cache(TRY(login_file(profile.name)));
  }
  return client::Client(std::move(made));
}

Failure failure_of(const client::FlowError& error, const Profile& profile) {
  Failure failure{kFailed, error.message()};
  if (error.problem == client::FlowProblem::signed_out) {
    failure.text += fmt::format("; `grantd login{}` gets a new one",
                                profile.name == "default" ? "" : " --profile " + profile.name);
  }
  return failure;
}

}  // namespace grantd::app
