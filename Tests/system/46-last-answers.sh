#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what the supervisor's end answers"

services <<UCL
service web { exec = [/bin/sleep, 1000] }
service slow { exec = [/bin/sleep, 1000]; ready { alive-for = 10min }; start-timeout = none; auto-start = no }
UCL
starting() { "$bin/herd" status slow 2>&1 | grep -q starting; }

start_supervisor
it "it runs" up web
"$bin/herd" start slow >"$work/start" 2>&1 &
caller=$!
started="$started $caller"
it "a start waits" eventually 20 starting
it "everything stops" stop_supervisor
wait "$caller"
it "who waits for a start has its answer" is "$?" 1
it_says 'herd:.*slow' "which says how it ended" cat "$work/start"

start_supervisor
it "it runs again" up web
it "a worker looks whether files have changed" herd status web
hanging=$(workers)
# As if the file system of the configuration hung.
kill -STOP "$hanging"
started="$started $hanging"
"$bin/herd" load root --timeout 60s >"$work/load" 2>&1 &
caller=$!
started="$started $caller"
hangs() { "$bin/herd" status root 2>&1 | grep -q 'no answer for .*the configuration'; }
it "a load waits for its files" eventually 30 hangs
it "everything stops all the same" stop_supervisor
wait "$caller"
it "who waits for the load has one too" is "$?" 1
it_says 'the supervisor is ending' "which says why nothing comes of it" cat "$work/load"
finish
