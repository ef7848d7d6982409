/*
 * One supervisor after another: how long nobody answers, how long those wait that have to be started again meanwhile, and
 * whether anybody notices who should not.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "client.h"
#include "kernel.h"
#include "measure.h"

static const int64_t second = 1000000000, between_kills = 5000000;

/* What becomes of each sleeper. */
struct sleeper {
    pid_t pid;      /* before the succession */
    int64_t killed; /* by us, when; 0: not */
    int64_t began;  /* its first start after that */
    int starts;     /* in all */
};

struct scene {
    const char *records;
    size_t services, before; /* how many, and the records before the succession */
    struct sleeper *sleepers;
    int kills;
};

static void wait_for(struct client *client)
{
    struct pollfd polled = { client->fd, POLLIN, 0 };

    (void)poll(&polled, 1, 1);
}

static pid_t who_answers(const char *socket)
{
    struct client client = { .socket = socket, .fd = -1 };
    int64_t limit = now() + 60 * second;
    pid_t pid = 0;

    while (pid == 0 && now() < limit) {
        pid = client_proceed(&client);
        if (pid == 0)
            wait_for(&client);
    }
    client_close(&client);
    return pid;
}

static void prepare(struct scene *scene)
{
    pid_t *pids = last_pids(scene->records, scene->services, &scene->before);
    size_t index;

    scene->sleepers = calloc(scene->services, sizeof *scene->sleepers);
    if (scene->sleepers == NULL)
        die("memory");
    for (index = 0; index < scene->services; index++)
        scene->sleepers[index].pid = pids[index];
    free(pids);
}

/* Others than `restart` takes, so that none comes near its respawn limit. */
static void kill_next(struct scene *scene)
{
    struct sleeper *sleeper = &scene->sleepers[((size_t)scene->kills * 7927 + scene->before) % scene->services];

    scene->kills++;
    if (sleeper->killed == 0 && sleeper->pid > 1) {
        sleeper->killed = now();
        (void)kill(sleeper->pid, SIGKILL);
    }
}

/* Asks until another than `old` answers, and kills sleepers meanwhile: the moment of the answer, 0: none within a minute. */
static int64_t watch(struct scene *scene, const char *socket, pid_t old, int most_kills)
{
    struct client client = { .socket = socket, .fd = -1 };
    int64_t began = now(), answered = 0;

    while (answered == 0 && now() < began + 60 * second) {
        pid_t pid = client_proceed(&client);

        if (pid != 0 && pid != old) {
            answered = now();
            break;
        }
        if (scene->kills < most_kills && now() >= began + scene->kills * between_kills)
            kill_next(scene);
        wait_for(&client);
    }
    client_close(&client);
    return answered;
}

/* What the records say since; how many that were killed have not come back. */
static int read_starts(struct scene *scene)
{
    size_t count, index;
    struct record *records = read_records(scene->records, &count);
    int missing = 0;

    for (index = 0; index < scene->services; index++)
        scene->sleepers[index].starts = 0;
    for (index = scene->before; index < count; index++)
        if ((size_t)records[index].number < scene->services) {
            struct sleeper *sleeper = &scene->sleepers[records[index].number];

            if (sleeper->starts++ == 0)
                sleeper->began = records[index].nanoseconds;
        }
    for (index = 0; index < scene->services; index++)
        missing += scene->sleepers[index].killed != 0 && scene->sleepers[index].starts == 0;
    free(records);
    return missing;
}

static void wait_for_starts(struct scene *scene)
{
    int64_t limit = now() + 20 * second;

    while (read_starts(scene) > 0 && now() < limit)
        pause_for(2000);
    /* Who is started twice, or ended by mistake, is so soon. */
    pause_for(500000);
    (void)read_starts(scene);
}

static void tell(const struct scene *scene, int64_t took)
{
    int64_t slowest = 0;
    int killed = 0, touched = 0, lost = 0;
    size_t index;

    for (index = 0; index < scene->services; index++) {
        const struct sleeper *sleeper = &scene->sleepers[index];

        if (sleeper->killed == 0) {
            touched += sleeper->starts > 0 || !is_sleeper(sleeper->pid);
            continue;
        }
        killed++;
        touched += sleeper->starts > 1;
        lost += sleeper->starts == 0;
        if (sleeper->starts > 0 && sleeper->began - sleeper->killed > slowest)
            slowest = sleeper->began - sleeper->killed;
    }
    if (lost > 0)
        fprintf(stderr, "measure: %d of %d killed sleepers were not started again\n", lost, killed);
    if (took == 0)
        printf("- ");
    else
        printf("%.1f ", (double)took / 1e6);
    if (killed == 0 || lost > 0)
        printf("- ");
    else
        printf("%.1f ", (double)slowest / 1e6);
    printf("%d %d\n", killed, touched);
}

int succession(const char *path, size_t services, const char *socket, int most_kills, char **command)
{
    struct scene scene = { .records = path, .services = services };
    pid_t old = who_answers(socket), worker = 0;
    int64_t began, answered;
    int status = 0;

    if (old == 0) {
        printf("- - 0 -\n");
        return 1;
    }
    prepare(&scene);
    began = now();
    if (command[0] == NULL)
        (void)kill(old, SIGKILL);
    else
        worker = spawn(command, NULL, NULL);
    answered = watch(&scene, socket, old, most_kills);
    wait_for_starts(&scene);
    if (worker > 0 && (waitpid(worker, &status, 0) < 0 || status != 0))
        fprintf(stderr, "measure: %s has failed\n", command[0]);
    tell(&scene, answered == 0 ? 0 : answered - began);
    free(scene.sleepers);
    return answered == 0 || status != 0;
}
