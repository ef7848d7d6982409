#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what a start, an end and an answer say"

services <<UCL
service db { exec = [$helpers/stay]; auto-start = no }
service pool { exec = [$helpers/stay]; requirement = db; log = none; auto-start = no }
service api { exec = [$helpers/stay]; requirement = pool; log = none; auto-start = no }
service setup { exec = [/bin/sh, -c, "sleep 1000 & exit 0"]; one-shot = yes; auto-start = no }
service rude { exec = [$helpers/stay]; stop { exec = [/bin/sh, -c, "exit 3"] }; post-stop = [[/bin/sh, -c, "exit 4"]]; auto-start = no }
service brief { exec = [/bin/sh, -c, "exit 7"]; auto-start = no }
service daemon { exec = [/bin/sh, -c, "sleep 1000 & exit 0"]; auto-start = no }
service forker { exec = [/bin/sh, -c, "sleep 1000 & echo \$! >$work/forked; exit 0"]; stop { kill = main }; respawn = yes; respawn-delay = 1h; auto-start = no }
service x1 { exec = [$helpers/stay]; conflicts = x2; auto-start = no }
service x2 { exec = [$helpers/stay]; auto-start = no }
service mail {
  exec = [/bin/sh, -c, "echo \"\$FRUIX_FAILED_SERVICE \$FRUIX_FAILED_EXIT \$FRUIX_FAILED_CAUSE\" >>$work/mail"]
  one-shot = yes; auto-start = no
}
service broken { exec = [/bin/sh, -c, "exit 5"]; on-failure = mail; auto-start = no }
service crashed { exec = [/bin/sh, -c, "kill -s SEGV \$\$"]; on-failure = mail; auto-start = no }
UCL
start_supervisor

# A file is where the directory of the logs was: nothing of that is the fault of a service.
rm -rf "$log"
: >"$log"
it_exits 1 "a start is answered while its requirement is tried again" herd start api
said 'api. waits for .db., which could not be started: cannot open the log .*; that is tried again' "and says for what it waits"
it "it goes on" is_in_state api waiting
it_says "next respawn +at 20" "the status says when the next try is due" herd status db
it_says '"respawns_at":"20' "the JSON too" herd status db --json
rm "$log"
mkdir "$log"
it "and comes up by itself" up api

# Ends.
it "a one-shot that leaves processes completes" herd start setup
said "setup: its process has ended and left others, which are ended" "and says so"
it_says "remark .*left others" "so does its status" herd status setup
it "and the log" grep -q "warning .*setup: its process has ended and left others" "$work/supervisor.out"
it "a service is started" herd start rude
it "a stop whose commands fail is a stop" herd stop rude
said 'rude: stop command \(/bin/sh\): exit 3' "that names the command that failed"
said 'rude: post-stop command 1 \(/bin/sh\): exit 4' "each of them"
it_says "remark +stop command" "and so does the status" herd status rude
it_exits 1 "what ends at once is no start" herd start brief
it "a stop of what has failed" herd stop brief
said "it had failed: exit 7; that is forgotten" "says that it had"
it_exits 1 "neither is a daemon that goes into the background" herd start daemon --json
said '"outcome":"stopped","state":"stopped"' "its outcome is what the status says"
it_exits 1 "the same where only the main process is ended" herd start forker
said "background.*will be tried again" "it is told"
it_says "last .*background" "also when it waits for its respawn" herd status forker
it "what it has left lives on" alive "$(cat "$work/forked")"
it "also when it is stopped" herd stop forker
kill "$(cat "$work/forked")"

# Conflicts, orders.
it "one of two that conflict runs" herd start x2
pid=$(pid_of x2)
it_exits 2 "both at once are refused" herd start x1 x2
said "conflict: only one of them can be up" "with the reason"
it "and nothing was stopped for it" is "$(pid_of x2)" "$pid"
herd stop db --dry-run >"$work/out" 2>&1
it "a dry run tells the order of a stop" is "$(sed 's/ .*//' "$work/out" | tr '\n' ' ')" "api pool db "
herd restart pool --dry-run >"$work/out" 2>&1
it "and of a restart" is "$(sed 's/ .*//' "$work/out" | tr '\n' ' ')" "api pool pool api "

# On-failure.
it_exits 1 "a service fails" herd start broken
it "whoever is started for it knows who, and how" eventually 20 grep -q "^broken 5 exit 5$" "$work/mail"
it_exits 1 "another one" herd start crashed
it "the same of a signal" eventually 20 grep -q "^crashed SEGV signal" "$work/mail"

# Loads by a signal.
services more <<UCL
service new { exec = [$helpers/stay] }
UCL
kill -s HUP "$supervisor"
it "a load by SIGHUP brings a service" eventually 20 up new
it "and the log names it" eventually 20 grep -q 'loaded: 1 added (new), .*; starts new' "$work/supervisor.out"

finish
