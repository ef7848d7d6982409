#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a system that lacks what the supervisor cannot do without"

services <<UCL
service one { exec = [$helpers/stay]; log = none }
UCL
with_limit() { (ulimit -n "$1" && exec "$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket" </dev/null); }
it_exits 71 "too low a limit of open files is refused" with_limit 64
said 'only 64 open files; the supervisor needs [0-9]+' "which says how many are needed"
it "no socket is left" test ! -e "$socket"
number=$(grep -o 'needs [0-9]*' "$work/said" | grep -o '[0-9]*')
(ulimit -n "$number" && exec "$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket" </dev/null >>"$work/supervisor.out" 2>&1) &
supervisor=$!
started="$started $supervisor"
eventually 20 supervisor_answers
it "with so many it runs" up one
stop_supervisor
it "and ends" is "$?" 0

"$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket" --log-level debug <&- >&- 2>&- &
supervisor=$!
started="$started $supervisor"
eventually 20 supervisor_answers
it "without standard descriptors it runs as well" up one
it "and none of its messages went into a file of its own" sh -c "! grep -r -q 'one is running' '$work/state' '$log'"
finish
