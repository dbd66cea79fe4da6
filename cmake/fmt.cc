// {fmt} as a part of grantd: Debian has it as a shared library only (cmake/packages.cmake).
// Compiled with -fkeep-inline-functions, so that what others call of it is here.
#define FMT_HEADER_ONLY
#include <fmt/format.h>
