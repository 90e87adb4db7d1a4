#!/bin/sh
# dependencies.sh - what heapbench is built of and works with, as tab-separated rows: package, version here, licence, what for.
#
# Usage:  dependencies.sh SOURCE        licences are packaging/licences.txt's; the rest is setup's list and dpkg's word
set -eu

cd "$1"
printf 'package\tversion\tlicence\twhat for\n'
# The list in setup: a name, spaces, a purpose.
sed -n "/^packages='/,/^'/p" setup | grep -E '^[a-z]' | grep -v '^packages=' | while read -r name purpose; do
    version=$(dpkg-query -W -f '${Version}' "$name" 2>/dev/null || true)
    licence=$(awk -v name="$name" '$1 == name { sub(/^[^ ]+ +/, ""); print }' packaging/licences.txt)
    if [ -z "$licence" ]; then
        echo "dependencies.sh: packaging/licences.txt has no licence for $name, which setup installs" >&2
        exit 1
    fi
    printf '%s\t%s\t%s\t%s\n' "$name" "${version:-not installed}" "$licence" "$purpose"
done
