#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a hundred starts and stops leave the host as it was"
. "$here/jails.sh"
needs_jails "a hundred starts and stops"
needs_rescue "a hundred starts and stops"
needs_ruleset "a hundred starts and stops"

services <<UCL
service web { auto-start = false; exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
$(ephemeral web)
}
service worker { auto-start = false; requirement = web; exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
  environment { PATH = $rescue }; jail { shared-with = web } }
UCL
start_supervisor
# Once before the host is looked at: what a first start makes and keeps counts as there.
it "it starts" herd start worker
it "and stops" herd stop web
remember_host
# descriptors: how many files the supervisor has open.
descriptors() { procstat -f "$(own_pid)" | wc -l | tr -d ' '; }
has_descriptors() { is "$(descriptors)" "$1"; }
before=$(descriptors)

cycles=0
while [ "$cycles" -lt 100 ]; do
    "$bin/herd" start worker >"$work/cycle" 2>&1 || break
    "$bin/herd" stop web >"$work/cycle" 2>&1 || break
    cycles=$((cycles + 1))
done
it "a hundred times it starts and stops" is "$cycles" 100
if [ "$cycles" -lt 100 ]; then show "$work/cycle"; fi
it "mounts, jails, interfaces and rules are as before" eventually 15 host_is_as_before
it "the supervisor has no more files open" eventually 5 has_descriptors "$before"
finish
