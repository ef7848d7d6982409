# What the system tests share. A script sources it first:
#
#   . "$(dirname "$0")/lib.sh"
#   begin "a title"
#   services <<UCL ... UCL
#   start_supervisor
#   it "does this" command...
#   finish
#
# POSIX sh and the base system's tools only: the same scripts run on FreeBSD and on Linux.
#
# The runner sets SHEPHERD_BIN (where fruix-shepherd and herd are) and SHEPHERD_HELPERS (the compiled helpers).
# SHEPHERD_KEEPER=no has the supervisors do without a keeper; else each has one.
#
# What the shell knows as `$supervisor` stays over deaths and upgrades: with a keeper it is the keeper's pid. Signals are
# sent there, as everybody does; own_pid is that of the supervisor itself.
# shellcheck shell=sh disable=SC2034

set -u

bin=${SHEPHERD_BIN:?the directory of the executables; use run.sh}
helpers=${SHEPHERD_HELPERS:?the directory of the compiled helpers; use run.sh}
here=$(cd "$(dirname "$0")" && pwd)
# No other supervisor of this user is to be found by mistake.
unset FRUIX_SHEPHERD_SOCKET XDG_RUNTIME_DIR
NO_COLOR=1
LC_ALL=C
export NO_COLOR LC_ALL

# For whoever starts fruix-shepherd by itself. Unquoted: it may be nothing.
keeper_option=
if [ "${SHEPHERD_KEEPER:-yes}" = no ]; then keeper_option=--no-keeper; fi
test_number=0
failures=0
supervisor=
# Every process that this script started or learnt to be the supervisor's: ended by pid at the end, whatever happens.
started=

# begin TITLE: a private directory, with the configuration of a supervisor that nobody else sees.
begin() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/shepherd-test.XXXXXX") || exit 1
    tag=$(basename "$work")
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP PIPE
    etc=$work/etc
    socket=$work/socket
    journal=$work/journal
    log=$work/log
    mkdir -p "$etc/services.d" "$work/state" "$log"
    : >"$journal"
    FRUIX_SHEPHERD_SOCKET=$socket
    export FRUIX_SHEPHERD_SOCKET
    supervisor_settings ""
    echo "# $1"
}

# supervisor_settings TEXT: supervisor.ucl, with further lines of its section.
# Each service finds FRUIX_TEST in its environment, by which cleanup knows whose it is.
supervisor_settings() {
    cat >"$etc/supervisor.ucl" <<UCL
supervisor {
  state-directory = "$work/state"
  log-directory = "$log"
  $1
}
defaults { environment { FRUIX_TEST = "$tag" } }
UCL
}

# services [FILE]: the definitions on standard input become services.d/FILE.ucl.
services() {
    cat >"$etc/services.d/${1:-test}.ucl"
    chmod 600 "$etc/services.d/${1:-test}.ucl"
}

# launch ARGUMENT...: starts a supervisor without waiting for it. It has the mark of this test too.
launch() {
    # shellcheck disable=SC2086
    FRUIX_TEST=$tag "$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket" "$@" \
        >>"$work/supervisor.out" 2>&1 </dev/null &
    supervisor=$!
    started="$started $supervisor"
}

# launch_with_keeper OPTION...: the same under a keeper with these options of its own.  $program is the supervisor's.
program=$bin/fruix-shepherd
launch_with_keeper() {
    FRUIX_TEST=$tag "${keeper:-$bin/fruix-keeper}" "$@" -- "$program" --foreground --config "$etc" --socket "$socket" \
        >>"$work/supervisor.out" 2>&1 </dev/null &
    supervisor=$!
    started="$started $supervisor"
}

# start_supervisor ARGUMENT...: starts it, and returns when it answers.
start_supervisor() {
    launch "$@"
    if ! eventually 20 supervisor_answers || gone "$supervisor"; then
        not_ok "the supervisor starts"
        show "$work/supervisor.out"
        finish
    fi
}

with_keeper() { [ -z "$keeper_option" ]; }

# own_pid: of the supervisor itself, as it says.
own_pid() { root_fact pid; }

# own_holder: the pid of the keeper's companion.
own_holder() {
    ps -axo pid= -o ppid= -o command= | awk -v up="$supervisor" '$2 == up && index($0, "--holder") { print $1; exit }'
}

# kill_both: supervisor and keeper, at once, as nobody should. $dead is the pid by which their processes are known.
kill_both() {
    remember_processes
    # Whoever lives for a moment longer is to do nothing about it.
    kill -STOP "$supervisor"
    # shellcheck disable=SC2046
    kill -KILL $(own_pid_of "$supervisor") "$supervisor"
    wait "$supervisor" 2>/dev/null
    eventually 10 gone "$supervisor"
    for pid in $remembered; do
        case $(ps -o command= -p "$pid" 2>/dev/null) in
        *fruix-keeper*--holder*) eventually 10 gone "$pid" ;;
        esac
    done
    dead=$supervisor
}

# own_pid_of KEEPER: the supervisor's own, by the table of processes: it need not answer. Without a keeper there is none.
own_pid_of() {
    ps -axo pid= -o ppid= -o command= |
        awk -v up="$1" '$2 == up && $3 ~ /fruix-shepherd$/ && $4 != "worker" && $4 != "jail" && $4 != "probe" { print $1; exit }'
}

# kill_supervisor [SIGNAL]: the supervisor alone, and returns when its successor answers.
kill_supervisor() {
    killed=$(own_pid_of "$supervisor")
    kill -s "${1:-KILL}" "$killed" && eventually 30 succeeded "$killed"
}
# succeeded PID: another supervisor answers.
succeeded() {
    successor=$(own_pid)
    [ -n "$successor" ] && [ "$successor" != "$1" ]
}

# workers: the pids of those that the supervisor has.
workers() {
    ps -axo pid= -o ppid= -o command= | awk -v parent="$supervisor" '$2 == parent && $4 == "worker" { print $1 }'
}

# alone COMMAND...: herd where nobody listens.
alone() { env FRUIX_SHEPHERD_SOCKET="$work/nobody" "$bin/herd" "$@"; }

# Answers, or is dead: then there is nothing to wait for.
supervisor_answers() {
    if gone "$supervisor"; then return 0; fi
    "$bin/herd" status root >/dev/null 2>&1
}

# stop_supervisor [SIGNAL]: ends it; its exit status is the function's.
# shellcheck disable=SC2120 # The scripts that give a signal are not looked at here.
stop_supervisor() {
    remember_processes
    kill -s "${1:-TERM}" "$supervisor" 2>/dev/null
    wait "$supervisor"
}

herd() {
    "$bin/herd" "$@"
}

# eventually SECONDS COMMAND...: tries until it succeeds. The only place that sleeps.
eventually() {
    tries_left=$(($1 * 20))
    shift
    until "$@"; do
        tries_left=$((tries_left - 1))
        if [ "$tries_left" -le 0 ]; then return 1; fi
        sleep 0.05
    done
}

# up NAME...: waits until each is running.
up() {
    for name in "$@"; do
        "$bin/herd" wait "$name" --for running --timeout 30s >/dev/null 2>&1 || return 1
    done
}

# fact NAME KEY: a value of the service's status, from the JSON; nothing if there is none. The keys of an object come in
# any order, so it is read to its end: strings, depth, and what belongs to which object.
fact() {
    # A slow, busy machine is no silence.
    "$bin/herd" status "$1" --timeout 30s --json 2>/dev/null | awk -v wanted="$1" -v key="$2" '
        { text = text $0 "\n" }
        function value_ends() {
            if (word != "" && last_key != "") { value[depth, last_key] = word; last_key = "" }
            word = ""
        }
        END {
            for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                if (quoted) {
                    if (c == "\\") { word = word substr(text, ++i, 1) }
                    else if (c == "\"") quoted = 0
                    else word = word c
                } else if (c == "\"") { quoted = 1; word = "" }
                else if (c == ":") { last_key = word; word = "" }
                else if (c == "{" || c == "[") {
                    depth++; last_key = ""; word = ""
                    value[depth, "name"] = ""; value[depth, "state"] = ""; value[depth, key] = ""
                } else if (c == "," || c == "}" || c == "]") {
                    value_ends()
                    # A jail has a name too, but no state.
                    if (c == "}" && value[depth, "name"] == wanted && value[depth, "state"] != "") { print value[depth, key]; exit }
                    if (c != ",") depth--
                } else if (c !~ /[ \t\n]/) word = word c
            }
        }'
}

# root_fact KEY: a value of what the supervisor says of itself: pid, keeper, number, predecessor.text; nothing if there is none.
root_fact() {
    "$bin/herd" status root --timeout 30s --json 2>/dev/null | awk -v wanted=".supervisor.$1" '
        { text = text $0 "\n" }
        function value_ends() {
            if (word != "" && path[depth] "." last_key == wanted) { print word; done = 1 }
            word = ""; last_key = ""
        }
        END {
            for (i = 1; i <= length(text) && !done; i++) {
                c = substr(text, i, 1)
                if (quoted) {
                    if (c == "\\") { word = word substr(text, ++i, 1) }
                    else if (c == "\"") quoted = 0
                    else word = word c
                } else if (c == "\"") { quoted = 1; word = "" }
                else if (c == ":") { last_key = word; word = "" }
                else if (c == "{" || c == "[") {
                    path[depth + 1] = path[depth] (depth > 0 ? "." last_key : "")
                    depth++; word = ""; last_key = ""
                } else if (c == "," || c == "}" || c == "]") {
                    value_ends()
                    if (c != ",") depth--
                } else if (c !~ /[ \t\n]/) word = word c
            }
        }'
}

pid_of() { fact "$1" pid; }
state_of() { fact "$1" state; }
is_in_state() { [ "$(state_of "$1")" = "$2" ]; }
alive() { kill -0 "$1" 2>/dev/null && ! is_zombie "$1"; }
gone() { ! alive "$1"; }
# Also of one that was reaped just now, by another process than the supervisor.
is_zombie() { case $(ps -o stat= -p "$1" 2>/dev/null) in Z* | '') return 0 ;; *) return 1 ;; esac }
# journal_is TEXT: the journal's lines without the pids, in one line.
journal_is() { [ "$(sed 's/ .*//' "$journal" | tr '\n' ' ' | sed 's/ $//')" = "$1" ]; }
# comes_before A B: both are in the journal, A first.
comes_before() {
    awk -v a="$1" -v b="$2" '$1 == a && !first { first = NR } $1 == b && !second { second = NR }
        END { exit !(first && second && first < second) }' "$journal"
}

# descendants PID: all of them, by the table of processes.
descendants() {
    ps -axo pid= -o ppid= | awk -v root="$1" '
        { parent[$1] = $2 }
        END {
            for (pid in parent) {
                for (up = pid; up in parent && up != root && up > 1; up = parent[up]) ;
                if (up == root && pid != root) print pid
            }
        }'
}

# remember_processes: what the supervisor has now is ended by cleanup, should it not have done so itself.
remember_processes() {
    remembered=$(descendants "$supervisor" | tr '\n' ' ')
    started="$started $remembered"
}

# none_left: none of the remembered processes, and none with the tag of this test.
none_left() {
    for pid in ${remembered:-}; do
        if alive "$pid"; then
            echo "still there: $(ps -o pid= -o ppid= -o command= -p "$pid")"
            return 1
        fi
    done
    if [ -n "$(tagged)" ]; then
        echo "still there: $(tagged)"
        return 1
    fi
}

# tagged: the pids of processes with this test's tag in their environment.
tagged() {
    ps axeww -o pid= -o command= >"$work/processes" 2>/dev/null
    # A zombie has no environment any more.
    awk -v tag="FRUIX_TEST=$tag" '{ for (i = 2; i <= NF; i++) if ($i == tag) { print $1; next } }' "$work/processes"
}

ok() {
    test_number=$((test_number + 1))
    echo "ok $test_number - $1"
}

not_ok() {
    test_number=$((test_number + 1))
    failures=$((failures + 1))
    echo "not ok $test_number - $1"
}

# skip SENTENCE REASON
skip() {
    test_number=$((test_number + 1))
    echo "ok $test_number - $1 # skipped: $2"
}

# show FILE: as comments, the end of it.
show() {
    if [ -s "$1" ]; then tail -n 40 "$1" | sed 's/^/#   /'; fi
}

# it SENTENCE COMMAND...: the command succeeds.
it() { it_exits 0 "$@"; }

# it_exits STATUS SENTENCE COMMAND...: the command ends with the status. What it said is kept in $work/out.
it_exits() {
    wanted_status=$1
    sentence=$2
    shift 2
    "$@" >"$work/out" 2>&1
    got_status=$?
    if [ "$got_status" -eq "$wanted_status" ]; then ok "$sentence"; else
        not_ok "$sentence"
        echo "#   $* ended with $got_status, not $wanted_status"
        show "$work/out"
    fi
}

# it_says PATTERN SENTENCE COMMAND...: what the command prints matches the extended regular expression.
it_says() {
    pattern=$1
    sentence=$2
    shift 2
    "$@" >"$work/out" 2>&1
    if grep -E -q -- "$pattern" "$work/out"; then ok "$sentence"; else
        not_ok "$sentence"
        echo "#   no line of $* matches $pattern"
        show "$work/out"
    fi
}

# said PATTERN SENTENCE: the same of what the command before has printed.
said() {
    cp "$work/out" "$work/said"
    it_says "$1" "$2" cat "$work/said"
    cp "$work/said" "$work/out"
}

is() { [ "$1" = "$2" ] || { echo "\"$1\" is not \"$2\""; return 1; }; }
differs() { [ -n "$1" ] && [ "$1" != "$2" ] || { echo "\"$1\" and \"$2\""; return 1; }; }

# running_again NAME PID: the service runs, under another pid than this.
running_again() {
    "$bin/herd" wait "$1" --for running --after "$2" --timeout 30s
}

as_root() { [ "$(id -u)" -eq 0 ]; }
on_linux() { [ "$(uname)" = Linux ]; }

# program NAME: its path, also where daemons are installed.
program() {
    for directory in $(echo "$PATH" | tr ':' ' ') /usr/sbin /usr/local/sbin /usr/local/bin /usr/lib/postgresql/*/bin; do
        if [ -x "$directory/$1" ]; then
            echo "$directory/$1"
            return 0
        fi
    done
    return 1
}

# free_port N: a port that is likely to be free, another for each N and each script.
free_port() { echo $((20000 + ($$ * 7 + $1 * 131) % 20000)); }

# finish: stops what is still there, and ends the script.
finish() {
    if [ -n "$supervisor" ] && kill -0 "$supervisor" 2>/dev/null; then
        stop_supervisor
        supervisor_status=$?
        it "the supervisor ends well" is "$supervisor_status" 0
        it "no process is left" eventually 5 none_left
        it "no socket is left" test ! -e "$socket"
    fi
    echo "1..$test_number"
    exit "$((failures > 0))"
}

cleanup() {
    script_status=$?
    trap - EXIT INT TERM HUP PIPE
    if [ "$script_status" -ne 0 ] && [ -s "$work/supervisor.out" ]; then
        echo "# the supervisor said:"
        show "$work/supervisor.out"
    fi
    for pid in $started; do
        kill -TERM "$pid" 2>/dev/null
    done
    if [ -n "$supervisor" ]; then eventually 8 gone "$supervisor"; fi
    for pid in $started $(tagged); do
        kill -KILL "$pid" 2>/dev/null
    done
    if [ -n "${mounted:-}" ]; then umount "$mounted"; fi
    # What is mounted below the directory is not ours to change, let alone to remove.
    if [ -n "${before_removal:-}" ] && ! "$before_removal"; then
        echo "# $work is left as it is"
        exit 1
    fi
    chmod -R u+rwX "$work" 2>/dev/null
    rm -rf "$work"
    exit "$script_status"
}
