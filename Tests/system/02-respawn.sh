#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what dies is started again, or fails and says why"

services <<UCL
service base { exec = [$helpers/stay, $journal, base]; respawn = true }
service user { requirement = [base]; exec = [$helpers/stay, $journal, user] }
service brittle { exec = [$helpers/stay] }
service done { exec = [/bin/sh, -c, "exit 0"] }
service accepted { exec = [/bin/sh, -c, "exit 7"]; success-exit-codes = [0, 7] }
service flaky {
  exec = [/bin/sh, -c, "echo tried >> $work/tries; exit 3"]
  respawn = on-failure
  respawn-limit { count = 3; period = 30s }
  respawn-delay = 10ms
  on-failure = [alarm]
}
service held { requirement = [flaky]; exec = [$helpers/stay] }
service alarm { auto-start = false; one-shot = true; exec = [/bin/sh, -c, "echo alarm >> $journal"] }
service once { one-shot = true; exec = [/bin/sh, -c, "echo once >> $work/once"] }
service after-once { requirement = [once]; exec = [$helpers/stay] }
service bad-once { one-shot = true; exec = [/bin/sh, -c, "exit 9"] }
service slow-death { exec = [$helpers/stay]; respawn = true; respawn-delay = 200ms }
UCL
start_supervisor

it "base and user come up" up base user
base=$(pid_of base)
user=$(pid_of user)
it "its main process is killed" kill -KILL "$base"
it "it runs again, with another process" running_again base "$base"
it "a respawn leaves dependents alone" is "$(pid_of user)" "$user"
it_says 'respawned|respawns' "the status counts" herd status base --json

it "many deaths in a row" eventually 1 true
for _ in 1 2 3; do
    last=$(pid_of slow-death)
    kill -KILL "$last"
    it "killed once more, it runs again" running_again slow-death "$last"
done

brittle=$(pid_of brittle)
it "one without respawn is killed" kill -KILL "$brittle"
it "it has failed" herd wait brittle --for failed --timeout 30s
it_exits 1 "and its status says so" herd status brittle
said 'KILL|signal 9' "and why"
it "it can be started by command" herd start brittle

it "an end with success, without respawn, is a stop" herd wait "done" --for stopped --timeout 30s
it "also with another code that counts as success" herd wait accepted --for stopped --timeout 30s

it "one that always fails is given up" herd wait flaky --for failed --timeout 30s
it "after its first try and three more" is "$(wc -l <"$work/tries" | tr -d ' ')" 4
it_says 'limit|times' "the cause names the limit" herd status flaky
it_exits 1 "what requires it does not start" herd status held
said 'flaky' "and its status names the requirement"
it "its failure starts what on-failure names" eventually 10 grep -q alarm "$journal"
it_exits 1 "a start by command tries it again, and tells the exit" herd start flaky
it "it is tried as often again, and given up again" herd wait flaky --for failed --timeout 30s
it "after eight tries in all" is "$(wc -l <"$work/tries" | tr -d ' ')" 8

it "a one-shot is completed" herd wait once --for completed --timeout 30s
it "which satisfies a requirement" up after-once
after_once=$(pid_of after-once)
it "a completed one-shot runs again by command" herd start once
it "it did" is "$(wc -l <"$work/once" | tr -d ' ')" 2
it "and its dependents were left alone" is "$(pid_of after-once)" "$after_once"
it "a one-shot that fails has failed" herd wait bad-once --for failed --timeout 30s
it_says 'exit(ed with)? (code |status )?9' "with the code in its cause" herd status bad-once
finish
