# What the scripts about the keeper share; sourced after lib.sh.
# shellcheck shell=sh disable=SC2034,SC2154

keeper=$bin/fruix-keeper
player=$helpers/play-supervisor
told=$work/told
commands=$work/commands
said=$work/keeper.out
: >"$said"

# prepare: a journal and a fifo for the next keeper.
prepare() {
    rm -f "$told" "$commands"
    : >"$told"
    mkfifo "$commands"
}
# keep ARGUMENT...: starts a keeper, with a played supervisor, and takes its pid. A pause is 50 ms for every second.
keep() {
    prepare
    # What a shell has in the background ignores INT.
    FRUIX_TEST=$tag "$helpers/hearing" "$keeper" --pause-unit 50 "$@" "$player" "$told" "$commands" 2>>"$said" </dev/null &
    pid=$!
    started="$started $pid"
    it "a supervisor is ready" heard ' ready$'
}
# order WORD...: tells the supervisor to do something.
order() { echo "$*" >"$commands"; }
has() { grep -E -q -- "$1" "$told"; }
# heard PATTERN: a line like that comes into the journal.
heard() {
    eventually 60 has "$1" && return 0
    echo "nothing like $1 in"
    tail -n 20 "$told" "$said"
    return 1
}
count() { grep -E -c -- "$1" "$told"; }
counts() { [ "$(count "$1")" -eq "$2" ]; }
# come NUMBER PATTERN: so many lines of that kind come.
come() {
    eventually 60 counts "$2" "$1" && return 0
    echo "$(count "$2") instead of $1"
    tail -n 20 "$told" "$said"
    return 1
}
# children NAME: the keeper's children with that in their command line.
child_named() {
    ps -axo pid= -o ppid= -o command= |
        awk -v up="$pid" -v name="$1" '$2 == up && index($0, name) { print $1; exit }'
}
supervisor_pid() { child_named "$told"; }
holder_pid() { child_named --holder; }
# pids_of FIRST LAST: of the processes with these identities, as supervisor number 1 has heard.
pids_of() { awk -v first="$1" -v last="$2" '$2 == "started" && $3 >= first && $3 <= last { print $4 }' "$told"; }
# ends_once NUMBER FIRST LAST STATUS: that supervisor has heard of each end, once, with that status.
ends_once() {
    come "$(($3 - $2 + 1))" "^$1 ended [0-9]+ $4\$" || return 1
    awk -v number="$1" -v first="$2" -v last="$3" '
        $1 == number && $2 == "ended" { heard[$3]++ }
        END { for (i = first; i <= last; i++) if (heard[i] != 1) { print i " ended " heard[i] + 0 " times"; bad = 1 } exit bad }' "$told"
}
# all_known NUMBER: that supervisor has said of every end that it knows it.
all_known() {
    order known
    heard "^$1 all known\$"
}
# all_live FIRST LAST: none of them has ended.
all_live() {
    for one in $(pids_of "$1" "$2"); do alive "$one" || return 1; done
}
# ends_as STATUS: the keeper ends by itself, with that.
ends_as() {
    eventually 20 gone "$pid" || { echo "it is still there"; return 1; }
    wait "$pid"
    is "$?" "$1"
}
nobody_left() { [ -z "$(tagged)" ]; }
# The supervisor, the holder and the keeper have the mark of the test too.
nobody_but_the_family() { [ "$(tagged | wc -l)" -le 3 ]; }
reaped() { ! kill -0 "$1" 2>/dev/null; }
# The end of a keeper that has served.
leave() {
    order leave "${1:-0}"
    it "it leaves, and the keeper with it" ends_as "${1:-0}"
    it "nobody is left" eventually 20 nobody_left
}
