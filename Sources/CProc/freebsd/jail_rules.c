#if defined(__FreeBSD__)

#include "jail.h"

#include <sys/types.h>
#include <sys/rctl.h>
#include <string.h>

#include "../common/seam.h"

int
cproc_rule_add(const char *rule)
{
	return rctl_add_rule(rule, strlen(rule) + 1, NULL, 0);
}

/* As a filter the whole rule matches nothing but itself. */
int
cproc_rule_remove(const char *rule)
{
	return rctl_remove_rule(rule, strlen(rule) + 1, NULL, 0);
}

#endif
