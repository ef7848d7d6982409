#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "limits, priority, processors, root directory, privileges and terminal of a service"

# nice(1) of FreeBSD does not tell the priority.
priority=$work/priority.sh
echo 'ps -o nice= -p $$ | tr -d " "' >"$priority"
services <<UCL
service limited { one-shot = true; log = $work/limited; limits { openfiles = [100, 200]; core = 0; stack = 4m; cpu-time = 1min }
  exec = [/bin/sh, -c, "ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Ss; ulimit -St"] }
service nice { one-shot = true; log = $work/nice; nice = 9; exec = [/bin/sh, $priority] }
service elsewhere { one-shot = true; log = none; limits { sockets-buffer = 1m; pending-signals = 100 }; exec = [true] }
service many { one-shot = true; log = none; cpus = [0, 1023]; exec = [true] }
service other { one-shot = true; log = none; exec = [true] }
UCL
start_supervisor
for name in limited nice other; do
    it "$name is completed" herd wait "$name" --for completed --timeout 30s
done
it "the limits are those of the definition" is "$(tr '\n' ' ' <"$work/limited")" "100 200 0 4096 60 "
it "the priority too" is "$(cat "$work/nice")" 9
it "the status shows them" herd status limited
said 'limits .*open-files = \[100, 200\]' "each as a file would say it"
it_exits 1 "a limit that the system has not keeps the service from starting" herd status elsewhere
said 'this system has no limit `(sockets-buffer|pending-signals)`' "and the status says so"
it_exits 1 "so does a processor that is not there" herd status many
said 'there is no CPU 1023' "and the status says so"
it "herd show prints limits as they are in force" herd show limited
said 'open-files = \[100, 200\]' "by the names of the language"
said 'stack = 4194304' "in bytes"
if [ "$(uname -s)" = Linux ]; then
    services table <<UCL
service table { one-shot = true; log = none; fib = 1; exec = [true] }
service bound { one-shot = true; log = $work/bound; cpus = 0; no-new-privileges = true; exec = [grep, -E, "NoNewPrivs|Cpus_allowed_list", /proc/self/status] }
UCL
    it "a service with a routing table is loaded" herd load root
    it_exits 1 "and fails" herd start table
    said '`fib` needs FreeBSD' "with the reason"
    it "a service bound to a processor runs" herd wait bound --for completed --timeout 30s
    it "there, and without new privileges" is "$(tr -s '\t\n' '  ' <"$work/bound")" "NoNewPrivs: 1 Cpus_allowed_list: 0 "
else
    skip "what /proc shows" "needs Linux"
fi

# A service that the supervisor may not carry out is the only one that fails.
services rights <<UCL
service rooted { log = none; chroot = $work/root; working-directory = /in; exec = [stay]; environment { PATH = /bin } }
service missing { one-shot = true; log = none; chroot = $work/root; working-directory = /; exec = [/bin/nothing] }
service first { one-shot = true; log = $work/first; nice = -3; exec = [/bin/sh, $priority] }
UCL
mkdir -p "$work/root/bin" "$work/root/in"
if as_root; then
    if ${CC:-cc} -static -o "$work/root/bin/stay" "$here/helpers/stay.c" 2>/dev/null; then
        it "services with rights of root are loaded" herd load root
        it "a static program runs inside its root" herd wait rooted --for running --timeout 30s
        if [ "$(uname -s)" = Linux ]; then
            pid=$(pid_of rooted)
            it "in that root" is "$(readlink "/proc/$pid/root")" "$work/root"
            it "and directory" is "$(readlink "/proc/$pid/cwd")" "$work/root/in"
        fi
        it_exits 1 "a program that is not inside fails" herd start missing
        said "cannot execute /bin/nothing inside the root $work/root" "with root and program named"
        it "it stops" herd stop rooted
    else
        skip "a program inside a root of its own" "needs a static C library"
        it "services with rights of root are loaded" herd load root
    fi
    it "first is completed" herd wait first --for completed --timeout 30s
    it "with more than usual priority" is "$(cat "$work/first")" -3
else
    it "they are loaded all the same" herd load root
    it_exits 1 "without root a root directory is refused" herd start rooted
    said 'needs a supervisor that runs as root' "with the reason"
    it_exits 1 "so is a priority above the usual" herd start first
    it "the others go on" herd start other
fi

services terminal <<UCL
service lost { one-shot = true; terminal = /dev/no-such-terminal; exec = [true] }
UCL
it "a service with a terminal is loaded" herd load root
it_exits 1 "one that is not there fails" herd start lost
said 'cannot open the terminal /dev/no-such-terminal' "and is named"
finish
