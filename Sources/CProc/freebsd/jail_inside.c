#if defined(__FreeBSD__)

#include "../common/child.h"
#include "jail.h"

#include <sys/param.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

/* What the child in the jail has to tell: errno 0, or why and at what it has failed. */
struct report {
	int error;
	char step[128];
};

/* -------------------------------------------------------------------- routes */

/* A message of the routing socket: route(4). */
struct route_request {
	struct rt_msghdr header;
	char addresses[3 * sizeof(struct sockaddr_in6) + 3 * sizeof(long)];
	size_t used;
};

static void
append(struct route_request *request, int kind, const void *address, size_t size)
{
	memcpy(request->addresses + request->used, address, size);
	request->used += roundup(size, sizeof(long));
	request->header.rtm_addrs |= kind;
}

static int
send_route(struct route_request *request)
{
	int error, channel = socket(PF_ROUTE, SOCK_RAW | SOCK_CLOEXEC, 0);
	size_t size = offsetof(struct route_request, addresses) + request->used;
	ssize_t written;

	if (channel < 0)
		return -1;
	request->header.rtm_msglen = (u_short)size;
	written = write(channel, request, size);
	error = errno;
	close(channel);
	errno = error;
	return written == (ssize_t)size ? 0 : -1;
}

static void
begin_route(struct route_request *request)
{
	memset(request, 0, sizeof *request);
	request->header.rtm_version = RTM_VERSION;
	request->header.rtm_type = RTM_ADD;
	request->header.rtm_flags = RTF_UP | RTF_GATEWAY | RTF_STATIC;
	request->header.rtm_pid = getpid();
	request->header.rtm_seq = 1;
}

/* The zero address with the zero mask is the default. */
static int
add_default(const void *any, const void *router, size_t size)
{
	struct route_request request;

	begin_route(&request);
	append(&request, RTA_DST, any, size);
	append(&request, RTA_GATEWAY, router, size);
	append(&request, RTA_NETMASK, any, size);
	return send_route(&request);
}

static int
add_default_ipv4(const struct cproc_address *gateway)
{
	struct sockaddr_in any = { .sin_len = sizeof any, .sin_family = AF_INET };
	struct sockaddr_in router = any;

	if (address_parse(gateway, &router.sin_addr) < 0)
		return -1;
	return add_default(&any, &router, sizeof any);
}

/* A link-local router is reached through the one interface that there is. */
static int
add_default_ipv6(const char *interface, const struct cproc_address *gateway)
{
	struct sockaddr_in6 any = { .sin6_len = sizeof any, .sin6_family = AF_INET6 };
	struct sockaddr_in6 router = any;

	if (address_parse(gateway, &router.sin6_addr) < 0)
		return -1;
	if (IN6_IS_ADDR_LINKLOCAL(&router.sin6_addr)) {
		router.sin6_scope_id = if_nametoindex(interface);
		if (router.sin6_scope_id == 0)
			return -1;
	}
	return add_default(&any, &router, sizeof any);
}

/* --------------------------------------------------------------------- inside */

static int
failed(struct report *report, const char *what, const char *subject)
{
	report->error = errno;
	snprintf(report->step, sizeof report->step, "%s %s", what, subject);
	return -1;
}

/*
 * A new network stack has lo0, down; rc(8), which would give it 127.0.0.1, does not run in a jail of one service.  ::1
 * comes by itself.
 */
static int
raise_loopback(struct report *report)
{
	const struct cproc_address own = { .text = "127.0.0.1", .prefix = 8 };

	if (cproc_interface_up("lo0") < 0)
		return failed(report, "bring up", "lo0");
	/* A kernel without IPv4 has no such address. */
	if (cproc_interface_add("lo0", &own) == 0 || errno == EEXIST || errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT)
		return 0;
	return failed(report, "add to lo0 the address", own.text);
}

static int
configure(const struct cproc_jail_network *network, struct report *report)
{
	size_t position;

	if (raise_loopback(report) < 0)
		return -1;
	if (cproc_interface_raise(network->interface, network->addresses, network->address_count, &position) < 0) {
		if (position < network->address_count)
			return failed(report, "add the address", network->addresses[position].text);
		return failed(report, "bring up", network->interface);
	}
	for (size_t i = 0; i < network->gateway_count; i++) {
		const struct cproc_address *gateway = &network->gateways[i];

		if ((gateway->is_ipv6 ? add_default_ipv6(network->interface, gateway) : add_default_ipv4(gateway)) < 0)
			return failed(report, "add the default route by", gateway->text);
	}
	return 0;
}

/*
 * jail_attach(2) refuses a process that has a directory open: everything is closed but the pipe.
 */
static _Noreturn void
go_inside(int jid, const struct cproc_jail_network *network, int output)
{
	struct report report;

	memset(&report, 0, sizeof report);
	if (output != 3 && dup2(output, 3) < 0)
		_exit(1);
	if (close_range(4, ~0U, 0) < 0)
		(void)failed(&report, "close the", "descriptors");
	else if (child_attach_jail(jid) < 0)
		(void)failed(&report, "go into the", "jail");
	else
		(void)configure(network, &report);
	_exit(write(3, &report, sizeof report) == (ssize_t)sizeof report ? 0 : 1);
}

static int
read_report(int input, struct report *report)
{
	size_t used = 0;

	while (used < sizeof *report) {
		ssize_t count = read(input, (char *)report + used, sizeof *report - used);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -1;
		if (count == 0) {
			errno = EPIPE;
			return -1;
		}
		used += (size_t)count;
	}
	report->step[sizeof report->step - 1] = '\0';
	return 0;
}

int
cproc_jail_configure(int jid, const struct cproc_jail_network *network, char reason[CPROC_REASON_SIZE])
{
	struct report report;
	int ends[2], result, error;
	pid_t pid;

	reason[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		go_inside(jid, network, ends[1]);
	error = errno;
	close(ends[1]);
	errno = error;
	result = pid < 0 ? -1 : read_report(ends[0], &report);
	error = errno;
	close(ends[0]);
	/* A caller that ignores SIGCHLD has no child to wait for: ECHILD is as good. */
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	errno = error;
	if (result < 0)
		return pid < 0 ? -1 : jail_refuse(reason, errno, "the process inside the jail has told nothing");
	return report.error == 0 ? 0 : jail_refuse(reason, report.error, "%s", report.step);
}

#endif
