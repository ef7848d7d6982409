#if defined(__FreeBSD__)

#include "CProc.h"

#include <sys/types.h>
#include <login_cap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/seam.h"

/*
 * A capability as text: `NAME=value`, or the number of `NAME#number`.  cgetstr(3) on the record itself, because what
 * login_getcapstr(3) returns cannot be freed, and a service may start often.  1: it is there; 0: it is not.
 */
static int
read_capability(char *record, const char *name, char **value)
{
	long number;
	int length = cgetstr(record, name, value);

	if (length >= 0)
		return 1;
	if (length == -2)
		return -1;
	if (cgetnum(record, name, &number) < 0)
		return 0;
	return asprintf(value, "%ld", number) < 0 ? -1 : 1;
}

static int
append_text(char **block, size_t *length, const char *text)
{
	size_t size = strlen(text) + 1;
	char *grown = realloc(*block, *length + size);

	if (grown == NULL)
		return -1;
	memcpy(grown + *length, text, size);
	*block = grown;
	*length += size;
	return 0;
}

static int
append_capability(char **block, size_t *length, char *record, const char *name)
{
	char *value;
	int result = read_capability(record, name, &value);

	if (result <= 0)
		return result;
	result = append_text(block, length, name) < 0 || append_text(block, length, value) < 0 ? -1 : 0;
	free(value);
	return result;
}

char *
cproc_login_class(const char *name, const char *const *capabilities, size_t count, size_t *length)
{
	login_cap_t *class = name[0] == '\0' ? NULL : login_getclass(name);
	char *block;
	int result = 0;

	*length = 0;
	/* A class that is missing silently becomes `default`; without a file there is no record. */
	if (class == NULL || class->lc_class == NULL || strcmp(class->lc_class, name) != 0 || class->lc_cap == NULL) {
		login_close(class);
		errno = ENOENT;
		return NULL;
	}
	block = calloc(1, 1);
	if (block == NULL)
		result = -1;
	for (size_t i = 0; i < count && result == 0; i++)
		result = append_capability(&block, length, class->lc_cap, capabilities[i]);
	login_close(class);
	if (result == 0)
		return block;
	free(block);
	errno = ENOMEM;
	return NULL;
}

#endif
