#if defined(__FreeBSD__)

#include "isolation.h"

#include <sys/param.h>
#include <sys/jail.h>
#include <jail.h>
#include <stdlib.h>
#include <string.h>

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
	jail->jid = jail_get(request.parts, request.count, 0);
	return jail->jid < 0 ? -1 : 0;
}

int
cproc_jail_gone(int jid)
{
	struct request request;

	request_begin(&request);
	request_add(&request, "jid", &jid, sizeof jid);
	if (jail_get(request.parts, request.count, JAIL_DYING) >= 0)
		return 0;
	return errno == ENOENT ? 1 : -1;
}

int
cproc_jail_remove(int jid)
{
	return jail_remove(jid);
}

#endif
