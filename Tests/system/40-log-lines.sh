#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what the supervisor's own log shows"

TZ=UTC-05:30
export TZ
services <<UCL
service plain { exec = [$helpers/stay]; log = none }
service deaf { exec = [$helpers/ignore-term, $work/deaf-is-ready]; log = none; stop { grace-period = 200ms } }
service brief { one-shot = true; exec = [/bin/sh, -c, "exit 0"]; log = none }
UCL
start_supervisor
it "the services come up" up plain deaf
eventually 10 test -s "$work/supervisor.out"
shows() { eventually 10 grep -E -q -- "$1" "$work/supervisor.out"; }
uid=$(id -u)
it "a start at boot is shown" shows "plain is running, pid [0-9]+, wanted by boot"
it "a task that is done as well" shows "brief is completed, wanted by boot"
herd stop plain >/dev/null 2>&1
herd start plain >/dev/null 2>&1
it "an order is shown, with who asked" shows "start plain, by herd, uid $uid"
it "and the start that it led to" shows "plain is running, pid [0-9]+, wanted by herd, uid $uid"
eventually 10 test -e "$work/deaf-is-ready"
herd stop deaf >/dev/null 2>&1
it "a stop is shown, with who asked" shows "deaf is stopped: by herd, uid $uid"
it "and that it took SIGKILL" shows "deaf has not ended within 200 ms: SIGKILL .*\\(by herd, uid $uid\\)"
it "each line begins with the time, in the form of RFC 3339 with the offset" \
    sh -c "! grep -E -v '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\+05:30 [a-z]+ fruix-shepherd: ' '$work/supervisor.out'"
it_says 'since 20[0-9-]+T[0-9:]+[+]05:30' "herd tells times in the same form" herd status plain
finish
