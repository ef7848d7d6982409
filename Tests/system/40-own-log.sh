#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a supervisor whose own messages nobody reads"

services <<UCL
service storm { exec = [/bin/sh, -c, "exit 1"]; respawn = true; respawn-limit = none; respawn-delay = 1ms; log = none }
service beside { exec = [$helpers/stay]; log = none }
UCL

# A pipe that is open for reading, and never read.
mkfifo "$work/pipe"
"$helpers/stay" <"$work/pipe" &
reader=$!
started="$started $reader"
"$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket" --log-level debug >"$work/pipe" 2>&1 </dev/null &
supervisor=$!
started="$started $supervisor"
it "it starts" eventually 20 supervisor_answers
it "a service comes up" up beside
# Many more messages than a pipe holds: the storm goes on, and each load says something as well.
loads=0
while [ "$loads" -lt 30 ]; do
    herd load root >"$work/out" 2>&1 || break
    loads=$((loads + 1))
done
it "it answers as long as it runs" is "$loads" 30
began=$(date +%s)
stop_supervisor
it "and SIGTERM ends it" is "$?" 0
it "at once" test "$(($(date +%s) - began))" -lt 20
it "with all that it has started" eventually 5 none_left
kill "$reader"
wait "$reader" 2>/dev/null

# The same with a file: what is said thousands of times is said once, with the number.
: >"$work/supervisor.out"
start_supervisor
it "a storm is folded" eventually 20 grep -E -q 'storm has ended: exit 1; is started again \([0-9,]+ times in [0-9]+ s\)' "$work/supervisor.out"
it "to a few lines" test "$(grep -c 'storm has ended' "$work/supervisor.out")" -lt 10
finish
