#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a lack of descriptors passes"

services <<UCL
service one { exec = [/bin/sleep, 1000]; auto-start = no }
service two { exec = [/bin/sleep, 1000]; auto-start = no }
defaults { log = none }
UCL
# Each service that runs holds a descriptor; how many are left is found by trying.
i=0
while [ "$i" -lt 150 ]; do
    echo "service many$i { exec = [/bin/sleep, 1000]; auto-start = no; log = none }"
    i=$((i + 1))
done >"$work/many"
cat "$work/many" >>"$etc/services.d/test.ucl"

# shellcheck disable=SC3045
(ulimit -n 128) 2>/dev/null || { skip "a lack of descriptors" "the limit cannot be set here"; finish; }
ulimit -S -n 128
ulimit -H -n 128
start_supervisor
names=$(sed -n 's/^service \(many[0-9]*\) .*/\1/p' "$work/many")
# shellcheck disable=SC2086
herd start --no-wait $names >"$work/out" 2>&1
lacks() { grep -E -q 'cannot start a process: .*(EMFILE|Too many open files)' "$work/supervisor.out"; }
it "some cannot be started" eventually 20 lacks
if on_linux; then
    calls='pipe|clone|kevent|socketpair'
else
    calls='pipe|pdfork|kevent|socketpair'
fi
it_says "cannot start a process: ($calls)" "the message names the call" cat "$work/supervisor.out"
none_failed() { ! "$bin/herd" status | grep -q failed; }
it "none has failed for good" none_failed
# What a start leaves over is taken by clients that wait.
i=0
while [ "$i" -lt 8 ]; do
    "$bin/herd" wait one >/dev/null 2>&1 &
    started="$started $!"
    i=$((i + 1))
done
it "root is let in all the same" herd status root
it "and again" herd status root
# With a keeper some have to stay free, for what the answers to starts bring.
half=$(echo "$names" | head -n 100)
# shellcheck disable=SC2086
it "those that run are stopped" herd stop $half
last=$(echo "$names" | tail -n 1)
it "and one that could not be started comes up by itself" up "$last"
finish
