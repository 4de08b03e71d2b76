# One INTERFACE target carries our warnings and hardening; only our own targets link it.
add_library(lumos_flags INTERFACE)
target_compile_options(lumos_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Wimplicit-fallthrough -Wundef -Wswitch-enum
    -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(lumos_flags INTERFACE -Wduplicated-cond -Wlogical-op)
endif()
if(LUMOS_WERROR)
    target_compile_options(lumos_flags INTERFACE -Werror)
endif()
target_include_directories(lumos_flags INTERFACE ${CMAKE_SOURCE_DIR})

# -g1 keeps line tables for stack traces at half the size and build time of -g.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_RELEASE
    "-O2 -g1 -D_GLIBCXX_ASSERTIONS -D_FORTIFY_SOURCE=2 -fstack-protector-strong")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -D_GLIBCXX_ASSERTIONS")

if(LUMOS_SANITIZE STREQUAL "address")
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
    add_link_options(-fsanitize=address,undefined)
elseif(LUMOS_SANITIZE STREQUAL "thread")
    add_compile_options(-fsanitize=thread)
    add_link_options(-fsanitize=thread)
endif()

find_program(LUMOS_LLD ld.lld)
if(LUMOS_LLD)
    add_link_options(-fuse-ld=lld)
endif()
