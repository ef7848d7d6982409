#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what make run starts"

TMPDIR=$work sh "$here/../../Tools/run.sh" "$bin" >"$work/run.out" 2>&1 &
run=$!
started="$started $run"
it "it prints how to talk to the supervisor" eventually 10 grep -q 'FRUIX_SHEPHERD_SOCKET=' "$work/run.out"
FRUIX_SHEPHERD_SOCKET=$(sed -n 's/.*export FRUIX_SHEPHERD_SOCKET=//p' "$work/run.out")
it "there is one" eventually 20 "$bin/herd" status root
it "its services come up" up web greeter
supervisor=$(descendants "$run" | while read -r pid; do case $(ps -o args= -p "$pid") in *fruix-shepherd\ *) echo "$pid" ;; esac; done | head -n 1)
remember_processes
kill -TERM "$run"
wait "$run"
date; cp "$work/run.out" /tmp/house-run.out; it "it ends when it is told to" is "$?" 0
it "no process is left" eventually 5 none_left
it "and no file" sh -c "! ls -d '$work'/fruix-shepherd-demo.*"
supervisor=
finish
