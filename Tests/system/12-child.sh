#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what a service's process finds when it starts"

cat >"$work/variables" <<'TEXT'
# a comment
FROM_FILE=some value
TEXT
services <<UCL
defaults { log = none }
service descriptors { one-shot = true; exec = [$helpers/list-descriptors]; log = $work/descriptors }
service crowd { exec = [$helpers/stay] }
service closed { one-shot = true; requirement = [crowd]; exec = [$helpers/list-descriptors]; log = $work/descriptors-2 }
service surroundings { one-shot = true; log = $work/surroundings; working-directory = $work; umask = 0077
  environment { GREETING = "two words" }; environment-file = $work/variables
  exec = [/bin/sh, -c, "env; echo directory=\`pwd\`; echo umask=\`umask\`; cat; echo error >&2"] }
service inheriting { one-shot = true; log = $work/inheriting; inherit-environment = [FRUIX_TEST_HANDED_DOWN]; exec = [env] }
service words { one-shot = true; log = $work/words; exec = "printf '%s|' one 'two words' \"three \\\\\"3\\\\\"\" \$HOME" }
UCL
services own-log <<UCL
service own-log { one-shot = true; exec = [/bin/sh, -c, "echo first; echo second >&2"] }
UCL
FRUIX_TEST_HANDED_DOWN=yes
FRUIX_TEST_KEPT_BACK=no
export FRUIX_TEST_HANDED_DOWN FRUIX_TEST_KEPT_BACK
# The supervisor itself is given more than it needs: none of that may come through either.
exec 7<"$work/variables" 8>>"$work/ignored"
trap '' USR2
start_supervisor
exec 7<&- 8>&-
trap - USR2
for name in descriptors closed surroundings inheriting words own-log; do
    it "$name is completed" herd wait "$name" --for completed --timeout 30s
done

it "a service sees its standard descriptors, and no other" is \
    "$(grep descriptor "$work/descriptors" | tr '\n' ' ')" "descriptor 0 descriptor 1 descriptor 2 "
it "also when others run already" is \
    "$(grep descriptor "$work/descriptors-2" | tr '\n' ' ')" "descriptor 0 descriptor 1 descriptor 2 "
it "no signal is blocked or ignored" sh -c "! grep -q signal '$work/descriptors'"
it "it leads a session of its own" grep -q 'session leader yes' "$work/descriptors"

it_says '^GREETING=two words$' "it has the environment of its definition" cat "$work/surroundings"
it_says '^FROM_FILE=some value$' "and of its file" cat "$work/surroundings"
it_says '^PATH=' "a PATH" cat "$work/surroundings"
it "and nothing of the supervisor's" sh -c "! grep -q FRUIX_TEST_KEPT_BACK '$work/surroundings'"
it_says "^directory=$work\$" "its directory" cat "$work/surroundings"
it_says '^umask=0?077$' "its umask" cat "$work/surroundings"
it_says '^error$' "its standard error goes to the log" cat "$work/surroundings"
it_says '^FRUIX_TEST_HANDED_DOWN=yes$' "what is named is handed down" cat "$work/inheriting"
it "and nothing else" sh -c "! grep -q FRUIX_TEST_KEPT_BACK '$work/inheriting'"
it_says '^one[|]two words[|]three "3"[|][$]HOME[|]$' "a command is split at blanks, and nothing is expanded" cat "$work/words"
it_says 'second' "the default log is NAME.log in the log directory" cat "$log/own-log.log"

if as_root; then
    chmod 711 "$work"
    services accounts <<UCL
service as-nobody { one-shot = true; user = nobody; log = $work/as-nobody; exec = [/bin/sh, -c, "id -u; id -g; id -G; echo HOME=\$HOME USER=\$USER"] }
service with-group { one-shot = true; user = nobody; group = daemon; groups = [daemon, sys]; log = $work/with-group; exec = [/bin/sh, -c, "id -un; id -gn; id -Gn"] }
service hooked { one-shot = true; user = nobody; log = $work/hooked; exec = [/bin/sh, -c, "id -un"]
  pre-start = [{ exec = [/bin/sh, -c, "id -un > $work/hook-user"]; user = root }] }
UCL
    it "services of another user are loaded" herd load root
    for name in as-nobody with-group hooked; do
        it "$name is completed" herd wait "$name" --for completed --timeout 30s
    done
    it_says "^$(id -u nobody)\$" "it has the user's number" cat "$work/as-nobody"
    it_says "^$(id -g nobody)\$" "the user's group" cat "$work/as-nobody"
    it_says 'USER=nobody' "and name" cat "$work/as-nobody"
    it "nothing of root is left" sh -c "! grep -q '^0\$' '$work/as-nobody'"
    it_says '^daemon$' "the group that is named" cat "$work/with-group"
    it_says 'daemon.*sys|sys.*daemon' "the groups that are named" cat "$work/with-group"
    it_says '^root$' "a hook can run as root" cat "$work/hook-user"
    it_says '^nobody$' "while the service does not" cat "$work/hooked"
else
    skip "services of another user" "needs root"
fi
finish
