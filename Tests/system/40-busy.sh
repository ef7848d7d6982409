#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a supervisor that is busy, and is to listen all the same"

count=3000
awk -v count="$count" 'BEGIN { for (i = 1; i <= count; i++)
    print "service many" i " { exec = [/bin/sleep, 1000]; log = none; stop { grace-period = 2s } }" }' </dev/null |
    services
launch
# It listens before it starts anything, so the first answer comes in the midst of that.
it "it answers" eventually 20 supervisor_answers
herd status >"$work/status" 2>&1
running=$(grep -c ' running ' "$work/status")
it "before all of $count services are started ($running are)" test "$running" -lt "$count"
stop_supervisor
it "a signal that comes in the midst of the boot ends it" is "$?" 0
it "and nothing is left" eventually 20 none_left

# A start that fails at once, again and again, without a pause.
rm -f "$etc/services.d/test.ucl"
services storm <<UCL
service storm { exec = [/bin/sleep, 1000]; respawn = true; respawn-limit = none; respawn-delay = 0; log = /nonexistent/x }
service other { exec = [$helpers/stay]; log = none }
UCL
start_supervisor
it "another service comes up beside starts that fail without end" up other
it "and the supervisor answers" herd status root
it "a signal is heard" kill -HUP "$supervisor"
it "at once" eventually 10 grep -q loaded "$work/supervisor.out"
finish
