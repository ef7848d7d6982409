#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the supervisor is killed at any moment, and nothing that runs notices"
# How often: CRASHES. Which moments: SEED.
. "$here/load.sh"

if ! with_keeper; then
    skip "going on after the supervisor's death" "needs a keeper"
    finish
fi
crashes=${CRASHES:-12}
echo "# seed $seed, $crashes deaths"
load_services
# A core of each is not wanted.
ulimit -c 0
# The keeper's pauses after the third death in a minute are not what is tested here.
launch_with_keeper --pause-unit 5
it "it answers" eventually 20 supervisor_answers
# shellcheck disable=SC2086
it "the services come up" up $steady victim prey0 prey1 prey2
it "a long one-shot has begun" eventually 20 grep -q '^+long ' "$journal"
it "whoever started it knows the keeper" is "$(root_fact keeper)" "$supervisor"

begin_load
round=0
faults=0
last=
while [ "$round" -lt "$crashes" ]; do
    round=$((round + 1))
    random 3
    case $random_number in 0) signal=KILL ;; 1) signal=SEGV ;; *) signal=ABRT ;; esac
    # After three faults in a row, each within a minute, what they have read is left aside.
    if [ "$signal" != KILL ] && [ "$faults" -lt 2 ]; then faults=$((faults + 1)); else signal=KILL faults=0; fi
    # One in four dies while it takes over.
    random 4
    if [ "$random_number" -eq 0 ]; then linger 60; else
        eventually 60 supervisor_answers || wrong "nobody answers after death $((round - 1))"
        eventually 30 prey_is_back || wrong "after death $((round - 1)) nobody has heard of the end of some of$killed_prey"
        linger 400
    fi
    one=$(own_pid_of "$supervisor")
    # Others die with it: just before, or when nobody is there.
    random 2
    if [ "$random_number" -eq 0 ]; then kill_prey; fi
    # One that is dead already, and not reaped yet, takes a signal too.
    if [ -z "$one" ] || [ "$one" = "$last" ] || ! kill -s "$signal" "$one" 2>/dev/null; then
        round=$((round - 1))
    else
        last=$one
    fi
    if [ "$random_number" -eq 1 ]; then kill_prey; fi
done
it "after the last death somebody answers" eventually 60 supervisor_answers
it "and no end is lost" eventually 30 prey_is_back
end_load
it "it was the last of as many" test "$(root_fact number)" -gt "$crashes"
it_says "was ended by SIG$signal" "and says how the one before has died" root_fact predecessor.text
it "under the same keeper" is "$(root_fact keeper)" "$supervisor"
check_load

# What a dead one has written down is not always good for the next. The files are in memory, open in each of them.
if ! on_linux; then
    skip "a record that cannot be read" "the files in memory are reached by /proc"
    finish
fi
# in_memory OPERATOR BYTES: the supervisor's files in memory whose size is like that to test(1).
in_memory() {
    for file in "/proc/$(own_pid_of "$supervisor")/fd/"*; do
        case $(readlink "$file") in
        /memfd:*) if test "$(stat -L -c %s "$file")" "$1" "$2"; then echo "$file"; fi ;;
        esac
    done
}
says_of_root() { "$bin/herd" status root | grep -E -q -- "$1"; }
steady_pids >"$work/steady"
for file in $(in_memory -eq 1); do printf '\003' >"$file"; done
it "the next one is to believe that three have died of what they read" kill_supervisor SEGV
it "so it leaves it aside, and says so" eventually 20 says_of_root 'left aside.* killed 3 supervisors'
it "in the log, too" grep -q 'left aside.* killed 3 supervisors' "$work/supervisor.out"
# What had happened before is not known any more: a one-shot that had been completed runs again.
it "what ran is taken over by its name" same_pids
it "and is what it was" herd restart above
steady_pids >"$work/steady"
for file in $(in_memory -gt 1); do : >"$file"; done
it "the next one finds nothing at all" kill_supervisor
it "and says so" eventually 20 says_of_root 'left aside'
it "what ran goes on all the same" same_pids
finish
