#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "rules of rctl(8) on a jail"
. "$here/jails.sh"
needs_jails "rules on a jail"
remember_host

forks=$(inside forks <<'SCRIPT'
count=0
while [ "$count" -lt 20 ]; do
    sleep 30 &
    count=$((count + 1))
done
SCRIPT
)
services <<UCL
service bounded { exec = [$helpers/stay]; jail { name = ${prefix}_bounded }
  resources { memory = 64m; processes { deny = 8; log = 6 } } }
service greedy { one-shot = true; auto-start = false; log = $work/greedy; exec = [/bin/sh, $forks]
  jail { name = ${prefix}_greedy }; resources { processes = 8 } }
service free { exec = [$helpers/stay] }
UCL
start_supervisor
it "a service without rules comes up" up free
if [ "$(sysctl -n kern.racct.enable 2>/dev/null)" != 1 ]; then
    skip "rules on a jail" "kern.racct.enable is not 1"
    it "the service with rules has failed" herd wait bounded --for failed --timeout 30s
    it_exits 1 "which the status says" herd status bounded
    said 'kern\.racct\.enable' "and names the tunable"
    it "and no jail was made for it" has_no_jail "${prefix}_bounded"
    finish
fi
it "one with rules too" up bounded
it_says "^jail:${prefix}_bounded:memoryuse:deny=67108864" "rctl(8) has the bound of memory" rctl "jail:${prefix}_bounded"
said "^jail:${prefix}_bounded:maxproc:deny=8" "that of processes"
said "^jail:${prefix}_bounded:maxproc:log=6" "and what is only logged"
it_exits 1 "one that forks too often fails" herd start greedy
it_says '[Ff]ork' "since the kernel refuses it a process" cat "$work/greedy"
it "both are stopped" herd stop bounded
it "no rule is left" is "$(rctl | grep "$prefix")" ""
it "nothing is left" eventually 15 host_is_as_before
finish
