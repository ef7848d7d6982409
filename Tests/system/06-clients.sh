#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "clients come, go, and misbehave; services do not notice"

services <<UCL
service slow { pre-start = [[/bin/sh, -c, "while ! test -e $work/go; do sleep 0.05; done"]]; exec = [$helpers/stay]; auto-start = false }
service good { exec = [$helpers/stay]; respawn = true; respawn-delay = 10ms; respawn-limit { count = 1000; period = 1s } }
service talker { exec = [$helpers/stay]
  actions { talk { exec = [/bin/sh, -c, 'echo \$\$ > $work/talking; while :; do echo words; sleep 0.1; done']; timeout = 1h } } }
UCL
start_supervisor
it "the services come up" up good talker

"$bin/herd" start slow >"$work/start.out" 2>&1 &
client=$!
started="$started $client"
it "a start is under way" eventually 10 is_in_state slow starting
kill -KILL "$client"
wait "$client" 2>/dev/null
: >"$work/go"
it "its caller hangs up, what it asked for goes on" up slow

"$bin/herd" talk talker >"$work/talk.out" 2>&1 &
client=$!
started="$started $client"
it "an action's output comes while it runs" eventually 10 grep -q words "$work/talk.out"
talking=$(cat "$work/talking")
kill -KILL "$client"
wait "$client" 2>/dev/null
it "its process is ended with its caller" eventually 10 gone "$talking"

# Two callers, one start.
it "the service is stopped" herd stop slow
rm -f "$work/go"
"$bin/herd" start slow >"$work/first.out" 2>&1 &
first=$!
"$bin/herd" start slow >"$work/second.out" 2>&1 &
second=$!
it "two callers start the same service" eventually 10 is_in_state slow starting
: >"$work/go"
wait "$first"
it "the first hears of it" is "$?" 0
wait "$second"
it "and the second" is "$?" 0

last=$(pid_of good)
mkfifo "$work/tether"
"$helpers/hostile-client" "$socket" 200 <"$work/tether" >"$work/hostile.out" 2>&1 &
hostile=$!
started="$started $hostile"
exec 9>"$work/tether"
it "200 hostile clients arrive" eventually 20 grep -q ready "$work/hostile.out"
kill -KILL "$last"
# A slow machine, busy with all of them, may take longer than herd waits usually.
it "a service that dies meanwhile is started again" eventually 5 running_again good "$last"
it "herd is answered" herd status --timeout 60s
it "commands are carried out" herd restart talker --timeout 60s
it "the supervisor has no more than a few megabytes for them" sh -c "test \$(ps -o rss= -p $(own_pid)) -lt 131072"
exec 9>&-
wait "$hostile"
it "when they are gone, herd is answered" herd status --timeout 60s
finish
