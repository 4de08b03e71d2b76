# Folder = target. lumos_library(bus LINK ...) makes the static library lumos_bus of all .cpp files
# beside the calling CMakeLists.txt; lumos_process(presence LINK ...) makes lumos_presence of all but
# main.cpp, and the executable lumos-presence of main.cpp.

function(lumos_library name)
    cmake_parse_arguments(ARG "" "" "PUBLIC;LINK" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
    add_library(lumos_${name} STATIC ${sources})
    set_target_properties(lumos_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_link_libraries(lumos_${name} PRIVATE lumos_flags ${ARG_LINK} PUBLIC ${ARG_PUBLIC})
endfunction()

function(lumos_process name)
    cmake_parse_arguments(ARG "" "OUTPUT" "LINK" ${ARGN})
    if(NOT ARG_OUTPUT)
        set(ARG_OUTPUT lumos-${name})
    endif()
    lumos_library(${name} LINK ${ARG_LINK})
    add_executable(lumos_${name}_main main.cpp)
    set_target_properties(lumos_${name}_main PROPERTIES OUTPUT_NAME ${ARG_OUTPUT})
    target_link_libraries(lumos_${name}_main PRIVATE lumos_flags lumos_${name} ${ARG_LINK})
    install(TARGETS lumos_${name}_main RUNTIME)
endfunction()
