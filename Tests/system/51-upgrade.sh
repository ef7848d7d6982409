#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "another program takes the supervisor's place, and nothing that runs notices"
# How often: UPGRADES. Which moments: SEED.
. "$here/load.sh"

if ! with_keeper; then
    services <<UCL
service one { exec = [$helpers/stay] }
UCL
    start_supervisor
    it_exits 1 "without a keeper there is no upgrade" herd upgrade root
    said 'has no keeper' "which is said"
    skip "an upgrade" "needs a keeper"
    finish
fi
upgrades=${UPGRADES:-6}
echo "# seed $seed, $upgrades upgrades"
mkdir "$work/bin"
# put FILE [NAME]: where the supervisor was started from lies this from now on, by another inode.
put() {
    cp "$1" "$work/bin/new"
    chmod 755 "$work/bin/new"
    mv "$work/bin/new" "$work/bin/${2:-fruix-shepherd}"
}
put "$bin/fruix-shepherd"
put "$bin/fruix-keeper" fruix-keeper
load_services
program=$work/bin/fruix-shepherd
keeper=$work/bin/fruix-keeper
launch_with_keeper --pause-unit 5 --ready-within 3000
it "it answers" eventually 20 supervisor_answers
# shellcheck disable=SC2086
it "the services come up" up $steady victim prey0 prey1 prey2
it "a long one-shot has begun" eventually 20 grep -q '^+long ' "$journal"

# follows NUMBER: a supervisor with a higher number answers.
follows() {
    number=$(root_fact number)
    [ -n "$number" ] && [ "$number" -gt "$1" ]
}
# upgraded: by command or by signal, at any moment.
upgraded() {
    linger 400
    before=$(root_fact number)
    own=$(own_pid)
    random 3
    # Some die meanwhile.
    (linger 150; kill_prey) &
    killer_of_prey=$!
    if [ "$random_number" -gt 0 ]; then
        "$bin/herd" upgrade root || return 1
    else
        kill -s USR2 "$supervisor"
        eventually 30 follows "$before" || { echo "nobody follows number $before"; return 1; }
    fi
    wait "$killer_of_prey"
    differs "$own" "$(own_pid)" && eventually 30 all_prey_lives && is "$(root_fact predecessor.reason)" upgraded && is "$(root_fact keeper)" "$supervisor"
}

# all_prey_lives: what was killed was heard of.
all_prey_lives() { for name in prey0 prey1 prey2; do alive "$(latest "$name")" || return 1; done; }

begin_load
round=0
while [ "$round" -lt "$upgrades" ]; do
    round=$((round + 1))
    # The keeper's program changes now and then as well.
    random 3
    if [ "$random_number" -eq 0 ]; then put "$bin/fruix-keeper" fruix-keeper; fi
    it "upgrade $round" upgraded
done
it_says '^root: fruix-shepherd .*, pid [0-9]+, in place of .*, pid [0-9]+$' "herd says who is there now" herd upgrade root
it "the process that the shell knows is still the keeper" is "$(root_fact keeper)" "$supervisor"

# What does not come up: the one before goes on, and says why.
# refused_for WHY REASON: an upgrade fails like that.
refused_for() {
    "$bin/herd" upgrade root >"$work/upgrade.out" 2>&1
    got=$?
    cat "$work/upgrade.out"
    is "$got" 1 && grep -E -q "$1.*the one before goes on" "$work/upgrade.out" && is "$(root_fact predecessor.reason)" "$2" &&
        is "$(root_fact predecessor.fallback)" true
}
put /bin/false
it "a program that exits at once" refused_for 'ended with exit 1' ended
put "$helpers/hang"
it "a program that hangs" refused_for 'did not say in time' not-ready
echo 'this is no program' >"$work/text"
put "$work/text"
it "a file that is no program" refused_for 'could not be executed: .*[Ee]xec format' not-executed
own=$(own_pid)
rm "$work/bin/fruix-shepherd"
it_exits 1 "without any file" herd upgrade root
said 'there is no program to give way to: .*No such file' "which is said"
it "the supervisor stays as it is" is "$(own_pid)" "$own"
put "$bin/fruix-shepherd"
it "a good one is taken after all that" upgraded
it_says 'gives way to the program' "the log says what was done" cat "$work/supervisor.out"
it_says 'the supervisor before this one .*did not say in time' "and what has failed" cat "$work/supervisor.out"
end_load
check_load
finish
