#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "requirements come up first and go down last"

# A service is up once its exec has succeeded, which is before it has written its first line: a post-start that waits for
# the line makes the order of the lines that of the services.
noted() { echo "post-start = [[/bin/sh, -c, \"until grep -q '^+$1 ' $journal; do sleep 0.01; done\"]]"; }

services <<UCL
service disk { exec = [$helpers/stay, $journal, disk]; $(noted disk) }
service database { requirement = [disk]; exec = [$helpers/stay, $journal, database]; $(noted database) }
service cache { requirement = [disk]; exec = [$helpers/stay, $journal, cache]; $(noted cache) }
service api { requirement = [database]; wants = [cache, absent-one]; exec = [$helpers/stay, $journal, api]; $(noted api) }
service web { requirement = [api]; exec = [$helpers/stay, $journal, web]; $(noted web) }
service late { after = [web]; exec = [$helpers/stay, $journal, late]; $(noted late) }
service early { before = [disk]; exec = [$helpers/stay, $journal, early]; $(noted early) }
group everything { requirement = [web, cache] }
service unasked { auto-start = false; requirement = [web]; exec = [$helpers/stay, $journal, unasked]; $(noted unasked) }
service prepared {
  pre-start = [[/bin/sh, -c, "echo pre >> $journal"]]
  exec = [$helpers/stay, $journal, prepared]
  post-start = [[/bin/sh, -c, "until grep -q '^+prepared ' $journal; do sleep 0.01; done; echo post-start >> $journal"]]
  post-stop = [[/bin/sh, -c, "echo post-stop >> $journal"]]
}
UCL
start_supervisor

it "all of them come up" up disk database cache api web late early everything prepared
it "a requirement is there before what requires it" comes_before +disk +database
it "and so along the chain" comes_before +database +api
it "to its end" comes_before +api +web
it "what is wanted comes first too" comes_before +cache +api
it "after orders" comes_before +web +late
it "before orders" comes_before +early +disk
it "pre-start comes before the main process" comes_before pre +prepared
it "post-start comes after it" comes_before +prepared post-start
it_exits 3 "a group is up without a process, what is not auto-start is stopped" herd status unasked
it "the group says that it is up" herd status everything

: >"$journal"
it "stop takes down what requires the service" herd stop database
said 'web' "and lists it"
it "a dependent stops before its requirement" comes_before -web -api
it "and so along the chain" comes_before -api -database
it "what does not require it stays" herd status cache
it "the requirement of what was stopped stays" herd status disk
it_exits 3 "the dependents are stopped" herd status web
it_exits 3 "the group is stopped with its requirement" herd status everything

: >"$journal"
it "start brings the requirements up" herd start everything
it "in their order" comes_before +database +api
it "to the end" comes_before +api +web

: >"$journal"
web=$(pid_of web)
it "restart brings back up what it took down" herd restart database
it "web is running again" up web
it "with another process" differs "$(pid_of web)" "$web"
it "restart stops first" comes_before -database +database

: >"$journal"
stop_supervisor
it "the supervisor ends well" is "$?" 0
it "the end takes web down before api" comes_before -web -api
it "and api before database" comes_before -api -database
it "and database before disk" comes_before -database -disk
it "post-stop runs after the last process" comes_before -prepared post-stop
it "no process is left" eventually 5 none_left
it "no socket is left" test ! -e "$socket"
finish
