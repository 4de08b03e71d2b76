# lumos_embed(name NAMESPACE ns GLOB patterns [NESTED]): text files become constants, at build time.
# Makes <build>/generated/<name>/embedded_files.h and .cpp; the .cpp is in ${name}_EMBEDDED.
# NESTED: a folder below the calling one becomes a namespace, a file in it a constant.
function(lumos_embed name)
    cmake_parse_arguments(ARG "NESTED" "NAMESPACE" "GLOB" ${ARGN})
    set(patterns ${ARG_GLOB})
    list(TRANSFORM patterns PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    file(GLOB files CONFIGURE_DEPENDS ${patterns})
    set(out ${CMAKE_BINARY_DIR}/generated/${name}/embedded_files)
    add_custom_command(
        OUTPUT ${out}.h ${out}.cpp
        COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/cmake/embed.py --namespace ${ARG_NAMESPACE}
                --out ${out} --header ${name}/embedded_files.h
                $<$<BOOL:${ARG_NESTED}>:--nested> ${files}
        DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed.py
        VERBATIM COMMAND_EXPAND_LISTS)
    set(${name}_EMBEDDED ${out}.cpp ${out}.h PARENT_SCOPE)
    add_custom_target(${name}_embedded DEPENDS ${out}.h ${out}.cpp)
endfunction()
