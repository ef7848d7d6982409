#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a mistake in a file is reported whole, and changes nothing"

services <<UCL
service one { exec = [$helpers/stay]; respwan = true }
service two { exec = [$helpers/stay]; requirement = [onne] }
service three { exec = [$helpers/stay]; stop { grace-period = often } }
UCL
launch
wait "$supervisor"
it "a wrong configuration at the first start ends the supervisor with EX_CONFIG" is "$?" 78
cp "$work/supervisor.out" "$work/out"
said 'unknown key.*respwan' "with what is wrong"
said 'test[.]ucl:1:[0-9]+' "with file, line and column"
said 'did you mean .respawn' "with the name that was probably meant"
said 'onne' "all mistakes at once: a requirement that names nothing"
said 'test[.]ucl:2:[0-9]+' "with its place"
said 'test[.]ucl:3:[0-9]+' "all mistakes at once: a duration"
it "no socket was made" test ! -e "$socket"
it_exits 1 "herd check says the same without a supervisor" herd check "$etc"
said 'test[.]ucl:1:[0-9]+' "with file, line and column"
it_exits 1 "fruix-shepherd --check as well" "$bin/fruix-shepherd" --config "$etc" --check

printf 'service broken { exec = [a, b\n' | services
it_exits 1 "a syntax error is one" herd check "$etc"
said 'test[.]ucl:[12]:[0-9]+' "with its place"
printf 'service a { requirement = [b]; exec = [x] }\nservice b { requirement = [a]; exec = [x] }\n' | services
it_exits 1 "a circle is one" herd check "$etc"
said 'a.*b.*a|b.*a.*b' "with its whole path"
printf 'service a { exec = [/bin/sh]; schedule { every = 1h } }\n' | services
it_exits 1 "a key that does not exist yet is an unknown key" herd check "$etc"
printf 'service a { exec = [/bin/sh] }\nservice a { exec = [/bin/sh] }\n' | services
it_exits 1 "two definitions of one name are an error" herd check "$etc"
said ':1:' "which shows the first place"
said ':2:' "and the second"

good() {
    services <<UCL
service stays { exec = [$helpers/stay, $journal, stays]; documentation = "the first" }
service goes { exec = [$helpers/stay, $journal, goes] }
service changes { exec = [$helpers/stay, $journal, old] }
UCL
}
good
it "a good configuration passes the check" herd check "$etc"
start_supervisor
it "and starts" up stays goes changes
stays=$(pid_of stays)
changes=$(pid_of changes)

printf 'service stays { exec = [/bin/sh]; respwan = 1 }\n' | services
it_exits 1 "a load of a wrong configuration is refused" herd load root
said 'test[.]ucl:1:[0-9]+' "with the place"
it "what ran goes on running" is "$(pid_of stays)" "$stays"
it "all of it" herd status goes
kill -HUP "$supervisor"
it "by SIGHUP it is refused as well" eventually 10 grep -q respwan "$work/supervisor.out"
it "and what ran goes on running" is "$(pid_of stays)" "$stays"

services <<UCL
service stays { exec = [$helpers/stay, $journal, stays]; documentation = "the first" }
service changes { exec = [$helpers/stay, $journal, new] }
service comes { exec = [$helpers/stay, $journal, comes] }
UCL
kill -HUP "$supervisor"
it "SIGHUP with a good one starts what is new" eventually 10 "$bin/herd" wait comes --for running --timeout 5s
it "stops what was removed" eventually 10 grep -q '^-goes' "$journal"
it_says 'goes' "and forgets it" herd status goes
it "does not touch what did not change" is "$(pid_of stays)" "$stays"
it "nor what changed, before its next start" is "$(pid_of changes)" "$changes"
it "a restart" herd restart changes
it "takes the new definition" eventually 10 grep -q '^+new' "$journal"

good
it "herd load root does the same" herd load root
said 'goes' "and says what was added"
it "what was added runs" up goes
it "what did not change was not touched" is "$(pid_of stays)" "$stays"

mkdir "$work/more"
printf 'service extra { exec = [%s] }\n' "$helpers/stay" >"$work/more/extra.ucl"
chmod 600 "$work/more/extra.ucl"
it "load root PATH adds services" herd load root "$work/more/extra.ucl"
it "they start" up extra
it "the others stay" is "$(pid_of stays)" "$stays"
it "unload stops and forgets one" herd unload root extra
it_says 'extra' "it is not known any more" herd status extra

services override <<UCL
service stays { override = true; documentation = "the second" }
UCL
it "an override is loaded" herd load root
it_says 'the second' "and replaces a key" herd doc stays
it_says 'override[.]ucl' "show says where each key comes from" herd show stays
said 'test[.]ucl' "also the others"

chmod 666 "$etc/services.d/test.ucl"
it_exits 1 "a file that anybody may write is refused" herd load root
said 'test[.]ucl' "and named"
it_exits 1 "fruix-shepherd --check refuses it as well" "$bin/fruix-shepherd" --config "$etc" --check
said 'test[.]ucl' "and names it"
chmod 600 "$etc/services.d/test.ucl"

printf 'service x { exec = [a, b\n' >"$etc/services.d/test.ucl"
stop_supervisor
: >"$work/supervisor.out"
start_supervisor
it "a boot with errors in the files uses the last configuration that loaded" up stays
it_says 'test[.]ucl' "and says so" cat "$work/supervisor.out"
it_says 'test[.]ucl|configuration' "the status of root too" herd status root
finish
