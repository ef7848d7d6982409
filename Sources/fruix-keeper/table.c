#include "table.h"

#include <stdlib.h>
#include <string.h>

void
table_init(struct table *table)
{
	memset(table, 0, sizeof *table);
	table->last_untold = &table->first_untold;
}

static int
grow(struct entry ***entries, size_t count, size_t *capacity)
{
	size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
	struct entry **larger;

	if (count < *capacity)
		return 0;
	larger = realloc(*entries, wanted * sizeof *larger);
	if (larger == NULL)
		return -1;
	*entries = larger;
	*capacity = wanted;
	return 0;
}

static void
insert(struct entry **entries, size_t *count, size_t position, struct entry *entry)
{
	memmove(entries + position + 1, entries + position, (*count - position) * sizeof(struct entry *));
	entries[position] = entry;
	++*count;
}

static void
delete(struct entry **entries, size_t *count, size_t position)
{
	--*count;
	memmove(entries + position, entries + position + 1, (*count - position) * sizeof(struct entry *));
}

/* The first whose identity is not smaller. New ones come in order, so the end is looked at first. */
static size_t
position_of(const struct table *table, uint64_t identity)
{
	size_t low = 0, high = table->count;

	if (high > 0 && table->entries[high - 1]->identity < identity)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->entries[middle]->identity < identity)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t
position_of_pid(const struct table *table, pid_t pid)
{
	size_t low = 0, high = table->pid_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->by_pid[middle]->pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct entry *
table_at_least(const struct table *table, uint64_t identity)
{
	size_t position = position_of(table, identity);

	return position < table->count ? table->entries[position] : NULL;
}

struct entry *
table_find(const struct table *table, uint64_t identity)
{
	struct entry *entry = table_at_least(table, identity);

	return entry != NULL && entry->identity == identity ? entry : NULL;
}

struct entry *
table_find_pid(const struct table *table, pid_t pid)
{
	size_t position = position_of_pid(table, pid);

	return position < table->pid_count && table->by_pid[position]->pid == pid ? table->by_pid[position] : NULL;
}

struct entry *
table_add(struct table *table, uint64_t identity, const char *label)
{
	size_t position = position_of(table, identity), length = strlen(label);
	struct entry *entry;

	if (position < table->count && table->entries[position]->identity == identity) {
		errno = EEXIST;
		return NULL;
	}
	if (table->count == TABLE_MOST) {
		errno = EAGAIN;
		return NULL;
	}
	/* Room in both lists, so that nothing can fail any more when there is a process. */
	if (grow(&table->entries, table->count, &table->capacity) < 0 ||
	    grow(&table->by_pid, table->pid_count, &table->pid_capacity) < 0)
		return NULL;
	entry = calloc(1, sizeof *entry + length + 1);
	if (entry == NULL)
		return NULL;
	entry->identity = identity;
	entry->process = -1;
	memcpy(entry->label, label, length);
	insert(table->entries, &table->count, position, entry);
	return entry;
}

static void
forget_pid(struct table *table, struct entry *entry)
{
	size_t position = position_of_pid(table, entry->pid);

	if (position < table->pid_count && table->by_pid[position] == entry)
		delete(table->by_pid, &table->pid_count, position);
}

void
table_set_pid(struct table *table, struct entry *entry, pid_t pid)
{
	struct entry *other = table_find_pid(table, pid);

	/* A pid is given away again only when its process was reaped: by the kernel, with the last descriptor. */
	if (other != NULL) {
		forget_pid(table, other);
		table_end(table, other, CPROC_KEEPER_ENDED_SOMEHOW, 0);
	}
	entry->pid = pid;
	insert(table->by_pid, &table->pid_count, position_of_pid(table, pid), entry);
}

void
table_end(struct table *table, struct entry *entry, enum cproc_keeper_state state, int status)
{
	if (entry->state != CPROC_KEEPER_ALIVE)
		return;
	entry->state = (uint8_t)state;
	entry->status = status;
	entry->is_untold = true;
	entry->next_untold = NULL;
	*table->last_untold = entry;
	table->last_untold = &entry->next_untold;
}

struct entry *
table_take_untold(struct table *table)
{
	struct entry *entry = table->first_untold;

	if (entry != NULL)
		table_told(table, entry);
	return entry;
}

void
table_told(struct table *table, struct entry *entry)
{
	struct entry **link = &table->first_untold;

	if (!entry->is_untold)
		return;
	while (*link != entry)
		link = &(*link)->next_untold;
	*link = entry->next_untold;
	if (table->last_untold == &entry->next_untold)
		table->last_untold = link;
	entry->is_untold = false;
}

void
table_remove(struct table *table, struct entry *entry)
{
	table_told(table, entry);
	forget_pid(table, entry);
	delete(table->entries, &table->count, position_of(table, entry->identity));
	if (entry->process >= 0)
		(void)cproc_process_release(entry->process);
	free(entry);
}
