#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "supervisor, holder and keeper are killed, and nothing that runs notices"
. "$here/keeper.sh"

# kill_together PID...: the supervisor and these, by one command.
kill_together() { kill -KILL "$(supervisor_pid)" "$@"; }
ready_again() { heard "^$1 ready\$"; }

# ---- the supervisor, with ends meanwhile

keep
echo state >"$work/record"
order hold state "$work/record"
order hold listener /dev/null
order drop listener
order many 1 300 "$helpers/stay"
it "300 are started" come 300 '^1 started '
# shellcheck disable=SC2046
kill_together $(pids_of 1 100)
it "another supervisor is started" ready_again 2
it "it is told why" has '^2 welcome .* reason 1 status 9 error 0 fallback 0$'
it "it is given all of the table" counts '^2 entry [0-9]+ [0-9]+ [01] [09] label-[0-9]+$' 300
it "and every process descriptor" counts '^2 held process/' 300
it "and what else was held" has '^2 held state$'
it "but nothing that was dropped" eventually 1 counts '^2 held listener' 0
it "no end is lost, and none told twice" ends_once 2 1 100 9
it "nothing else has ended" all_live 101 300
order start 300 "$helpers/stay"
it "nothing is started twice" heard '^2 failed 300 3 '
all_known 2

# ---- again and again, with pauses half as long as the real ones: a slow machine is to die within their minute

for round in 3 4 5 6; do
    # shellcheck disable=SC2046
    kill_together $(pids_of $((round * 20 + 41)) $((round * 20 + 60)))
    it "supervisor $round is started" ready_again "$round"
    it "and learns each end once" ends_once "$round" $((round * 20 + 41)) $((round * 20 + 60)) 9
    all_known "$round"
done
it "the first are started at once, later ones after a pause" grep -q 'after a pause' "$said"
it "what was known is in no table any more" counts '^6 entry ' 140
it "nothing else has ended" all_live 181 300

# ---- the holder

order start 1000 "$helpers/stay"
it "one more" heard '^6 started 1000 '
kill -KILL "$(holder_pid)"
it "another holder is started, and given everything again" heard '^6 given$'
kill_together
it "so the next supervisor has it all" ready_again 7
it "from the new holder" counts '^7 held process/' 121
order start 1001 "$helpers/stay"
it "which goes on" heard '^7 started 1001 '

# ---- both

kill_together "$(holder_pid)"
it "both are started again" ready_again 8
it "no descriptor is left" counts '^8 held ' 0
it "but the table is" counts '^8 entry ' 122
it "nothing has ended" all_live 181 300
# shellcheck disable=SC2046
kill -KILL $(pids_of 181 200)
it "ends are told all the same, once" ends_once 8 181 200 9
order signal 1000 9
it "signals arrive by way of the keeper" heard '^8 ended 1000 9$'
# shellcheck disable=SC2046
kill -KILL $(pids_of 201 300) $(pids_of 1001 1001)
it "the rest" come 122 '^8 ended '
leave

# ---- the keeper itself

keep
order many 1 10 "$helpers/stay"
it "ten are started" come 10 '^1 started '
holder=$(holder_pid)
kill -KILL "$pid"
it "the supervisor notices" heard '^1 closed keeper$'
it "what runs goes on" all_live 1 10
it "the holder ends when nobody is left who could ask" eventually 20 gone "$holder"
# shellcheck disable=SC2046
kill -KILL $(pids_of 1 10)
it "nobody is left" eventually 20 nobody_left

# ---- a keeper that a supervisor has made

prepare
FRUIX_TEST=$tag "$player" "$told" "$commands" adopt "$keeper" 2>>"$said" </dev/null &
player_pid=$!
started="$started $player_pid"
it "a supervisor can make its own" heard ' ready$'
pid=$(sed -n 's/^1 welcome keeper \([0-9]*\) .*/\1/p' "$told")
started="$started $pid"
order foreign 5 $$
order many 10 5 "$helpers/stay"
it "it starts what is wanted" come 5 '^1 started '
kill -KILL "$player_pid"
wait "$player_pid" 2>/dev/null
it "and starts the supervisor again, as a child of its own" heard '^2 ready$'
it "how the first has ended it cannot know" has '^2 welcome .* reason 2 status 0 '
it "the table has what is its own" counts '^2 entry 1[0-4] [0-9]+ 0 0 ' 5
it "and what it was only told of" has "^2 entry 5 $$ 3 0 foreign\$"
order leave 0
it "it ends" eventually 20 gone "$pid"
# shellcheck disable=SC2046
kill -KILL $(pids_of 10 14)
it "nobody is left" eventually 20 nobody_left

# ---- a keeper whose supervisor has died before it could be taken over: its pid is another's by now, and the parent is somebody else

prepare
"$helpers/stay" &
stranger=$!
started="$started $stranger"
FRUIX_TEST=$tag "$player" "$told" "$commands" adopt "$keeper" "$stranger" 2>>"$said" </dev/null &
player_pid=$!
started="$started $player_pid"
it "a keeper that is not its supervisor's child starts the next" heard '^2 ready$'
pid=$(sed -n 's/^2 welcome keeper \([0-9]*\) .*/\1/p' "$told")
started="$started $pid"
it "as after a death of which nobody knows how" has '^2 welcome .* reason 2 status 0 error 0 fallback 0$'
it "and at once" grep -q "supervisor (pid $stranger) has gone; $player is started\$" "$said"
wait "$player_pid"
it "its parent has lost its socket, and was not killed" is $? 75
it "neither was who has that pid" alive "$stranger"
order start 20 "$helpers/stay"
it "it serves" heard '^2 started 20 '
order leave 0
it "it ends" eventually 20 gone "$pid"
kill -KILL "$stranger" "$(sed -n 's/^2 started 20 //p' "$told")"
it "nobody is left" eventually 20 nobody_left
finish
