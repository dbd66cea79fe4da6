// Types that compare only with their own kind: a ClientId is never a SubjectId.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "grantd/base/bytes.h"

namespace grantd {

// Text of one kind. `Tag` is an empty struct that names the kind.
template <class Tag>
class StrongText {
 public:
  StrongText() = default;
  explicit StrongText(std::string text) : text_(std::move(text)) {}
  const std::string& str() const { return text_; }
  std::string_view view() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const StrongText&, const StrongText&) = default;

 private:
  std::string text_;
};

// N bytes of one kind, an identifier (not a secret: compared as memory).
template <class Tag, std::size_t N>
class StrongBytes {
 public:
  static constexpr std::size_t kSize = N;
  StrongBytes() = default;
  explicit constexpr StrongBytes(ByteArray<N> bytes) : bytes_(bytes) {}
  const ByteArray<N>& bytes() const { return bytes_; }
  ByteView view() const { return bytes_; }
  friend auto operator<=>(const StrongBytes&, const StrongBytes&) = default;

 private:
  ByteArray<N> bytes_{};
};

}  // namespace grantd

template <class Tag>
struct std::hash<grantd::StrongText<Tag>> {
  std::size_t operator()(const grantd::StrongText<Tag>& text) const noexcept {
    return std::hash<std::string>{}(text.str());
  }
};
template <class Tag, std::size_t N>
struct std::hash<grantd::StrongBytes<Tag, N>> {
  std::size_t operator()(const grantd::StrongBytes<Tag, N>& bytes) const noexcept {
    return std::hash<std::string_view>{}(grantd::as_text(bytes.view()));
  }
};
