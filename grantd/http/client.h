// A small HTTP/1.1 client: one request, one answer, a deadline. Redirects are never followed.
#pragma once

#include <chrono>
#include <string>

#include "grantd/base/result.h"
#include "grantd/http/message.h"
#include "grantd/http/reach.h"

namespace grantd::http {

struct FetchOptions {
  std::chrono::milliseconds deadline{10'000};
  std::size_t body_bytes_max = 1024 * 1024;
  std::string ca_file;  // PEM; empty: the system's. Certificates and names are always verified.
  const Reach* reach = nullptr;  // where it may connect to; null: anywhere
};

// Whether `ca_file` (as FetchOptions has it) can be used; the error names it and what is wrong.
Result<Unit, std::string> check_authorities(const std::string& ca_file);

struct Outgoing {
  std::string method = "GET";
  std::string url;  // http://… or https://…
  Fields fields;
  std::string body;
};

// Blocks the calling thread; not for an I/O thread. The error is one line: what was asked, what
// went wrong.
Result<Reply, std::string> fetch(const Outgoing& request, const FetchOptions& options = {});

}  // namespace grantd::http
