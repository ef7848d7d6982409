#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the definitions that ship"

services_directory=$(cd "$here/../../services" && pwd)
# Git does not keep the modes that the supervisor asks for: look at copies.
mkdir "$work/shipped" "$work/demo" "$work/examples" "$work/plans"
cp "$services_directory"/*.ucl "$work/shipped/"
cp "$services_directory"/demo/*.ucl "$work/demo/"
cp "$services_directory"/examples/*.ucl "$work/examples/"
chmod 600 "$work/shipped"/*.ucl "$work/demo"/*.ucl "$work/examples"/*.ucl
for file in "$work/shipped"/*.ucl; do
    it "herd check accepts $(basename "$file")" herd check "$file"
done
it "and all of them together" herd check "$work/shipped"
it "herd check accepts the demo" herd check "$work/demo"

# The steps of docs/JAILS.md. A plan asks what the host looks like: where it lacks a program or a tree of the examples, others
# take their place.
for file in "$work/examples"/*.ucl; do
    it "herd check accepts $(basename "$file")" herd check "$file"
done
it "and all steps together" herd check "$work/examples"
mkdir -p "$work/tree/dev" "$work/tree/usr/share"
chmod 755 "$work/tree" "$work/tree/usr" "$work/tree/usr/share"
tree=/usr/local/jails/inbox
zones=/usr/share/zoneinfo
if [ ! -d "$tree" ]; then tree=$work/tree; fi
if [ ! -d "$zones" ]; then zones=/usr/share; fi
receiver=/usr/bin/nc
if [ ! -x "$receiver" ]; then receiver=/bin/cat; fi
counter=/usr/bin/wc
if [ ! -x "$counter" ]; then counter=/bin/ls; fi
for file in "$work/examples"/*.ucl; do
    sed "s,/usr/local/jails/inbox$,$tree,; s,/usr/share/zoneinfo,$zones,g; s,/usr/bin/nc,$receiver,g; s,/usr/bin/wc,$counter,g" \
        "$file" >"$work/plans/$(basename "$file")"
done
chmod 600 "$work/plans"/*.ucl
it "what takes their place is accepted too" herd check "$work/plans"
for name in $(sed -n 's/^service \([^ ]*\) .*/\1/p' "$work/plans"/*.ucl); do
    it "$name has a plan" herd check --plan "$name" "$work/plans"
done
# planned NAME PATTERN SENTENCE
planned() { it_says "$2" "$3" herd check --plan "$1" "$work/plans"; }
planned inbox-plain '^inbox-plain: has no jail' "step 1 has no jail"
planned inbox-confined '1  jail .* path=/ persist host=inherit .*ip4=inherit ip6=disable' "step 2 makes nothing but a jail"
planned inbox-tree "jail .* path=$tree .*devfs_ruleset=4 ip4=inherit ip6=inherit" "step 3 has a tree of its own"
planned inbox-ephemeral "mount +nullfs .* on .root$receiver, read-only" "step 4 exposes its program"
planned inbox-ephemeral 'mount .*/root becomes read-only' "and closes its root"
planned inbox-digest '^inbox-digest: runs in the jail of inbox-shared' "step 5 has two services in one jail"
planned inbox-shared 'rctl +-a jail:inbox-shared:memoryuse:deny=67108864' "with bounds"
planned inbox-vnet "ifconfig +inside: .*the jail's end has 10\.77\.0\.2/30" "step 6 has a network of its own"

cp "$work/demo"/*.ucl "$etc/services.d/"
start_supervisor
it "the demo comes up" up database api web greeter school base pupil@alice clock
it "its one-shot is completed" herd status disk
it "its mailer fails" herd wait mailer --for failed --timeout 30s
it "which sets off the alarm" herd wait alarm --for completed --timeout 30s
it "its action answers" herd say greeter hello
said 'hello' "with what it was told"
it_exits 1 "and fails with nothing to say" herd say greeter
it "the database has a backup" herd backup database weekly
said 'backup of demo: weekly' "of that name"
it "it reads its settings again" herd reload database
it "a third pupil comes" herd start pupil@carol
it "the maintenance page" herd start maintenance
it_exits 3 "sends web away" herd status web
it "and gives way to it" herd start web
it_exits 3 "as it should" herd status maintenance
it "a stubborn one is stopped" herd stop stubborn

it "the database stops" herd stop database
it_exits 3 "and web with it" herd status web
it "everything can be started again" herd start web
finish
