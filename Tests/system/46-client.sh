#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "herd: questions stay questions, JSON has all, each step is told"

services <<UCL
service web { exec = [$helpers/stay]
  actions { bytes { exec = [/bin/sh, -c, "printf 'a\\\\377b'; echo text >&2"] } } }
service stubborn { exec = [$helpers/ignore-term]; stop { grace-period = 300ms } }
service bad { exec = [/bin/sh, -c, "exit 7"]; auto-start = false }
UCL

usual() { env -u FRUIX_SHEPHERD_SOCKET HOME="$work/home" XDG_RUNTIME_DIR="$work/run" "$bin/herd" "$@"; }

it_exits 69 "without a supervisor: 69" alone status
said 'FRUIX_SHEPHERD_SOCKET' "and what has named the socket"
it_exits 69 "also by an option" alone status --socket "$work/other"
said '[-]-socket' "which is named"
if as_root; then
    skip "a user is told how to start a supervisor" "needs a user who is not root"
else
    it_exits 69 "without a supervisor of one's own: 69" usual status
    said 'config/fruix-shepherd' "and how to start one"
fi
it_exits 64 "a duration without a unit that is known: 64" alone status --timeout 5parsecs
said '500ms, 30s' "with the units"

for word in stat sta list statuss; do
    it_exits 2 "herd $word is no command: 2" alone $word
    said 'did you mean .status.' "and a question"
    cp "$work/out" "$work/answer"
    it "not a change" sh -c "! grep -E -q 'start|stop|load|reset' '$work/answer'"
done

start_supervisor
it "the services come up" up web stubborn
it_exits 2 "with a service too" herd stat web
said 'did you mean .status.' "a question stays one"

herd --json bytes web >"$work/json.ucl"
it "bytes that are no text are base64 in JSON" grep -q '"stdout_base64":"Yf9i"' "$work/json.ucl"
it "others are text" grep -q '"stderr":"text\\n"' "$work/json.ucl"
it "and the service is named" grep -q '"service":"web"' "$work/json.ucl"
it_says '^[{]"service":"web","ok":false,' "also where nothing comes of it" herd wait web --for stopped --timeout 10ms --json
it_says '^[{]"service":"nobody","ok":false,' "or nobody has the name" herd doc nobody --json
it "status --json has its services before the supervisor" \
    sh -c "'$bin/herd' status --json | grep -q '^[{]\"ok\":true,\"services\":.*\"supervisor\":'"

echo '# changed' >>"$etc/services.d/test.ucl"
it_says '"notes":.*test.ucl has changed since it was loaded' "what is told besides is in the JSON" herd restart web --json
it "the files are loaded" herd load root

it "a stop that takes its time" herd stop stubborn
said '^stubborn +stopping +TERM to [0-9]+$' "has a line for its first step"
said '^stubborn +stopping +KILL to [0-9]+$' "one for the next"
said '^stubborn +stopping +[.]+ +stopped' "and one for its end"

it_says 'exit 7' "a start that fails says why on standard error too" sh -c "'$bin/herd' start bad 2>&1 >/dev/null"
finish
