// Where a program keeps its login between two runs. One cache is one place for one login.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "grantd/base/result.h"
#include "grantd/base/secret.h"

namespace grantd::client {

// From any thread. Errors are one line for a person, without the content.
class TokenCache {
 public:
  // Held while one program, or one thread, refreshes; gone with the object.
  class Lock {
   public:
    virtual ~Lock() = default;
  };

  virtual ~TokenCache() = default;
  virtual Result<std::optional<Secret>, std::string> load() = 0;  // nothing: there is none
  // Whole, or not at all: who reads meanwhile sees the old text or the new one.
  virtual Result<Unit, std::string> save(const Secret& text) = 0;
  virtual Result<Unit, std::string> forget() = 0;
  // Waits for others at most so long.
  virtual Result<std::unique_ptr<Lock>, std::string> lock(std::chrono::milliseconds wait) = 0;
  virtual std::string place() const = 0;  // for a person: "memory", "/home/ada/.local/…"
};

// Gone with the process.
std::shared_ptr<TokenCache> memory_cache();

// A file of mode 0600, replaced by rename, with `file`.lock beside it; missing folders are made
// with mode 0700. One that others can read, or that is somebody else's, is refused (CL-08).
std::shared_ptr<TokenCache> file_cache(std::string file);

// The desktop's keyring (the Secret Service, by libsecret where it is installed), under `name`.
// Programs take turns by `lock_file`. Null where there is no such service: take file_cache then.
std::shared_ptr<TokenCache> keyring_cache(std::string name, std::string lock_file);

}  // namespace grantd::client
