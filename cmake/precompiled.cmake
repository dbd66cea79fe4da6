# The standard headers that most files include, parsed once and not once a file, where the tests are
# built: a good part of a long build. The release does without: it finds the file that lacks an
# include, and the header that does not compile alone.
include_guard()

set(GRANTD_PRECOMPILED_SOURCE ${CMAKE_CURRENT_LIST_DIR}/precompiled.cc)
set(GRANTD_PRECOMPILED_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <cstdint> <cstring> <deque>
  <expected> <functional> <map> <memory> <mutex> <optional> <ranges> <set> <span> <string>
  <string_view> <thread> <unordered_map> <utility> <variant> <vector>)

function(grantd_precompiled target)
  if(GRANTD_TESTS)
    target_precompile_headers(${target} REUSE_FROM grantd_precompiled)
  endif()
endfunction()

if(GRANTD_TESTS)
  # It serves only code that is compiled as it was: programs as the libraries here.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fPIC>)
  # ccache needs to be told.
  add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  add_library(grantd_precompiled OBJECT ${GRANTD_PRECOMPILED_SOURCE})
  target_precompile_headers(grantd_precompiled PRIVATE ${GRANTD_PRECOMPILED_HEADERS})
endif()
