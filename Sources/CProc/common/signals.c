#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "CProc.h"
#include "last_signal.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum cproc_signal_use
cproc_signal_use(int number)
{
	if (number < 1 || number > LAST_SIGNAL)
		return CPROC_SIGNAL_NONE;
	switch (number) {
	case SIGTERM:
	case SIGINT:
	case SIGHUP:
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

static int
set_disposition(int number, void (*disposition)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = disposition;
	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, NULL);
}

/* The library refuses its own two; to the kernel they are signals like any other, and would kill. */
static int
ignore_library_signal(int number)
{
#if defined(__linux__)
	/* As the kernel has it: the handler is the first member on every architecture, 8 the size of its set. */
	unsigned char action[64] = { 0 };
	void (*handler)(int) = SIG_IGN;

	memcpy(action, &handler, sizeof handler);
	return (int)syscall(SYS_rt_sigaction, number, action, NULL, 8);
#else
	/* SIGTHR is libthr's, which catches it and leaves it to nobody.  SIGLIBRT would kill (docs/FREEBSD.md). */
	return number == SIGTHR ? 0 : set_disposition(number, SIG_IGN);
#endif
}

static int
begin(int number)
{
	switch (cproc_signal_use(number)) {
	case CPROC_SIGNAL_IGNORED:
		return number == SIGPIPE ? set_disposition(number, SIG_IGN) : ignore_library_signal(number);
	case CPROC_SIGNAL_STRANGE:
		return set_disposition(number, SIG_IGN);
	default:
		return number == SIGKILL || number == SIGSTOP ? 0 : set_disposition(number, SIG_DFL);
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
	return set_disposition(number, SIG_DFL);
}

#endif
