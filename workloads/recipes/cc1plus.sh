#!/bin/sh
# cc1plus.sh - a C++ compilation: gcc's cc1plus, -O1, on a small program that uses maps, vectors and streams: most
# of the work is templates.
#
# Usage: cc1plus.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need g++ g++

cat > words.cpp <<'UNIT'
#include <algorithm>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

int main()
{
    std::map<std::string, std::vector<int>> where;
    std::string line, word;

    for (int number = 1; std::getline(std::cin, line); number++) {
        std::istringstream words(line);
        while (words >> word)
            where[word].push_back(number);
    }
    std::vector<std::pair<std::string, std::vector<int>>> order(where.begin(), where.end());
    std::sort(order.begin(), order.end(),
              [](const auto &a, const auto &b) { return a.second.size() > b.second.size(); });
    for (const auto &[text, lines] : order)
        std::cout << text << ' ' << lines.size() << '\n';
}
UNIT
g++ -std=c++17 -E -P words.cpp -o words.ii
touch=--touch
record "$(g++ -print-prog-name=cc1plus)" -quiet -std=c++17 -O1 words.ii -o words.s
