// A request's number, as a person can read it out: "7Q4K-M2XD", 40 random bits.
#pragma once

#include <string>

namespace grantd::server {

std::string make_request_id();

}  // namespace grantd::server
