#ifndef KEEPER_HOLDINGS_H
#define KEEPER_HOLDINGS_H

#include <stddef.h>

/* A descriptor under a name. */
struct holding {
	int descriptor;
	char name[]; /* ends with a NUL */
};

/* By name, ascending. */
struct holdings {
	struct holding **all;
	size_t count;
	size_t capacity;
};

/* Owns the descriptor from here on, in place of the one that had the name.  -1: ENOMEM, and it is closed. */
int holdings_put(struct holdings *holdings, const char *name, int descriptor);
/* Closes it; one that is not there is no error. */
void holdings_drop(struct holdings *holdings, const char *name);
/* The first whose name comes after this one; NULL: after the last. */
const struct holding *holdings_after(const struct holdings *holdings, const char *name);

#endif
