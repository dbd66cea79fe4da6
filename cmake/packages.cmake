# The libraries that more than one room links, found once so that every folder sees their targets.
find_package(PkgConfig REQUIRED)

# The C++ libraries become a part of grantd, which then runs without them: an idle server takes a
# megabyte less (docs/performance.md). OpenSSL, SQLite and libsodium stay shared, so that a fix of
# theirs needs no new grantd.
option(GRANTD_STATIC "Link the C++ libraries into grantd" ON)
if(GRANTD_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(GRANTD_STATIC OFF)
endif()
if(GRANTD_STATIC)
  set(Boost_USE_STATIC_LIBS ON)
endif()

find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)

find_package(fmt REQUIRED)
if(GRANTD_STATIC)
  add_library(grantd_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt.cc)
  target_compile_options(grantd_fmt PRIVATE -fkeep-inline-functions)
else()
  add_library(grantd_fmt INTERFACE)
  target_link_libraries(grantd_fmt INTERFACE fmt::fmt)
endif()
add_library(grantd::fmt ALIAS grantd_fmt)
