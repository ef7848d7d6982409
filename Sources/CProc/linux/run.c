#if defined(__linux__)

#define _GNU_SOURCE
#include "CProc.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>

#include "../common/seam.h"

struct task {
	void (*body)(void *context);
	void *context;
};

static void *
run(void *argument)
{
	struct task *task = argument;

	task->body(task->context);
	return NULL;
}

int
cproc_run(void (*body)(void *context), void *context)
{
	/*
	 * One arena for both threads: the first only waits, and an arena of its own would cost the working
	 * thread memory that malloc_trim(3) gives back badly (it cannot be trimmed as far).
	 */
	mallopt(M_ARENA_MAX, 1);
	struct task task = { .body = body, .context = context };
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int error = pthread_attr_init(&attributes);

	if (error != 0) {
		errno = error;
		return -1;
	}
	/* No signal may choose the thread that only waits; the other one gets the mask of before. */
	sigfillset(&all);
	error = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (error == 0)
		error = pthread_attr_setsigmask_np(&attributes, &before);
	if (error == 0)
		error = pthread_create(&thread, &attributes, run, &task);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		error = pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return error == 0 ? 0 : -1;
}

#endif
