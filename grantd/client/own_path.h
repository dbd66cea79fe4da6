// Where an app may lead a browser after the sign-in.
#pragma once

#include <string>
#include <string_view>

namespace grantd::client {

// `wanted` where it is a path of the app's own ("/orders?page=2"), else `otherwise`. An address
// elsewhere, in each of the ways that browsers take for one ("//evil.example", "/\evil.example",
// controls within), would make the app's sign-in lend its good name (RFC 9700 §4.11.1; CL-09).
std::string own_path(std::string_view wanted, std::string_view otherwise = "/");

}  // namespace grantd::client
