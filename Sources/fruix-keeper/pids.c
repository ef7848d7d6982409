#include "pids.h"

#include <stdlib.h>
#include <string.h>

static size_t
position_of(const struct pids *pids, pid_t pid)
{
	size_t low = 0, high = pids->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pids->pids[middle] < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
pids_reserve(struct pids *pids)
{
	size_t wanted = pids->capacity == 0 ? 64 : 2 * pids->capacity;
	pid_t *larger;

	if (pids->count < pids->capacity)
		return 0;
	larger = realloc(pids->pids, wanted * sizeof *larger);
	if (larger == NULL)
		return -1;
	pids->pids = larger;
	pids->capacity = wanted;
	return 0;
}

void
pids_add(struct pids *pids, pid_t pid)
{
	size_t position = position_of(pids, pid);

	if (position < pids->count && pids->pids[position] == pid)
		return;
	memmove(pids->pids + position + 1, pids->pids + position, (pids->count - position) * sizeof(pid_t));
	pids->pids[position] = pid;
	pids->count++;
}

void
pids_remove(struct pids *pids, pid_t pid)
{
	size_t position = position_of(pids, pid);

	if (position == pids->count || pids->pids[position] != pid)
		return;
	pids->count--;
	memmove(pids->pids + position, pids->pids + position + 1, (pids->count - position) * sizeof(pid_t));
}
