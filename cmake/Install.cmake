# Install - the layout of an installed tree, which a build tree has as well: see base/place.h.

include(GNUInstallDirs)

# What is not for people's own use, as traces and plots, lies in folders of our own.
set(HB_INSTALL_DATA "${CMAKE_INSTALL_DATADIR}/${PROJECT_NAME}")
set(HB_INSTALL_LIBRARIES "${CMAKE_INSTALL_LIBDIR}/${PROJECT_NAME}")
set(HB_INSTALL_HEADERS "${CMAKE_INSTALL_INCLUDEDIR}/${PROJECT_NAME}")

# From the folder of the executables; absolute folders, which GNUInstallDirs allows, included.
file(RELATIVE_PATH HB_DATA_FROM_BIN "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_DATADIR}/${PROJECT_NAME}")
file(RELATIVE_PATH HB_LIBRARIES_FROM_BIN "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}/${PROJECT_NAME}")

# hb_show_in_build(NAME SOURCE) - the folder SOURCE as share/heapbench/NAME of the build tree: a link, so that a file that
# is dropped there counts at once. A source tree with its build inside may be moved.
function(hb_show_in_build name source)
    set(link "${PROJECT_BINARY_DIR}/share/${PROJECT_NAME}/${name}")
    cmake_path(GET link PARENT_PATH folder)
    file(MAKE_DIRECTORY "${folder}")
    cmake_path(IS_PREFIX PROJECT_SOURCE_DIR "${PROJECT_BINARY_DIR}" NORMALIZE inside)
    if(inside)
        file(RELATIVE_PATH source "${folder}" "${source}")
    endif()
    file(CREATE_LINK "${source}" "${link}" SYMBOLIC)
endfunction()
