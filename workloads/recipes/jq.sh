#!/bin/sh
# jq.sh - a JSON document read, filtered, grouped and written by jq: each value is an allocation that is shared, counted
# and copied when it is changed.
#
# Usage: jq.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need jq jq

awk 'BEGIN {
    seed = 5
    print "["
    for (i = 0; i < 1800; i++) {
        printf "%s{\"id\": %d, \"name\": \"station %d\", \"place\": {\"lat\": %d.%d, \"lon\": %d.%d}, \"tags\": [", i ? "," : "", i, random(500), random(90), random(1000), random(180), random(1000)
        for (t = random(5); t >= 0; t--)
            printf "\"tag%d\"%s", random(40), t ? ", " : ""
        printf "], \"values\": ["
        for (t = random(12); t >= 0; t--)
            printf "%d.%d%s", random(100), random(10), t ? ", " : ""
        printf "], \"open\": %s, \"note\": %s}\n", random(2) ? "true" : "false", random(3) ? "null" : "\"closed on Sundays \\u00e4\""
    }
    print "]"
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
' >stations.json
# shellcheck disable=SC2016 # $all and the like are jq's
record jq '
  map(. + {mean: ((.values | add) / (.values | length)), key: (.name | sub("station "; "s"))})
  | . as $all
  | {
      by_tag: (map(. as $s | .tags[] | {tag: ., id: $s.id, mean: $s.mean}) | group_by(.tag)
               | map({key: .[0].tag, value: {count: length, best: (max_by(.mean) | .id), ids: (map(.id) | sort | .[0:20])}}) | from_entries),
      north: [$all[] | select(.place.lat > 60 and .open) | {key, lat: .place.lat, text: "\(.name) at \(.place.lat), \(.place.lon)"}],
      notes: ($all | map(.note // "none") | unique),
      paths: ([$all[0:20] | paths(type == "number") | map(tostring) | join("/")] | length),
      twice: (reduce $all[] as $s ({}; .[$s.key] += ($s.values | length)) | to_entries | sort_by(-.value) | .[0:10])
    }' stations.json >answers
