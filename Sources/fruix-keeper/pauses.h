#ifndef KEEPER_PAUSES_H
#define KEEPER_PAUSES_H

#include <stdint.h>

/* How often in a row a process has died that is started again each time. */
struct pauses {
	uint32_t deaths;
};

/*
 * The pause before the next start, in units (seconds, but for tests), of a process that has lived for `lived` units:
 * 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, ...  One that has lived for a minute begins anew.  Nothing but its arguments is looked
 * at.
 */
int64_t pauses_next(struct pauses *pauses, int64_t lived);

#endif
