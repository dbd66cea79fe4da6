// base: anyone may need me, and I know no OAuth word.
//
// What lives here: results, strong types, secret bytes, encodings, JSON, time, randomness, hashes,
// the loop that completions return to, the log. What does not: anything that an RFC of the OAuth
// family names (oauth/, jose/), anything that opens a socket (http/) or a database (store/).
#pragma once

#include <expected>
#include <type_traits>
#include <utility>

namespace grantd {

// A value or an error. Errors are values here; exceptions are for broken invariants (base/check.h).
template <class T, class E>
using Result = std::expected<T, E>;

// "Nothing", where a Result has no value to give.
struct Unit {
  friend bool operator==(const Unit&, const Unit&) = default;
};

// Cold: what leads to an error is kept out of the way of what goes well.
template <class E>
[[gnu::cold]] constexpr std::unexpected<std::decay_t<E>> fail(E&& error) {
  return std::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

// What a Result holds. Not [[nodiscard]]: TRY(change()) may stand alone.
template <class R>
constexpr auto value_of(R&& result) {
  if constexpr (!std::is_void_v<typename std::decay_t<R>::value_type>) return *std::move(result);
}

}  // namespace grantd

// TRY(expression): the value of a Result, or return its error from the enclosing function, whose
// own Result must have the same error type.
#define GRANTD_TRY_NAMED(name, expression)                             \
  __extension__({                                                      \
    auto name = (expression);                                          \
    if (!name) return ::grantd::fail(std::move(name).error());         \
    ::grantd::value_of(std::move(name));                               \
  })
#define GRANTD_TRY_CONCAT(a, b) a##b
#define GRANTD_TRY_UNIQUE(prefix, counter, expression) \
  GRANTD_TRY_NAMED(GRANTD_TRY_CONCAT(prefix, counter), expression)
#define TRY(expression) GRANTD_TRY_UNIQUE(try_result_, __COUNTER__, expression)
