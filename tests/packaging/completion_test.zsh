# completion_test.zsh - what zsh completes: every command, every option of each --help, and the names.
#
# Usage:  completion_test.zsh COMPLETION HEAPBENCH
#
# The builtins of zsh that work within its completion alone are pretended: compadd notes what is offered.

local -a offered words
local PREFIX CURRENT failures=0

compadd() {
    local -a these
    while [[ $1 == -* ]]; do
        case $1 in
        --) shift && break ;;
        -a) these=(${(P)2}) && shift ;;
        -d | -S) shift ;;
        -l) ;;
        *) print "compadd $*: not pretended" && exit 1 ;;
        esac
        shift
    done
    these+=($@)
    offered+=(${(M)these:#${(b)PREFIX}*})
}
compset() {
    [[ $1 == -P && $2 == 1 ]] && PREFIX=${PREFIX#${~3}} || PREFIX=${PREFIX##${~2}}
}
_files() { offered+=(FILES) }
_command_names() { offered+=(PROGRAMS) }

# expect EXPECTED WORD...: what is offered for the last of the words.
expect() {
    local expected=${(j: :)${(ou)${(s: :)1}}} got
    shift
    words=($tool "$@") CURRENT=$(($# + 1)) PREFIX=${@[-1]} offered=()
    _heapbench
    got=${(j: :)${(ou)offered}}
    if [[ $got != $expected ]]; then
        print -rl "FAILED  heapbench $*" "  expected  $expected" "  completed $got"
        ((failures++))
    fi
}

local tool=$2 command work=$(mktemp -d)
trap "rm -rf $work" EXIT
mkdir $work/traces
echo 'a x 1' >$work/traces/first.txt
echo 'a x 1' >$work/traces/second.txt
export HEAPBENCH_TRACES=$work/traces
words=($tool frobnicate '') CURRENT=3 PREFIX=
source $1

local -a every=($($tool --help | awk '/^  [a-z]/ {print $1}'))
local -a more=($every help --help --version) flags
expect "$more" ''
expect "$every" help ''
for command in $every; do
    # The test's own reading of --help: whatever begins with dashes at the start of a line.
    flags=($($tool $command --help | grep -E '^ +-' | sed -E 's/^ +//; s/  .*//' | tr ',' '\n' |
        grep -oE -e '--?[A-Za-z?][a-z-]*=?'))
    expect "$flags" $command -
done

expect 'FILES first second' info ''
expect 'FILES model-first model-first-align model-first-align-merge model-first-merge' run -a model-fi
expect 'FILES jemalloc' run --allocators glibc,jem
expect 'FILES jemalloc' run --allocators=glibc,jem
expect 'best first next' model --policy ''
expect 'best' model --policy=be
expect 'mtrace' import --from=m
expect '' run --rounds ''
expect 'FILES' report --results ''
expect 'steady' generate stea
expect 'sizes=' generate steady siz
expect 'FILES first' generate like=fir
expect 'scale=' generate like=first sca
expect 'robson' adversary rob
expect 'FILES PROGRAMS' record -- so
expect 'FILES' record -- sort so

((failures == 0)) && print 'all is completed'
exit $((failures > 0))
