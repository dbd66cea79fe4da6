# What every target is built with.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

option(GRANTD_TESTS "Build the tests" OFF)
option(GRANTD_FUZZ "Build the fuzz targets (clang-19)" OFF)
set(GRANTD_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them")

find_program(GRANTD_CCACHE ccache)
if(GRANTD_CCACHE)
  # What it must overlook so that files with a precompiled header are kept too.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
    ${GRANTD_CCACHE})
endif()

# g++ 12 warns falsely of overlapping copies in std::string's operator+ (GCC bug 105651), and of
# uninitialized members of std::variant and std::optional behind inlining or instrumentation.
add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
add_compile_options(
  $<$<COMPILE_LANGUAGE:CXX>:-Wall> $<$<COMPILE_LANGUAGE:CXX>:-Wextra>
  $<$<COMPILE_LANGUAGE:CXX>:-Wconversion> $<$<COMPILE_LANGUAGE:CXX>:-Wshadow>
  $<$<COMPILE_LANGUAGE:CXX>:-Wformat=2> $<$<COMPILE_LANGUAGE:CXX>:-Werror>
  $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>
  # libstdc++ 12 calls its own deprecated get_temporary_buffer.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  -fstack-protector-strong -fcf-protection=full -ffunction-sections -fdata-sections)
# A quarter less program text than with the limit of -O2 (70), and no more CPU a request
# (docs/performance.md): what is inlined at a hundred places is fetched from a hundred places.
add_compile_options(
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:--param=max-inline-insns-single=24>")
add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2> _GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections,--as-needed)

if(GRANTD_SANITIZE)
  add_compile_options(-fsanitize=${GRANTD_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GRANTD_SANITIZE})
  # g++ would put these at each access to a member: a third of the time of a build. ASan stops
  # at what they find, but for alignment; the fuzz targets (clang) are built with all of them.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fno-sanitize=null,alignment,object-size,vptr)
    if(GRANTD_SANITIZE STREQUAL "thread")
      add_compile_options(-Wno-error)  # g++ 12 warns falsely behind TSan; the other builds err
    endif()
  endif()
endif()
