# grantd_room(NAME LIBRARIES ...): one static library of all .cc files of a room's folder.
# The link line is the layer: a room links only what it may include (DESIGN, layers).
include_guard()

function(grantd_room name)
  cmake_parse_arguments(room "" "" "LIBRARIES;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(NOT sources)  # a room of headers only
    add_library(grantd_${name} INTERFACE)
    add_library(grantd::${name} ALIAS grantd_${name})
    target_include_directories(grantd_${name} INTERFACE
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
    target_link_libraries(grantd_${name} INTERFACE ${room_LIBRARIES} ${room_PRIVATE})
    return()
  endif()
  add_library(grantd_${name} STATIC ${sources})
  add_library(grantd::${name} ALIAS grantd_${name})
  target_include_directories(grantd_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(grantd_${name} PUBLIC ${room_LIBRARIES} PRIVATE ${room_PRIVATE})
  grantd_precompiled(grantd_${name})
  # Its headers, for who finds the package.
  target_compile_features(grantd_${name} PUBLIC cxx_std_23)
endfunction()
