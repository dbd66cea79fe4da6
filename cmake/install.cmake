# `cmake --install`: the rooms that other programs link, their headers, and what finds them:
# find_package(grantd REQUIRED COMPONENTS client guard), or pkg-config grantd-client grantd-guard.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/grantd)

# Headers that only the rooms' own files include, and that may name third-party types.
set(inner_headers
  jose/native_key
  http/connection http/io_loop http/parser http/reply http/stream http/strict http/tls http/worker
  client/client_proof client/flow_error client/inside client/lock_file
  guard/errands guard/fetch_issuer guard/inside guard/issuer_keys guard/issuer_metadata
  guard/published guard/seen_tokens guard/testing/mint)
list(JOIN inner_headers "|" inner)

foreach(room base jose oauth http client guard testing)
  set_target_properties(grantd_${room} PROPERTIES EXPORT_NAME ${room})
  install(TARGETS grantd_${room} EXPORT grantd
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  if(EXISTS ${PROJECT_SOURCE_DIR}/grantd/${room})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/grantd/${room}
      DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/grantd COMPONENT development
      FILES_MATCHING PATTERN "*.h"
      REGEX "/grantd/(${inner})\\.h$" EXCLUDE)
  endif()
endforeach()

install(EXPORT grantd NAMESPACE grantd:: FILE grantdTargets.cmake
  DESTINATION ${package} COMPONENT development)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/grantdConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/grantdConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/grantdConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/grantdConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/grantdConfigVersion.cmake
  DESTINATION ${package} COMPONENT development)

file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)  # so that it may be moved
foreach(part client guard)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/grantd.pc.in
    ${CMAKE_CURRENT_BINARY_DIR}/grantd-${part}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/grantd-${part}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endforeach()
