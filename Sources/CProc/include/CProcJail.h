#ifndef CPROC_JAIL_H
#define CPROC_JAIL_H

/*
 * What the jail of a service asks of the kernel: files below a root, mounts, jails, interfaces, rules, and classes
 * of login.conf(5).  Included by CProc.h.
 *
 * Besides the rules of CProc.h:
 *   - each call has done all that it says when it returns 0, and left nothing behind when it returns -1, as far as the
 *     kernel lets it; none tries again;
 *   - these calls may wait: for a disk, for a child process, for duplicate address detection.  They are for a process
 *     beside the event loop, what only looks at files apart;
 *   - where a `reason` is filled in, it is a clause that tells more than the errno does, in the kernel's words where it
 *     has some; it is empty when errno says all;
 *   - Linux has the files, the table of mounts, and no jails; everything else is ENOSYS there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CPROC_REASON_SIZE 1024

/* --------------------------------------------------------- files below a root */

/*
 * A path below a root is walked component by component and nothing inside the root can lead out of it.  The root is opened
 * with its links followed: it is the administrator's.  `relative` has no `.`, no `..` and no empty component (EINVAL);
 * empty, it is the root itself, which can only be looked at and opened.
 *
 * ELOOP: a component is a symbolic link.  Of the last one that is an error only where the link would be followed.
 */

struct cproc_file;

/* fstatat(2) of the last component itself, a link included.  ENOENT: it, or a directory above it, is missing. */
int cproc_walk_look(const char *root, const char *relative, struct cproc_file *file);

/* Opens a regular file to read it, without waiting.  EINVAL: it is something else. */
int cproc_walk_open(const char *root, const char *relative);

/*
 * Make the last component, with exactly this mode, and tell what was made.  EPERM: the root is neither this process's user's
 * nor root's, or its group or others may write to it.  EEXIST: something is there.
 */
int cproc_walk_make_directory(const char *root, const char *relative, mode_t mode, struct cproc_file *file);
int cproc_walk_make_file(const char *root, const char *relative, mode_t mode, struct cproc_file *file);

/*
 * Removes the last component if it is the file or the empty directory that is meant.  ESTALE: it is another one by now.
 * ENOTEMPTY, EBUSY (something is mounted there).
 */
int cproc_walk_remove(
    const char *root, const char *relative, uint64_t device, uint64_t inode, bool directory);

/*
 * Copies a regular file with owner and mode into a file below the root, which must be there, empty, and have one name.
 * After a failure it is empty again.
 */
int cproc_walk_copy(const char *source, const char *root, const char *relative, char reason[CPROC_REASON_SIZE]);

/* ------------------------------------------------------------------- mounts */

struct cproc_mount {
	const char *type; /* as nmount(2) has it: nullfs, tmpfs, devfs, fdescfs, procfs, ... */
	/* Where, walked as above. */
	const char *root;
	const char *relative;
	const char *source; /* nullfs: an absolute path, links followed; else NULL */
	bool read_only;
	uint64_t size; /* tmpfs: bytes; 0: what tmpfs takes by itself */
	int mode;      /* tmpfs: of its root directory; -1: that of the directory below */
	int ruleset;   /* devfs */
};

/* statfs(2): f_fsid. */
struct cproc_mount_id {
	int32_t first;
	int32_t second;
};

/*
 * nmount(2).  EDEADLK: nullfs onto itself, also by way of other nullfs, which would hang the kernel.  EPERM: this process is in
 * a jail, where it could not undo the mount.  ENOENT: a devfs ruleset without rules, which would show every device.
 * ENOTDIR, EISDIR: a directory and a file do not go together.  EOPNOTSUPP: this kernel mounts no single files; the caller
 * may copy it instead.  EAGAIN: what was to be mounted upon was replaced meanwhile.
 */
int cproc_mount(const struct cproc_mount *mount, struct cproc_mount_id *id, char reason[CPROC_REASON_SIZE]);

/* A tmpfs(5) becomes read-only, for good.  EINVAL: `root` is not where a tmpfs is mounted. */
int cproc_mount_seal(const char *root, char reason[CPROC_REASON_SIZE]);

struct cproc_mount_entry {
	struct cproc_mount_id id;
	char type[32];
	char source[1024];
	char target[1024]; /* all links resolved */
};

/* The table of mounts, in the order of mounting.  Returns how many there are, which may be more than `capacity`. */
ssize_t cproc_mounts(struct cproc_mount_entry *entries, size_t capacity);

/* unmount(2) with MNT_BYFSID.  EBUSY: in use, and not forced.  ENOENT: there is no such mount. */
int cproc_unmount(struct cproc_mount_id id, bool force);

/* -------------------------------------------------------------------- jails */

/* As jail(8) has them.  NULL: a name without a value, `allow.raw_sockets` or `allow.noraw_sockets`. */
struct cproc_jail_parameter {
	const char *name;
	const char *value;
};

struct cproc_jail {
	int jid;
	char path[1024];
};

/* jail_set(2) with `persist`.  Returns the jid.  EEXIST: there is a jail with this name. */
int cproc_jail_make(const char *name, const char *path, const struct cproc_jail_parameter *parameters,
    size_t count, char reason[CPROC_REASON_SIZE]);

/* A jail that is not dying.  ENOENT: there is none. */
int cproc_jail_named(const char *name, struct cproc_jail *jail);
enum cproc_jail_state {
	CPROC_JAIL_GONE, /* there is none with this id, not even a dying one */
	CPROC_JAIL_DYING,
	CPROC_JAIL_ALIVE
};

int cproc_jail_state(int jid);
/* 1: a process lives in this jail, alive or dying, or in one inside it; 0: none, zombies left out. */
int cproc_jail_has_processes(int jid);
/* cpuset_getaffinity(2): the CPUs of a jail, ascending.  Returns how many there are, which may be more than `capacity`. */
ssize_t cproc_jail_cpus(int jid, uint16_t *cpus, size_t capacity);
/* jail_remove(2): ends all processes in the jail.  EINVAL: there is none. */
int cproc_jail_remove(int jid);

/* ------------------------------------------------------------------ network */

struct cproc_address {
	const char *text; /* as inet_pton(3) reads it; EINVAL otherwise */
	bool is_ipv6;
	uint8_t prefix;
};

/* 1: there is an interface with this name in this network stack; 0: there is none. */
int cproc_interface_exists(const char *name);
/* SIOCIFCREATE2, for a pair `epairN`.  EEXIST: the number is taken.  EINVAL: the module if_epair is not loaded. */
int cproc_interface_make(const char *name);
/* SIOCIFDESTROY.  Either end of a pair takes the other one along.  ENXIO: there is none. */
int cproc_interface_destroy(const char *name);
/* SIOCGIFDESCR.  Returns the length; 0: none.  ERANGE: buffer too small. */
ssize_t cproc_interface_description(const char *name, char *buffer, size_t size);
/* SIOCSIFDESCR. */
int cproc_interface_describe(const char *name, const char *description);
int cproc_interface_up(const char *name);
/*
 * Gives an interface that is down its addresses and brings it up.  Those of IPv6 are usable at once, where the kernel keeps
 * to that: no duplicate address detection; else it is waited for as by cproc_interface_add(), for all of them at once.
 * `failed` is the position of the address that could not be had, or `count`.  What was added before a failure stays.
 */
int cproc_interface_raise(
    const char *interface, const struct cproc_address *addresses, size_t count, size_t *failed);
/* 1: the interface has the address; 0: not. */
int cproc_interface_has(const char *interface, const struct cproc_address *address);
/*
 * SIOCAIFADDR, SIOCAIFADDR_IN6.  Duplicate address detection of IPv6 is waited for, so that a service can bind the address
 * at once: a second or two, and five at most, since it has no end where the interface has no carrier.  EADDRINUSE: another
 * machine has it; it was taken off again.
 */
int cproc_interface_add(const char *interface, const struct cproc_address *address);
int cproc_interface_remove(const char *interface, const struct cproc_address *address);
/* BRDGADD. */
int cproc_bridge_add(const char *bridge, const char *member);
/* SIOCSIFVNET, SIOCSIFRVNET.  ENXIO: no such interface or jail; EEXIST: the name is taken on the other side. */
int cproc_interface_give(const char *interface, int jid);
int cproc_interface_take_back(const char *interface, int jid);

struct cproc_jail_network {
	const char *interface; /* inside the jail, down; is brought up, and lo0 too, with 127.0.0.1 */
	const struct cproc_address *addresses;
	size_t address_count;
	const struct cproc_address *gateways; /* default routes; their prefix has no meaning */
	size_t gateway_count;
};

/* Inside the jail, by a child process that goes in.  What it has done before a failure goes with the jail. */
int cproc_jail_configure(int jid, const struct cproc_jail_network *network, char reason[CPROC_REASON_SIZE]);

/* -------------------------------------------------------------------- rules */

/*
 * rctl_add_rule(2) and rctl_remove_rule(2): `jail:NAME:RESOURCE:ACTION=AMOUNT`, with a plain number.  ENOSYS: the kernel
 * counts no resources (RACCT).  Removing what is not there: ESRCH.
 */
int cproc_rule_add(const char *rule);
int cproc_rule_remove(const char *rule);

/* ------------------------------------------------------------ login classes */

/*
 * A class of login.conf(5), with what it takes over from others (tc=): of the asked capabilities those that it has,
 * as pairs of name and value that each end with a NUL; *length is the sum.  A capability without a value is
 * left out.  The caller gives the result to cproc_memory_free().
 *
 * ENOENT: there is no such class; login_getclass(3) would take `default` instead.
 */
char *cproc_login_class(const char *name, const char *const *capabilities, size_t count, size_t *length);

/* ---------------------------------------------------------------- processes */

/* Waits until a process of cproc_spawn() has ended, and leaves it to cproc_process_status(). */
int cproc_process_wait(int process);
/* nanosleep(2), all of it. */
void cproc_sleep(int64_t nanoseconds);
/* realpath(3).  `size` of 1024 is enough on FreeBSD; ERANGE. */
int cproc_resolve(const char *path, char *buffer, size_t size);

#endif
