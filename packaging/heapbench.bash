# heapbench - completion for bash: commands, options, and the names of traces, allocators, generators and adversaries.
#
# The tool is asked for all of them (--help, list --names), so that what is new is completed on the day it is there.
# shellcheck shell=bash

# The commands, of `heapbench --help`.
_heapbench_commands() {
    "$1" --help 2>/dev/null | sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p'
}

# The options of a command, a value's with its '='.
_heapbench_options() {
    "$@" --help 2>/dev/null | sed -nE 's/^ +((-.), )?(--[a-z][a-z-]*=?).*/\2\n\3/p' | sed '/^$/d'
}

# What `generate --help` and `adversary --help` name: lines indented by two, after the line that announces them.
_heapbench_workloads() {
    "$@" --help 2>/dev/null | sed -nE '/^(Generators|Adversaries)/,/^Examples/s/^  ([a-z][a-z-]*):?  ?.*/\1/p' |
        grep -vx heapbench
}

# The keys of a generator, each with its '='.
_heapbench_keys() {
    "$1" generate --help 2>/dev/null | sed -nE "/^  $2: /,/^\$/s/^    ([a-z]+) .*/\1=/p"
}

# Keeps, of the lines of standard input, those that begin with $1.
_heapbench_keep() {
    local line
    while IFS= read -r line; do
        [[ $line == "$1"* ]] && COMPREPLY+=("$line")
    done
}

_heapbench_files() {
    compopt -o filenames 2>/dev/null
    _heapbench_keep "$1" < <(compgen -f -- "$1")
}

# A list such as glibc,jem: its last name.
_heapbench_allocators() {
    local before=
    [[ $2 == *,* ]] && before=${2%,*},
    _heapbench_keep "$2" < <("$1" list --names=allocators 2>/dev/null | sed "s|^|${before//[|&\\]/}|")
    _heapbench_files "$2"
}

# The values of an option; false where it takes none.
_heapbench_values() { # TOOL OPTION CURRENT COMMAND
    case $2 in
    -a | --allocator | --allocators | --baseline) _heapbench_allocators "$1" "$3" ;;
    --policy) _heapbench_keep "$3" < <(printf '%s\n' first next best) ;;
    --touch) _heapbench_keep "$3" < <(printf '%s\n' none page all) ;;
    -f | --from) _heapbench_keep "$3" < <(printf '%s\n' rep text trace android mtrace heaptrack valgrind buffers) ;;
    -t | --to) _heapbench_keep "$3" < <(printf '%s\n' rep text) ;;
    --names) _heapbench_keep "$3" < <(printf '%s\n' allocators traces) ;;
    -o | --output | -r | --results | --convert) _heapbench_files "$3" ;;
    --?*) _heapbench_options "$1" "$4" | grep -qxF -e "$2=" ;; # a number, say
    *) return 1 ;;
    esac
}

# What a command takes that is no option; $2 the command, $3 the word, $4 the word before it.
_heapbench_arguments() {
    case $2 in
    help) _heapbench_keep "$3" < <(_heapbench_commands "$1") ;;
    list | misuse) ;;
    record | exec)
        [[ $4 == "--" ]] && _heapbench_keep "$3" < <(compgen -c -- "$3" | sort -u)
        _heapbench_files "$3"
        ;;
    generate | adversary)
        if [[ ${COMP_WORDS[COMP_CWORD]} == "=" || ${COMP_WORDS[COMP_CWORD - 1]} == "=" ]] &&
            [[ $4 == like || $4 == empirical ]]; then
            _heapbench_keep "$3" < <("$1" list --names=traces 2>/dev/null)
            _heapbench_files "$3"
            return
        fi
        _heapbench_keep "$3" < <(_heapbench_workloads "$1" "$2")
        for word in "${COMP_WORDS[@]:2}"; do
            _heapbench_keep "$3" < <(_heapbench_keys "$1" "${word//[^a-z-]/}")
        done
        ;;
    *)
        _heapbench_keep "$3" < <("$1" list --names=traces 2>/dev/null)
        _heapbench_files "$3"
        ;;
    esac
}

_heapbench() {
    local tool=${COMP_WORDS[0]} command=${COMP_WORDS[1]-} current=${COMP_WORDS[COMP_CWORD]} word
    local before=${COMP_WORDS[COMP_CWORD - 1]}

    COMPREPLY=()
    tool=${tool/#\~/$HOME}
    if ((COMP_CWORD == 1)); then
        _heapbench_keep "$current" < <(_heapbench_commands "$tool" && printf '%s\n' --help --version help)
        return
    fi
    # bash makes a word of the '=' of --option=value.
    [[ $current == "=" ]] && current=
    [[ $before == "=" ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
    _heapbench_values "$tool" "$before" "$current" "$command" && return
    if [[ $current == -* ]]; then
        _heapbench_keep "$current" < <(_heapbench_options "$tool" "$command")
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
        return
    fi
    _heapbench_arguments "$tool" "$command" "$current" "$before"
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}

complete -F _heapbench heapbench
