# What the tests of jails share. Sourced after `begin`:
#
#   begin "a title"
#   . "$here/jails.sh"
#   needs_jails "what the script shows"
#   remember_host
#   ...
#   it "nothing is left" eventually 15 host_is_as_before
#
# All that a script makes lies below $work, or is named by $prefix; nothing else is touched.
# shellcheck shell=sh disable=SC2034,SC2154

# The names of this script's jails begin so; jls(8) shows whose they are, should one be left.
prefix=shepherd_test_$$
# Called by cleanup before $work is removed.
before_removal=undo_by_hand
# Static programs in one directory: a jail that exposes it has a shell and the usual tools.
rescue=/rescue
ruleset=4
# The scripts that services run inside, exposed at the same place.
shared=$work/shared
mkdir -p "$shared"
chmod 755 "$work" "$shared"

on_freebsd() { [ "$(uname -s)" = FreeBSD ]; }

# needs_jails SENTENCE: ends the script here where no jail can be made.
needs_jails() {
    if ! on_freebsd; then reason="needs FreeBSD"
    elif ! as_root; then reason="needs root"
    elif [ "$(sysctl -n security.jail.jailed)" = 1 ] && [ "$(sysctl -n security.jail.children.max)" = 0 ]; then
        reason="needs a host, or a jail that may have jails inside"
    else return 0; fi
    skip "$1" "$reason"
    finish
}

# needs_rescue SENTENCE: the same where the static programs are missing.
needs_rescue() {
    if [ -x "$rescue/sh" ] && [ -x "$rescue/ps" ]; then return 0; fi
    skip "$1" "needs the programs of $rescue"
    finish
}

# needs_ruleset SENTENCE: the same where devfs(8) has no rules: nothing is mounted then, since all devices would be seen.
needs_ruleset() {
    if [ -n "$(devfs rule -s "$ruleset" show 2>/dev/null)" ]; then return 0; fi
    skip "$1" "needs the rules of devfs(8): service devfs restart"
    finish
}

# has_epair: whether jails can have a network stack of their own here, and interfaces that join it with the host.
has_epair() { [ "$(sysctl -n kern.features.vimage 2>/dev/null)" = 1 ] && kldstat -q -m if_epair; }

# needs_epair SENTENCE: ends the script here where there is none.
needs_epair() {
    if has_epair; then return 0; fi
    skip "$1" "needs VIMAGE and epair(4): kldload if_epair"
    finish
}

# needs_addresses PREFIX SENTENCE: the same where somebody uses addresses that begin so. The tests take them from the
# network for benchmarks (RFC 2544), which no host should have.
needs_addresses() {
    if ! ifconfig -a | grep -Fq "inet $1."; then return 0; fi
    skip "$2" "the addresses of the test are in use"
    finish
}

# inside NAME: standard input becomes a script that a jail can run at the path that is printed.
inside() {
    cat >"$shared/$1.sh"
    chmod 644 "$shared/$1.sh"
    echo "$shared/$1.sh"
}

# ephemeral NAME [KEYS]: a section `jail` with a root of its own, the tools, the scripts, and /scratch to write to.
ephemeral() {
    cat <<UCL
  environment { PATH = $rescue }
  jail {
    name = ${prefix}_$1
    root = ephemeral
    expose = [$rescue, $shared]
    mount [ { type = devfs; to = /dev; ruleset = $ruleset }, { type = tmpfs; to = /scratch; size = 1m; mode = 01777 } ]
    ${2:-}
  }
UCL
}

# root_of NAME: where the ephemeral root of a service lies, as the kernel names it.
root_of() { echo "$(cd "$work/state" && pwd -P)/jails/$1/root"; }

# mount_points: all of them, in the order of mounting. Without blanks in them: fstab(5) writes those as \040.
mount_points() {
    if on_freebsd; then mount -p | awk '{ print $2 }'; else awk '{ print $2 }' /proc/self/mounts; fi
}

# is_new_epair WORDS: one interface, the host's end of a pair.
is_new_epair() { echo "$1" | grep -Eq '^epair[0-9]+a $' || { echo "\"$1\" is no end of a pair"; return 1; }; }

# mount_points_below DIRECTORY: the newest first, the directory itself included.
mount_points_below() {
    mount_points | awk -v above="$1" '
        $0 == above || index($0, above "/") == 1 { found[++count] = $0 }
        END { for (; count > 0; count--) print found[count] }'
}

# jails_named PREFIX: the names of the jails that begin so.
jails_named() { jls name 2>/dev/null | awk -v prefix="$1" 'index($1, prefix) == 1 { print $1 }'; }
has_jail() { jls -j "$1" jid >/dev/null 2>&1; }
has_no_jail() { ! has_jail "$1"; }
# jail_of PID: the number of the jail that the process is in; 0 is the host.
jail_of() { ps -o jid= -p "$1" | tr -d ' '; }

# host_state: what a jail could leave behind.
host_state() {
    echo "jails:"
    jls jid name path | sort
    echo "mounts:"
    mount -p
    echo "interfaces:"
    ifconfig -l | tr ' ' '\n' | sort
    echo "rules:"
    rctl 2>/dev/null | sort
    echo "journals:"
    ls "$work"/state/jails/*/journal 2>/dev/null
}

remember_host() { host_state >"$work/host.before"; }
host_is_as_before() {
    host_state >"$work/host.now"
    diff "$work/host.before" "$work/host.now"
}

# undo_by_hand: what is still there of this script, when its supervisor has ended. Fails when something stays.
undo_by_hand() {
    real_work=$(cd "$work" && pwd -P) || return 1
    if on_freebsd && as_root; then
        for directory in "$work"/state/jails/*/; do
            if [ -e "${directory}journal" ]; then "$bin/fruix-shepherd" jail down "${directory%/}"; fi
        done
        for jail in $(jails_named "$prefix"); do jail -r "$jail"; done
    fi
    for point in $(mount_points_below "$real_work"); do
        if on_freebsd; then umount -f "$point"; else umount "$point"; fi
    done
    if [ -n "$(mount_points_below "$real_work")" ]; then
        echo "# still mounted:"
        mount_points_below "$real_work" | sed 's/^/#   /'
        return 1
    fi
}

# make_given_pair: of a pair, one end, $ours, stays with the script; the other, $given, is for a jail. The script's end
# removes both.
make_given_pair() {
    ours=$(ifconfig epair create) || exit 1
    given=${ours%a}b
    before_removal=give_up_pair
}
give_up_pair() {
    undo_by_hand
    undone=$?
    ifconfig "$ours" destroy 2>/dev/null
    return "$undone"
}
is_home() { ifconfig "$given" >/dev/null 2>&1; }
is_away() { ! is_home; }
is_at_rest() { case $(state_of "$1") in stopped | failed) return 0 ;; *) return 1 ;; esac; }
