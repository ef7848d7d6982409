#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "Ctrl-C says what goes on, and ends the waiting when it is meant"

services <<UCL
service slow { pre-start = [[/bin/sh, -c, "while ! test -e $work/go; do sleep 0.05; done"]]; exec = [$helpers/stay]; auto-start = false; start-timeout = 10min }
service deaf { exec = [$helpers/ignore-term]; stop { grace-period = 10min } }
UCL
start_supervisor
it "a service comes up" up deaf

"$helpers/hearing" "$bin/herd" start slow >"$work/start.out" 2>&1 &
client=$!
started="$started $client"
it "a start is under way" eventually 10 is_in_state slow starting
kill -INT "$client"
wait "$client"
it "Ctrl-C ends the waiting for it" is "$?" 130
it_says 'start goes on' "which says that the start goes on" cat "$work/start.out"
: >"$work/go"
it "and so it does" up slow

"$helpers/hearing" "$bin/herd" stop deaf >"$work/stop.out" 2>&1 &
client=$!
started="$started $client"
it "a stop is under way" eventually 10 is_in_state deaf stopping
kill -INT "$client"
wait "$client"
it "Ctrl-C ends the waiting for that too" is "$?" 130
it_says 'stop goes on' "which says that the stop goes on" cat "$work/stop.out"
it_says 'herd signal deaf KILL' "and how to end it" cat "$work/stop.out"

remember_processes
kill -INT "$supervisor"
it "the supervisor's first Ctrl-C stops everything" eventually 10 is_in_state slow stopped
it "and says what a second one does" grep -q 'INT has come: everything stops; a second Ctrl-C tells what' "$work/supervisor.out"
kill -INT "$supervisor"
it "the second says what is waited for" eventually 10 grep -q 'waits for its end: deaf' "$work/supervisor.out"
kill -INT "$supervisor"
wait "$supervisor"
it "the third waits no longer" is "$?" 0
it "no process is left" eventually 5 none_left
supervisor=
finish
