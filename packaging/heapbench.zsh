#compdef heapbench
# heapbench - completion for zsh: commands, options, and the names of traces, allocators, generators and adversaries.
#
# The tool is asked for all of them (--help, list --names), so that what is new is completed on the day it is there.
# Each is shown with the first line of what its help says.

# Adds the lines of $1, "name<tab>description"; one that ends in '=' takes its value without a space.
_heapbench_add() {
    local line
    local -a names shown joined joined_shown
    for line in ${(f)1}; do
        if [[ ${line%%$'\t'*} == *= ]]; then
            joined+=("${line%%$'\t'*}") joined_shown+=("${line/$'\t'/  }")
        else
            names+=("${line%%$'\t'*}") shown+=("${line/$'\t'/  }")
        fi
    done
    compadd -l -d shown -a names
    compadd -S '' -l -d joined_shown -a joined
}

_heapbench_commands() {
    _heapbench_add "$($tool --help 2>/dev/null | sed -nE 's/^  ([a-z][a-z-]*) +(.*)/\1\t\2/p')"
}

_heapbench_options() {
    _heapbench_add "$($tool $command --help 2>/dev/null |
        sed -nE 'h; s/^ +(-.), --[^ ]* *(.*)/\1\t\2/p; g; s/^ +(-., )?(--[a-z][a-z-]*=?)[^ ]* *(.*)/\2\t\3/p')"
}

_heapbench_workloads() {
    _heapbench_add "$($tool $command --help 2>/dev/null |
        sed -nE '/^(Generators|Adversaries)/,/^Examples/s/^  ([a-z][a-z-]*):? +(.*)/\1\t\2/p' |
        grep -v '^heapbench')"
}

_heapbench_keys() {
    _heapbench_add "$($tool generate --help 2>/dev/null | sed -nE "/^  $1: /,/^\$/s/^    ([a-z]+) +(.*)/\1=\t\2/p")"
}

_heapbench_names() {
    _heapbench_add "$($tool list --names=$1 2>/dev/null)"
}

# The values of the option $1; false where it takes none.
_heapbench_values() {
    case $1 in
    -a | --allocator | --allocators | --baseline)
        compset -P '*,'
        _heapbench_names allocators
        _files
        ;;
    --policy) compadd first next best ;;
    --touch) compadd none page all ;;
    -f | --from) compadd rep text trace android mtrace heaptrack valgrind buffers ;;
    -t | --to) compadd rep text ;;
    --names) compadd allocators traces ;;
    --convert) _files -/ ;;
    -o | --output | -r | --results) _files ;;
    --?*) $tool $command --help 2>/dev/null | grep -qE -e "^ .*$1=" ;; # a number, say
    *) return 1 ;;
    esac
}

_heapbench_arguments() {
    local word
    case $command in
    help) _heapbench_commands ;;
    list | misuse) ;;
    record | exec)
        [[ ${words[CURRENT-1]} == -- ]] && _command_names -e
        _files
        ;;
    generate | adversary)
        if [[ $PREFIX == (like|empirical)=* ]]; then
            compset -P '*='
            _heapbench_names traces
            _files
            return
        fi
        _heapbench_workloads
        for word in ${words[3,-1]}; do
            [[ $word == [a-z]* ]] && _heapbench_keys ${${word%%=*}//[^a-z-]/}
        done
        ;;
    *)
        _heapbench_names traces
        _files
        ;;
    esac
}

_heapbench() {
    local tool=${~words[1]} command=${words[2]}

    if ((CURRENT == 2)); then
        _heapbench_commands
        compadd -- --help --version help
    elif [[ $PREFIX == --*=* ]]; then
        local option=${PREFIX%%=*}
        compset -P 1 '*='
        _heapbench_values $option
    elif _heapbench_values ${words[CURRENT-1]}; then
        return
    elif [[ $PREFIX == -* ]]; then
        _heapbench_options
    else
        _heapbench_arguments
    fi
}

_heapbench "$@"
