#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a jail that cannot be made leaves nothing behind, and says what was in the way"
. "$here/jails.sh"
needs_jails "a jail that cannot be made"
needs_rescue "a jail that cannot be made"
remember_host

mkdir -p "$work/tree/dev" "$work/tree/real"
chmod 755 "$work/tree"
ln -s / "$work/tree/outside"
stay="exec = [$rescue/sh, -c, \"while sleep 60; do :; done\"]; auto-start = false"
# No ruleset has this number: what comes before it in the plan is done, and undone.
empty=61234
if [ -n "$(devfs rule -s "$empty" show 2>/dev/null)" ]; then
    skip "a ruleset without rules" "ruleset $empty has some"
    empty=
fi
services <<UCL
service missing { $stay; jail { name = ${prefix}_missing; root = ephemeral; expose = [$rescue, $work/nowhere] } }
service link { $stay; jail { name = ${prefix}_link; path = $work/tree; mount { type = tmpfs; to = /outside/tmp } } }
service itself { $stay; jail { name = ${prefix}_itself; path = $work/tree; mount { type = nullfs; from = $work/tree; to = /real } } }
service nameless { $stay; jail { name = ${prefix}_nameless; parameters { "allow.no_such_thing" = true } } }
service halfway { $stay
  jail { name = ${prefix}_halfway; root = ephemeral; expose = $rescue
    mount [ { type = tmpfs; to = /scratch }, { type = devfs; to = /dev; ruleset = ${empty:-4} } ] }
}
service held { requirement = missing; $stay }
UCL
start_supervisor
# refused NAME PATTERN SENTENCE: it does not start, for that reason, and nothing is left.
refused() {
    it_exits 1 "$3" herd start "$1"
    said "$2" "with the reason"
    it_says "$2" "which the status has too" herd status "$1"
    it "it leaves nothing" eventually 15 host_is_as_before
}
refused missing "$work/nowhere does not exist" "a source that is missing is refused"
refused link "outside is a symbolic link" "so is a mount through a link out of the root"
refused itself "contains the place that it would be mounted at" "and one that would hang the kernel"
refused nameless "allow.no_such_thing" "a parameter that the kernel does not know"
if [ -n "$empty" ]; then refused halfway "has no rules" "devices without rules, after three mounts"; fi
it_exits 1 "what requires such a service says why it is held" herd start held
said 'its requirement missing' "with the name"
finish
