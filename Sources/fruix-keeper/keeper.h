#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include "CProc.h"
#include "options.h"
#include "pauses.h"
#include "pids.h"
#include "table.h"

#define NEVER INT64_MAX
#define SECOND INT64_C(1000000000)

/* As many bytes may wait for a reader before no further request of the supervisor's is read. */
#define BACKLOG_MOST ((size_t)64 * 1024)
/* Orphans that could not be told yet. */
#define ORPHANS_MOST 256
/*
 * Processes that are started before the holder is given all of them at once. Two descriptors each lie in the table that
 * the next child gets a copy of: it is to stay below the 64 that FreeBSD makes room for first (docs/FREEBSD.md, RACCT).
 */
#define FRESH_MOST 16

static inline int64_t
sooner(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* What the queue's events are about. */
enum token {
	TOKEN_SUPERVISOR = 1,
	TOKEN_SUPERVISOR_END,
	TOKEN_HOLDER,
	TOKEN_HOLDER_END,
	TOKEN_TRIAL_END,
	TOKEN_SIGNAL = 64, /* and the signal's number */
	TOKEN_PROCESS = 1 << 20 /* and the pid */
};

/* A binary that can be started whatever has become of its name, and the words that it is started with. */
struct program {
	int descriptor; /* -1: none */
	char **arguments;
};

struct supervisor {
	bool runs;
	bool is_child; /* not one that has started this keeper */
	bool greeted;  /* has said hello */
	bool met;      /* one of them has, at some time */
	bool is_dumb;  /* its socket is closed, or it is to be killed: nothing is sent any more */
	pid_t pid;
	int process;   /* process descriptor, or what cproc_hold() gave */
	int64_t birth; /* by cproc_clock_start(), of one that is no child */
	int report;
	struct cproc_channel *channel;
	unsigned interest;
	uint64_t number;
	int64_t began;
	int64_t start_at;  /* when it does not run */
	int64_t hello_by;  /* NEVER: it has come */
	int64_t ready_by;  /* NEVER: it is ready, or nobody waits for it */
	int64_t kill_at;
	enum cproc_keeper_reason doom; /* why it was killed from here; CPROC_KEEPER_FIRST: it was not */
	/* How the one before has ended. */
	struct cproc_keeper_welcome welcome;
	/* The table is told from this identity on; 0: all of it was. */
	uint64_t table_from;
	bool table_told;
	uint32_t signals; /* to be passed on when it has said hello: a bit each */
	struct pauses pauses;
};

struct holder {
	bool runs;
	pid_t pid;
	int process;
	struct cproc_channel *channel;
	unsigned interest;
	int32_t number;
	int64_t began;
	int64_t start_at;
	struct pauses pauses;
};

struct orphans {
	struct cproc_keeper_orphan orphans[ORPHANS_MOST];
	uint64_t identities[ORPHANS_MOST];
	size_t first;
	size_t count;
	uint32_t missed;
};

/* Started, and neither held nor told yet. */
struct fresh {
	struct cproc_spawned spawned[FRESH_MOST];
	uint64_t identities[FRESH_MOST];
	unsigned count;
};

/* A replacement of this very process that is under way. */
struct replacement {
	int program; /* -1: none is */
	int process; /* of the trial; -1: it has passed */
	pid_t pid;
	int64_t limit;
};

struct keeper {
	struct options options;
	struct cproc_queue *queue;
	int null;
	/* The limit of open files that this process was started with: the supervisor gets it back. */
	uint64_t open_files_soft;
	uint64_t open_files_hard;
	int own; /* this very program */
	char *own_path;
	struct table table;
	struct pids known;
	struct fresh fresh;
	struct orphans orphans;
	struct supervisor supervisor;
	struct holder holder;
	struct program running;
	struct program earlier; /* from before an upgrade that is not ready yet */
	struct program next;    /* of an upgrade that waits for the supervisor's end */
	struct replacement replacement;
	bool leaves;
	int leave_status;
	bool is_over;
	int exit_status;
	int64_t retry_at; /* the kernel was short of something */
};

/* keeper.c */
int keeper_run(struct keeper *keeper);
/* The end, with a status for exit(3). */
void keeper_exit(struct keeper *keeper, int status);
int64_t keeper_now(void);

/* supervisor.c */
void supervisor_start(struct keeper *keeper);
/*
 * Takes over the one with this pid at the other end of this socket, which has started this process.  If it has died
 * since, the next one is started as after any death.
 */
int supervisor_adopt(struct keeper *keeper, int socket, pid_t pid);
void supervisor_ended(struct keeper *keeper, int status, bool is_known);
/* Something is wrong with it: it is killed, and started again. */
void supervisor_doom(struct keeper *keeper, enum cproc_keeper_reason reason, const char *why);
void supervisor_pass_on(struct keeper *keeper, int signal);
/* What was kept for a supervisor that has said hello. */
void supervisor_pass_kept(struct keeper *keeper);
/* Its deadlines: the next of them, after what was due is done. */
int64_t supervisor_due(struct keeper *keeper, int64_t now);

/* upgrade.c */
/* Which binary comes next after an end, and what welcome says of it.  true: at once. */
bool upgrade_choose(struct keeper *keeper, int status, bool is_known, int error);
/* The new binary has come up. */
void upgrade_ready(struct keeper *keeper);
void upgrade_request(struct keeper *keeper, struct cproc_message *message);
void program_free(struct program *program);
/* Copies the words, each with its NUL. -1: ENOMEM, EINVAL. */
int program_set_words(struct program *program, const char *words, size_t size);

/* requests.c */
/* Reads what the supervisor says, as long as that is allowed. */
void requests_receive(struct keeper *keeper);
/* Carries out what was read. */
void requests_serve(struct keeper *keeper);
/* All that a dead supervisor has said. */
void requests_drain(struct keeper *keeper);
bool requests_allowed(const struct keeper *keeper);

/* starter.c */
/* The holder and the supervisor hear of it by starter_flush(), at the latest before the next wait. */
void starter_start(struct keeper *keeper, struct cproc_message *message);
void starter_flush(struct keeper *keeper);
/* Executes a keeper's program as something else of its own, a holder or a trial, with one descriptor handed on.  Room for
 * its pid is made.  0, or -1 with errno and spawned->call. */
#define STARTER_HANDED 3
int starter_run_own(struct keeper *keeper, int program, const char *const arguments[], int handed,
    struct cproc_spawned *spawned);

/* tell.c */
/* Tells what is still to be told as far as the backlog allows, and watches for what comes next. */
void tell_pump(struct keeper *keeper);
void tell_send(struct keeper *keeper, enum cproc_keeper_type type, uint64_t identity, const void *payload, size_t size,
    const int *descriptors, unsigned count);
void tell_failed(struct keeper *keeper, enum cproc_keeper_type type, uint64_t identity, enum cproc_keeper_type what,
    int error, const char *call);
void tell_welcome(struct keeper *keeper);
void tell_orphan(struct keeper *keeper, pid_t pid, int status, uint64_t identity);

/* reap.c */
void reap_orphans(struct keeper *keeper);
void reap_process(struct keeper *keeper, pid_t pid, int status);

/* custody.c: the holder, as the keeper sees it */
void custody_start(struct keeper *keeper);
void custody_ended(struct keeper *keeper, int status);
/* A socket between holder and supervisor, both of whom get an end. */
void custody_connect(struct keeper *keeper);
void custody_hold(struct keeper *keeper, const struct fresh *fresh);
void custody_drop(struct keeper *keeper, uint64_t identity);
void custody_flush(struct keeper *keeper);
int64_t custody_due(struct keeper *keeper, int64_t now);

/* replace.c */
/* only_if_changed: not when the file is the one that this process runs. */
void replace_begin(struct keeper *keeper, bool only_if_changed);
void replace_trial_ended(struct keeper *keeper, int status);
/* Does it, when nothing is on its way any more. */
void replace_proceed(struct keeper *keeper);
int64_t replace_due(struct keeper *keeper, int64_t now);
/* Goes on from what the image before has left in this file.  -1: it cannot be read. */
int replace_resume(struct keeper *keeper, int file);

/* state.c */
/* What another image of this program has left.  A trial only reads it.  -1: it cannot be read. */
int state_read(struct keeper *keeper, int descriptor, bool is_trial);
/* A file in memory, or -1. */
int state_write(struct keeper *keeper);
/* holder.c: the holder itself */
int holder_run(void);

#endif
