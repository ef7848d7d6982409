#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a supervisor that misbehaves hurts nobody but itself"
. "$here/keeper.sh"

keep
order many 1 20 "$helpers/stay"
it "twenty are started" come 20 '^1 started '

number=1
for kind in size count type hello label identity flood; do
    order nonsense "$kind"
    number=$((number + 1))
    it "$kind: who breaks the protocol is killed, and another is started" heard "^$number ready\$"
    it "which is told so" has "^$number welcome .* reason 7 status 9 error 0 fallback 0\$"
done
order nonsense holder
it "the holder disconnects who breaks its own" heard "^$number closed holder\$"
it "nothing that runs was touched" all_live 1 20
kill -KILL "$(supervisor_pid)"
number=$((number + 1))
it "and a successor has everything" heard "^$number ready\$"
it "from the table" counts "^$number entry [0-9]+ [0-9]+ 0 0 label-" 20
it "and from the holder" counts "^$number held process/" 20

# ---- one that never reads

before=$(ps -o rss= -p "$pid")
order deaf 1
order many 100 5000 "$helpers/stay"
# It cannot send any more because nobody reads what it does not read: the keeper has stopped taking requests.
waits() { has_stopped=$(tagged | wc -l); sleep 0.3; [ "$has_stopped" -gt 60 ] && [ "$(tagged | wc -l)" -eq "$has_stopped" ]; }
it "a supervisor that never reads is served no longer" eventually 60 waits
after=$(ps -o rss= -p "$pid")
it "and nothing piles up" test "$((after - before))" -lt 2048
hide=$(pids_of 1 1)
kill -KILL "$hide"
it "the keeper goes on with what it must" alive "$pid"
kill -KILL "$(supervisor_pid)"
number=$((number + 1))
it "the next one is started" heard "^$number ready\$"
it "and learns what has ended" heard "^$number ended 1 9\$"
both_agree() { is "$(count "^$number entry [0-9]{3,} ")" "$(count "^$number held process/[0-9]{3,}\$")"; }
it "table and holder agree about all that was started" both_agree
order sentinel 2
it "it is served as ever" heard "^$number sentinel 2\$"
for one in $(awk -v n="$number" '$1 == n && $2 == "entry" { print $4 }' "$told"); do kill -KILL "$one" 2>/dev/null; done
order known
order leave 0
it "it leaves" ends_as 0
it "nobody is left" eventually 20 nobody_left

# ---- the first process

if ! on_linux || ! as_root || ! unshare --pid --fork --mount-proc true 2>/dev/null; then
    skip "as process 1" "that needs root on Linux, and unshare(1)"
    finish
fi
prepare
FRUIX_TEST=$tag unshare --pid --fork --kill-child --mount-proc "$keeper" --pause-unit 50 "$player" "$told" "$commands" \
    2>>"$said" </dev/null &
outer=$!
started="$started $outer"
it "as process 1 it welcomes its supervisor" heard '^1 welcome keeper 1 reason 0 '
cat >"$work/assault" <<'SH'
for signal in KILL STOP QUIT ABRT SEGV ALRM PIPE USR1 TERM TSTP PROF VTALRM 40; do kill -s $signal 1; done
exit 9
SH
order start 1 /bin/sh "$work/assault"
it "no signal from inside ends it" heard '^1 ended 1 2304$'
it "what is meant for the supervisor is passed on" come 2 '^1 signal (10|15)$'
order start 2 "$helpers/double-fork" "$work/hidden" leave
it "it adopts" eventually 30 test -s "$work/hidden"
order start 3 /bin/kill -KILL "$(cat "$work/hidden")"
it "and reaps" heard "^1 orphan $(cat "$work/hidden") 9 "
order start 4 "$helpers/stay"
it "something runs" heard '^1 started 4 '
order leave 5
pid=$outer
it "it ends as it is told, and all with it" ends_as 5
it "nobody is left" eventually 20 nobody_left
finish
