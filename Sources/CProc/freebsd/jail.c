#if defined(__FreeBSD__)

#include "jail.h"
#include "process_table.h"

#include <sys/param.h>
#include <sys/cpuset.h>
#include <sys/jail.h>
#include <jail.h>
#include <stdlib.h>
#include <string.h>

#include "../common/seam.h"

/* ------------------------------------------------------------------- making */

/* What was begun is in the list, so that it is freed with it. */
static int
append(struct jailparam *list, unsigned *count, const char *name, const char *value)
{
	/* A failure here frees by itself what it has made. */
	if (jailparam_init(&list[*count], name) < 0)
		return -1;
	(*count)++;
	return jailparam_import(&list[*count - 1], value);
}

static int
append_all(struct jailparam *list, unsigned *count, const char *name, const char *path,
    const struct cproc_jail_parameter *parameters, size_t parameter_count)
{
	if (append(list, count, "name", name) < 0 || append(list, count, "path", path) < 0 ||
	    append(list, count, "persist", NULL) < 0)
		return -1;
	for (size_t i = 0; i < parameter_count; i++) {
		if (append(list, count, parameters[i].name, parameters[i].value) < 0)
			return -1;
	}
	return 0;
}

int
cproc_jail_make(const char *name, const char *path, const struct cproc_jail_parameter *parameters, size_t count,
    char reason[CPROC_REASON_SIZE])
{
	struct jailparam *list = calloc(count + 3, sizeof *list);
	unsigned begun = 0;
	int error, jid = -1;

	reason[0] = '\0';
	if (list == NULL)
		return -1;
	jail_errmsg[0] = '\0';
	if (append_all(list, &begun, name, path, parameters, count) == 0)
		jid = jailparam_set(list, begun, JAIL_CREATE);
	error = errno;
	if (jid < 0)
		strlcpy(reason, jail_errmsg, CPROC_REASON_SIZE);
	jailparam_free(list, begun);
	free(list);
	errno = error;
	return jid;
}

/* ------------------------------------------------------------------- finding */

int
cproc_jail_named(const char *name, struct cproc_jail *jail)
{
	/* The kernel writes the name back as it has it. */
	char key[MAXHOSTNAMELEN];
	struct request request;

	if (strlcpy(key, name, sizeof key) >= sizeof key) {
		errno = ENOENT;
		return -1;
	}
	memset(jail, 0, sizeof *jail);
	request_begin(&request);
	request_add(&request, "name", key, strlen(key) + 1);
	request_add(&request, "path", jail->path, sizeof jail->path);
	jail->jid = request_jail_get(&request, 0);
	return jail->jid < 0 ? -1 : 0;
}

/* 1: it is there; 0: it is not. */
static int
has_jail(int jid, int flags)
{
	struct request request;

	request_begin(&request);
	request_add(&request, "jid", &jid, sizeof jid);
	if (request_jail_get(&request, flags) >= 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

int
cproc_jail_state(int jid)
{
	int found = has_jail(jid, 0);

	if (found != 0)
		return found < 0 ? -1 : CPROC_JAIL_ALIVE;
	found = has_jail(jid, JAIL_DYING);
	if (found != 0)
		return found < 0 ? -1 : CPROC_JAIL_DYING;
	return CPROC_JAIL_GONE;
}

/* The jail that a jail is in, dying ones included; 0: none, or it is gone meanwhile. */
static int
jail_above(int jid)
{
	int parent = 0;
	struct request request;

	request_begin(&request);
	request_add(&request, "jid", &jid, sizeof jid);
	request_add(&request, "parent", &parent, sizeof parent);
	if (request_jail_get(&request, JAIL_DYING) < 0)
		return errno == ENOENT ? 0 : -1;
	return parent;
}

/* 1: the jail is this one, or inside it. */
static int
is_within(int jid, int outer)
{
	while (jid > 0 && jid != outer)
		jid = jail_above(jid);
	return jid < 0 ? -1 : jid == outer;
}

int
cproc_jail_has_processes(int jid)
{
	size_t count;
	struct kinfo_proc *processes = process_table(&count);
	int result = 0, foreign = 0;

	if (processes == NULL)
		return -1;
	for (size_t i = 0; i < count && result == 0; i++) {
		/* Nearly all are the host's; of another jail there are often many. */
		if (processes[i].ki_jid == foreign || processes[i].ki_jid <= 0 || !process_lives(&processes[i]))
			continue;
		result = is_within(processes[i].ki_jid, jid);
		if (result == 0)
			foreign = processes[i].ki_jid;
	}
	free(processes);
	return result;
}

ssize_t
cproc_jail_cpus(int jid, uint16_t *cpus, size_t capacity)
{
	cpuset_t set;
	ssize_t count = 0;

	if (cpuset_getaffinity(CPU_LEVEL_WHICH, CPU_WHICH_JAIL, jid, sizeof set, &set) < 0)
		return -1;
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		if ((size_t)count < capacity)
			cpus[count] = (uint16_t)cpu;
		count++;
	}
	return count;
}

int
cproc_jail_remove(int jid)
{
	return jail_remove(jid);
}

#endif
