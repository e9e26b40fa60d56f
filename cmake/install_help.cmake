# Runs at install time: generates the programs' bash completions and, if help2man is installed,
# manual pages from their --help. apps/CMakeLists.txt sets PROGRAMS (their names), PROGRAM_FOLDER
# (in the build), SOURCES (this file's folder), VERSION, and MAN_FOLDER and DATA_FOLDER (relative to
# the prefix).
set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
find_program(HELP2MAN help2man)
find_program(GZIP gzip)

set(completions "${root}/${DATA_FOLDER}/bash-completion/completions")
file(MAKE_DIRECTORY "${completions}")
foreach(name IN LISTS PROGRAMS)
  execute_process(
    COMMAND "${PROGRAM_FOLDER}/${name}" --help
    COMMAND awk -v "program=${name}" -f "${SOURCES}/completion.awk"
    OUTPUT_FILE "${completions}/${name}"
    COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD "${completions}/${name}"
    PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  message(STATUS "Installing: ${completions}/${name}")
endforeach()

if(NOT HELP2MAN)
  message(STATUS "No manual pages are installed: help2man was not found")
  return()
endif()
set(manual "${root}/${MAN_FOLDER}/man1")
file(MAKE_DIRECTORY "${manual}")
foreach(name IN LISTS PROGRAMS)
  # "Reads the digit on each picture: PNG or JPEG." becomes the page's "reads the digit on each
  # picture".
  execute_process(COMMAND "${PROGRAM_FOLDER}/${name}" --help OUTPUT_VARIABLE help)
  string(REGEX MATCH "^(.)([^:.\n]*)" purpose "${help}")
  string(TOLOWER "${CMAKE_MATCH_1}" first)
  set(others ${PROGRAMS})
  list(REMOVE_ITEM others ${name})
  list(TRANSFORM others REPLACE "(.+)" ".BR \\1 (1)")
  list(JOIN others ",\n" others)
  file(READ "${SOURCES}/manual.h2m" sections)
  set(include "${manual}/${name}.h2m")
  file(WRITE "${include}" "${sections}\n[see also]\n${others}\n")
  execute_process(
    COMMAND "${HELP2MAN}" --no-info --section=1 "--name=${first}${CMAKE_MATCH_2}"
            "--version-string=${VERSION}" --manual=mnist-toolkit "--source=mnist-toolkit ${VERSION}"
            "--include=${include}" "${PROGRAM_FOLDER}/${name}"
    OUTPUT_VARIABLE page
    COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE "${include}")
  # Without .nf, the examples (one command per line) would run together into one paragraph.
  string(REPLACE ".SH EXAMPLES\n.IP\n" ".SH EXAMPLES\n.IP\n.nf\n" page "${page}")
  file(WRITE "${manual}/${name}.1" "${page}")
  if(GZIP)
    execute_process(COMMAND "${GZIP}" --no-name --best --force "${manual}/${name}.1"
      COMMAND_ERROR_IS_FATAL ANY)
  endif()
  file(GLOB pages "${manual}/${name}.1*")
  file(CHMOD ${pages} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  message(STATUS "Installing: ${manual}/${name}.1")
endforeach()
