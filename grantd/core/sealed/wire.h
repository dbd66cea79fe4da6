// How payloads lie in sealed bytes: fixed order, lengths in front, nothing optional but by a flag.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "grantd/base/bytes.h"
#include "grantd/base/strong.h"
#include "grantd/base/time.h"

namespace grantd::core {

// What is written goes to the end of `Out`, which has put(bytes, size).
template <class Out>
class WireFormat : public Out {
 public:
  void number(std::uint64_t value) {  // LEB128
    std::uint8_t bytes[10];
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<std::uint8_t>(value | 0x80);
    bytes[size++] = static_cast<std::uint8_t>(value);
    Out::put(bytes, size);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes(as_bytes(value));
  }
  void bytes(ByteView value) { Out::put(value.data(), value.size()); }  // the reader knows how many
  void time(Time value) { number(static_cast<std::uint64_t>(to_millis(value))); }
  template <class Tag, std::size_t N>
  void id(const StrongBytes<Tag, N>& value) {
    bytes(value.view());
  }
  void flag(bool value) { number(value ? 1 : 0); }
};

class WireBytes {
 public:
  Bytes take() {
    out_.resize(size_);
    return std::move(out_);
  }

 protected:
  void put(const std::uint8_t* bytes, std::size_t size) {
    if (out_.size() - size_ < size) out_.resize(2 * (size_ + size));
    std::copy_n(bytes, size, out_.data() + size_);
    size_ += size;
  }

 private:
  static constexpr std::size_t kUsualBytes = 384;
  Bytes out_ = Bytes(kUsualBytes);
  std::size_t size_ = 0;
};
using WireWriter = WireFormat<WireBytes>;

// Counts how many bytes there would be.
class WireCount {
 public:
  std::size_t size() const { return size_; }

 protected:
  void put(const std::uint8_t*, std::size_t size) { size_ += size; }

 private:
  std::size_t size_ = 0;
};
using WireMeter = WireFormat<WireCount>;

// Reads what WireWriter wrote. What does not fit makes it bad for good; ask ok() at the end.
class WireReader {
 public:
  explicit WireReader(ByteView in) : in_(in) {}
  std::uint64_t number();
  std::string text() { return std::string(text_view()); }
  std::string_view text_view();  // of the bytes that are read
  template <std::size_t N>
  ByteArray<N> bytes() {
    ByteArray<N> out;
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
