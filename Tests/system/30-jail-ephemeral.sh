#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "an ephemeral root: what is declared, and nothing else"
. "$here/jails.sh"
needs_jails "an ephemeral root"
needs_rescue "an ephemeral root"
needs_ruleset "an ephemeral root"
remember_host

mkdir -p "$work/writable" "$work/undeclared"
echo "the host's" >"$shared/exposed"
probe=$(inside probe <<'SCRIPT'
# usage: probe.sh EXPOSED WRITABLE UNDECLARED
tell() { if "$@" 2>/dev/null; then echo "$label: yes"; else echo "$label: no"; fi; }
sees() { ps -p "$1" >/dev/null; }
writes() { ( echo inside >"$1" ) 2>/dev/null; }
label=reads-exposed; tell [ "$(cat "$1/exposed")" = "the host's" ]
label=writes-exposed; tell writes "$1/exposed"
label=makes-in-exposed; tell writes "$1/new"
label=writes-writable; tell writes "$2/new"
label=has-undeclared; tell [ -e "$3" ]
label=has-etc; tell [ -e /etc ]
label=writes-root; tell writes /new
label=makes-directory; tell mkdir /newdir
label=writes-scratch; tell writes /scratch/new
label=has-null; tell [ -c /dev/null ]
label=has-mem; tell [ -e /dev/mem ]
label=sees-itself; tell sees $$
label=sees-supervisor; tell sees "$(cat "$1/supervisor")"
SCRIPT
)
# On a path of its own, since what is exposed may lie below /tmp.
cat >"$shared/tmp.sh" <<'SCRIPT'
echo inside >/tmp/new && cat /tmp/new
SCRIPT
services <<UCL
service look { one-shot = true; auto-start = false; log = $work/look
  exec = [$rescue/sh, $probe, $shared, $work/writable, $work/undeclared]
$(ephemeral look "writable = $work/writable")
}
service stays { exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
$(ephemeral stays)
}
service programs { one-shot = true; auto-start = false; log = $work/programs; exec = [/bin/sh, -c, "echo from inside"]
  jail { name = ${prefix}_programs; root = ephemeral; expose = /bin/sh; libraries = true } }
service temporary { one-shot = true; auto-start = false; log = $work/temporary; exec = [$rescue/sh, /scripts/tmp.sh]
  environment { PATH = $rescue }
  jail { name = ${prefix}_temporary; root = ephemeral; expose = $rescue
    mount [ { type = nullfs; from = $shared; to = /scripts; read-only = true }, { type = tmpfs; to = /tmp; mode = 01777 } ] } }
UCL
start_supervisor
echo "$supervisor" >"$shared/supervisor"
it "a one-shot looks around inside" herd start look
result() { sed -n "s/^$1: //p" "$work/look"; }
# expect LABEL YES-OR-NO SENTENCE
expect() { it "$3" is "$(result "$1")" "$2"; }
expect reads-exposed yes "an exposed file can be read"
expect writes-exposed no "but not written"
expect makes-in-exposed no "and nothing is made beside it"
expect writes-writable yes "what is exposed writable can be written"
it "which reaches the host" is "$(cat "$work/writable/new")" inside
it "what is exposed read-only is as it was" is "$(cat "$shared/exposed")" "the host's"
expect has-undeclared no "what was not declared is not there"
expect has-etc no "nor is /etc"
expect writes-root no "the root itself is read-only"
expect makes-directory no "for directories too"
expect writes-scratch yes "a tmpfs can be written"
expect has-null yes "devfs shows /dev/null"
expect has-mem no "but not the memory of the host"
expect sees-itself yes "it sees its own processes"
expect sees-supervisor no "and not those of the host"
it "its root is gone with it" eventually 10 test ! -e "$(root_of look)"

it "a program brings its libraries" herd start programs
it "and runs" is "$(cat "$work/programs")" "from inside"
it "a tmpfs at /tmp is mounted" herd start temporary
it "and can be written" is "$(cat "$work/temporary")" inside

it "a service that stays has come up" up stays
root=$(root_of stays)
it "the kernel names its root" is "$(jls -j "${prefix}_stays" path)" "$root"
it "which is a mount" is "$(mount_points_below "$root" | tail -n 1)" "$root"
it_says "^tmpfs on $root .*read-only" "of a tmpfs that is read-only" mount
it_says "^$rescue on $root$rescue .*read-only" "with what is exposed" mount
it "it stops" herd stop stays
it "nothing is mounted any more" is "$(mount_points_below "$root")" ""
it "nothing is left" eventually 15 host_is_as_before
finish
