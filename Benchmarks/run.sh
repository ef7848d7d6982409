#!/bin/sh
# Measures fruix-shepherd beside runit, s6, supervisord, and a bare fork+exec loop, in one run; prints Markdown.
#
# usage: run.sh DIRECTORY-OF-THE-EXECUTABLES COUNT...
#
# RUNS (3): boots of each, of which the median is taken. RESTARTS (50): kills a run. IDLE (60): seconds of watching.
# DEATHS (3): of the supervisor, a run, and as many upgrades; after more in a minute the keeper waits. COSTS ("250 2000"):
# beside how many services the costs of a start and a restart are compared, REPEATS (200): of each. PEERS: whom to measure.
# Linux and FreeBSD. docs/BENCHMARKS.md says what each number means.
set -u

bin=$(cd "${1:?usage: run.sh DIRECTORY-OF-THE-EXECUTABLES COUNT...}" && pwd) || exit 64
shift
runs=${RUNS:-3}
restarts=${RESTARTS:-50}
idle=${IDLE:-60}
deaths=${DEATHS:-3}
costs=${COSTS-250 2000}
repeats=${REPEATS:-200}
system=$(uname)
case $system in
Linux) peers=${PEERS:-floor shepherd s6 runit supervisord} boot_bound=1.05 ;;
FreeBSD) peers=${PEERS:-floor proper-floor shepherd s6 runit supervisord} boot_bound=1.8 ;;
*)
    echo "no system that the benchmarks know: measure/kernel.h says what one needs" >&2
    exit 69
    ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/shepherd-bench.XXXXXX") || exit 1
root=
end_signal=15
trap 'finish_peer >/dev/null 2>&1; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP PIPE

# compile PROGRAM SOURCE... [-static]
compile() {
    program=$1
    shift
    cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o "$work/$program" "$@" || exit 1
}
compile measure "$here"/measure/*.c
compile floor "$here/floor.c"
compile sleeper "$here/sleeper.c" -static
compile hostile-client "$here/../Tests/system/helpers/hostile-client.c"
measure=$work/measure
sleeper=$work/sleeper
BENCH_RECORDS=$work/records
export BENCH_RECORDS
# supervisord alone needs more than the usual 1,024.
ulimit -n 100000 2>/dev/null || ulimit -n "$(ulimit -H -n)"

installed() {
    case $1 in
    floor | proper-floor | shepherd) true ;;
    s6) command -v s6-svscan >/dev/null ;;
    runit) command -v runsvdir >/dev/null ;;
    supervisord) command -v supervisord >/dev/null ;;
    esac
}

present=
for peer_name in $peers; do
    if installed "$peer_name"; then present="$present $peer_name"; else echo "$peer_name is not installed, and left out" >&2; fi
done
peers=$present

# prepare PEER COUNT: its configuration, of so many sleepers.
prepare() {
    rm -rf "${work:?}/scan" "${work:?}/etc" "${work:?}/state" "${work:?}/supervisord.conf"
    number=0
    case $1 in
    shepherd)
        mkdir -p "$work/etc/services.d" "$work/state"
        echo "supervisor { state-directory = \"$work/state\"; log-directory = \"$work/log\" }" >"$work/etc/supervisor.ucl"
        while [ "$number" -lt "$2" ]; do
            echo "service s$number { exec = [$sleeper, $BENCH_RECORDS, \"$number\"]; log = none; respawn = true; respawn-delay = 0 }"
            number=$((number + 1))
        done >"$work/etc/services.d/sleepers.ucl"
        chmod -R go-w "$work/etc"
        ;;
    s6 | runit)
        mkdir "$work/scan"
        while [ "$number" -lt "$2" ]; do
            mkdir "$work/scan/$number"
            ln -s "$sleeper" "$work/scan/$number/run"
            number=$((number + 1))
        done
        ;;
    supervisord)
        cat >"$work/supervisord.conf" <<INI
[supervisord]
nodaemon=true
minfds=$(($2 * 4 + 1024))
minprocs=$(($2 + 200))
logfile=/dev/null
logfile_maxbytes=0
pidfile=$work/supervisord.pid
loglevel=critical
INI
        while [ "$number" -lt "$2" ]; do
            printf '[program:s%d]\ncommand=%s %s %d\nautorestart=true\nstartsecs=1\nstdout_logfile=NONE\nstderr_logfile=NONE\n' \
                "$number" "$sleeper" "$BENCH_RECORDS" "$number"
            number=$((number + 1))
        done >>"$work/supervisord.conf"
        ;;
    esac
}

# boot PEER COUNT: starts it. In $booted the milliseconds until the last sleeper ran, in $own those from its exec until the first
# did; or - when that did not happen. $root is from then on the process that all others of it descend from: the keeper.
boot() {
    set -- "$1" "$2" "$measure" start "$BENCH_RECORDS" "$2" 120 "$work/pid" "$work/output"
    peer=$1 count=$2
    shift 2
    end_signal=15
    case $peer in
    floor) set -- "$@" "$work/floor" "$sleeper" "$BENCH_RECORDS" "$count" ;;
    proper-floor) set -- "$@" "$work/floor" -p "$sleeper" "$BENCH_RECORDS" "$count" ;;
    shepherd) set -- "$@" "$bin/fruix-shepherd" --foreground --config "$work/etc" --socket "$work/socket" ;;
    s6) set -- "$@" s6-svscan -c "$((count + 100))" "$work/scan" ;;
    runit)
        set -- "$@" runsvdir "$work/scan"
        end_signal=1
        ;;
    supervisord) set -- "$@" supervisord -c "$work/supervisord.conf" ;;
    esac
    "$@" >"$work/boot"
    read -r booted own <"$work/boot"
    root=$(cat "$work/pid")
    if [ "$booted" = - ]; then
        note "$peer did not start $count services within two minutes"
        tail -n 3 "$work/output" >&2
        finish_peer
        return 1
    fi
}

finish_peer() {
    if [ -n "$root" ]; then "$measure" end "$root" "$end_signal" "$BENCH_RECORDS" >"$work/end"; fi
    root=
}

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)]; else print "-" }'; }
result() { echo "$1" >>"$work/result.$peer_name.$n.$2"; }
# value PEER COUNT WHAT: the median of what was noted, or -.
value() { if [ -s "$work/result.$1.$2.$3" ]; then median <"$work/result.$1.$2.$3"; else echo -; fi; }
# worst PEER COUNT WHAT: the greatest; - if one is missing.
worst() {
    if [ ! -s "$work/result.$1.$2.$3" ] || grep -q '^-$' "$work/result.$1.$2.$3"; then echo -; else sort -n "$work/result.$1.$2.$3" | tail -n 1; fi
}

note() { echo "$*" >&2; }

# succeed KEY [COMMAND...]: fruix-shepherd's supervisor is succeeded by another, DEATHS times.
succeed() {
    key=$1
    shift
    time=1
    while [ "$time" -le "$deaths" ]; do
        "$measure" succession "$BENCH_RECORDS" "$n" "$work/socket" 40 "$@" >"$work/succession"
        read -r answer slowest killed touched <"$work/succession"
        result "$answer" "$key"
        result "$slowest" "$key-restart"
        result "$killed" "$key-killed"
        result "$touched" "$key-touched"
        time=$((time + 1))
        # Its successor has all that it wants to do behind it.
        sleep 1
    done
}

# each COMMAND: with so many services, one after the other.
each() {
    number=0
    while [ "$number" -lt "$repeats" ] && [ "$number" -lt "$n" ]; do
        "$bin/herd" --socket "$work/socket" "$1" "s$number" >/dev/null || note "herd $1 s$number has failed"
        number=$((number + 1))
    done
}

# spent KEY COMMAND...: the time on a processor that it costs the supervision, noted for each repeat, in µs.
spent() {
    key=$1
    shift
    "$measure" usage "$root" "$BENCH_RECORDS" >"$work/before"
    "$@" >"$work/spent" || note "$* has failed"
    # What is done after the answer belongs to it.
    sleep 1
    "$measure" usage "$root" "$BENCH_RECORDS" >"$work/usage"
    # Not more than there are services.
    times=$((repeats < n ? repeats : n))
    result "$(paste "$work/before" "$work/usage" | awk -v times="$times" '{ printf "%.1f", ($7 - $1) * 1000 / times }')" "$key-cpu"
    result "$(paste "$work/before" "$work/usage" | awk -v times="$times" '{ printf "%.1f", ($8 - $2) * 1000 / times }')" "$key-system"
}

for n in "$@"; do
    # The peers take turns, so that what else the machine does hits all of them.
    turn=1
    while [ "$turn" -le "$runs" ]; do
        for peer_name in $peers; do
            # runsvdir's limit is built in: 1,000 services.
            if [ "$peer_name" = runit ] && [ "$n" -gt 1000 ]; then continue; fi
            # Three pipes a service: more descriptors than a process may have?
            if [ "$peer_name" = supervisord ] && [ $((n * 4 + 1024)) -gt "$(ulimit -n)" ]; then continue; fi
            note "$peer_name, $n services, turn $turn"
            prepare "$peer_name" "$n"
            boot "$peer_name" "$n" || continue
            result "$booted" boot
            result "$own" own
            # Young services are not restarted at once by some: let them become older than a second. And the books closed.
            sleep 2
            "$measure" usage "$root" "$BENCH_RECORDS" >"$work/usage"
            read -r cpu _ memory resident processes switches <"$work/usage"
            result "$cpu" cpu
            result "$memory" memory
            result "$resident" resident
            result "$processes" processes
            if [ "$turn" -eq 1 ] && [ "$n" -eq 1000 ]; then
                sleep "$idle"
                "$measure" usage "$root" "$BENCH_RECORDS" >"$work/usage"
                read -r _ _ _ _ _ later <"$work/usage"
                result "$((later - switches))" idle
            fi
            "$measure" restart "$BENCH_RECORDS" "$n" "$restarts" >"$work/restart"
            read -r middle high <"$work/restart"
            result "$middle" restart
            result "$high" restart95
            if [ "$peer_name" = shepherd ]; then
                result "$("$measure" run 20 "$bin/herd" --socket "$work/socket" status)" status
                mkfifo "$work/tether"
                "$work/hostile-client" "$work/socket" 200 <"$work/tether" >"$work/hostile" 2>&1 &
                hostile=$!
                exec 9>"$work/tether"
                sleep 1
                "$measure" restart "$BENCH_RECORDS" "$n" "$restarts" >"$work/restart"
                exec 9>&-
                wait "$hostile"
                rm -f "$work/tether"
                read -r middle high <"$work/restart"
                result "$middle" hostile
                result "$high" hostile95
                succeed upgrade "$bin/herd" --socket "$work/socket" upgrade root
                succeed death
            fi
            finish_peer
            read -r ended left <"$work/end"
            result "$ended" end
            result "$left" left
        done
        turn=$((turn + 1))
    done
done

case " $peers " in *" shepherd "*) ;; *) costs= ;; esac
peer_name=shepherd
for n in $costs; do
    turn=1
    while [ "$turn" -le "$runs" ]; do
        note "costs beside $n services, turn $turn"
        turn=$((turn + 1))
        prepare shepherd "$n"
        boot shepherd "$n" || continue
        sleep 2
        spent restarts "$measure" restart "$BENCH_RECORDS" "$n" "$((repeats < n ? repeats : n))"
        each stop
        spent starts each start
        finish_peer
    done
done

# ratio A B
ratio() { echo "$1 $2" | awk '{ if ($1 == "-" || $2 == "-" || $2 == 0) print "-"; else printf "%.2f\n", $1 / $2 }'; }
# tenths A B: A / B, to one decimal place.
tenths() { echo "$1 $2" | awk '{ if ($1 == "-") print "-"; else printf "%.1f\n", $1 / $2 }'; }
milliseconds() { echo "$1" | awk '{ if ($1 == "-") print "-"; else printf "%.2f\n", $1 / 1000 }'; }

echo
echo "$(uname -sr), $(getconf _NPROCESSORS_ONLN) processors, $(date -u +%Y-%m-%d); medians of $runs runs, $restarts restarts each"
for n in "$@"; do
    echo
    echo "### $n services"
    echo
    echo "| | boot, ms | x floor | CPU of the supervision, ms | its memory, MiB | its processes | restart, ms | 95 % | x floor | end, ms | left behind |"
    echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for peer_name in $peers; do
        printf '| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n' "$peer_name" \
            "$(value "$peer_name" "$n" boot)" "$(ratio "$(value "$peer_name" "$n" boot)" "$(value floor "$n" boot)")" \
            "$(tenths "$(value "$peer_name" "$n" cpu)" 1)" "$(tenths "$(value "$peer_name" "$n" memory)" 1024)" \
            "$(value "$peer_name" "$n" processes)" \
            "$(milliseconds "$(value "$peer_name" "$n" restart)")" "$(milliseconds "$(value "$peer_name" "$n" restart95)")" \
            "$(ratio "$(value "$peer_name" "$n" restart)" "$(value floor "$n" restart)")" \
            "$(value "$peer_name" "$n" end)" "$(value "$peer_name" "$n" left)"
    done
done

echo
echo "### The bounds"
echo
echo "| what | bound | measured |"
echo "| --- | --- | --- |"
bound() { printf '| %s | %s | %s |\n' "$1" "$2" "$3"; }
bound "boot of 1,000, x floor" "$boot_bound" "$(ratio "$(value shepherd 1000 boot)" "$(value floor 1000 boot)")"
bound "CPU of the supervision for it" "200 ms" "$(tenths "$(value shepherd 1000 cpu)" 1) ms"
bound "boot of 10,000, x that of 1,000" "10.5" "$(ratio "$(value shepherd 10000 boot)" "$(value shepherd 1000 boot)") (floor: $(ratio "$(value floor 10000 boot)" "$(value floor 1000 boot)"))"
bound "restart with 1,000 services, x floor" "1.2" "$(ratio "$(value shepherd 1000 restart)" "$(value floor 1000 restart)")"
bound "resident memory of all of the supervision for each further service (100 to 1,000)" "2 KiB" "$(echo "$(value shepherd 1000 resident) $(value shepherd 100 resident)" | awk '{ if ($1 == "-" || $2 == "-") print "-"; else printf "%.2f KiB", ($1 - $2) / 900 }')"
for peer_name in $peers; do
    bound "context switches in $idle idle seconds, 1,000 services, $peer_name" "$([ "$peer_name" = shepherd ] && echo 0)" "$(value "$peer_name" 1000 idle)"
done
bound "\`herd status\` with 1,000 services, a whole process" "15 ms" "$(milliseconds "$(value shepherd 1000 status)") ms"
bound "restart with 200 hostile clients, x without" "1" "$(ratio "$(value shepherd 1000 hostile)" "$(value shepherd 1000 restart)") (95 %: $(milliseconds "$(value shepherd 1000 hostile95)") ms)"
bound "own start: exec to the first service's, 100 services" "10 ms" "$(value shepherd 100 own) ms (floor: $(value floor 100 own) ms)"
# succession KEY WORD: the lines on the supervisor's deaths, or its upgrades.
succession() {
    bound "$2 with 1,000 services, to its successor's answer" "150 ms" "$(value shepherd 1000 "$1") ms (slowest: $(worst shepherd 1000 "$1") ms)"
    bound "slowest restart meanwhile, of $(value shepherd 1000 "$1-killed")" "300 ms" "$(worst shepherd 1000 "$1-restart") ms"
    bound "other services that were touched by it" "0" "$(worst shepherd 1000 "$1-touched")"
}
succession death "death of the supervisor"
succession upgrade "upgrade"
# compared KEY WORD: what one costs beside the most services and beside the fewest.
compared() {
    few=${costs%% *} many=${costs##* }
    bound "CPU of $2 beside $many services, x beside $few" "1.2" \
        "$(ratio "$(value shepherd "$many" "$1-cpu")" "$(value shepherd "$few" "$1-cpu")") ($(value shepherd "$many" "$1-cpu") µs; system time alone: $(ratio "$(value shepherd "$many" "$1-system")" "$(value shepherd "$few" "$1-system")"))"
}
if [ -n "$costs" ]; then
    compared restarts "a restart"
    compared starts "a start"
fi
