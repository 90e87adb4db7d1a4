#!/bin/sh
# lld.sh - the link that ld.sh does, with debugging information and by LLVM's linker with four threads: what one thread reads
# another resolves and writes.
#
# Usage: lld.sh OUT.trace
. "$(dirname "$0")/common.sh"
need g++ g++
need ld.lld lld

cat > words.cpp <<'UNIT'
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <string>

int main(int, char **words)
{
    std::map<std::string, int> seen;
    std::ifstream text(words[1]);
    const std::regex pattern("[a-z]+");

    for (std::string line; std::getline(text, line);)
        for (std::sregex_iterator word(line.begin(), line.end(), pattern), end; word != end; ++word)
            seen[word->str()]++;
    for (const auto &[word, count] : seen)
        std::cout << word << ' ' << count << '\n';
}
UNIT
g++ -std=c++17 -O1 -g -ffunction-sections -fdata-sections -c words.cpp
for file in crt1.o crti.o crtbeginT.o crtend.o crtn.o libstdc++.a libm.a libc.a libgcc.a libgcc_eh.a; do
    ln -s "$(g++ -print-file-name=$file)" .
done
record ld.lld --threads=4 -static --gc-sections --icf=all -Map words.map -o words crt1.o crti.o crtbeginT.o words.o libstdc++.a libm.a \
    --start-group libgcc.a libgcc_eh.a libc.a --end-group crtend.o crtn.o
