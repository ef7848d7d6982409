#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what needs FreeBSD, where it is missing: one service fails, and the others do not notice"

if ! on_linux; then
    skip "a system without jails" "this one has them"
    finish
fi
services <<UCL
service plain { exec = [stay]; environment { PATH = $helpers } }
service caged { exec = [/bin/sh]; jail { } }
service classed { exec = [/bin/sh]; login-class = daemon }
service bounded { exec = [/bin/sh]; jail { root = ephemeral; expose = /bin/sh }; resources { memory = 64m } }
service lodger { exec = [/bin/sh]; jail { shared-with = caged } }
service all { exec = [/bin/sh]; jail { }; login-class = daemon; resources { memory = 64m } }
service held { exec = [$helpers/stay]; requirement = caged }
UCL

it "herd check accepts the definitions" herd check "$etc"
said 'note: caged: `jail` needs FreeBSD' "with a note for the jail"
said 'note: classed: `login-class` needs FreeBSD' "for the login class"
said 'note: bounded: `jail` and `resources` need FreeBSD' "one for what belongs together"
said 'note: all: `jail`, `resources` and `login-class` need FreeBSD' "however much it is"
it "and checks them completely" is "$(grep -c '^note: ' "$work/out")" 5

start_supervisor
it "a service that needs nothing comes up" up plain
for name in caged classed bounded lodger all; do
    it "$name has failed" is "$(state_of "$name")" failed
done
it_exits 1 "herd status tells of it by its exit status" herd status caged
said 'failed' "by the state"
said '`jail` needs FreeBSD' "and by the reason"
it "which is one line" is "$(grep -c 'FreeBSD' "$work/out")" 1
it_exits 1 "herd start fails" herd start caged
said '`jail` needs FreeBSD' "with the same reason"
it_exits 1 "so it does for a login class" herd start classed
said '`login-class` needs FreeBSD' "with its own"
it_exits 1 "for rules of resources" herd start bounded
said '`jail` and `resources` need FreeBSD' "that go with a jail"
it_exits 1 "and for the jail of another" herd start lodger
said '`jail` needs FreeBSD' "which is a jail all the same"
it_exits 1 "what requires such a service is held" herd status held
said 'its requirement caged has failed' "and says by whom"
it "nothing was made" test ! -e "$work/state/jails"
plain=$(pid_of plain)

# The section comes and goes with a reload.
services <<UCL
service plain { exec = [stay]; environment { PATH = $helpers } }
service caged { exec = [$helpers/stay] }
service classed { exec = [/bin/sh]; login-class = daemon }
service fresh { exec = [$helpers/stay] }
service held { exec = [$helpers/stay]; requirement = caged }
UCL
it "the section is taken out, and it is loaded again" herd load root
it "the service starts" herd start caged
it "what it held up does too" herd start held
caged=$(pid_of caged)
services <<UCL
service plain { exec = [stay]; environment { PATH = $helpers } }
service caged { exec = [$helpers/stay]; jail { } }
service fresh { exec = [$helpers/stay]; jail { name = elsewhere } }
service held { exec = [$helpers/stay]; requirement = caged }
UCL
it "the section is put in" herd load root
it "what runs goes on as it began" is "$(pid_of caged)" "$caged"
it_exits 1 "its next start fails" herd restart caged
said '`jail` needs FreeBSD' "with the reason"
it "its process has gone" eventually 5 gone "$caged"
it_exits 1 "what requires it has failed with it" herd status held
said 'its requirement caged has failed' "and says so"

# A mistake in the section changes nothing.
services <<UCL
service plain { exec = [stay]; environment { PATH = $helpers }; jail { pathh = /x } }
UCL
it_exits 1 "a mistake in the section refuses the load" herd load root
said 'pathh' "and is named"
said 'did you mean `path`' "with what was meant"
it "plain has not noticed any of it" is "$(pid_of plain)" "$plain"

# By hand there is nothing to undo, and nothing is made.
it_exits 64 "the supervisor's worker wants a verb and a directory" "$bin/fruix-shepherd" jail sideways "$work/nowhere"
said 'usage: fruix-shepherd jail up|down DIRECTORY' "and says so"
it_exits 1 "it makes nothing without a plan" "$bin/fruix-shepherd" jail up "$work/nowhere"
said '^\{"failure":"' "and says why, for the supervisor to read"
finish
