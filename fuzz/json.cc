// JSON: what is accepted is written and read the same again (RFC 8259).
#include <cstdint>
#include <string_view>

#include "grantd/base/check.h"
#include "grantd/base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto first = grantd::Json::parse(text);
  if (!first) return 0;
  const auto second = grantd::Json::parse(first->dump());
  CHECK(second && *second == *first);
  CHECK(grantd::Json::parse(first->dump_pretty()).has_value());
  return 0;
}
