#ifndef KEEPER_TABLE_H
#define KEEPER_TABLE_H

#include "CProc.h"

/*
 * What the keeper knows of the processes that it was told to start, until the supervisor has said that it knows of
 * their end: some 100 bytes each.
 */
struct entry {
	uint64_t identity;
	pid_t pid;
	int process; /* its descriptor, where only the parent learns how it ends; else -1 */
	int status;
	uint8_t state;   /* enum cproc_keeper_state */
	bool is_untold;  /* has ended, and the supervisor has not been told: it is in the list of those */
	struct entry *next_untold;
	char label[]; /* ends with a NUL */
};

#define TABLE_MOST 65536

struct table {
	struct entry **entries; /* by identity, ascending */
	size_t count;
	size_t capacity;
	struct entry **by_pid; /* those that are children of this process, by pid, ascending */
	size_t pid_count;
	size_t pid_capacity;
	struct entry *first_untold;
	struct entry **last_untold;
};

void table_init(struct table *table);
/* NULL with errno: EEXIST, there is one of this identity; EAGAIN, the table is full; ENOMEM. */
struct entry *table_add(struct table *table, uint64_t identity, const char *label);
/* Says which process it is, a child of this one. */
void table_set_pid(struct table *table, struct entry *entry, pid_t pid);
struct entry *table_find(const struct table *table, uint64_t identity);
struct entry *table_find_pid(const struct table *table, pid_t pid);
/* The first entry whose identity is not smaller; NULL: there is none. */
struct entry *table_at_least(const struct table *table, uint64_t identity);
/* Notes an end that is still to be told. */
void table_end(struct table *table, struct entry *entry, enum cproc_keeper_state state, int status);
/* The next end to tell, which counts as told from now on; NULL: none. */
struct entry *table_take_untold(struct table *table);
/* It was told in another way. */
void table_told(struct table *table, struct entry *entry);
void table_remove(struct table *table, struct entry *entry);

#endif
