/*
 * Makes and closes sockets of the network, many of each kind: churn-sockets
 *
 * FreeBSD keeps the credentials of a closed socket, and with them a jail that is dying, until its memory is used again.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most = 600 };

static void churn(int family, int type)
{
    static int sockets[most];
    int count = 0;

    while (count < most && (sockets[count] = socket(family, type, 0)) >= 0)
        count++;
    while (count > 0)
        (void)close(sockets[--count]);
}

int main(void)
{
    static const int families[] = { AF_INET, AF_INET6 };

    for (int round = 0; round < 8; round++) {
        for (int family = 0; family < 2; family++) {
            churn(families[family], SOCK_STREAM);
            churn(families[family], SOCK_DGRAM);
            churn(families[family], SOCK_RAW);
        }
    }
    return 0;
}
