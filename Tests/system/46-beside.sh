#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "questions that hang, and who waits for them"

services <<UCL
service web { exec = [/bin/sleep, 1000] }
service late { exec = [/bin/sleep, 1000]; auto-start = no }
UCL
root_says() { "$bin/herd" status root 2>&1 | grep -q "$1"; }
root_is_silent() { ! root_says "$1"; }

start_supervisor
it "it runs" up web
it "its status is asked for" herd status web
hanging=$(workers)
it "for which a worker looks whether files have changed" test -n "$hanging"

# As if the file system of the configuration hung.
kill -STOP "$hanging"
started="$started $hanging"
echo '# edited' >>"$etc/services.d/test.ucl"
it "the status comes all the same" herd status web --timeout 5s
it_exits 3 "so does that of another" herd status late --timeout 5s
it "and a service is started" herd start late --timeout 20s
it "a load finds a process of its own" herd load root --timeout 20s
it "the status of the supervisor says what hangs" eventually 20 root_says 'no answer for .*test.ucl'
it "so does its log" grep -q 'no answer for .*test.ucl' "$work/supervisor.out"
kill -CONT "$hanging"
it "what is answered hangs no more" eventually 10 root_is_silent 'no answer for'
it "and that is told" grep -q 'answered after .*test.ucl' "$work/supervisor.out"
echo '# edited again' >>"$etc/services.d/test.ucl"
it_says 'test[.]ucl has changed since it was loaded' "what has changed is seen again" herd status web
it_says 'test[.]ucl has changed since it was loaded' "and told to who starts" herd start web

# Many signals in a row are one reading, or two.
for _ in 1 2 3 4 5 6 7 8; do kill -HUP "$supervisor"; done
unchanged() { ! "$bin/herd" status web | grep -q 'has changed since'; }
it "the configuration is read again" eventually 10 unchanged
finish
