#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "logs that cannot be opened are lacks of the host"

services <<UCL
service web {
  exec = [/bin/sh, -c, "echo here; exec sleep 1000"]
  respawn = true; respawn-delay = 20ms
}
service lost {
  exec = [/bin/sleep, 1000]
  log = $work/nowhere/lost.log
  auto-start = no
}
UCL
start_supervisor
it "it comes up" up web
pid=$(pid_of web)

# Somebody tidies up.
rm -rf "$log"
kill -KILL "$pid"
it "it runs again, without its log directory" running_again web "$pid"
writes() { grep -q here "$log/web.log"; }
it "the directory is there again, and the log in it" eventually 10 writes

it_says 'cannot open the log .*/nowhere/lost.log: the directory .* does not exist' "a log without a directory is told" herd start lost
said 'tried again' "and that the start is tried again"
is_not_failed() { differs "$(state_of lost)" failed; }
# Five respawns would be over by now.
attempts() { [ "$(grep -c 'nowhere/lost.log' "$work/supervisor.out")" -ge "$1" ]; }
it "it is tried again" eventually 20 attempts 2
it "it is not given up" is_not_failed
mkdir "$work/nowhere"
it "it comes up once the directory is there" herd start lost
finish
