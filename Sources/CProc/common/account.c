#if defined(__linux__) || defined(__FreeBSD__)

#define _GNU_SOURCE
#include "CProc.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "seam.h"

/* getpwnam_r(3) returns the errno; some databases name the lack of an entry by these instead of a NULL. */
static int
outcome(int error, bool found)
{
	if (found)
		return 0;
	if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM)
		error = ENOENT;
	errno = error;
	return -1;
}

static int
fill(int error, const struct passwd *entry, struct cproc_account *account)
{
	if (error == 0 && entry != NULL) {
		account->user = entry->pw_uid;
		account->group = entry->pw_gid;
		account->name = entry->pw_name;
		account->home = entry->pw_dir;
		account->shell = entry->pw_shell;
	}
	return outcome(error, error == 0 && entry != NULL);
}

int
cproc_account_named(const char *name, struct cproc_account *account, char *buffer, size_t size)
{
	struct passwd entry, *found = NULL;
	int error = getpwnam_r(name, &entry, buffer, size, &found);

	return fill(error, found, account);
}

int
cproc_account_numbered(uid_t user, struct cproc_account *account, char *buffer, size_t size)
{
	struct passwd entry, *found = NULL;
	int error = getpwuid_r(user, &entry, buffer, size, &found);

	return fill(error, found, account);
}

int
cproc_group_named(const char *name, gid_t *group, char *buffer, size_t size)
{
	struct group entry, *found = NULL;
	int error = getgrnam_r(name, &entry, buffer, size, &found);

	if (error == 0 && found != NULL)
		*group = found->gr_gid;
	return outcome(error, error == 0 && found != NULL);
}

int
cproc_group_numbered(gid_t group, const char **name, char *buffer, size_t size)
{
	struct group entry, *found = NULL;
	int error = getgrgid_r(group, &entry, buffer, size, &found);

	if (error == 0 && found != NULL)
		*name = found->gr_name;
	return outcome(error, error == 0 && found != NULL);
}

int
cproc_account_groups(const char *name, gid_t group, gid_t *groups, size_t capacity)
{
	int count = capacity > INT_MAX ? INT_MAX : (int)capacity;

	if (getgrouplist(name, group, groups, &count) < 0) {
		errno = ERANGE;
		return -1;
	}
	return count;
}

#endif
