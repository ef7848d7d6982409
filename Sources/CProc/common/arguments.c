#if defined(__linux__) || defined(__FreeBSD__)

#include "CProc.h"

#include "seam.h"

static int count;
static char *const *words;

/*
 * What main gets.  Where Swift's library looks for it instead (/proc/self/cmdline on Linux) may not be
 * there: in a jail, early at boot.  Both systems call a program's constructors with main's arguments
 * (FreeBSD: __libc_start1 and rtld; Linux: glibc's __libc_start_main and ld.so).
 */
__attribute__((constructor)) static void
remember(int argc, char **argv)
{
	count = argc;
	words = argv;
}

int
cproc_argument_count(void)
{
	return count;
}

const char *
cproc_argument(int index)
{
	return index >= 0 && index < count ? words[index] : NULL;
}

#endif
