#!/bin/sh
# bash.sh - a shell script that reads a log line by line: words, patterns, arrays, functions and here-documents.
#
# Usage: bash.sh OUT.trace
# Takes: 2 s
. "$(dirname "$0")/common.sh"
need bash bash

awk 'BEGIN {
    seed = 31
    for (i = 0; i < 600; i++)
        printf "2024-05-%02d %s /page/%d/index.html?user=u%d&sort=%s %d %d\n", 1 + i / 24, random(8) ? "GET" : "POST", random(60), random(200), substr("namedatesize", 1 + 4 * random(3), 4), random(20) ? 200 : 404, random(50000)
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
' >log

cat > count.bash <<'BASH'
declare -A pages users days errors
declare -a slow

field() { # TEXT NAME: what stands behind NAME= in a query
    local query=${1#*\?} part
    for part in ${query//&/ }; do
        [[ $part == "$2"=* ]] && result=${part#*=} && return
    done
    result=
}

while read -r day method address status bytes; do
    page=${address%%\?*}
    field "$address" user
    pages[$page]=$((${pages[$page]:-0} + 1))
    users[$result]+="$page "
    days[$day]+=" $bytes"
    case $method$status in
    *404) errors[$page]=${errors[$page]:-}x ;;
    POST*) slow+=("$day ${page^^} $bytes") ;;
    esac
    if [[ $address =~ page/([0-9]+)/.*sort=([a-z]+) ]]; then
        key=${BASH_REMATCH[2]}.$(( BASH_REMATCH[1] % 7 ))
        printf -v line '%-10s %6d' "$key" "$bytes"
        list+=("$line")
    fi
done <log

for day in "${!days[@]}"; do
    sum=0
    for bytes in ${days[$day]}; do
        ((sum += bytes))
    done
    printf '%s %d\n' "$day" "$sum"
done
for user in "${!users[@]}"; do
    set -- ${users[$user]}
    printf '%s %d %s\n' "$user" $# "${*:1:2}"
done
for page in "${!errors[@]}"; do
    read -r first _ <<END
${errors[$page]//x/404 } $page
END
    echo "$page ${#errors[$page]} $first"
done
printf '%s\n' "${slow[@]: -5}" "${list[@]: -5}" "${#pages[@]}"
BASH
record bash --norc count.bash >answers
