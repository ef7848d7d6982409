#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what a load says, refuses and leaves to a restart"

unknown() { "$bin/herd" status "$1" 2>&1 | grep -q 'there is no service'; }
silent() { ! herd status web | grep -q "$1"; }

services <<UCL
service web { exec = [$helpers/stay, $journal, web]; documentation = "first" }
service db { exec = [$helpers/stay, $journal, db] }
service api { exec = [$helpers/stay, $journal, api]; requirement = [db] }
UCL
start_supervisor
it "all of it runs" up web db api
web=$(pid_of web)

# A file that is no file.
mv "$etc/services.d/test.ucl" "$work/kept.ucl"
mkfifo "$etc/services.d/test.ucl"
it_exits 1 "a pipe in the place of a file is refused" herd load root
said 'test[.]ucl: it is no regular file' "and named"
it_exits 1 "by herd check as well" herd check "$etc"
rm "$etc/services.d/test.ucl"
mkdir "$etc/services.d/test.ucl"
it_exits 1 "so is a directory" herd load root
said 'test[.]ucl: it is a directory' "and named"
rmdir "$etc/services.d/test.ucl"

# Nothing left.
it_exits 1 "a configuration that has lost all its definitions is refused" herd load root
said 'defines nothing' "with the reason"
said 'allow-empty' "and with what to do if it is meant"
kill -HUP "$supervisor"
it "by SIGHUP as well" eventually 10 grep -q 'defines nothing' "$work/supervisor.out"
it "nothing was touched" is "$(pid_of web)" "$web"
cp "$work/kept.ucl" "$etc/services.d/test.ucl"

# Too much.
awk 'BEGIN { for (i = 0; i < 90000; i++) print "# a line that says nothing, and a few words more to fill it" }' >"$etc/services.d/big.ucl"
it_exits 1 "a file beyond the bound is refused" herd load root
said 'larger than 4 MiB' "with the bound"
rm "$etc/services.d/big.ucl"

# What a load says.
services <<UCL
service web { exec = [$helpers/stay, $journal, web2]; documentation = "second" }
service db { exec = [$helpers/stay, $journal, db] }
service fresh { exec = [/nonexistent/fresh]; auto-start = no }
service comes { exec = [$helpers/stay, $journal, comes] }
UCL
it "a dry run" herd load root --dry-run
said 'nothing is done' "says that nothing is done"
said 'changed web [(]documentation, exec[)]' "what has changed, key by key"
said 'would stop: api' "what would stop"
said 'would start: comes' "what would start"
it "and does nothing" is "$(pid_of web)" "$web"
it "nothing at all" unknown comes
it "the load itself" herd load root
said 'added fresh, comes; removed api; changed web' "says the same"
said '^stops: api' "what stops"
said '^starts: comes' "what starts"
said 'older definition until they are restarted: web' "what a restart is needed for"
said 'fresh: the program ./nonexistent/fresh. does not exist' "and what is missing here, as herd check does"
it_says 'definition changed: herd restart web' "the table marks it" herd
it_says 'changed since' "so does its status" herd status web
it_says 'what runs was started by' "herd show has what runs" herd show web
said ', web[]];' "with its old command"
said 'web2' "and what the next start uses"
said 'differs in documentation, exec' "and where they differ"
it "a restart" herd restart web
it "is all that was needed" silent "changed since"
it "api is gone" eventually 10 unknown api

# What was edited and not loaded.
services <<UCL
service web { exec = [$helpers/stay, $journal, web3] }
service db { exec = [$helpers/stay, $journal, db] }
UCL
it "a restart of what was edited and not loaded" herd restart web
said 'test[.]ucl has changed since it was loaded' "says so"
it_says 'has changed since it was loaded' "so does its status" herd status web
it "after a load" herd load root
it "and a restart" herd restart web
it "nothing is said any more" silent "has changed since"
mv "$etc" "$etc.away"
it "a restart without the files" herd restart web
said 'test[.]ucl is gone since it was loaded; a start or restart uses what is loaded' "says that they are gone"
it_says 'test[.]ucl is gone since it was loaded' "so does the status" herd status web
it "without advice to load them" silent "herd load root"
it_says '"gone_files":\["[^"]*test[.]ucl"' "programs are told too" herd status web --json
mv "$etc.away" "$etc"

# The supervisor's own section.
mkdir "$work/log2"
log=$work/log2
supervisor_settings "socket = \"$work/other\"; shutdown-timeout = 5s"
it "a changed section of the supervisor" herd load root
said 'from now on: .*log-directory' "says what counts at once"
said 'from now on: .*shutdown-timeout' "all of it"
it_says "log directory *$work/log2" "and the status has it" herd status root
it "what is started now" herd restart web
it "has its log there" test -e "$work/log2/web.log"

it "an empty configuration that is meant" sh -c "rm '$etc/services.d/test.ucl' && '$bin/herd' load root --allow-empty"
it "ends all of it" eventually 10 unknown web
finish
