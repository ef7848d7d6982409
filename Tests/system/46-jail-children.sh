#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a jail that a service makes inside its own goes with it"
. "$here/jails.sh"
needs_jails "a jail inside a jail"
needs_rescue "a jail inside a jail"
needs_ruleset "a jail inside a jail"
remember_host

# It hears no TERM, and lives below a mount of the outer jail's.
inner=$(inside inner <<'SCRIPT'
trap '' TERM
while :; do sleep 1; done
SCRIPT
)
outer=$(inside outer <<SCRIPT
$rescue/jail -c name=inner path=/ persist || exit 1
$rescue/jexec inner $rescue/sh $inner &
while :; do sleep 60; done
SCRIPT
)
services <<UCL
service nest { orphan = kill; auto-start = false; log = $work/nest; exec = [$rescue/sh, $outer]; stop { grace-period = 300ms }
$(ephemeral nest "children.max = 2")
}
UCL
name=${prefix}_nest
lives_inside() { [ -n "$(in_the_inner)" ]; }
# The process that runs the script inside, seen from the host.
in_the_inner() { ps -axo pid= -o jid= -o command= | awk -v jid="$(jls -j "$name.inner" jid 2>/dev/null)" '$2 == jid && /inner.sh/ { print $1 }'; }

start_supervisor
it "it comes up" herd start nest
it "it makes a jail inside" eventually 20 lives_inside
pid=$(in_the_inner)
started="$started $pid"
it_says "^ *$pid " "herd lists what runs in there" herd processes nest
it "it stops" timeout 20 "$bin/herd" stop nest
it "what ran in there is gone" eventually 5 gone "$pid"
it "and so is the jail" has_no_jail "$name.inner"
it "nothing is left" eventually 15 host_is_as_before

# Whoever removes the outer jail removes the inner one.
it "it starts again" herd start nest
it "and makes its jail" eventually 20 lives_inside
pid=$(in_the_inner)
started="$started $pid"
kill_both
it "killed with all of it there, the next supervisor" start_supervisor
it "has ended what ran in there" eventually 20 gone "$pid"
it "and left nothing" eventually 20 host_is_as_before
finish
