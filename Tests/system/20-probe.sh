#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the probe: what of the kernel works, and what the supervisor does without it"

TMPDIR=$work/temporary
METADATA_OUT=$work/metadata
export TMPDIR METADATA_OUT
mkdir "$TMPDIR"

keys() { sed 's/=.*//' "$1" | tr '\n' ' ' | sed 's/ $//'; }
nothing_is_left() { [ -z "$(ls -A "$TMPDIR")" ] || { ls -AR "$TMPDIR"; return 1; }; }
# Every line is a key and one of the agreed values.
well_formed() {
    ! grep -E -v '^(feature\.[A-Za-z_]+=(yes|no)|(runtime|root)\.[a-z_]+=(ok|failed: .+|skipped: needs (root|FreeBSD)|unsupported-on-tested-filesystem))$' "$1"
}

studied="feature.SYS_clone feature.SYS_unshare feature.SYS_setns feature.SYS_pivot_root feature.FreeBSD_jail \
feature.Capsicum_headers feature.sys_prctl_h feature.linux_close_range_h runtime.fork_waitpid \
runtime.posix_spawn_addclosefrom_np runtime.close_range runtime.posix_fallocate runtime.lutimes runtime.statvfs \
root.chroot root.jail root.lchown"
wanted="$studied runtime.pdfork runtime.procdesc_kevent runtime.reaper runtime.pdkill runtime.capsicum root.nullfs \
root.tmpfs root.jail_vnet root.rctl"
if on_linux; then wanted="$wanted runtime.pidfd_open runtime.pidfd_exit runtime.subreaper runtime.pidfd_signal"; fi

mount >"$work/mounts-before"
it "it succeeds where the supervisor can run" "$bin/fruix-shepherd" probe
cp "$work/out" "$work/lines"
it "its keys come in their order" is "$(keys "$work/lines")" "$wanted"
it "each line is of the agreed form" well_formed "$work/lines"
it "METADATA_OUT gets the same" cmp "$work/lines" "$METADATA_OUT"
it "its temporary directory is gone" nothing_is_left
mount >"$work/mounts-after"
it "no mount is left" cmp "$work/mounts-before" "$work/mounts-after"
if on_linux; then
    it_says '^runtime.subreaper=ok$' "what Linux has is tried" cat "$work/lines"
    it_says '^root.jail=skipped: needs FreeBSD$' "what only FreeBSD has is said to be" cat "$work/lines"
else
    it_says '^runtime.procdesc_kevent=ok$' "process descriptors work" cat "$work/lines"
    it "no jail is left" sh -c "! jls name | grep fruix-shepherd-probe"
fi
if as_root; then
    it_says '^root.chroot=ok$' "chroot is tried as root" cat "$work/lines"
else
    it_says '^root.chroot=skipped: needs root$' "without root what needs it is not tried" cat "$work/lines"
fi

rm "$METADATA_OUT"
it_says '^\{"feature.SYS_clone":"(yes|no)",.*"root.rctl":"[^"]*"' "--json is one object" "$bin/fruix-shepherd" probe --json
it "and METADATA_OUT has lines all the same" cmp "$work/lines" "$METADATA_OUT"
it_exits 64 "an unknown option is a mistake" "$bin/fruix-shepherd" probe --jsno
METADATA_OUT=$work/missing/file
it_exits 73 "a file that cannot be written is an error" "$bin/fruix-shepherd" probe
said 'METADATA_OUT .*/missing/file cannot be written: .*ENOENT' "which names it"
it "the directory is gone then too" nothing_is_left
METADATA_OUT=
TMPDIR=$work/nowhere
it_exits 71 "a temporary directory that cannot be made is one" "$bin/fruix-shepherd" probe
said 'nowhere/fruix-shepherd-probe.*ENOENT' "which says where"
TMPDIR=$work/temporary

if on_linux; then
    # A kernel that lacks something: the line says it, and the supervisor refuses with it.
    services <<UCL
service stay { exec = [$helpers/stay] }
UCL
    # prctl's first argument 36 is PR_SET_CHILD_SUBREAPER.
    for case in "pidfd_open -1 runtime.pidfd_open" "prctl 36 runtime.subreaper" "close_range -1 runtime.close_range"; do
        # shellcheck disable=SC2086  # three words
        set -- $case
        it_exits 1 "without $1 the probe fails" "$helpers/refuse-call" "$1" "$2" "$bin/fruix-shepherd" probe
        said "^$3=failed: .*\\(ENOSYS\\)\$" "and names the errno"
        it "nothing is left" nothing_is_left
        it_exits 71 "without $1 no supervisor starts" "$helpers/refuse-call" "$1" "$2" \
            "$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket"
        said "^fruix-shepherd: cannot start: .*$3=failed: .*\\(ENOSYS\\)" "it says which line of the probe is why"
        it "in one line" is "$(wc -l <"$work/out" | tr -d ' ')" 1
    done
    it_exits 71 "without an event queue none does" "$helpers/refuse-call" epoll_create1 -1 \
        "$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket"
    said "cannot start: there is no event queue: .*ENOSYS" "and it says so"
    it "no socket was made" test ! -e "$socket"
else
    skip "a kernel that lacks something" "needs Linux"
fi

# A signal in the middle of it, wherever that is: nothing stays, and the status says which signal it was, or that it was
# too late.
ended_by_signal() {
    "$bin/fruix-shepherd" probe >/dev/null 2>&1 &
    probe=$!
    started="$started $probe"
    eventually 5 interrupt_seen
    wait "$probe"
    status=$?
    [ "$status" -eq 143 ] || [ "$status" -eq 0 ]
}
interrupt_seen() {
    gone "$probe" || { [ -n "$(ls -A "$TMPDIR")" ] && kill -TERM "$probe"; }
}
it "it ends at a signal" ended_by_signal
it "and takes its directory with it" nothing_is_left
finish
