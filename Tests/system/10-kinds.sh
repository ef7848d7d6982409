#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "templates, transient services, conflicts, restart-with, provisions"

services <<UCL
service "worker@" {
  exec = [$helpers/stay, $journal, "worker-\${instance}"]
  environment { WORKER = "\${instance}" }
  instances = [a, b]
}
service passing { transient = true; exec = [$helpers/stay]; auto-start = false }
service left { exec = [$helpers/stay, $journal, left] }
service right { exec = [$helpers/stay, $journal, right]; conflicts = [left]; auto-start = false }
service on-left { requirement = [left]; exec = [$helpers/stay, $journal, on-left] }
service leader { exec = [$helpers/stay, $journal, leader]; respawn = true }
service follower { exec = [$helpers/stay, $journal, follower]; restart-with = [leader] }
service mta-one { provision = [mta]; exec = [$helpers/stay, $journal, mta-one]; auto-start = false }
service mta-two { provision = [mta]; exec = [$helpers/stay, $journal, mta-two]; auto-start = false }
service mailer { requirement = [mta]; exec = [$helpers/stay, $journal, mailer]; auto-start = false }
UCL
start_supervisor

it "the instances of a template are there at boot" up worker@a worker@b
it "each is told its name" eventually 10 grep -q '^+worker-b ' "$journal"
it "another comes up when it is started" herd start worker@c
it "as it says" up worker@c
it "with its name" eventually 10 grep -q '^+worker-c ' "$journal"
it_says 'worker@|template' "the bare name of the template is refused" herd start worker@
it "a pattern stops all instances" herd stop 'worker@*'
it_exits 3 "all of them" herd status worker@c

it "a transient service runs" herd start passing
it "and is stopped" herd stop passing
it_says 'passing' "and then forgotten" herd status passing
it "herd says that it knows no such service" test "$(state_of passing)" = ""

it "left and what requires it run" up on-left
it "start of what conflicts stops the other first" herd start right
said 'left' "and says so"
it_exits 3 "left is stopped" herd status left
it_exits 3 "with its dependent" herd status on-left
it "in the right order" comes_before -on-left -left
it "before right starts" eventually 10 comes_before -left +right
it "and it goes the other way round" herd start left
it_exits 3 "right is stopped" herd status right

follower=$(pid_of follower)
it "a restart of the one" herd restart leader
it "restarts what is restarted with it" running_again follower "$follower"
follower=$(pid_of follower)
leader=$(pid_of leader)
kill -KILL "$leader"
it "a respawn does too" running_again follower "$follower"
it "the follower is stopped" herd stop follower
leader=$(pid_of leader)
it "and the leader restarted" herd restart leader
it_exits 3 "which does not start it" herd status follower

it "a requirement on a provision" herd start mailer
it "is met by the first that may be started" herd status mta-one
it_exits 3 "and by no other" herd status mta-two
it "the name finds the service" herd status mta
finish
