// Bytes that must not leak: wiped when they go, not printable, compared in constant time.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "grantd/base/bytes.h"

namespace grantd {

// Overwrites memory in a way that the compiler may not leave out.
void wipe(void* data, std::size_t size);

class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  explicit Secret(std::string_view text) : Secret(as_bytes(text)) {}
  Secret(const Secret&) = default;  // facts are values; each copy wipes itself
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) Secret(other).swap(*this);
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Secret() { wipe(bytes_.data(), bytes_.size()); }

  // The one way to the content; grep for it to see every place that reads a secret.
  ByteView reveal() const { return bytes_; }
  std::string_view reveal_text() const { return as_text(bytes_); }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }

  friend bool operator==(const Secret& a, const Secret& b) {
    return equal_in_constant_time(a.bytes_, b.bytes_);
  }

 private:
  void swap(Secret& other) noexcept { bytes_.swap(other.bytes_); }
  Bytes bytes_;
};

}  // namespace grantd
