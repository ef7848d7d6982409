#ifndef CPROC_COMMON_LAST_SIGNAL_H
#define CPROC_COMMON_LAST_SIGNAL_H

#include <signal.h>

/* NSIG leaves FreeBSD's real-time signals out. */
#if defined(_SIG_MAXSIG)
#define LAST_SIGNAL _SIG_MAXSIG
#else
#define LAST_SIGNAL (NSIG - 1)
#endif

#endif
