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
  find_package(Boost 1.81 QUIET COMPONENTS json)
  if(NOT Boost_FOUND)
    message(FATAL_ERROR "Boost.JSON 1.81 or newer was not found as a static library: install "
      "libboost-json1.81-dev, or configure with -DGRANTD_STATIC=OFF where there is a shared one")
  endif()
else()
  find_package(Boost 1.81 REQUIRED COMPONENTS json)
endif()
find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)

find_package(fmt REQUIRED)
if(GRANTD_STATIC)
  add_library(grantd_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt.cc)
  target_include_directories(grantd_fmt SYSTEM PUBLIC
    $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_options(grantd_fmt PRIVATE -fkeep-inline-functions -fno-inline)
else()
  add_library(grantd_fmt INTERFACE)
  target_link_libraries(grantd_fmt INTERFACE fmt::fmt)
endif()
add_library(grantd::fmt ALIAS grantd_fmt)
