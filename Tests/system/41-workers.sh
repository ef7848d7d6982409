#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what may wait is done beside the event loop"

services <<UCL
service first { exec = [/bin/sleep, 1000]; auto-start = no; preconditions { directories = [/tmp] } }
service second { exec = [/bin/sleep, 1000]; auto-start = no; preconditions { directories = [/tmp] } }
service late { exec = [/bin/sleep, 1000]; auto-start = no; preconditions { directories = [/tmp] }; start-timeout = 1s }
service plain { exec = [/bin/sleep, 1000] }
service lacking { exec = [/bin/sleep, 1000]; auto-start = no; preconditions { files = [$work/nothing] } }
UCL
count_workers() { is "$(workers | wc -l | tr -d ' ')" "$1"; }

start_supervisor
it "a plain service starts" up plain
it "and needs no worker" count_workers 0
it "a service with preconditions starts" herd start first
it "with one" count_workers 1
it_says 'the file .*/nothing is missing' "what is missing is told" herd start lacking
it "one is enough for one start after the other" count_workers 1
it "it stops" herd stop first

# As one that waits for a directory service or a dead disk.
hanging=$(workers)
kill -STOP "$hanging"
started="$started $hanging"
asked_for() { [ "$(grep -c 'start first, by herd' "$work/supervisor.out")" -ge "$1" ]; }
herd start first >"$work/first" 2>&1 &
started="$started $!"
# Its status would be the first to ask a worker.
it "a start is asked for whose look-ups hang" eventually 10 asked_for 2
it "and it is under way" eventually 10 is_in_state first starting
it "everything else is answered" herd status
it "another service starts" herd start second
it "by another one" count_workers 2
it "the first one still waits" is_in_state first starting
it "a stop does not wait for it" herd stop first
it "who hangs is killed" eventually 10 gone "$hanging"
it "it starts again" herd start first

for pid in $(workers); do
    kill -STOP "$pid"
    started="$started $pid"
done
it_says 'not ready after 1 s' "the start timeout counts while it is looked up" herd start late
it "it starts when nothing hangs" herd start late

# The same for a load.
for pid in $(workers); do
    kill -STOP "$pid"
    started="$started $pid"
done
stopped=$(workers)
echo 'service more { exec = [/bin/sleep, 1000] }' >"$etc/services.d/more.ucl"
chmod 600 "$etc/services.d/more.ucl"
herd load root >"$work/loaded" 2>&1 &
load=$!
started="$started $load"
it "while a load hangs everything else is answered" herd status
it "and a stop is carried out" herd stop plain
it_exits 1 "the load is not over" test -s "$work/loaded"
for pid in $stopped; do kill -CONT "$pid"; done
it "the load goes on" wait "$load"
it "what it has brought runs" up more

left=$(workers)
started="$started $left"
kill_both
all_gone() { for pid in $left; do gone "$pid" || return 1; done; }
it "none outlives the supervisor" eventually 10 all_gone
start_supervisor
it "the next one starts it as well" herd start first
finish
