#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a log on a full disk"

if ! as_root || ! on_linux; then
    skip "a log on a full disk" "needs root on Linux, to mount a small tmpfs"
    finish
fi
mkdir "$work/small"
if ! mount -t tmpfs -o size=64k none "$work/small" 2>"$work/out"; then
    skip "a log on a full disk" "tmpfs cannot be mounted here"
    finish
fi
mounted=$work/small
services <<UCL
service loud { exec = [/bin/sh, -c, "while :; do echo a line that nobody reads; sleep 0.01; done"]; log = $work/small/loud.log }
service beside { exec = [$helpers/stay]; respawn = true; respawn-delay = 10ms }
service newcomer { exec = [$helpers/stay]; log = $work/small/newcomer.log; auto-start = false }
UCL
dd if=/dev/zero of="$work/small/filler" bs=1024 count=64 >/dev/null 2>&1
start_supervisor
it "a service whose log is full comes up" up loud
it "another is not touched" up beside
pid=$(pid_of beside)
kill -KILL "$pid"
it "it is started again as ever" running_again beside "$pid"
it "the supervisor answers" herd status
it "a start with a log on the full disk does as well as it can" sh -c "'$bin/herd' start newcomer || '$bin/herd' status newcomer | grep -q 'No space\|log'"
it "load works" herd load root
stop_supervisor
it "the supervisor ends well" is "$?" 0
it "no process is left" eventually 5 none_left

# The state directory on the full disk: what is started then is not recorded.
supervisor=
: >"$work/small/loud.log"
rm -f "$work/small/filler" "$work/small/"*.log
services <<UCL
service late { exec = [$helpers/stay]; log = none; auto-start = false }
UCL
sed "s|state-directory = .*|state-directory = \"$work/small/state\"|" "$etc/supervisor.ucl" >"$work/edited"
cat "$work/edited" >"$etc/supervisor.ucl"
start_supervisor
dd if=/dev/zero of="$work/small/filler" bs=1024 count=64 >/dev/null 2>&1
record=$work/small/state/processes
# A page of the record may be there already: it is filled, as by processes that came and went.
filler() { dd if=/dev/zero bs=1 count=$((4096 - $(wc -c <"$record") % 4096)) 2>/dev/null | tr '\0' '\n' >>"$record"; }
filler
it "a service is started all the same" herd start late
it_says 'the record of processes is incomplete: .*processes' "the status says what is not recorded" herd status root
it "once" sh -c "[ \$('$bin/herd' status root | grep -c 'record of processes') -eq 1 ]"
it "so does the log" grep -q 'the record of processes is incomplete' "$work/supervisor.out"
rm "$work/small/filler"
stop_supervisor
it "the supervisor ends well" is "$?" 0
it "no process is left" eventually 5 none_left
supervisor=
umount "$mounted"
mounted=
finish
