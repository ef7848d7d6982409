#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the plan of a jail, printed without a supervisor and without doing anything"

mkdir -p "$work/shared/inner" "$work/tree"
chmod 755 "$work" "$work/tree"
root=$work/state/jails/web/root
services <<UCL
service web { exec = [stay]
  jail { root = ephemeral; expose = [/bin/sh, $work/shared]; libraries = true; mount { type = tmpfs; to = /scratch } } }
service worker { exec = [stay]; jail { shared-with = web } }
service plain { exec = [stay] }
service lost { exec = [stay]; jail { path = $work/tree; expose = [/nowhere, /]; mount { type = nullfs; from = $work; to = /x } } }
UCL

it "a plan is printed" herd check --plan web "$etc"
said "^web: jail web, .root is $root\$" "with the root"
said '^ +[0-9]+  mount     nullfs .* on .root/bin/sh, read-only' "the file that is exposed"
said "mount     nullfs .*/shared on .root$work/shared, read-only" "the directory"
# Of a dynamic one: its linker's path stands in it.
if grep -q '/libexec/ld-elf\|/ld-linux\|/ld-musl' /bin/sh; then
    said 'on .root/.*/?lib.*/libc\.so' "a library of the program"
else
    skip "a library of the program" "/bin/sh is static here"
fi
said "jail      -c name=web path=$root persist host.hostname=web" "and the jail"
it "the undoing too, when it is asked for" herd check --plan web --undo "$etc"
said "^ +[0-9]+  umount $root\$" "down to the root"
it "nothing was made for it" test ! -e "$work/state/jails"
it "a service in another's jail shows that one's plan" herd check --plan worker "$etc"
said '^worker: runs in the jail of web' "and says so"
it "a service without a jail has one line" herd check --plan plain "$etc"
said '^plain: has no jail' "that says so"
it_exits 1 "a jail that cannot be made" herd check --plan lost "$etc"
said '`expose = /nowhere`: /nowhere does not exist' "names what is missing"
said 'the whole host would be seen' "what is too much"
said 'contains the place that it would be mounted at' "and what would hang the kernel"
it "as JSON" herd check --plan web --json "$etc"
said '^\{"ok":true,"service":"web","plan":\{"service":"web","jail":"web",' "it has stable keys"
it_exits 2 "an unknown name" herd check --plan wbe "$etc"
said 'did you mean `web`' "gets the nearest one"
if [ "$(uname -s)" = FreeBSD ]; then
    skip "the note about FreeBSD" "this is it"
else
    it "elsewhere" herd check --plan web "$etc"
    said 'jails need FreeBSD' "a note says that jails need FreeBSD"
fi
finish
