#!/bin/sh
# Whether tests can make every call fail that CProc makes on this system: the names in Sources/CProc/common/seam.h against
# what its objects refer to, with the seam in them.
set -eu

cd "$(dirname "$0")/.."
sources=Sources/CProc
case $(uname -s) in
FreeBSD) system=freebsd ;;
*) system=linux ;;
esac
# What cannot fail, fails without a consequence, or is written to a buffer.
harmless='_exit atoi cap_getmode cgetnum cgetstr clock_gettime closedir dirfd endmntent exit fclose fflush fgets fputs free
freeifaddrs getegid getenv geteuid getmntent getopt_long getpagesize getpid getppid inet_pton isatty jail_errmsg jailparam_free
localtime_r login_close malloc_trim mallopt memcmp memcpy memmove memset posix_spawn_file_actions_addclosefrom_np
posix_spawn_file_actions_destroy posix_spawn_file_actions_init pthread_attr_destroy pthread_attr_setsigmask_np sigaddset
sigemptyset sigfillset snprintf strchr strcmp strcpy strcspn strerror_r strlcpy strlen strncmp strrchr strstr strtoull
umask vsnprintf'

work=$(mktemp -d "${TMPDIR:-/tmp}/check-seam.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0
for source in "$sources"/common/*.c "$sources"/linux/*.c "$sources"/freebsd/*.c; do
    case $source in */common/seam.c) continue ;; esac
    if [ "$(grep '^#include' "$source" | tail -n 1 | sed 's/.*[/"]\([a-z.]*\)"$/\1/')" != seam.h ]; then
        echo "check-seam: $source does not include seam.h behind everything else"
        failed=1
    fi
done
for source in "$sources"/common/*.c "$sources/$system"/*.c; do
    cc -std=gnu11 -DCPROC_SEAM -I"$sources/include" -c -o "$work/$(basename "$(dirname "$source")")-$(basename "$source" .c).o" "$source"
done
nm "$work"/*.o | awk '
    NF == 2 && $1 == "U" { print $2 > "'"$work"'/wanted" }
    NF == 3 && $2 ~ /[TDBRC]/ { print $3 > "'"$work"'/ours" }'
{
    cat "$work/ours"
    echo "$harmless" | tr ' ' '\n'
    sed -n 's/^#define \([a-z_0-9]*\)(.*/\1/p' "$sources/common/seam.h"
} | sort -u >"$work/known"
# Variables, and what a compiler or a C library has names of its own for.
missing=$(sort -u "$work/wanted" | comm -23 - "$work/known" | grep -v -E '^(_[A-Z_]|__|environ$|opt(arg|err|ind)$|std(err|out)$)' || true)
if [ -n "$missing" ]; then
    echo "check-seam: no test can make these fail; name them in $sources/common/seam.h, or here when they cannot:"
    echo "$missing" | sed 's/^/  /'
    failed=1
fi
exit "$failed"
