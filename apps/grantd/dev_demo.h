// The people, the API and the apps of `grantd dev`, as one table that the first start, the terminal
// and the page at "/" are made from.
#pragma once

#include <string_view>

namespace grantd::app {

struct DemoPerson {
  std::string_view login, password, name;
};
inline constexpr DemoPerson kDemoPeople[] = {
    {"ada", "correct horse", "Ada Lindqvist"},
    {"grace", "battery staple", "Grace Okafor"},
};

inline constexpr std::string_view kDemoWeb = "demo-web";          // confidential, with PKCE
inline constexpr std::string_view kDemoCli = "demo-cli";          // public
inline constexpr std::string_view kDemoService = "demo-service";  // acts for itself
inline constexpr std::string_view kDemoWebName = "Paperboat";
inline constexpr std::string_view kDemoApiName = "Demo notes";
inline constexpr std::string_view kNotesRead = "notes.read";
inline constexpr std::string_view kNotesWrite = "notes.write";

}  // namespace grantd::app
