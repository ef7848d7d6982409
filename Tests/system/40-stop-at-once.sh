#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a stop that follows at once on a start"

# Each has time enough that nobody waits for it.
number=0
while [ "$number" -lt 20 ]; do
    number=$((number + 1))
    echo "service s$number { exec = [/bin/sleep, 1000]; log = none; stop { grace-period = 50s } }"
done | services
cat >>"$etc/services.d/test.ucl" <<UCL
service jailed { exec = [/bin/sleep, 1000]; log = none; jail { path = / } }
service left { exec = [/bin/sleep, 1000]; log = none; auto-start = false; stop { grace-period = 50s } }
UCL

# No stop takes the 50 s, and no SIGKILL is needed: the signal reaches a process that has no program yet.
for delay in 0 0.02 0.05 0.1 0.2 0.3 0.5; do
    began=$(date +%s)
    launch
    eventually 10 test -S "$socket"
    sleep "$delay"
    stop_supervisor
    status=$?
    it "TERM $delay s after its socket is there ends it" is "$status" 0
    it "at once" test "$(($(date +%s) - began))" -lt 30
    it "and nothing is left" eventually 5 none_left
done

# So soon that nobody may listen to signals yet.
for round in 1 2 3 4 5 6 7 8; do
    launch
    looks=0
    # No other process: each would take longer than the supervisor does.
    until [ -S "$socket" ] || [ "$looks" -eq 2000000 ]; do looks=$((looks + 1)); done
    stop_supervisor
    it "TERM at the moment that its socket is there ends it ($round)" is "$?" 0
    it "and nothing is left" eventually 5 none_left
done
it "not even the socket" test ! -e "$socket"

start_supervisor
began=$(date +%s)
round=0
while [ "$round" -lt 10 ]; do
    round=$((round + 1))
    herd start left >/dev/null 2>&1 &
    starting=$!
    started="$started $starting"
    herd stop left >/dev/null 2>&1
    wait "$starting"
    herd stop left >/dev/null 2>&1
done
it "ten stops right after a start wait for nothing" test "$(($(date +%s) - began))" -lt 40

# Both orders are there when the first one is read: the process has not come far when its stop signal is sent.
start_and_stop() {
    printf '{"id":1,"command":"start","services":["left"]}\n{"id":2,"command":"stop","services":["left"]}\n' |
        "$helpers/speak" "$socket" >"$work/answers" && grep -q '"id":2.*"outcomes"' "$work/answers"
}
starts_and_stops() {
    round=0
    while [ "$round" -lt 40 ]; do
        round=$((round + 1))
        start_and_stop || { echo "in round $round"; return 1; }
    done
}
began=$(date +%s)
it "forty times a start is followed at once by a stop" starts_and_stops
it "which waits for nothing either" test "$(($(date +%s) - began))" -lt 40
finish
