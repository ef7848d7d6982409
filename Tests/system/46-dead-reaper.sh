#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what a dead reaper of a service's has left is found and ended"

# timeout(1) is a reaper on FreeBSD. Until it is reaped itself, the kernel tells nobody what it was a reaper of.
command -v timeout >/dev/null || { skip "a dead reaper" "there is no timeout(1)"; finish; }
cat >"$work/inside" <<'SH'
echo $$ >>"$1"
exec sleep 1000
SH
services <<UCL
service main { exec = [timeout, 1000, sh, $work/inside, $work/main.pids]; respawn = true; respawn-delay = 20ms; stop { grace-period = 20s } }
service below { exec = [/bin/sh, -c, "timeout 1000 sh $work/inside $work/below.pids & echo \$! >$work/reaper; exec sleep 1000"]
  stop { grace-period = 20s } }
UCL
start_supervisor
it "they come up" up main below
it "with what is below a reaper" eventually 20 test -s "$work/main.pids"
it "also where it is not the main process" eventually 20 test -s "$work/below.pids"

# The main process itself.
first=$(cat "$work/main.pids")
started="$started $first"
main=$(pid_of main)
began=$(date +%s)
kill -KILL "$main"
it "the main process is killed, and the service runs again" running_again main "$main"
it "what the dead one had below it is gone" gone "$first"
it "nobody has waited for a grace period" test "$(($(date +%s) - began))" -lt 15

# One that its parent does not wait for.
below=$(cat "$work/below.pids")
reaper=$(cat "$work/reaper")
started="$started $below"
kill -KILL "$reaper"
it "a reaper inside is dead" eventually 10 is_zombie "$reaper"
it_says "^ *$below " "what it had below it is listed" herd processes below
began=$(date +%s)
it "the service stops" herd stop below
it "nothing of it is left" gone "$below"
it "and nobody has waited for a grace period" test "$(($(date +%s) - began))" -lt 15
finish
