#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what is damaged, missing or in the way is called what it is"

services <<UCL
service web { exec = [$helpers/stay, $journal, web] }
service off { exec = [$helpers/stay, $journal, off] }
UCL
start_supervisor
it "it runs" up web off
it "one is disabled" herd disable --stop off
stop_supervisor

# Lists that are damaged.
printf 'off\n\000\377\n' >"$work/state/disabled"
: >"$work/supervisor.out"
start_supervisor
it "after damage to the list of disabled services" up web
it "what was disabled does not start" is_in_state off stopped
it_says 'state/disabled cannot be read: line 2 is no name' "it is said" herd status root
said 'the last good copy of it counts' "with what counts"
it_says 'state/disabled cannot be read' "in the log, too" cat "$work/supervisor.out"

# What a start says.
printf '#!/nonexistent/perl\n' >"$work/script"
printf '#!/bin/sh\r\nexit 0\r\n' >"$work/dos"
chmod 700 "$work/script" "$work/dos"
ln -s /dev/null "$work/link.log"
mkfifo "$work/pipe.log"
: >"$work/secret"
ln "$work/secret" "$work/hard.log"
printf 'A=1\nB=a\\\nC=2\n' >"$work/env"
printf 'A=\351\n' >"$work/bytes"
mkfifo "$work/env.pipe"
: >"$work/there.log"
chmod 600 "$work/there.log"
services <<UCL
service web { exec = [$helpers/stay, $journal, web] }
service script { exec = [$work/script]; auto-start = no }
service dos { exec = [$work/dos]; auto-start = no }
service link { exec = [/bin/sh, -c, ":"]; log = "$work/link.log"; auto-start = no }
service pipe { exec = [/bin/sh, -c, ":"]; log = "$work/pipe.log"; auto-start = no }
service hard { exec = [/bin/sh, -c, ":"]; log = "$work/hard.log"; auto-start = no }
service env { exec = [/bin/sh, -c, ":"]; environment-file = "$work/env"; auto-start = no }
service env-pipe { exec = [/bin/sh, -c, ":"]; environment-file = "$work/env.pipe"; auto-start = no }
service bytes { exec = [/bin/sh, -c, "printf %s \"\$A\" | od -An -tx1 >$work/seen"]; one-shot = true; environment-file = "$work/bytes"; auto-start = no }
service rights { exec = [/bin/sh, -c, "echo"]; one-shot = true; log { file = "$work/rights.log"; mode = 0604 }; auto-start = no }
service there { exec = [/bin/sh, -c, "echo"]; one-shot = true; log { file = "$work/there.log"; mode = 0604 }; auto-start = no }
UCL
it "they are loaded" herd load root
it_says 'the interpreter /nonexistent/perl' "a missing interpreter is named" herd start script
it_says 'end in CR LF' "a script of another system is known" herd start dos
it_says 'link.log is a symbolic link' "a log that is a link is called one" herd start link
it_says 'pipe.log is a named pipe that nobody reads' "one that is a pipe as well" herd start pipe
it_says 'hard.log has a second name' "one that is a hard link is refused" herd start hard
it_says 'work/env:2: a line does not go on|env:2: a line does not go on' "a mistake in an environment file has file and line" herd start env
it_says 'env.pipe: it is no regular file' "an environment file that is a pipe is refused" herd start env-pipe
it "bytes that are no UTF-8" herd start bytes
it "reach the program as they are" eventually 10 grep -q 'e9' "$work/seen"
it "a log has the mode" herd start rights
it_says '^-rw----r--' "that the definition says" ls -l "$work/rights.log"
it "one that was there before" herd start there
it_says '^-rw----r--' "has it as well" ls -l "$work/there.log"
stop_supervisor

# A broken configuration at the start of a daemon.
printf 'service x { exec = [a, b\n' >"$etc/services.d/test.ucl"
"$bin/fruix-shepherd" $keeper_option --daemonize --pid-file "$work/pid" --config "$etc" --socket "$socket" >"$work/daemon.out" 2>&1 </dev/null
it "a daemon with a broken configuration and a good copy starts" is "$?" 0
it_says 'test[.]ucl:[12]:[0-9]+' "and says before it goes to the background what is broken" cat "$work/daemon.out"
said 'the last one that loaded is used instead' "and what it does"
started="$started $(cat "$work/pid")"
it "the good one runs" up web
it "it ends" herd stop root
it "and is gone" eventually 20 test ! -e "$socket"

# Places that cannot be made.
if as_root; then
    printf 'file' >"$work/file"
    supervisor_settings ""
    sed "s#$log#$work/file/log#" "$etc/supervisor.ucl" >"$work/changed.ucl"
    cp "$work/changed.ucl" "$etc/supervisor.ucl"
    services <<UCL
service web { exec = [$helpers/stay, $journal, web] }
UCL
    it_exits 71 "a log directory that cannot be made" "$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket"
    said 'log-directory = PATH' "names the key that chooses another"
fi
supervisor=
finish
