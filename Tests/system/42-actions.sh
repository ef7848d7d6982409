#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "an action's output reaches a slow reader whole"

# pattern CHARACTER MEGABYTES: so much of one character; $work/progress tells how much is written.
cat >"$work/pattern" <<SH
#!/bin/sh
dd if=/dev/zero bs=65536 count=16 2>/dev/null | LC_ALL=C tr '\\0' "\$1" >"$work/megabyte"
written=0
while [ "\$written" -lt "\$2" ]; do
    cat "$work/megabyte"
    written=\$((written + 1))
    echo "\$written" >"$work/progress"
done
echo end
SH
chmod 755 "$work/pattern"

services <<UCL
service talker { exec = [$helpers/stay]
  actions {
    text { exec = [$work/pattern, x, "30"]; timeout = 1h }
    binary { exec = [$work/pattern, "\\\\377", "6"]; timeout = 1h }
    escapes { exec = [$work/pattern, "\\\\001", "6"]; timeout = 1h }
  } }
UCL
start_supervisor
it "the service comes up" up talker

# The reader begins only when the action cannot write any more.
slowly() {
    rm -f "$work/go" "$work/status" "$work/progress"
    { herd "$1" talker 2>"$work/errors"; echo $? >"$work/status"; } | {
        eventually 120 test -e "$work/go"
        cksum
    } >"$work/sum" &
    reader=$!
    started="$started $reader"
    eventually 60 stands_still
    # Others are served meanwhile, and what waits is little.
    "$bin/herd" status talker >/dev/null 2>&1 || return 1
    memory=$(ps -o rss= -p "$(own_pid)")
    : >"$work/go"
    wait "$reader"
    cat "$work/errors"
    is "$(cat "$work/status")" 0 && is "$(cat "$work/sum")" "$2" && [ "$memory" -lt 131072 ]
}

# stands_still: nothing was written between this try and the one before.
stands_still() {
    now=$(cat "$work/progress" 2>/dev/null)
    [ "${now:-0}" = "${before:-none}" ] && [ "$tries_left" -lt 1160 ]
    settled=$?
    before=${now:-0}
    return "$settled"
}

for kind in text binary escapes; do
    case $kind in
    text) sum=$("$work/pattern" x 30 | cksum) ;;
    binary) sum=$("$work/pattern" '\377' 6 | cksum) ;;
    escapes) sum=$("$work/pattern" '\001' 6 | cksum) ;;
    esac
    it "megabytes of $kind arrive whole" slowly "$kind" "$sum"
done
finish
