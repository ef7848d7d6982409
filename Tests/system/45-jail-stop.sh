#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a stop waits for no dying jail, and the next start neither"
. "$here/jails.sh"
needs_jails "a stop that does not wait"
needs_rescue "a stop that does not wait"
needs_ruleset "a stop that does not wait"
needs_epair "a stop that does not wait"
here_address=198.18.79.1
there_address=198.18.79.2
needs_addresses 198.18.79 "a stop that does not wait"
remember_host

# As step 6 of docs/JAILS.md has it. The jail speaks first to end, so that its side of the connection stays in TIME_WAIT.
services <<UCL
service inbox { respawn = true; respawn-delay = 20ms; respawn-limit = none; log = $work/inbox
  exec = [$rescue/sh, -c, "while :; do echo bye | $rescue/nc -4 -l -N $there_address 7706; done"]
$(ephemeral inbox "network { vnet = true; epair { host-address = $here_address/30; jail-address = $there_address/30; gateway = $here_address } }")
}
UCL
# speaks: a connection comes about and is ended by the jail.
speaks() { [ "$(nc -w 5 "$there_address" 7706 </dev/null)" = bye ]; }
# stopped_in MS: how long the jail took to be undone, from the end of the main process on.
stopped_in() {
    "$bin/herd" status inbox --json >"$work/status"
    ended=$(sed -n 's/.*"last_exit":{[^}]*"at":"[^"]*T\([0-9:.]*\)Z".*/\1/p' "$work/status")
    stopped=$(fact inbox since | sed 's/.*T\([0-9:.]*\)Z/\1/')
    printf '%s\n%s\n' "$ended" "$stopped" | awk -F: -v most="$1" '
        { at[NR] = $1 * 3600 + $2 * 60 + $3 }
        END {
            took = at[2] - at[1]
            if (took < 0) took += 86400
            print "# the jail was undone in " int(took * 1000) " ms"
            exit NR != 2 || took * 1000 >= most
        }'
}
an_earlier_jail_dies() { "$bin/herd" status inbox | grep -q 'an earlier jail is still dying (jid '; }
pairs() { ifconfig -l | tr ' ' '\n' | grep -c '^epair'; }

start_supervisor
it "it comes up" up inbox
it "it speaks with the host" eventually 20 speaks
jid=$(jls -j "${prefix}_inbox" jid)
it "it stops" herd stop inbox
it "and is stopped within a second of its end" stopped_in 1000
show "$work/out"
if jls -d -j "$jid" jid >/dev/null 2>&1; then
    it "the status says that a jail of it still dies" an_earlier_jail_dies
    it "the log has no word of that" sh -c "! grep -q 'dying' '$work/supervisor.out'"
else
    skip "the status says that a jail of it still dies" "this kernel has let it go at once"
fi
it "its mounts are gone" is "$(mount_points_below "$(root_of inbox)")" ""
it "so is its pair of interfaces" is "$(pairs)" 0
it "it starts again at once, under the same name" timeout 10 "$bin/herd" start inbox
it "in another jail" differs "$(jls -j "${prefix}_inbox" jid)" "$jid"
it "and speaks" eventually 20 speaks

# The same after the death of the supervisor.
kill_both
start_supervisor
it "after the supervisor's death it is up again" timeout 10 "$bin/herd" wait inbox --for running
it "and speaks again" eventually 20 speaks
it "it stops" herd stop inbox
it "within a second again" stopped_in 1000
show "$work/out"
it "nothing is left" eventually 15 host_is_as_before
finish
