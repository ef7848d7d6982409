#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "another supervisor, another keeper, and neither is noticed"
. "$here/keeper.sh"

# A supervisor and a keeper whose files can be replaced.
cp "$player" "$work/player"
cp "$keeper" "$work/keeper"
player=$work/player
keeper=$work/keeper
echo "no program" >"$work/text"
chmod 755 "$work/text"
# put FILE PLACE: as an installation does, by another file of that name.
put() { cp "$1" "$2.new" && chmod 755 "$2.new" && mv "$2.new" "$2"; }

keep --ready-within 1500
order many 1 20 "$helpers/stay"
it "twenty are started" come 20 '^1 started '

put "$helpers/play-supervisor" "$player"
order upgrade "$player"
it "a new binary comes up" heard '^2 ready$'
it "and is told that it is one" has '^2 welcome .* reason 3 status 0 error 0 fallback 0$'
it "with the whole table" counts '^2 entry ' 20
it "and all descriptors" counts '^2 held process/' 20

# The binary that runs is replaced by what is none: only the kept descriptor has it still.
if on_linux || ! df -t tmpfs "$work" 2>/dev/null | grep -q tmpfs; then
    put "$work/text" "$player"
    order upgrade "$player"
else
    skip "a binary that has lost its name is started again" "FreeBSD's tmpfs executes none; TMPDIR elsewhere"
    order upgrade "$work/text"
fi
it "no program: the one before is started again" heard '^4 ready$'
it "and told why" has '^4 welcome .* reason 4 status 32512 error [1-9][0-9]* fallback 1$'

order upgrade /bin/ls
it "a binary that exits is not what comes next" heard '^6 ready$'
it "and its status is told" has '^6 welcome .* reason 1 status [0-9]+ error 0 fallback 1$'

order upgrade "$helpers/play-supervisor" "$told" "$commands" mute
it "neither is one that says nothing" heard '^8 ready$'
it "which is killed" has '^8 welcome .* reason 5 status 9 error 0 fallback 1$'

order upgrade "$helpers/play-supervisor" "$told" "$commands" unready
it "nor one that is never ready" heard '^10 ready$'
it "which is killed too" has '^10 welcome .* reason 6 status 9 error 0 fallback 1$'

order upgrade /nonexistent/program
it "without a descriptor nothing is done" heard '^10 refused 0 7 '
order sentinel 3
it "and the same one goes on" heard '^10 sentinel 3$'

it "all of that has left the services alone" all_live 1 20
it "and every supervisor had the whole table" counts '^1?[0-9] entry ' 120

# ---- the keeper

order replace
it "the keeper replaces itself" heard '^10 replaced 1$'
it "it is the same process" alive "$pid"
order start 21 "$helpers/stay"
it "it starts what is wanted" heard '^10 started 21 '
# shellcheck disable=SC2046
kill -KILL $(pids_of 1 10)
it "it is still the parent of what was there" ends_once 10 1 10 9
order known
order start 22 "$helpers/double-fork" "$work/hidden" leave
it "it is still the reaper" eventually 30 test -s "$work/hidden"
kill -KILL "$(cat "$work/hidden")"
it "and says what it reaps" heard "^10 orphan $(cat "$work/hidden") 9 "
kill -HUP "$pid"
it "it passes signals on" come 1 '^10 signal '

put "$work/text" "$keeper"
order replace
it "a file that is no keeper does not take its place" heard '^10 refused 0 8 .* trial$'
order start 23 "$helpers/stay"
it "and the one before goes on" heard '^10 started 23 '

# Often, with work under way.
put "$bin/fruix-keeper" "$keeper"
for round in 1 2 3 4 5; do
    order many $((round * 100)) 50 "$helpers/stay"
    order replace
    order many $((round * 100 + 50)) 50 "$helpers/stay"
done
it "five times, amid 500 starts" come 6 '^10 replaced 1$'
it "each of which is done, and told" come 503 '^10 started [0-9]{2,} '
# shellcheck disable=SC2046
kill -KILL "$(supervisor_pid)" $(pids_of 100 299)
it "a supervisor that dies has a successor" heard '^11 ready$'
it "which learns every end" come 200 '^11 ended [12][0-9][0-9] 9$'
# shellcheck disable=SC2046
kill -KILL $(pids_of 300 600) $(pids_of 11 21) $(pids_of 23 23)
it "the rest" come 512 '^11 ended [0-9]+ 9$'
leave 3
finish
