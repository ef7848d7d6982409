#ifndef CLIENT_H
#define CLIENT_H

#include <stddef.h>
#include <sys/types.h>

/* A client of fruix-shepherd that asks one question, and keeps connecting until it is answered. */
struct client {
    const char *socket;
    int fd; /* -1: not connected */
    size_t length;
    char text[16384];
};

/*
 * Goes on without waiting. The pid of the supervisor that has answered, after which the client is as new; 0: nobody yet. Where
 * the connection ends without an answer, the next call connects again.
 */
pid_t client_proceed(struct client *client);
void client_close(struct client *client);

#endif
