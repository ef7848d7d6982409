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
umount "$mounted"
mounted=
finish
