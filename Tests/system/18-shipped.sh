#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the definitions that ship"

services_directory=$(cd "$here/../../services" && pwd)
# Git does not keep the modes that the supervisor asks for: look at copies.
mkdir "$work/shipped" "$work/demo"
cp "$services_directory"/*.ucl "$work/shipped/"
cp "$services_directory"/demo/*.ucl "$work/demo/"
chmod 600 "$work/shipped"/*.ucl "$work/demo"/*.ucl
for file in "$work/shipped"/*.ucl; do
    it "herd check accepts $(basename "$file")" herd check "$file"
done
it "and all of them together" herd check "$work/shipped"
it "herd check accepts the demo" herd check "$work/demo"
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
