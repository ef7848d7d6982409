#if defined(__FreeBSD__)

#include "probe.h"

#include <sys/param.h>
#include <sys/jail.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../common/seam.h"

/* What the process in the jail has to tell. */
struct inmate {
	int jid;
	struct cproc_probe_result result;
};

static void
check_inside(const char *question, struct cproc_probe_result *result)
{
	int answer = 0;
	size_t size = sizeof answer;

	if (sysctlbyname(question, &answer, &size, NULL, 0) < 0)
		probe_failed(result, question);
	else if (answer != 1)
		probe_wrong(result, "jail_set JAIL_ATTACH: the process is not where it should be");
}

/*
 * Makes the jail and goes into it by one call and without `persist`: a jail that was made so ends with its
 * last process, whatever happens to the trial.
 */
static int
enter(const char *path, const char *name, bool vnet, struct cproc_probe_result *result)
{
	int new_vnet = JAIL_SYS_NEW;
	struct request request;
	int jid;

	request_begin(&request);
	request_text(&request, "path", path);
	request_text(&request, "name", name);
	if (vnet)
		request_add(&request, "vnet", &new_vnet, sizeof new_vnet);
	jid = request_jail_set(&request, JAIL_CREATE | JAIL_ATTACH);
	if (jid < 0)
		probe_request_failed(&request, result, "jail_set");
	else
		check_inside(vnet ? "security.jail.vnet" : "security.jail.jailed", result);
	return jid;
}

static _Noreturn void
be_inmate(const char *path, const char *name, bool vnet, const struct probe_gate *gate, int report)
{
	struct inmate inmate;

	memset(&inmate, 0, sizeof inmate);
	inmate.result.outcome = CPROC_PROBE_OK;
	inmate.jid = enter(path, name, vnet, &inmate.result);
	if (write(report, &inmate, sizeof inmate) != (ssize_t)sizeof inmate)
		_exit(1);
	close(report);
	probe_gate_wait(gate, 0);
}

/* jail_remove(2) ends all processes of the jail. */
static void
remove_jail(pid_t pid, const struct inmate *inmate, struct cproc_probe_result *result)
{
	int status;

	if (jail_remove(inmate->jid) < 0) {
		probe_failed(result, "jail_remove");
		return;
	}
	if (probe_wait(pid, &status) < 0)
		probe_failed(result, "waitpid");
	else if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		probe_wrong(result, "jail_remove: the process in the jail was not killed");
}

static void
try_jail(const char *path, bool vnet, struct cproc_probe_result *result)
{
	struct probe_gate gate;
	struct inmate inmate;
	int report[2], status;
	char name[48];
	pid_t pid;

	if (probe_gate_make(&gate) < 0 || pipe2(report, O_CLOEXEC) < 0) {
		probe_failed(result, "pipe2");
		return;
	}
	snprintf(name, sizeof name, "fruix-shepherd-probe-%d", (int)getpid());
	pid = fork();
	if (pid == 0)
		be_inmate(path, name, vnet, &gate, report[1]);
	close(report[1]);
	if (pid < 0)
		probe_failed(result, "fork");
	else if (probe_read(report[0], &inmate, sizeof inmate) < 0)
		probe_failed(result, "read from the process in the jail");
	else if (inmate.result.outcome != CPROC_PROBE_OK)
		*result = inmate.result;
	else
		remove_jail(pid, &inmate, result);
	close(report[0]);
	probe_gate_open(&gate);
	/* ECHILD when it was waited for already. */
	if (pid > 0)
		(void)probe_wait(pid, &status);
}

static void
try_jail_below(const char *directory, bool vnet, struct cproc_probe_result *result)
{
	char path[PATH_MAX];

	if (probe_path(path, directory, "jail") < 0 || mkdir(path, 0755) < 0)
		probe_failed(result, "mkdir");
	else
		try_jail(path, vnet, result);
}

void
probe_jail(const char *directory, struct cproc_probe_result *result)
{
	try_jail_below(directory, false, result);
}

void
probe_jail_vnet(const char *directory, struct cproc_probe_result *result)
{
	try_jail_below(directory, true, result);
}

#endif
