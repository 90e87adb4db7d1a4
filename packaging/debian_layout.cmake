# debian_layout.cmake - what Debian has elsewhere than others; run by CPack over the staged tree.

set(share "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share")
if(EXISTS "${share}/zsh/site-functions/_heapbench")
    file(MAKE_DIRECTORY "${share}/zsh/vendor-completions")
    file(RENAME "${share}/zsh/site-functions/_heapbench" "${share}/zsh/vendor-completions/_heapbench")
    file(REMOVE_RECURSE "${share}/zsh/site-functions")
endif()
if(EXISTS "${share}/doc/heapbench/LICENSE")
    file(COPY_FILE "${share}/doc/heapbench/LICENSE" "${share}/doc/heapbench/copyright")
endif()
