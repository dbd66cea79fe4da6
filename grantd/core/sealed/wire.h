// How payloads lie in sealed bytes: fixed order, lengths in front, nothing optional but by a flag.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "grantd/base/bytes.h"
#include "grantd/base/strong.h"
#include "grantd/base/time.h"

namespace grantd::core {

class WireWriter {
 public:
  WireWriter() { out_.reserve(kUsualBytes); }
  void number(std::uint64_t value);  // LEB128
  void text(std::string_view value);
  void bytes(ByteView value);  // fixed length: the reader knows it
  void time(Time value) { number(static_cast<std::uint64_t>(to_millis(value))); }
  template <class Tag, std::size_t N>
  void id(const StrongBytes<Tag, N>& value) {
    bytes(value.view());
  }
  void flag(bool value) { number(value ? 1 : 0); }
  Bytes take() { return std::move(out_); }

 private:
  static constexpr std::size_t kUsualBytes = 384;
  Bytes out_;
};

// Reads what WireWriter wrote. What does not fit makes it bad for good; ask ok() at the end.
class WireReader {
 public:
  explicit WireReader(ByteView in) : in_(in) {}
  std::uint64_t number();
  std::string text();
  template <std::size_t N>
  ByteArray<N> bytes() {
    ByteArray<N> out{};
    take(out.data(), N);
    return out;
  }
  Time time() { return from_millis(static_cast<std::int64_t>(number())); }
  template <class Id>
  Id id() {
    return Id(bytes<Id::kSize>());
  }
  bool flag() { return number() == 1; }
  bool good() const { return ok_; }               // so far
  bool ok() const { return ok_ && in_.empty(); }  // all was read, nothing is left

 private:
  void take(std::uint8_t* out, std::size_t size);
  ByteView in_;
  bool ok_ = true;
};

}  // namespace grantd::core
