#!/bin/sh
# try_slurm.sh - Slurm: an array job on two nodes of this machine; a task is killed and a node lost in the middle.
#
# Usage:  HEAPBENCH=build/release/bin/heapbench tests/cluster/try_slurm.sh    as root; slurmctld, slurmd and munge installed
# Daemons are started by hand, in the foreground, with all their files in a temporary folder and on ports of their own.
set -u
. "$(dirname "$0")/../expect.sh"
. "$(dirname "$0")/study.sh"
study=$work/study
port=${PORT:-22510}
host=$(hostname -s)
PATH=$(dirname "$heapbench"):$PATH
export PATH SLURM_CONF="$work/slurm.conf"
chmod 755 "$work"
mkdir -p "$work/state" "$work/node1" "$work/node2"
chown munge: "$work" 2>/dev/null

cat >"$SLURM_CONF" <<END
ClusterName=trial
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=$port
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmdSpoolDir=$work/%n
StateSaveLocation=$work/state
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdTimeout=20
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 State=UNKNOWN
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 State=UNKNOWN
PartitionName=all Nodes=node[1-2] Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
END
dd if=/dev/urandom of="$work/munge.key" bs=1024 count=1 2>/dev/null
chmod 400 "$work/munge.key"
chown root: "$work"

daemons=
start() { # PROGRAM ARGUMENTS... - its pid is in $last
    "$@" >>"$work/daemons.log" 2>&1 &
    last=$!
    daemons="$daemons $last"
}
# shellcheck disable=SC2317 # the trap calls it
end() {
    # Steps are children of the first process, since they outlive their slurmd: they end with their jobs.
    scancel --user=root 2>/dev/null
    sleep 1
    # shellcheck disable=SC2046
    for pid in $daemons; do kill -TERM $(tree "$pid") 2>/dev/null; done
    wait
    rm -rf "$work"
}
trap end EXIT

start munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" \
    --log-file="$work/munge.log" --seed-file="$work/munge.seed"
expect "munge answers" wait_for sh -c "munge -S '$work/munge.socket' -n | unmunge -S '$work/munge.socket'"
start slurmctld -D -f "$SLURM_CONF"
start slurmd -D -f "$SLURM_CONF" -N node1
start slurmd -D -f "$SLURM_CONF" -N node2
second=$last
expect "two nodes are idle" wait_for sh -c "test \$(sinfo -h -N -o '%t' | grep -c '^idle') = 2"
make_study "$study"

# As a user would: an array of what is missing.
submit() {
    sbatch --parsable --output="$study/%a.out" --array="$("$heapbench" plan --check --missing "$study/plan.tsv" | paste -sd,)" \
        --wrap "heapbench run --unit \$SLURM_ARRAY_TASK_ID --host \$SLURMD_NODENAME $study/plan.tsv"
}
# shellcheck disable=SC2317 # wait_for calls it
is_over() { [ -z "$(squeue -h -j "$1" 2>/dev/null)" ]; }
workers_on() { for pid in $(workers); do tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qx "$1" && echo "$pid"; done 2>/dev/null | grep .; }

job=$(submit)
expect "the first results arrive" wait_for has_results "$study" 4
expect "both nodes do some" wait_for sh -c "ls $study/units | grep -q @node1 && ls $study/units | grep -q @node2"
expect "a worker is killed" wait_for kill_worker
# The second node loses its power: its daemon, and what it runs.
expect "the second node is at a unit" wait_for workers_on node2
lost=$(workers_on node2)
# shellcheck disable=SC2046,SC2086
kill -KILL "$second" $(for pid in $lost; do cut -d' ' -f4 "/proc/$pid/stat"; done) $lost 2>/dev/null
scontrol update nodename=node2 state=down reason=lost
list_results "$study" >"$work/held"
echo "        $(results "$study") of $((2 * traces)) done when a task was killed and the node lost"
expect "the array ends on the other node" wait_for is_over "$job"
expect "nothing that was finished is lost or done again" kept_all "$work/held" "$study"
"$heapbench" plan --check --missing "$study/plan.tsv" >"$work/missing"
echo "        $(wc -l <"$work/missing") missing: those that were killed and that Slurm did not queue again"
if [ -s "$work/missing" ]; then
    list_results "$study" >"$work/held"
    job=$(submit)
    expect "an array of what is missing ends" wait_for is_over "$job"
    expect "again nothing is lost or done again" kept_all "$work/held" "$study"
fi
expect "all units are there, once" is_whole "$study"
expect "nothing is left behind" no_litter "$study"
expect "the merged files equal one run" equals_one_run "$study"
exit "$failures"
