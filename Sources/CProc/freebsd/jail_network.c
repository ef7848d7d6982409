#if defined(__FreeBSD__)

#include "jail.h"

#include <sys/param.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_bridgevar.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

/*
 * What ifconfig(8) does, by the same ioctls.  None of it allocates: the child that goes into a jail uses it too
 * (jail_inside.c).
 */

int
network_request(int family, unsigned long command, void *request)
{
	int result, error, channel = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (channel < 0)
		return -1;
	result = ioctl(channel, command, request);
	error = errno;
	close(channel);
	errno = error;
	return result;
}

int
network_name(char field[IFNAMSIZ], const char *name)
{
	if (name[0] != '\0' && strlcpy(field, name, IFNAMSIZ) < IFNAMSIZ)
		return 0;
	errno = ENXIO;
	return -1;
}

/* ioctls that have no family of addresses go to a local socket: there may be a kernel without IPv4. */
static int
with_request(const char *name, unsigned long command, struct ifreq *request)
{
	if (network_name(request->ifr_name, name) < 0)
		return -1;
	return network_request(AF_LOCAL, command, request);
}

int
cproc_interface_exists(const char *name)
{
	struct ifreq request;

	memset(&request, 0, sizeof request);
	if (with_request(name, SIOCGIFFLAGS, &request) == 0)
		return 1;
	return errno == ENXIO ? 0 : -1;
}

int
cproc_interface_make(const char *name)
{
	struct ifreq request;

	memset(&request, 0, sizeof request);
	return with_request(name, SIOCIFCREATE2, &request);
}

int
cproc_interface_destroy(const char *name)
{
	struct ifreq request;

	memset(&request, 0, sizeof request);
	return with_request(name, SIOCIFDESTROY, &request);
}

ssize_t
cproc_interface_description(const char *name, char *buffer, size_t size)
{
	struct ifreq request;

	memset(&request, 0, sizeof request);
	request.ifr_buffer.buffer = buffer;
	request.ifr_buffer.length = size;
	if (with_request(name, SIOCGIFDESCR, &request) < 0) {
		if (errno != ENOMSG)
			return -1;
		if (size > 0)
			buffer[0] = '\0';
		return 0;
	}
	/* The kernel takes the buffer out of the request when it is too small. */
	if (request.ifr_buffer.buffer != NULL && request.ifr_buffer.length > 0 && request.ifr_buffer.length <= size) {
		buffer[request.ifr_buffer.length - 1] = '\0';
		return (ssize_t)strlen(buffer);
	}
	errno = ERANGE;
	return -1;
}

int
cproc_interface_describe(const char *name, const char *description)
{
	struct ifreq request;

	memset(&request, 0, sizeof request);
	request.ifr_buffer.buffer = (void *)(uintptr_t)description; /* the kernel only reads it */
	request.ifr_buffer.length = strlen(description) + 1;
	return with_request(name, SIOCSIFDESCR, &request);
}

int
cproc_interface_up(const char *name)
{
	struct ifreq request;
	int flags;

	memset(&request, 0, sizeof request);
	if (with_request(name, SIOCGIFFLAGS, &request) < 0)
		return -1;
	flags = (request.ifr_flags & 0xffff) | (request.ifr_flagshigh << 16) | IFF_UP;
	memset(&request, 0, sizeof request);
	request.ifr_flags = (short)(flags & 0xffff);
	request.ifr_flagshigh = (short)(flags >> 16);
	return with_request(name, SIOCSIFFLAGS, &request);
}

static int
move(const char *name, unsigned long command, int jid)
{
	struct ifreq request;

	memset(&request, 0, sizeof request);
	request.ifr_jid = jid;
	return with_request(name, command, &request);
}

int
cproc_interface_give(const char *interface, int jid)
{
	return move(interface, SIOCSIFVNET, jid);
}

int
cproc_interface_take_back(const char *interface, int jid)
{
	return move(interface, SIOCSIFRVNET, jid);
}

int
cproc_bridge_add(const char *bridge, const char *member)
{
	struct ifbreq joining;
	struct ifdrv request;

	memset(&joining, 0, sizeof joining);
	memset(&request, 0, sizeof request);
	if (network_name(joining.ifbr_ifsname, member) < 0 || network_name(request.ifd_name, bridge) < 0)
		return -1;
	request.ifd_cmd = BRDGADD;
	request.ifd_len = sizeof joining;
	request.ifd_data = &joining;
	return network_request(AF_LOCAL, SIOCSDRVSPEC, &request);
}

#endif
