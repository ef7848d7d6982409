#include "holdings.h"

#include "CProc.h"

#include <stdlib.h>
#include <string.h>

/* The first whose name is not smaller. */
static size_t
position_of(const struct holdings *holdings, const char *name)
{
	size_t low = 0, high = holdings->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(holdings->all[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
grow(struct holdings *holdings)
{
	size_t wanted = holdings->capacity == 0 ? 64 : 2 * holdings->capacity;
	struct holding **larger;

	if (holdings->count < holdings->capacity)
		return 0;
	larger = realloc(holdings->all, wanted * sizeof *larger);
	if (larger == NULL)
		return -1;
	holdings->all = larger;
	holdings->capacity = wanted;
	return 0;
}

int
holdings_put(struct holdings *holdings, const char *name, int descriptor)
{
	size_t position = position_of(holdings, name), length = strlen(name);
	struct holding *holding;

	if (position < holdings->count && strcmp(holdings->all[position]->name, name) == 0) {
		holding = holdings->all[position];
		(void)cproc_close(holding->descriptor);
		holding->descriptor = descriptor;
		return 0;
	}
	holding = grow(holdings) < 0 ? NULL : malloc(sizeof *holding + length + 1);
	if (holding == NULL) {
		(void)cproc_close(descriptor);
		return -1;
	}
	holding->descriptor = descriptor;
	memcpy(holding->name, name, length + 1);
	memmove(holdings->all + position + 1, holdings->all + position,
	    (holdings->count - position) * sizeof(struct holding *));
	holdings->all[position] = holding;
	holdings->count++;
	return 0;
}

void
holdings_drop(struct holdings *holdings, const char *name)
{
	size_t position = position_of(holdings, name);
	struct holding *holding;

	if (position == holdings->count || strcmp(holdings->all[position]->name, name) != 0)
		return;
	holding = holdings->all[position];
	holdings->count--;
	memmove(holdings->all + position, holdings->all + position + 1,
	    (holdings->count - position) * sizeof(struct holding *));
	(void)cproc_close(holding->descriptor);
	free(holding);
}

const struct holding *
holdings_after(const struct holdings *holdings, const char *name)
{
	size_t position = position_of(holdings, name);

	if (position < holdings->count && strcmp(holdings->all[position]->name, name) == 0)
		position++;
	return position < holdings->count ? holdings->all[position] : NULL;
}
