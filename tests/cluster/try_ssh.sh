#!/bin/sh
# try_ssh.sh - GNU parallel on this machine and over ssh on two more hosts, whose workers, and one of which, are ended in the middle.
#
# Usage:  HEAPBENCH=build/release/bin/heapbench tests/cluster/try_ssh.sh    as root; parallel and openssh-server installed
# The hosts are two sshd on high ports of the loopback, with keys of their own in a temporary folder, each in a UTS namespace:
# a session there has another host name. The folder of the study is the same on all, as over NFS.
set -u
. "$(dirname "$0")/../expect.sh"
. "$(dirname "$0")/study.sh"
study=$work/study
port=${PORT:-22410}
mkdir -p /run/sshd

start_host() { # NAME PORT
    ssh-keygen -q -t ed25519 -N '' -f "$work/$1.key"
    cat >"$work/$1.enter" <<END
#!/bin/sh
export PATH=$(dirname "$heapbench"):\$PATH
exec unshare --uts sh -c 'hostname $1; exec sh -c "\$SSH_ORIGINAL_COMMAND"'
END
    chmod +x "$work/$1.enter"
    cat >"$work/$1.conf" <<END
Port $2
ListenAddress 127.0.0.1
HostKey $work/$1.key
AuthorizedKeysFile $work/login.pub
PidFile $work/$1.pid
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
MaxStartups 100
ForceCommand $work/$1.enter
END
    /usr/sbin/sshd -f "$work/$1.conf" -E "$work/$1.log"
    printf 'Host %s\nHostName 127.0.0.1\nPort %s\nIdentityFile %s\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n' \
        "$1" "$2" "$work/login" >>"$work/ssh.conf"
}

# The daemon and its sessions, with what they run: as a machine that loses its power.
lose_host() {
    [ -f "$work/$1.pid" ] || return 0
    # shellcheck disable=SC2046
    kill -KILL $(tree "$(cat "$work/$1.pid")") 2>/dev/null
    rm -f "$work/$1.pid"
}

# shellcheck disable=SC2317 # the trap calls it
end() {
    lose_host hosta
    lose_host hostb
    rm -rf "$work"
}
trap end EXIT

ssh-keygen -q -t ed25519 -N '' -f "$work/login"
chmod 755 "$work"
start_host hosta "$port"
start_host hostb $((port + 1))
make_study "$study"
export PARALLEL_HOME="$work/parallel"
mkdir -p "$PARALLEL_HOME" && touch "$PARALLEL_HOME/will-cite"

# on LOGINS MORE... - as a user would: always the whole list, and a log to resume from by the place in it
on() {
    logins=$1
    shift
    parallel --ssh "ssh -F $work/ssh.conf" -S "$logins" --joblog "$study/log" "$@" \
        heapbench run --unit {} "$study/plan.tsv" ::: $(seq 1 $((2 * traces))) >"$work/said" 2>&1
}
PATH=$(dirname "$heapbench"):$PATH
export PATH

# 1. A worker is killed on this machine, and a host is lost, in the middle.
on "2/:,2/hosta,2/hostb" &
job=$!
expect "the first results arrive" wait_for has_results "$study" 4
expect "all three hosts do some" wait_for sh -c "ls $study/units | grep -q @hosta && ls $study/units | grep -q @hostb && ls $study/units | grep -q @\$(hostname)"
expect "a worker is killed" wait_for kill_worker
lose_host hostb
wait "$job"
failed=$(awk -F'\t' 'NR > 1 && ($7 != 0 || $8 != 0)' "$study/log" | wc -l)
echo "        $(results "$study") of $((2 * traces)) done, $failed jobs failed: 1 killed, the rest of the lost host"
expect "what was ended is said" test "$failed" -ge 2
list_results "$study" >"$work/held"

# 2. Resumed on what is left.
on "2/:,2/hosta" --resume-failed
echo "        resumed: $(($(wc -l <"$study/log") - 1 - 2 * traces)) units were begun again"
expect "nothing that was finished is lost or done again" kept_all "$work/held" "$study"
expect "all units are there, once" is_whole "$study"
expect "nothing is left behind" no_litter "$study"
expect "the merged files equal one run" equals_one_run "$study"

# 3. The same units on another host: equal to the byte.
parallel --ssh "ssh -F $work/ssh.conf" -S 2/hosta heapbench run --again --unit {} "$study/plan.tsv" ::: 1 2 "$traces" >/dev/null 2>&1
"$heapbench" plan --check "$study" >"$work/check"
echo "        $(grep -c 'equal to the byte' "$work/check") doubles, $(grep -c '^different' "$work/check") that differ"
expect "a double is equal to the byte" sh -c "! grep -q '^different' '$work/check'"
exit "$failures"
