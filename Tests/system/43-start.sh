#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "starts that come to nothing, that do not last, and what is said of them"

# No kernel executes this.
printf '\177ELFnothing' >"$work/program"
chmod 755 "$work/program"
services <<UCL
service nowhere { exec = [$work/program]; respawn = true; respawn-delay = 0; respawn-limit = none; auto-start = false }
service brief { exec = [/bin/sh, -c, "exit 7"]; auto-start = false }
service again { exec = [/bin/sh, -c, "exit 7"]; respawn = true; respawn-delay = 1h; auto-start = false }
service daemon { exec = [/bin/sh, -c, "sleep 1000 & exit 0"]; auto-start = false }
service steady { exec = [$helpers/stay]; auto-start = false }
service settled { exec = [/bin/sh, -c, "test -e $work/settle && exec $helpers/stay; exit 3"]; ready { alive-for = 300ms }; auto-start = false }
service first { exec = [/bin/sh, -c, 'while ! test -e $work/fail; do sleep 0.05; done; exit 1']; provision = db }
service second { exec = [$helpers/stay]; provision = db; auto-start = false }
service user { exec = [$helpers/stay]; requirement = db }
service api { exec = [/bin/sh, -c, 'while ! test -e $work/fail; do sleep 0.05; done; exit 5'] }
service web { exec = [$helpers/stay]; requirement = api }
service admin { exec = [$helpers/stay]; requirement = web }
UCL
start_supervisor
it "the services come up" up first user api web admin

# Of 2: a pause between starts that fail before the program runs.
it_exits 1 "a start whose program cannot be executed fails" herd start nowhere
said "will be tried again" "and the caller hears that it goes on"
it "the supervisor hears others meanwhile" herd status root
# Lines of the log tell nothing of that: equal ones are folded.
attempts() { echo "0$(fact nowhere respawns)"; }
tried_again() { [ "$(attempts)" -ge 2 ]; }
it "it is tried again" eventually 30 tried_again
it "and not as fast as it can be" test "$(attempts)" -lt 20
printf '#!/bin/sh\nexec %s/stay\n' "$helpers" >"$work/program.new"
chmod 755 "$work/program.new"
mv "$work/program.new" "$work/program"
it "it runs as soon as it can" up nowhere

# Of 40 and 26: the first moments of a process.
it_exits 1 "a process that ends at once is no start" herd start brief
said "brief.* ended right after its start: exit 7" "and its exit is told"
it_exits 1 "the same at a restart" herd restart again
said "exit 7; it will be tried again" "and that it will be tried again"
it_exits 1 "a daemon that goes into the background is no start" herd start daemon
said "background.*--foreground" "and the way out is told"
it_says "background" "the status says so too" herd status daemon
it "what stays is started" herd start steady
it_exits 1 "readiness by staying alive fails with the process" herd start settled
said "exit 3 before it was ready" "and says so"
: >"$work/settle"
it "and comes when it stays" herd start settled

# Of 14 and 23: the next provider, and the first cause.
: >"$work/fail"
it "the other provider of a name is started when the first has failed" eventually 20 is_in_state second running
it "and who requires the name runs again" up user
it "the rest of the chain fails" herd wait admin --for failed --timeout 30s
it_says "its requirement web has failed: api: exit 5" "the last of a chain names the first cause" herd status admin
finish
