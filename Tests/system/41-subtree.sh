#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what a reaper of a service's own hides is ended too"

# timeout(1) is a reaper on FreeBSD: the kernel does not list what is below it with the rest.
command -v timeout >/dev/null || { skip "a reaper below a service" "there is no timeout(1)"; finish; }
cat >"$work/inside" <<SH
trap '' TERM
echo \$\$ >"$work/inner"
while :; do sleep 1000; done
SH
services <<UCL
service web {
  exec = [/bin/sh, -c, "timeout 1000 sh $work/inside & exec sleep 1000"]
  stop { grace-period = 300ms }
}
UCL
start_supervisor
it "it comes up" up web
it "and what is inside too" eventually 10 test -s "$work/inner"
inner=$(cat "$work/inner")
started="$started $inner"
lists_inner() { herd processes web | grep -w "$inner"; }
it "it is listed" lists_inner
it "the service stops" herd stop web
it "nothing of it is left" eventually 5 gone "$inner"
finish
