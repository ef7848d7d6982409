#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a supervisor that does not answer keeps nobody waiting for ever"

services <<UCL
service good { exec = [$helpers/stay] }
service slow { pre-start = [[/bin/sh, -c, "while ! test -e $work/go; do sleep 0.05; done"]]; exec = [$helpers/stay]; auto-start = false
  start-timeout = 10min }
UCL
start_supervisor
it "the service comes up" up good

# It is stopped, not dead: it listens, and nothing comes from it.
own=$(own_pid)
halt() { kill -STOP "$own"; }
resume() { kill -CONT "$own"; }

# in_time SECONDS COMMAND...: its exit status, or 124 when it takes longer.
in_time() { timeout "$@"; }

halt
it_exits 69 "status ends, when nothing has come for a while" in_time 30 "$bin/herd" status --timeout 1s
said "does not answer" "and says that the supervisor does not answer"
said "timeout" "and how to give it more time"
it_exits 69 "so does a wait that has a time limit" in_time 30 "$bin/herd" wait good --for stopped --timeout 1s
it_exits 69 "so does a start" in_time 30 "$bin/herd" start good --timeout 1s
it_exits 69 "so does what was given no time, after five seconds" in_time 60 "$bin/herd" status good
it_exits 69 "with --json the error is JSON" in_time 30 "$bin/herd" status --json --timeout 1s
said '"code": *"no-answer"' "with a code of its own"
resume
it "when it goes on, it answers" herd status good

"$bin/herd" start slow --timeout 2s >"$work/start.out" 2>&1 &
client=$!
started="$started $client"
it "a start is under way" eventually 10 is_in_state slow starting
: >"$work/go"
wait "$client"
it "it takes as long as the service takes" is "$?" 0

rm -f "$work/go"
"$bin/herd" stop slow >/dev/null 2>&1
"$bin/herd" start slow --timeout 1s >"$work/start.out" 2>&1 &
client=$!
started="$started $client"
it "a start is under way again" eventually 10 is_in_state slow starting
halt
it "who waits for a service notices that the supervisor lives no more" eventually 40 gone "$client"
wait "$client"
it "and says so with its exit status" is "$?" 69
resume
it "what was asked for goes on" touch "$work/go"
it "and comes up" up slow
finish
