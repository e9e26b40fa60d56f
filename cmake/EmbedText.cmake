# embed_text(<target> <name>=<file>...)
#
# Embeds text files in a target, each as a std::string_view mnist::<name>. Declare it in a header:
# extern const std::string_view <name>. Call this in the directory that created <target>; the next
# build picks up changed files.
set(EMBED_TEXT_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_text_file.cmake)

function(embed_text target)
  foreach(pair IN LISTS ARGN)
    string(REGEX MATCH "^([^=]+)=(.+)$" _ "${pair}")
    set(name ${CMAKE_MATCH_1})
    cmake_path(ABSOLUTE_PATH CMAKE_MATCH_2 OUTPUT_VARIABLE file)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.cpp)
    add_custom_command(OUTPUT ${source}
      COMMAND ${CMAKE_COMMAND} -D NAME=${name} -D FILE=${file} -D SOURCE=${source}
        -P ${EMBED_TEXT_SCRIPT}
      DEPENDS ${file} ${EMBED_TEXT_SCRIPT}
      COMMENT "Embedding ${name}"
      VERBATIM)
    target_sources(${target} PRIVATE ${source})
  endforeach()
endfunction()
