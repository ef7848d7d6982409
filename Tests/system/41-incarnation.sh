#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what an unloaded service has left is nobody else's"

# As sshd's sessions do: it leaves a process behind that a stop does not end.
services <<UCL
service sessions {
  exec = [/bin/sh, -c, "sleep 1000 & echo \$! > $work/survivor; exec sleep 1000"]
  stop { kill = main }
}
UCL
start_supervisor
it "it comes up" up sessions
it "and leaves a process" eventually 10 test -s "$work/survivor"
survivor=$(cat "$work/survivor")
started="$started $survivor"

it "it is unloaded" herd unload root sessions
it "what it left lives" alive "$survivor"

# The new services get the number of the old one.
for name in first second; do
    echo "service $name { exec = [/bin/sleep, 1000] }" >"$work/$name.ucl"
    chmod 600 "$work/$name.ucl"
    it "$name is loaded" herd load root "$work/$name.ucl"
    it "$name runs" up "$name"
done
lists_survivor() { herd processes "$1" | grep -w "$survivor"; }
it_exits 1 "the first service does not list it" lists_survivor first
it_exits 1 "nor does the second" lists_survivor second
it "both are stopped" herd stop first second
it "it lives on" alive "$survivor"
kill -KILL "$survivor"
finish
