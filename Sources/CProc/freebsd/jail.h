#ifndef CPROC_FREEBSD_JAIL_H
#define CPROC_FREEBSD_JAIL_H

#include "CProc.h"
#include "request.h"

#include <sys/param.h>
#include <sys/mount.h>
#include <net/if.h>

/* Says why, sets errno, and returns -1. */
int jail_refuse(char *reason, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The kernel's words, if it has left some; errno stays.  Returns -1. */
int jail_refused(char *reason, struct request *request);

/*
 * jail_check.c: whether a mount can be what it is meant to be, all that the kernel would not say or not survive.
 * Gives the path by which the kernel will know it.
 */
int mount_check(const struct cproc_mount *mount, char target[MNAMELEN], char *reason);

/* jail_mount.c: whether both tell of one mount. */
bool mount_is_same(const struct statfs *one, const struct statfs *other);

/* jail_network.c: ioctl(2) on a socket of this family. */
int network_request(int family, unsigned long command, void *request);
/* To the kernel a name that is too long is that of no interface: ENXIO. */
int network_name(char field[IFNAMSIZ], const char *name);

/* jail_address.c: an address in the form of the network; 4 or 16 bytes. */
int address_parse(const struct cproc_address *address, void *bytes);

#endif
