#if defined(__FreeBSD__)

#include "jail.h"

#include <sys/param.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet6/nd6.h>
#include <string.h>

#include "../common/seam.h"

int
address_parse(const struct cproc_address *address, void *bytes)
{
	if (address->prefix <= (address->is_ipv6 ? 128 : 32) &&
	    inet_pton(address->is_ipv6 ? AF_INET6 : AF_INET, address->text, bytes) == 1)
		return 0;
	errno = EINVAL;
	return -1;
}

static struct sockaddr_in
ipv4(struct in_addr address)
{
	return (struct sockaddr_in){ .sin_len = sizeof(struct sockaddr_in), .sin_family = AF_INET, .sin_addr = address };
}

static struct sockaddr_in6
ipv6(const struct in6_addr *address)
{
	return (struct sockaddr_in6){
		.sin6_len = sizeof(struct sockaddr_in6), .sin6_family = AF_INET6, .sin6_addr = *address,
	};
}

static struct in_addr
mask_of(uint8_t prefix)
{
	return (struct in_addr){ .s_addr = prefix == 0 ? 0 : htonl(UINT32_MAX << (32 - prefix)) };
}

static struct in6_addr
mask6_of(uint8_t prefix)
{
	struct in6_addr mask;

	for (unsigned i = 0; i < sizeof mask.s6_addr; i++) {
		unsigned bits = prefix > 8 * i ? prefix - 8 * i : 0;

		mask.s6_addr[i] = bits >= 8 ? 0xff : (uint8_t)(0xff << (8 - bits));
	}
	return mask;
}

/* The broadcast address is the kernel's to make from address and mask. */
static int
add_ipv4(const char *interface, const struct cproc_address *address)
{
	struct in_aliasreq request;
	struct in_addr bytes;

	memset(&request, 0, sizeof request);
	if (address_parse(address, &bytes) < 0 || network_name(request.ifra_name, interface) < 0)
		return -1;
	request.ifra_addr = ipv4(bytes);
	request.ifra_mask = ipv4(mask_of(address->prefix));
	return network_request(AF_INET, SIOCAIFADDR, &request);
}

static int
remove_ipv4(const char *interface, const struct cproc_address *address)
{
	struct sockaddr_in socket_address;
	struct ifreq request;
	struct in_addr bytes;

	memset(&request, 0, sizeof request);
	if (address_parse(address, &bytes) < 0 || network_name(request.ifr_name, interface) < 0)
		return -1;
	socket_address = ipv4(bytes);
	memcpy(&request.ifr_addr, &socket_address, sizeof socket_address);
	return network_request(AF_INET, SIOCDIFADDR, &request);
}

static int
remove_ipv6(const char *interface, const struct cproc_address *address)
{
	struct in6_ifreq request;
	struct in6_addr bytes;

	memset(&request, 0, sizeof request);
	if (address_parse(address, &bytes) < 0 || network_name(request.ifr_name, interface) < 0)
		return -1;
	request.ifr_ifru.ifru_addr = ipv6(&bytes);
	return network_request(AF_INET6, SIOCDIFADDR_IN6, &request);
}

/* IN6_IFF_* of an address; -1 when it cannot be asked. */
static int
state_of(const char *interface, const struct in6_addr *bytes)
{
	struct in6_ifreq request;

	memset(&request, 0, sizeof request);
	if (network_name(request.ifr_name, interface) < 0)
		return -1;
	request.ifr_ifru.ifru_addr = ipv6(bytes);
	if (network_request(AF_INET6, SIOCGIFAFLAG_IN6, &request) < 0)
		return -1;
	return request.ifr_ifru.ifru_flags6;
}

/* 1: bind(2) takes the address; 0: the network is still asked whether it is another's; EADDRINUSE: it is. */
static int
is_usable(const char *interface, const struct cproc_address *address)
{
	struct in6_addr bytes;
	int state;

	if (!address->is_ipv6)
		return 1;
	if (address_parse(address, &bytes) < 0)
		return -1;
	state = state_of(interface, &bytes);
	if (state < 0)
		return -1;
	if ((state & IN6_IFF_DUPLICATED) != 0) {
		errno = EADDRINUSE;
		return -1;
	}
	return (state & IN6_IFF_TENTATIVE) == 0;
}

/*
 * Until the network was asked whether an address is another's, bind(2) to it fails: a service that starts at once would.
 * It takes a second or two for all of them together, and has no end where the interface has no carrier to ask on: such
 * addresses are left as they are.  `failed` is the position of the one that cannot be had.
 */
static int
wait_until_usable(const char *interface, const struct cproc_address *addresses, size_t count, size_t *failed)
{
	for (int attempt = 0; attempt < 50; attempt++) {
		bool waits = false;

		for (size_t i = 0; i < count; i++) {
			int usable = is_usable(interface, &addresses[i]);

			*failed = i;
			if (usable < 0)
				return -1;
			waits = waits || usable == 0;
		}
		if (!waits)
			return 0;
		cproc_sleep(100 * 1000 * 1000);
	}
	return 0;
}

static int
add_ipv6(const char *interface, const struct cproc_address *address)
{
	struct in6_aliasreq request;
	struct in6_addr bytes;

	memset(&request, 0, sizeof request);
	if (address_parse(address, &bytes) < 0 || network_name(request.ifra_name, interface) < 0)
		return -1;
	request.ifra_addr = ipv6(&bytes);
	request.ifra_prefixmask = ipv6(&(struct in6_addr){ { { 0 } } });
	request.ifra_prefixmask.sin6_addr = mask6_of(address->prefix);
	request.ifra_lifetime.ia6t_vltime = ND6_INFINITE_LIFETIME;
	request.ifra_lifetime.ia6t_pltime = ND6_INFINITE_LIFETIME;
	return network_request(AF_INET6, SIOCAIFADDR_IN6, &request);
}

static int
add(const char *interface, const struct cproc_address *address)
{
	return address->is_ipv6 ? add_ipv6(interface, address) : add_ipv4(interface, address);
}

int
cproc_interface_add(const char *interface, const struct cproc_address *address)
{
	size_t failed;
	int error;

	if (add(interface, address) < 0)
		return -1;
	if (wait_until_usable(interface, address, 1, &failed) == 0)
		return 0;
	error = errno;
	(void)cproc_interface_remove(interface, address);
	errno = error;
	return -1;
}

static int
add_family(const char *interface, const struct cproc_address *addresses, size_t count, bool is_ipv6, size_t *failed)
{
	for (size_t i = 0; i < count; i++) {
		*failed = i;
		if (addresses[i].is_ipv6 == is_ipv6 && add(interface, &addresses[i]) < 0)
			return -1;
	}
	return 0;
}

/*
 * An IPv6 address that is there before its interface is up is not asked for in the network.  Those of IPv4 come after
 * them, since the first of these brings some interfaces up.
 */
int
cproc_interface_raise(const char *interface, const struct cproc_address *addresses, size_t count, size_t *failed)
{
	if (add_family(interface, addresses, count, true, failed) < 0 ||
	    add_family(interface, addresses, count, false, failed) < 0)
		return -1;
	*failed = count;
	if (cproc_interface_up(interface) < 0)
		return -1;
	return wait_until_usable(interface, addresses, count, failed);
}

int
cproc_interface_remove(const char *interface, const struct cproc_address *address)
{
	return address->is_ipv6 ? remove_ipv6(interface, address) : remove_ipv4(interface, address);
}

static bool
is_address(const struct ifaddrs *entry, bool is_ipv6, const unsigned char *bytes)
{
	if (entry->ifa_addr == NULL || entry->ifa_addr->sa_family != (is_ipv6 ? AF_INET6 : AF_INET))
		return false;
	if (is_ipv6) {
		struct sockaddr_in6 found;

		memcpy(&found, entry->ifa_addr, sizeof found);
		/* The kernel keeps the scope of a link-local address in its second pair of bytes. */
		if (IN6_IS_ADDR_LINKLOCAL(&found.sin6_addr))
			found.sin6_addr.s6_addr[2] = found.sin6_addr.s6_addr[3] = 0;
		return memcmp(&found.sin6_addr, bytes, sizeof found.sin6_addr) == 0;
	}
	struct sockaddr_in found;

	memcpy(&found, entry->ifa_addr, sizeof found);
	return memcmp(&found.sin_addr, bytes, sizeof found.sin_addr) == 0;
}

int
cproc_interface_has(const char *interface, const struct cproc_address *address)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	struct ifaddrs *all;
	int result = 0;

	if (address_parse(address, bytes) < 0 || getifaddrs(&all) < 0)
		return -1;
	for (const struct ifaddrs *entry = all; entry != NULL && result == 0; entry = entry->ifa_next) {
		if (strcmp(entry->ifa_name, interface) == 0 && is_address(entry, address->is_ipv6, bytes))
			result = 1;
	}
	freeifaddrs(all);
	return result;
}

#endif
