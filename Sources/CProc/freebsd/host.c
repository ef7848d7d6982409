#if defined(__FreeBSD__)

#include "CProc.h"

#include <sys/param.h>
#include <sys/linker.h>
#include <sys/module.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/ucred.h>
#include <sys/un.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../common/seam.h"

/* What getpeereid(3) asks, with the pid besides. */
int
cproc_local_peer(int connection, struct cproc_peer *peer)
{
	struct xucred credentials;
	socklen_t size = sizeof credentials;

	memset(&credentials, 0, sizeof credentials);
	if (getsockopt(connection, SOL_LOCAL, LOCAL_PEERCRED, &credentials, &size) < 0)
		return -1;
	if (size != sizeof credentials || credentials.cr_version != XUCRED_VERSION || credentials.cr_ngroups < 1) {
		errno = EINVAL;
		return -1;
	}
	peer->user = credentials.cr_uid;
	peer->group = credentials.cr_gid;
	peer->pid = credentials.cr_pid;
	return 0;
}

/*
 * A name may be that of a module (modfind(2)) or of a file (kldfind(2)): pf is both, if_epair is
 * the file of the module "if_epair".
 */
int
cproc_module_require(const char *name)
{
	if (modfind(name) >= 0 || kldfind(name) >= 0)
		return 0;
	if (kldload(name) >= 0)
		return 0;
	/* EEXIST: somebody else was faster. */
	return errno == EEXIST ? 0 : -1;
}

int
cproc_executable(char *buffer, size_t size)
{
	int name[4] = { CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1 };

	return sysctl(name, 4, buffer, &size, NULL, 0);
}

/* The undocumented request behind sysctl(8): type and format of an OID. */
static int
type_of(const int *oid, size_t length, unsigned *type)
{
	int request[CTL_MAXNAME + 2] = { CTL_SYSCTL, CTL_SYSCTL_OIDFMT };
	unsigned char answer[256];
	size_t size = sizeof answer;
	unsigned kind;

	memcpy(&request[2], oid, length * sizeof *oid);
	if (sysctl(request, (u_int)length + 2, answer, &size, NULL, 0) < 0)
		return -1;
	if (size < sizeof kind) {
		errno = EINVAL;
		return -1;
	}
	memcpy(&kind, answer, sizeof kind);
	*type = kind & CTLTYPE;
	return 0;
}

/* How many bytes a number of the type has; negative when it is signed, 0 when it is no number. */
static int
width_of(unsigned type)
{
	switch (type) {
	case CTLTYPE_INT:
		return -(int)sizeof(int);
	case CTLTYPE_UINT:
		return (int)sizeof(unsigned);
	case CTLTYPE_LONG:
		return -(int)sizeof(long);
	case CTLTYPE_ULONG:
		return (int)sizeof(unsigned long);
	case CTLTYPE_S8:
		return -1;
	case CTLTYPE_U8:
		return 1;
	case CTLTYPE_S16:
		return -2;
	case CTLTYPE_U16:
		return 2;
	case CTLTYPE_S32:
		return -4;
	case CTLTYPE_U32:
		return 4;
	case CTLTYPE_S64:
		return -8;
	case CTLTYPE_U64:
		return 8;
	default:
		return 0;
	}
}

static int
print_number(int width, const unsigned char *bytes, char *buffer, size_t size)
{
	int8_t s8;
	int16_t s16;
	int32_t s32;
	int64_t s64;

	switch (width < 0 ? -width : width) {
	case 1:
		memcpy(&s8, bytes, sizeof s8);
		return width < 0 ? snprintf(buffer, size, "%d", s8) : snprintf(buffer, size, "%u", (uint8_t)s8);
	case 2:
		memcpy(&s16, bytes, sizeof s16);
		return width < 0 ? snprintf(buffer, size, "%d", s16) : snprintf(buffer, size, "%u", (uint16_t)s16);
	case 4:
		memcpy(&s32, bytes, sizeof s32);
		return width < 0 ? snprintf(buffer, size, "%" PRId32, s32) : snprintf(buffer, size, "%" PRIu32, (uint32_t)s32);
	default:
		memcpy(&s64, bytes, sizeof s64);
		return width < 0 ? snprintf(buffer, size, "%" PRId64, s64) : snprintf(buffer, size, "%" PRIu64, (uint64_t)s64);
	}
}

/* Several numbers in one value (kern.cp_time) are separated by a blank. */
static ssize_t
print_numbers(int width, const unsigned char *bytes, size_t length, char *buffer, size_t size)
{
	size_t each = (size_t)(width < 0 ? -width : width);
	size_t used = 0;

	for (size_t at = 0; at + each <= length; at += each) {
		int count;

		if (at > 0 && used + 1 < size)
			buffer[used++] = ' ';
		count = print_number(width, bytes + at, buffer + used, size - used);
		if (count < 0)
			return -1;
		if ((size_t)count >= size - used) {
			errno = ERANGE;
			return -1;
		}
		used += (size_t)count;
	}
	buffer[used] = '\0';
	return (ssize_t)used;
}

ssize_t
cproc_sysctl(const char *name, char *buffer, size_t size)
{
	int oid[CTL_MAXNAME];
	size_t length = CTL_MAXNAME;
	unsigned char bytes[1024];
	size_t byte_count = sizeof bytes;
	unsigned type;

	if (size == 0) {
		errno = ERANGE;
		return -1;
	}
	if (sysctlnametomib(name, oid, &length) < 0 || type_of(oid, length, &type) < 0)
		return -1;
	if (type == CTLTYPE_STRING) {
		size_t room = size - 1;

		if (sysctl(oid, (u_int)length, buffer, &room, NULL, 0) < 0) {
			if (errno == ENOMEM)
				errno = ERANGE;
			return -1;
		}
		buffer[room] = '\0';
		return (ssize_t)strlen(buffer);
	}
	if (width_of(type) == 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (sysctl(oid, (u_int)length, bytes, &byte_count, NULL, 0) < 0) {
		if (errno == ENOMEM)
			errno = EOPNOTSUPP;
		return -1;
	}
	return print_numbers(width_of(type), bytes, byte_count, buffer, size);
}

#endif
