#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a keeper's life, with a supervisor that is played"
. "$here/keeper.sh"

it_says '^fruix-keeper [0-9]' "it says its version" "$keeper" --version
it "which is the release's" is "$("$keeper" --version | sed 's/.* //')" "$("$bin/fruix-shepherd" --version | sed 's/.* //')"
it_exits 64 "without a program there is nothing to keep" "$keeper"
it_exits 64 "it knows its options" "$keeper" --colour red "$player"
it_exits 64 "whom it adopts has to be said" "$keeper" --adopt 3 "$player"
it_exits 64 "and is nobody where it adopts nobody" "$keeper" --of $$ "$player"
it_exits 64 "no process has that number" "$keeper" --adopt 3 --of 0 "$player"
it_exits 71 "a program that is not there is no supervisor" "$keeper" /nonexistent
said 'cannot start /nonexistent: No such file or directory' "it says so"
echo "no program" >"$work/text"
chmod 755 "$work/text"
it_exits 71 "neither is a text" "$keeper" "$work/text"

pauses() { is "$("$helpers/pauses" $1)" "$2"; }
it "pauses grow" pauses "0 1 2 3 4 5 6 7 8 9 10 59" "0 0 0 1 2 4 8 16 30 30 30 30"
it "and a life of a minute begins them anew" pauses "0 0 0 0 0 60 0 0 0" "0 0 0 1 2 0 0 0 1"

keep
it "the supervisor is welcomed by the process that was started" \
    has "^1 welcome keeper $pid reason 0 status 0 error 0 fallback 0\$"
echo 'exit 7' >"$work/seven"
order start 1 /bin/sh "$work/seven"
it "a process that it wants started is" heard '^1 started 1 [0-9]+$'
order start 2 "$helpers/stay"
it "and another" heard '^1 started 2 [0-9]+$'
stayer=$(pids_of 2 2)
it "the end of the first is told, with its status" heard '^1 ended 1 1792$'
order start 2 "$helpers/stay"
it "what has its identity already is not started" heard '^1 failed 2 3 .* table$'
order start 3 /nonexistent/program
it "a program that is not there ends with 127" heard '^1 ended 3 32512$'
order signal 2 9
it "a process can be signalled" heard '^1 ended 2 9$'
if on_linux; then it "it is kept until its end is known" kill -0 "$stayer"; fi
order known
it "and reaped then" eventually 20 reaped "$stayer"
order start 4 "$helpers/double-fork" "$work/hidden" leave
it "a process that hides a child ends" heard '^1 ended 4 0$'
it "the child says who it is" eventually 20 test -s "$work/hidden"
hidden=$(cat "$work/hidden")
kill -KILL "$hidden"
it "its end is told" heard "^1 orphan $hidden 9 of [04] missed 0\$"
if ! on_linux; then it "and whose it was" has "^1 orphan $hidden 9 of 4 "; fi
for signal in TERM INT HUP USR1 USR2; do kill -s "$signal" "$pid"; done
it "signals are passed on" come 5 '^1 signal '
leave 37

# ---- many

keep
order many 1 1000 "$helpers/stay"
it "a thousand are started" come 1000 '^1 started '
it "each once" is "$(sed -n 's/^1 started \([0-9]*\) .*/\1/p' "$told" | sort -u | wc -l | tr -d ' ')" 1000
# shellcheck disable=SC2046 # one pid a word
kill -KILL $(pids_of 1 1000)
it "each end is told, once" ends_once 1 1 1000 9
order known
it "all are reaped" eventually 30 nobody_but_the_family
leave
finish
