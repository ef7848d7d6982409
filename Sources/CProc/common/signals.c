#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "child.h"
#include "last_signal.h"

#include <signal.h>

#include "seam.h"

enum cproc_signal_use
cproc_signal_use(int number)
{
	if (number < 1 || number > LAST_SIGNAL)
		return CPROC_SIGNAL_NONE;
	switch (number) {
	case SIGTERM:
	case SIGINT:
	case SIGHUP:
	case SIGUSR2:
	case SIGCHLD:
		return CPROC_SIGNAL_HEARD;
	case SIGPIPE:
		return CPROC_SIGNAL_IGNORED;
	/* Nobody can do anything about these two. */
	case SIGKILL:
	case SIGSTOP:
	/* A fault of this program: it must not go on as if nothing had been. */
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
	case SIGABRT:
	case SIGSYS:
	/* These do nothing unless somebody asks for them; a terminal sends them to whoever runs in it. */
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
#if defined(SIGEMT)
	case SIGEMT:
#endif
#if defined(SIGINFO)
	case SIGINFO:
#endif
		return CPROC_SIGNAL_DEFAULT;
	default:
		/* 32 and 33 are what the threads libraries of both systems keep for themselves. */
		return number == 32 || number == 33 ? CPROC_SIGNAL_IGNORED : CPROC_SIGNAL_STRANGE;
	}
}

/* Of what the threads libraries keep for themselves: SIGTHR is caught by libthr, which leaves it to nobody; the others would kill
 * (docs/FREEBSD.md). */
static int
ignore_library_signal(int number)
{
#if defined(SIGTHR)
	if (number == SIGTHR)
		return 0;
#endif
	return signal_dispose(number, SIG_IGN);
}

static int
begin(int number)
{
	switch (cproc_signal_use(number)) {
	case CPROC_SIGNAL_IGNORED:
		return number == SIGPIPE ? signal_dispose(number, SIG_IGN) : ignore_library_signal(number);
	case CPROC_SIGNAL_STRANGE:
		return signal_dispose(number, SIG_IGN);
	default:
		return number == SIGKILL || number == SIGSTOP ? 0 : signal_dispose(number, SIG_DFL);
	}
}

int
cproc_signals_begin(void)
{
	sigset_t none;

	for (int number = 1; number <= LAST_SIGNAL; number++) {
		if (begin(number) < 0)
			return -1;
	}
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

int
cproc_signal_hold(int number)
{
	sigset_t one;

	sigemptyset(&one);
	if (sigaddset(&one, number) < 0 || sigprocmask(SIG_BLOCK, &one, NULL) < 0)
		return -1;
	return signal_dispose(number, SIG_DFL);
}

#endif
