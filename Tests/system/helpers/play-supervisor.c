/*
 * Plays the supervisor of a keeper: play-supervisor JOURNAL COMMANDS [unready | mute | adopt KEEPER [PID]]
 *
 * Written from docs/KEEPER.md, and apart from the numbers in the header it shares nothing with the keeper. Whatever it is
 * told becomes a line of JOURNAL, with the number of this supervisor in front; COMMANDS is a fifo with a command a line
 * (obey() has them). "unready" never says that it is ready, "mute" says nothing at all, "adopt" starts a keeper itself,
 * which is told PID in place of this one's: so it has died already, as far as that keeper can know.
 */
#undef _XOPEN_SOURCE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "../../../Sources/CProc/include/CProcKeeper.h"
#include "../../../Sources/CProc/include/CProcLaunch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#if defined(__FreeBSD__)
#include <sys/types.h>
#include <sys/event.h>
#endif

enum { room = 1 << 21, most_words = 32, most_processes = 20000 };

struct stream {
    int socket;
    unsigned char *bytes;
    size_t size;
    int descriptors[600];
    size_t count;
};

struct process {
    unsigned long long identity;
    int descriptor;
    int over;   /* 1: has ended; 2: and the keeper knows that this is known */
    int listed; /* started, or in the table */
};

static struct stream keeper = { .socket = -1 }, holder = { .socket = -1 };
static struct process processes[most_processes];
static size_t process_count;
static int journal, ends = -1, wakes[2], deaf, unready, table_told, handed, ready_said, holders;
static unsigned long long number, asked_from = ~0ULL; /* the first identity that this supervisor wants started */
static const char *own_words[3];

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
    char line[512];
    va_list arguments;
    int length = snprintf(line, sizeof line, "%llu ", number);

    va_start(arguments, format);
    length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
    va_end(arguments);
    line[length++] = '\n';
    if (write(journal, line, (size_t)length) < 0)
        _exit(70);
}

static struct process *find(unsigned long long identity)
{
    size_t index;

    for (index = process_count; index > 0; index--)
        if (processes[index - 1].identity == identity)
            return &processes[index - 1];
    if (process_count == most_processes)
        _exit(71);
    processes[process_count] = (struct process){ .identity = identity, .descriptor = -1 };
    return &processes[process_count++];
}

static void receive(struct stream *stream);

/* Never waits without reading: the keeper does not read while it is not read. */
static void send_bytes(struct stream *stream, struct iovec *parts, int part_count, const int *descriptors, size_t count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(256 * sizeof(int))];
    } control;

    while (part_count > 0) {
        struct msghdr message = { .msg_iov = parts };
        struct pollfd polled = { .fd = stream->socket, .events = (short)(POLLOUT | (deaf ? 0 : POLLIN)) };
        ssize_t sent;

        message.msg_iovlen = (__typeof__(message.msg_iovlen))part_count;
        if (count > 0) {
            memset(&control, 0, sizeof control);
            message.msg_control = &control;
            message.msg_controllen = CMSG_SPACE(count * sizeof(int));
            CMSG_FIRSTHDR(&message)->cmsg_level = SOL_SOCKET;
            CMSG_FIRSTHDR(&message)->cmsg_type = SCM_RIGHTS;
            CMSG_FIRSTHDR(&message)->cmsg_len = CMSG_LEN(count * sizeof(int));
            memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), descriptors, count * sizeof(int));
        }
        sent = sendmsg(stream->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS && errno != ETOOMANYREFS)
            return;
        if (sent < 0) {
            if (poll(&polled, 1, 1000) > 0 && (polled.revents & POLLIN) != 0)
                receive(stream);
            continue;
        }
        count = 0;
        while (part_count > 0 && (size_t)sent >= parts->iov_len) {
            sent -= (ssize_t)parts->iov_len;
            parts++;
            part_count--;
        }
        if (part_count > 0) {
            parts->iov_base = (char *)parts->iov_base + sent;
            parts->iov_len -= (size_t)sent;
        }
    }
}

static void say(struct stream *stream, int type, unsigned long long identity, const void *payload, size_t size,
    const int *descriptors, size_t count)
{
    struct cproc_keeper_header header = {
        .size = (uint32_t)size, .type = (uint16_t)type, .descriptors = (uint16_t)count, .identity = identity,
    };
    struct iovec parts[2] = { { &header, sizeof header }, { (void *)(size_t)payload, size } };

    if (stream->socket >= 0)
        send_bytes(stream, parts, size > 0 ? 2 : 1, descriptors, count);
}

static void say_number(int type, unsigned long long identity, int value)
{
    struct cproc_keeper_number said = { .number = value };

    say(&keeper, type, identity, &said, sizeof said, NULL, 0);
}

static void ended(unsigned long long identity, int status)
{
    struct process *process = find(identity);

    note("ended %llu %d", identity, status);
    if (process->over == 0)
        process->over = 1;
}

/* What has ended is known from here on, and nobody need hold it. */
static void make_known(struct process *process)
{
    char name[CPROC_KEEPER_NAME_SIZE];

    snprintf(name, sizeof name, "process/%llu", process->identity);
    if (process->descriptor >= 0)
        close(process->descriptor);
    process->descriptor = -1;
    process->over = 2;
    say(&keeper, CPROC_KEEPER_KNOWN, process->identity, NULL, 0, NULL, 0);
    say(&holder, CPROC_KEEPER_DROP, 0, name, strlen(name) + 1, NULL, 0);
}

/* FreeBSD: whoever has the descriptor learns of the end. */
static void watch_end(struct process *process)
{
#if defined(__FreeBSD__)
    struct kevent change;

    EV_SET(&change, (uintptr_t)process->descriptor, EVFILT_PROCDESC, EV_ADD | EV_ONESHOT, NOTE_EXIT, 0,
        (void *)(uintptr_t)process->identity);
    if (kevent(ends, &change, 1, NULL, 0, NULL) < 0)
        note("error kevent %d", errno);
#else
    (void)process;
#endif
}

static void take_ends(void)
{
#if defined(__FreeBSD__)
    static const struct timespec at_once = { 0, 0 };
    struct kevent event;

    while (kevent(ends, NULL, 0, &event, 1, &at_once) == 1)
        ended((unsigned long long)(uintptr_t)event.udata, (int)event.data);
#endif
}

static void own(unsigned long long identity, int descriptor)
{
    struct process *process = find(identity);

    if (process->descriptor >= 0) {
        close(descriptor);
        return;
    }
    process->descriptor = descriptor;
    watch_end(process);
}

static void say_ready(void)
{
    if (ready_said || unready || !table_told || !handed)
        return;
    ready_said = 1;
    say(&keeper, CPROC_KEEPER_READY, 0, NULL, 0, NULL, 0);
    note("ready");
}

/* Table and holder may not agree, after a holder's death. */
static void compare(void)
{
    size_t index;

    if (!table_told || !handed)
        return;
    for (index = 0; index < process_count; index++) {
        struct process *process = &processes[index];

        if (process->over == 0 && process->listed && process->descriptor < 0)
            say_number(CPROC_KEEPER_SIGNAL, process->identity, 0);
        else if (process->over == 0 && !process->listed && process->descriptor >= 0 && process->identity < asked_from)
            make_known(process);
    }
}

/* A new holder has nothing yet. */
static void give_everything(void)
{
    size_t index;
    char name[CPROC_KEEPER_NAME_SIZE];

    for (index = 0; index < process_count; index++) {
        if (processes[index].descriptor < 0)
            continue;
        snprintf(name, sizeof name, "process/%llu", processes[index].identity);
        say(&holder, CPROC_KEEPER_HOLD, 0, name, strlen(name) + 1, &processes[index].descriptor, 1);
    }
    note("given");
}

static void hear_keeper(const struct cproc_keeper_header *header, const void *payload, const int *descriptors)
{
    union {
        struct cproc_keeper_welcome welcome;
        struct cproc_keeper_entry entry;
        struct cproc_keeper_number number;
        struct cproc_keeper_failed failed;
        struct cproc_keeper_ended ended;
        struct cproc_keeper_orphan orphan;
        struct cproc_keeper_hello hello;
    } said = { 0 };

    memcpy(&said, payload, header->size < sizeof said ? header->size : sizeof said);
    switch (header->type) {
    case CPROC_KEEPER_WELCOME:
        number = said.welcome.number;
        note("welcome keeper %d reason %u status %d error %d fallback %u", said.welcome.keeper, said.welcome.reason,
            said.welcome.status, said.welcome.error, said.welcome.fallback);
        break;
    case CPROC_KEEPER_ENTRY:
        note("entry %llu %d %u %d %s", (unsigned long long)header->identity, said.entry.pid, said.entry.state,
            said.entry.status, said.entry.label);
        find(header->identity)->listed = 1;
        if (said.entry.state == CPROC_KEEPER_ENDED_WITH || said.entry.state == CPROC_KEEPER_ENDED_SOMEHOW)
            ended(header->identity, said.entry.status);
        break;
    case CPROC_KEEPER_TABLE_END:
        note("table");
        table_told = 1;
        compare();
        break;
    case CPROC_KEEPER_HOLDER:
        note("holder %d", said.number.number);
        if (holder.socket >= 0)
            close(holder.socket);
        holder.socket = descriptors[0];
        holder.size = holder.count = 0;
        handed = 0;
        if (holders++ > 0)
            give_everything();
        break;
    case CPROC_KEEPER_STARTED:
        note("started %llu %d", (unsigned long long)header->identity, said.number.number);
        find(header->identity)->listed = 1;
        own(header->identity, descriptors[0]);
        close(descriptors[1]);
        break;
    case CPROC_KEEPER_FAILED:
    case CPROC_KEEPER_REFUSED:
        note("%s %llu %u %s %s", header->type == CPROC_KEEPER_FAILED ? "failed" : "refused",
            (unsigned long long)header->identity, said.failed.message, strerror(said.failed.error), said.failed.call);
        break;
    case CPROC_KEEPER_ENDED:
        ended(header->identity, said.ended.status);
        break;
    case CPROC_KEEPER_ORPHAN:
        note("orphan %d %d of %llu missed %u", said.orphan.pid, said.orphan.status, (unsigned long long)header->identity,
            said.orphan.missed);
        break;
    case CPROC_KEEPER_REPLACED:
        note("replaced %u", said.hello.version);
        break;
    default:
        note("error type %u", header->type);
    }
}

static void hear_holder(const struct cproc_keeper_header *header, const char *payload, const int *descriptors)
{
    unsigned index;

    if (header->type == CPROC_KEEPER_HELD_END) {
        note("handed");
        handed = 1;
        compare();
        return;
    }
    for (index = 0; index < header->descriptors; index++) {
        note("held %s", payload);
        if (strncmp(payload, "process/", 8) == 0)
            own(strtoull(payload + 8, NULL, 10), descriptors[index]);
        else
            close(descriptors[index]);
        payload += strlen(payload) + 1;
    }
}

static void receive(struct stream *stream)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(256 * sizeof(int))];
    } control;
    struct iovec part;
    struct msghdr message = { .msg_iov = &part, .msg_control = &control, .msg_controllen = sizeof control };
    struct cmsghdr *rights;
    struct cproc_keeper_header header;
    size_t count;
    ssize_t got;

    if (stream->bytes == NULL && (stream->bytes = malloc(room)) == NULL)
        _exit(71);
    part = (struct iovec){ stream->bytes + stream->size, room - stream->size };
    message.msg_iovlen = 1;
    got = recvmsg(stream->socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0)
        return;
    if (got == 0) {
        note("closed %s", stream == &keeper ? "keeper" : "holder");
        close(stream->socket);
        stream->socket = -1;
        if (stream == &keeper)
            exit(75);
        return;
    }
    for (rights = CMSG_FIRSTHDR(&message); rights != NULL; rights = CMSG_NXTHDR(&message, rights)) {
        count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(stream->descriptors + stream->count, CMSG_DATA(rights), count * sizeof(int));
        stream->count += count;
    }
    stream->size += (size_t)got;
    while (stream->size >= sizeof header) {
        static unsigned char payload[1 << 20];
        int descriptors[256];

        memcpy(&header, stream->bytes, sizeof header);
        if (stream->size < sizeof header + header.size)
            break;
        if (stream->count < header.descriptors) {
            note("error descriptors");
            _exit(70);
        }
        memcpy(payload, stream->bytes + sizeof header, header.size);
        memcpy(descriptors, stream->descriptors, header.descriptors * sizeof(int));
        stream->size -= sizeof header + header.size;
        memmove(stream->bytes, stream->bytes + sizeof header + header.size, stream->size);
        stream->count -= header.descriptors;
        memmove(stream->descriptors, stream->descriptors + header.descriptors, stream->count * sizeof(int));
        if (stream == &keeper)
            hear_keeper(&header, payload, descriptors);
        else
            hear_holder(&header, (const char *)payload, descriptors);
        say_ready();
    }
}

/* A launch of these words, its output where this program's goes. */
static size_t make_launch(unsigned char *bytes, char *const *words, int count)
{
    struct cproc_launch header = { .version = CPROC_LAUNCH_VERSION, .mask = 022 };
    struct cproc_launch_promise promises[3] = { { 0, CPROC_LAUNCH_NULL }, { 1, 0 }, { 2, 0 } };
    const char *variable = getenv("FRUIX_TEST");
    uint32_t offsets[most_words + 2], at;
    int index;

    header.promises = (struct cproc_launch_list){ sizeof header, 3 };
    header.programs = (struct cproc_launch_list){ sizeof header + sizeof promises, 1 };
    header.arguments = (struct cproc_launch_list){ header.programs.offset + 4, (uint32_t)count };
    header.environment = (struct cproc_launch_list){ header.arguments.offset + 4 * (uint32_t)count, 1 };
    at = header.environment.offset + 4;
    offsets[0] = at;
    for (index = 0; index < count; index++) {
        offsets[1 + index] = at;
        memcpy(bytes + at, words[index], strlen(words[index]) + 1);
        at += (uint32_t)strlen(words[index]) + 1;
    }
    offsets[1 + count] = at;
    at += (uint32_t)sprintf((char *)bytes + at, "FRUIX_TEST=%s", variable == NULL ? "" : variable) + 1;
    header.directory = at;
    memcpy(bytes + at, "/", 2);
    header.size = at + 2;
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, promises, sizeof promises);
    memcpy(bytes + header.programs.offset, offsets, 4 * (size_t)(2 + count));
    return header.size;
}

static void start(unsigned long long identity, char *const *words, int count)
{
    static unsigned char payload[65536];
    struct cproc_keeper_start fixed = { { 0 } };
    int output = STDERR_FILENO;
    size_t size;

    if (identity < asked_from)
        asked_from = identity;
    snprintf(fixed.label, sizeof fixed.label, "label-%llu", identity);
    memcpy(payload, &fixed, sizeof fixed);
    size = sizeof fixed + make_launch(payload + sizeof fixed, words, count);
    say(&keeper, CPROC_KEEPER_START, identity, payload, size, &output, 1);
}

static void upgrade(char *const *words, int count)
{
    char text[4096];
    size_t size = 0;
    int index, program = open(words[0], O_RDONLY | O_CLOEXEC);

    for (index = 0; index < count; index++)
        size += (size_t)sprintf(text + size, "%s", words[index]) + 1;
    /* What follows are the arguments of the new one: journal, commands, and a mode if wanted. */
    if (count == 1)
        for (index = 1; index < 3; index++)
            size += (size_t)sprintf(text + size, "%s", own_words[index]) + 1;
    say(&keeper, CPROC_KEEPER_UPGRADE, 0, text, size, &program, program >= 0);
    if (program >= 0)
        _exit(0);
}

/* Things that no supervisor says. */
static void say_nonsense(const char *kind)
{
    struct cproc_keeper_header header = { .type = CPROC_KEEPER_KNOWN };
    struct cproc_keeper_start fixed;
    struct iovec part = { &header, sizeof header };
    int null = open("/dev/null", O_RDONLY);

    memset(&fixed, 'x', sizeof fixed);
    if (strcmp(kind, "size") == 0) {
        header.size = 0x7fffffff;
        send_bytes(&keeper, &part, 1, NULL, 0);
    } else if (strcmp(kind, "count") == 0) {
        header.descriptors = 3;
        send_bytes(&keeper, &part, 1, &null, 1);
    } else if (strcmp(kind, "type") == 0) {
        say(&keeper, 4711, 0, NULL, 0, NULL, 0);
    } else if (strcmp(kind, "hello") == 0) {
        say_number(CPROC_KEEPER_HELLO, 0, 1);
    } else if (strcmp(kind, "label") == 0) {
        say(&keeper, CPROC_KEEPER_START, 1, &fixed, sizeof fixed, NULL, 0);
    } else if (strcmp(kind, "identity") == 0) {
        say(&keeper, CPROC_KEEPER_START, 0, "", 0, NULL, 0);
    } else if (strcmp(kind, "flood") == 0) {
        for (;;) {
            part = (struct iovec){ &header, sizeof header };
            send_bytes(&keeper, &part, 1, &null, 1);
        }
    } else if (strcmp(kind, "block") == 0) {
        memset(fixed.label, 0, sizeof fixed.label);
        say(&keeper, CPROC_KEEPER_START, 77, &fixed, sizeof fixed, NULL, 0);
    } else if (strcmp(kind, "holder") == 0) {
        say(&holder, CPROC_KEEPER_SUPERVISOR, 0, NULL, 0, &null, 1);
    }
    close(null);
}

static void hold(const char *name, const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);

    say(&holder, CPROC_KEEPER_HOLD, 0, name, strlen(name) + 1, &descriptor, 1);
    close(descriptor);
}

static void obey(char *const *words, int count)
{
    unsigned long long first = count > 1 ? strtoull(words[1], NULL, 10) : 0, index, total;
    size_t position;

    if (strcmp(words[0], "start") == 0) {
        start(first, words + 2, count - 2);
    } else if (strcmp(words[0], "many") == 0) { /* many FIRST COUNT WORD... */
        total = strtoull(words[2], NULL, 10);
        for (index = 0; index < total; index++)
            start(first + index, words + 3, count - 3);
    } else if (strcmp(words[0], "known") == 0) { /* all that has ended */
        for (position = 0; position < process_count; position++)
            if (processes[position].over == 1)
                make_known(&processes[position]);
        note("all known");
    } else if (strcmp(words[0], "signal") == 0) {
        say_number(CPROC_KEEPER_SIGNAL, first, atoi(words[2]));
    } else if (strcmp(words[0], "foreign") == 0) {
        struct cproc_keeper_foreign said = { .pid = atoi(words[2]), .label = "foreign" };

        say(&keeper, CPROC_KEEPER_FOREIGN, first, &said, sizeof said, NULL, 0);
    } else if (strcmp(words[0], "leave") == 0) {
        say_number(CPROC_KEEPER_LEAVE, 0, (int)first);
        _exit(0);
    } else if (strcmp(words[0], "exit") == 0) {
        _exit((int)first);
    } else if (strcmp(words[0], "deaf") == 0) {
        deaf = (int)first;
    } else if (strcmp(words[0], "ready") == 0) {
        unready = 0;
        say_ready();
    } else if (strcmp(words[0], "upgrade") == 0) {
        upgrade(words + 1, count - 1);
    } else if (strcmp(words[0], "replace") == 0) {
        say(&keeper, CPROC_KEEPER_REPLACE, 0, NULL, 0, NULL, 0);
    } else if (strcmp(words[0], "hold") == 0) {
        hold(words[1], words[2]);
    } else if (strcmp(words[0], "drop") == 0) {
        say(&holder, CPROC_KEEPER_DROP, 0, words[1], strlen(words[1]) + 1, NULL, 0);
    } else if (strcmp(words[0], "nonsense") == 0) {
        say_nonsense(words[1]);
    } else if (strcmp(words[0], "sentinel") == 0) {
        note("sentinel %llu", first);
    } else {
        note("error command %s", words[0]);
    }
}

/* Whole lines of the fifo. */
static void take_commands(int commands)
{
    static char text[65536];
    static size_t size;
    ssize_t got = read(commands, text + size, sizeof text - size);
    char *end, *words[most_words];
    int count;

    if (got <= 0)
        return;
    size += (size_t)got;
    while ((end = memchr(text, '\n', size)) != NULL) {
        size_t length = (size_t)(end - text) + 1;
        char *rest = text, *word;

        *end = '\0';
        for (count = 0; count < most_words && (word = strtok_r(rest, " ", &rest)) != NULL; count++)
            words[count] = word;
        if (count > 0)
            obey(words, count);
        size -= length;
        memmove(text, text + length, size);
    }
}

static void caught(int signal_number)
{
    unsigned char byte = (unsigned char)signal_number;

    if (write(wakes[1], &byte, 1) < 0)
        return;
}

static void hear_signals(void)
{
    static const int all[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };
    struct sigaction action = { .sa_handler = caught, .sa_flags = SA_RESTART };
    size_t index;

    if (pipe(wakes) < 0)
        _exit(71);
    for (index = 0; index < sizeof all / sizeof all[0]; index++)
        (void)sigaction(all[index], &action, NULL);
}

/* Makes a keeper of its own, as a supervisor does that has lost the one it had. */
static int make_keeper(char *const *argv)
{
    char text[16], own_pid[16];
    const char *pid = argv[4 + 1] != NULL ? argv[4 + 1] : own_pid;
    int sockets[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0)
        _exit(71);
    snprintf(own_pid, sizeof own_pid, "%d", (int)getpid());
    switch (fork()) {
    case -1:
        _exit(71);
    case 0:
        close(sockets[0]);
        snprintf(text, sizeof text, "%d", sockets[1]);
        execl(argv[4], argv[4], "--pause-unit", "50", "--adopt", text, "--of", pid, "--", argv[0], argv[1], argv[2],
            (char *)NULL);
        _exit(127);
    default:
        close(sockets[1]);
        return sockets[0];
    }
}

int main(int argc, char **argv)
{
    struct cproc_keeper_hello hello = { .version = CPROC_KEEPER_VERSION };
    const char *socket = getenv(CPROC_KEEPER_VARIABLE), *mode = argc > 3 ? argv[3] : "";
    int commands, index;

    if (argc < 3)
        return 64;
    for (index = 0; index < 3; index++)
        own_words[index] = argv[index];
    journal = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    commands = open(argv[2], O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (journal < 0 || commands < 0)
        return 66;
    hear_signals();
    if (strcmp(mode, "mute") == 0)
        for (;;)
            (void)pause();
    unready = strcmp(mode, "unready") == 0;
    keeper.socket = strcmp(mode, "adopt") == 0 ? make_keeper(argv) : socket == NULL ? -1 : atoi(socket);
    if (keeper.socket < 0 || fcntl(keeper.socket, F_SETFD, FD_CLOEXEC) < 0)
        return 66;
#if defined(__FreeBSD__)
    ends = kqueue();
#endif
    say(&keeper, CPROC_KEEPER_HELLO, 0, &hello, sizeof hello, NULL, 0);
    for (;;) {
        struct pollfd polled[5] = {
            { .fd = commands, .events = POLLIN },
            { .fd = deaf ? -1 : keeper.socket, .events = POLLIN },
            { .fd = deaf ? -1 : holder.socket, .events = POLLIN },
            { .fd = ends, .events = POLLIN },
            { .fd = wakes[0], .events = POLLIN },
        };
        unsigned char signal_number;

        if (poll(polled, 5, -1) < 0)
            continue;
        if (polled[1].revents != 0)
            receive(&keeper);
        if (polled[2].revents != 0 && holder.socket >= 0)
            receive(&holder);
        if (polled[3].revents != 0)
            take_ends();
        if (polled[4].revents != 0 && read(wakes[0], &signal_number, 1) == 1)
            note("signal %d", signal_number);
        if (polled[0].revents != 0)
            take_commands(commands);
    }
}
