#ifndef CPROC_SEAM_CALLS_H
#define CPROC_SEAM_CALLS_H

/*
 * Between CProc and the system (include/CProcSeam.h).  Each source file of CProc includes this last, behind the system's
 * headers: from there on the names below are macros, which ask the table of faults first.  A macro's own name within it is
 * not expanded again, so what stands there is the call itself.
 *
 * Tools/lint.sh compares the names with what the objects refer to, and finds what is missing.
 */

#if defined(CPROC_SEAM)

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct msghdr;

/* Whether this call is to fail; errno is set then. */
bool seam_strikes(const char *call);
/* How much of `size` this call is asked for. */
size_t seam_size(const char *call, size_t size);
/* close(2) closes, also when it fails. */
int seam_close(int descriptor);
ssize_t seam_sendmsg(int socket, const struct msghdr *message, int flags);
ssize_t seam_recvmsg(int socket, struct msghdr *message, int flags);

/* Calls that fail with -1 and errno, with NULL and errno, with the error itself, with 0 and errno. */
#define SEAM(name, call) (seam_strikes(name) ? (__typeof__(call))-1 : (call))
#define SEAM_NULL(name, call) (seam_strikes(name) ? NULL : (call))
#define SEAM_NUMBER(name, call) (seam_strikes(name) ? errno : (call))
#define SEAM_ZERO(name, call) (seam_strikes(name) ? 0 : (call))

#define accept4(...) SEAM("accept4", accept4(__VA_ARGS__))
#define access(...) SEAM("access", access(__VA_ARGS__))
#define bind(...) SEAM("bind", bind(__VA_ARGS__))
#define chdir(...) SEAM("chdir", chdir(__VA_ARGS__))
#define chmod(...) SEAM("chmod", chmod(__VA_ARGS__))
#define chroot(...) SEAM("chroot", chroot(__VA_ARGS__))
#define clone(...) SEAM("clone", clone(__VA_ARGS__))
#define close(descriptor) seam_close(descriptor)
#define connect(...) SEAM("connect", connect(__VA_ARGS__))
#define dup2(...) SEAM("dup2", dup2(__VA_ARGS__))
#define epoll_create1(...) SEAM("epoll_create1", epoll_create1(__VA_ARGS__))
#define epoll_ctl(...) SEAM("epoll_ctl", epoll_ctl(__VA_ARGS__))
#define epoll_pwait2(...) SEAM("epoll_pwait2", epoll_pwait2(__VA_ARGS__))
#define eventfd(...) SEAM("eventfd", eventfd(__VA_ARGS__))
#define execv(...) SEAM("execv", execv(__VA_ARGS__))
#define execve(...) SEAM("execve", execve(__VA_ARGS__))
#define faccessat(...) SEAM("faccessat", faccessat(__VA_ARGS__))
#define fchmod(...) SEAM("fchmod", fchmod(__VA_ARGS__))
#define fchown(...) SEAM("fchown", fchown(__VA_ARGS__))
#define fcntl(...) SEAM("fcntl", fcntl(__VA_ARGS__))
#define fexecve(...) SEAM("fexecve", fexecve(__VA_ARGS__))
#define flock(...) SEAM("flock", flock(__VA_ARGS__))
#define fork(...) SEAM("fork", fork(__VA_ARGS__))
#define fstat(...) SEAM("fstat", fstat(__VA_ARGS__))
#define fstatat(...) SEAM("fstatat", fstatat(__VA_ARGS__))
#define fsync(...) SEAM("fsync", fsync(__VA_ARGS__))
#define ftruncate(...) SEAM("ftruncate", ftruncate(__VA_ARGS__))
#define getdelim(...) SEAM("getdelim", getdelim(__VA_ARGS__))
#define getgrouplist(...) SEAM("getgrouplist", getgrouplist(__VA_ARGS__))
#define getpriority(...) SEAM("getpriority", getpriority(__VA_ARGS__))
#define getrlimit(...) SEAM("getrlimit", getrlimit(__VA_ARGS__))
#define getsockopt(...) SEAM("getsockopt", getsockopt(__VA_ARGS__))
#define inotify_add_watch(...) SEAM("inotify_add_watch", inotify_add_watch(__VA_ARGS__))
#define inotify_init1(...) SEAM("inotify_init1", inotify_init1(__VA_ARGS__))
#define ioctl(...) SEAM("ioctl", ioctl(__VA_ARGS__))
#define kill(...) SEAM("kill", kill(__VA_ARGS__))
#define killpg(...) SEAM("killpg", killpg(__VA_ARGS__))
#define lchown(...) SEAM("lchown", lchown(__VA_ARGS__))
#define listen(...) SEAM("listen", listen(__VA_ARGS__))
#define lstat(...) SEAM("lstat", lstat(__VA_ARGS__))
#define lutimes(...) SEAM("lutimes", lutimes(__VA_ARGS__))
#define memfd_create(...) SEAM("memfd_create", memfd_create(__VA_ARGS__))
#define mkdir(...) SEAM("mkdir", mkdir(__VA_ARGS__))
#define mkdirat(...) SEAM("mkdirat", mkdirat(__VA_ARGS__))
#define nanosleep(...) SEAM("nanosleep", nanosleep(__VA_ARGS__))
#define open(...) SEAM("open", open(__VA_ARGS__))
#define openat(...) SEAM("openat", openat(__VA_ARGS__))
#define pipe(...) SEAM("pipe", pipe(__VA_ARGS__))
#define pipe2(...) SEAM("pipe2", pipe2(__VA_ARGS__))
#define poll(...) SEAM("poll", poll(__VA_ARGS__))
#define prctl(...) SEAM("prctl", prctl(__VA_ARGS__))
#define prlimit(...) SEAM("prlimit", prlimit(__VA_ARGS__))
#define readlink(...) SEAM("readlink", readlink(__VA_ARGS__))
#define rename(...) SEAM("rename", rename(__VA_ARGS__))
#define rmdir(...) SEAM("rmdir", rmdir(__VA_ARGS__))
#define sched_setaffinity(...) SEAM("sched_setaffinity", sched_setaffinity(__VA_ARGS__))
#define setpgid(...) SEAM("setpgid", setpgid(__VA_ARGS__))
#define setpriority(...) SEAM("setpriority", setpriority(__VA_ARGS__))
#define setrlimit(...) SEAM("setrlimit", setrlimit(__VA_ARGS__))
#define setsid(...) SEAM("setsid", setsid(__VA_ARGS__))
#define sigaction(...) SEAM("sigaction", sigaction(__VA_ARGS__))
#define signalfd(...) SEAM("signalfd", signalfd(__VA_ARGS__))
#define sigprocmask(...) SEAM("sigprocmask", sigprocmask(__VA_ARGS__))
#define sigtimedwait(...) SEAM("sigtimedwait", sigtimedwait(__VA_ARGS__))
#define socket(...) SEAM("socket", socket(__VA_ARGS__))
#define socketpair(...) SEAM("socketpair", socketpair(__VA_ARGS__))
#define stat(...) SEAM("stat", stat(__VA_ARGS__))
#define statfs(...) SEAM("statfs", statfs(__VA_ARGS__))
#define statvfs(...) SEAM("statvfs", statvfs(__VA_ARGS__))
#define symlink(...) SEAM("symlink", symlink(__VA_ARGS__))
/* The number's name, without SYS_. */
#define syscall(number, ...) SEAM(&#number[4], syscall(number __VA_OPT__(, ) __VA_ARGS__))
#define sysconf(...) SEAM("sysconf", sysconf(__VA_ARGS__))
#define unlink(...) SEAM("unlink", unlink(__VA_ARGS__))
#define unlinkat(...) SEAM("unlinkat", unlinkat(__VA_ARGS__))
#define unsetenv(...) SEAM("unsetenv", unsetenv(__VA_ARGS__))
#define waitid(...) SEAM("waitid", waitid(__VA_ARGS__))
#define waitpid(...) SEAM("waitpid", waitpid(__VA_ARGS__))

/* FreeBSD's. */
#define cap_enter(...) SEAM("cap_enter", cap_enter(__VA_ARGS__))
#define close_range(...) SEAM("close_range", close_range(__VA_ARGS__))
#define cpuset_getaffinity(...) SEAM("cpuset_getaffinity", cpuset_getaffinity(__VA_ARGS__))
#define cpuset_setaffinity(...) SEAM("cpuset_setaffinity", cpuset_setaffinity(__VA_ARGS__))
#define fstatfs(...) SEAM("fstatfs", fstatfs(__VA_ARGS__))
#define funlinkat(...) SEAM("funlinkat", funlinkat(__VA_ARGS__))
#define getfsstat(...) SEAM("getfsstat", getfsstat(__VA_ARGS__))
#define getifaddrs(...) SEAM("getifaddrs", getifaddrs(__VA_ARGS__))
#define getpeereid(...) SEAM("getpeereid", getpeereid(__VA_ARGS__))
#define if_nametoindex(...) SEAM_ZERO("if_nametoindex", if_nametoindex(__VA_ARGS__))
#define jail_attach(...) SEAM("jail_attach", jail_attach(__VA_ARGS__))
#define jail_get(...) SEAM("jail_get", jail_get(__VA_ARGS__))
#define jail_remove(...) SEAM("jail_remove", jail_remove(__VA_ARGS__))
#define jail_set(...) SEAM("jail_set", jail_set(__VA_ARGS__))
#define jailparam_import(...) SEAM("jailparam_import", jailparam_import(__VA_ARGS__))
#define jailparam_init(...) SEAM("jailparam_init", jailparam_init(__VA_ARGS__))
#define jailparam_set(...) SEAM("jailparam_set", jailparam_set(__VA_ARGS__))
#define kevent(...) SEAM("kevent", kevent(__VA_ARGS__))
#define kldfind(...) SEAM("kldfind", kldfind(__VA_ARGS__))
#define kldload(...) SEAM("kldload", kldload(__VA_ARGS__))
#define kqueue(...) SEAM("kqueue", kqueue(__VA_ARGS__))
#define kqueuex(...) SEAM("kqueuex", kqueuex(__VA_ARGS__))
#define modfind(...) SEAM("modfind", modfind(__VA_ARGS__))
#define nmount(...) SEAM("nmount", nmount(__VA_ARGS__))
#define pdfork(...) SEAM("pdfork", pdfork(__VA_ARGS__))
#define pdkill(...) SEAM("pdkill", pdkill(__VA_ARGS__))
#define procctl(...) SEAM("procctl", procctl(__VA_ARGS__))
#define rctl_add_rule(...) SEAM("rctl_add_rule", rctl_add_rule(__VA_ARGS__))
#define rctl_remove_rule(...) SEAM("rctl_remove_rule", rctl_remove_rule(__VA_ARGS__))
#define setfib(...) SEAM("setfib", setfib(__VA_ARGS__))
#define setgid(...) SEAM("setgid", setgid(__VA_ARGS__))
#define setgroups(...) SEAM("setgroups", setgroups(__VA_ARGS__))
#define setlogin(...) SEAM("setlogin", setlogin(__VA_ARGS__))
#define setuid(...) SEAM("setuid", setuid(__VA_ARGS__))
#define shm_open(...) SEAM("shm_open", shm_open(__VA_ARGS__))
#define sysctl(...) SEAM("sysctl", sysctl(__VA_ARGS__))
#define sysctlbyname(...) SEAM("sysctlbyname", sysctlbyname(__VA_ARGS__))
#define sysctlnametomib(...) SEAM("sysctlnametomib", sysctlnametomib(__VA_ARGS__))
#define unmount(...) SEAM("unmount", unmount(__VA_ARGS__))

/* What may do less than it is asked to. */
#define pread(d, buffer, size, at) SEAM("pread", pread(d, buffer, seam_size("pread", size), at))
#define pwrite(d, buffer, size, at) SEAM("pwrite", pwrite(d, buffer, seam_size("pwrite", size), at))
#define read(d, buffer, size) SEAM("read", read(d, buffer, seam_size("read", size)))
#define recvmsg(...) SEAM("recvmsg", seam_recvmsg(__VA_ARGS__))
#define send(d, buffer, size, flags) SEAM("send", send(d, buffer, seam_size("send", size), flags))
#define sendmsg(...) SEAM("sendmsg", seam_sendmsg(__VA_ARGS__))
#define write(d, buffer, size) SEAM("write", write(d, buffer, seam_size("write", size)))

#define asprintf(...) SEAM("asprintf", asprintf(__VA_ARGS__))
#define calloc(...) SEAM_NULL("calloc", calloc(__VA_ARGS__))
#define fopen(...) SEAM_NULL("fopen", fopen(__VA_ARGS__))
#define getcwd(...) SEAM_NULL("getcwd", getcwd(__VA_ARGS__))
#define login_getclass(...) SEAM_NULL("login_getclass", login_getclass(__VA_ARGS__))
#define malloc(...) SEAM_NULL("malloc", malloc(__VA_ARGS__))
#define mkdtemp(...) SEAM_NULL("mkdtemp", mkdtemp(__VA_ARGS__))
#define opendir(...) SEAM_NULL("opendir", opendir(__VA_ARGS__))
#define readdir(...) SEAM_NULL("readdir", readdir(__VA_ARGS__))
#define realloc(...) SEAM_NULL("realloc", realloc(__VA_ARGS__))
#define realpath(...) SEAM_NULL("realpath", realpath(__VA_ARGS__))
#define setmntent(...) SEAM_NULL("setmntent", setmntent(__VA_ARGS__))
#define strdup(...) SEAM_NULL("strdup", strdup(__VA_ARGS__))

#define getgrgid_r(...) SEAM_NUMBER("getgrgid_r", getgrgid_r(__VA_ARGS__))
#define getgrnam_r(...) SEAM_NUMBER("getgrnam_r", getgrnam_r(__VA_ARGS__))
#define getpwnam_r(...) SEAM_NUMBER("getpwnam_r", getpwnam_r(__VA_ARGS__))
#define getpwuid_r(...) SEAM_NUMBER("getpwuid_r", getpwuid_r(__VA_ARGS__))
#define posix_fallocate(...) SEAM_NUMBER("posix_fallocate", posix_fallocate(__VA_ARGS__))
#define posix_spawn(...) SEAM_NUMBER("posix_spawn", posix_spawn(__VA_ARGS__))
#define pthread_attr_init(...) SEAM_NUMBER("pthread_attr_init", pthread_attr_init(__VA_ARGS__))
#define pthread_create(...) SEAM_NUMBER("pthread_create", pthread_create(__VA_ARGS__))
#define pthread_join(...) SEAM_NUMBER("pthread_join", pthread_join(__VA_ARGS__))
#define pthread_sigmask(...) SEAM_NUMBER("pthread_sigmask", pthread_sigmask(__VA_ARGS__))
#define ttyname_r(...) SEAM_NUMBER("ttyname_r", ttyname_r(__VA_ARGS__))

#endif

#endif
