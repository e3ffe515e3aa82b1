/*
 * load CONNECTIONS REQUESTS PORT ACCEPT-ENCODING PATH...: HTTP/1.1 load on
 * 127.0.0.1 over kept connections, the paths in turn, one request at a time
 * on each. It never sleeps: it asks for events and yields. A client that
 * sleeps while the server works must be woken for each response, and waking
 * a processor that has gone idle costs the *server* several microseconds, by
 * which a slow variant would look slower than it is. Prints wall seconds,
 * bytes of bodies as sent, and responses that were not 200.
 */

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>


#define HEAD_MAX  4096


typedef enum {
    HEAD,                   /* reading the header */
    LENGTH,                 /* a body of known length */
    CHUNK_SIZE,
    CHUNK,                  /* the bytes of a chunk and its line end */
    TRAILER                 /* the empty line behind the last chunk */
} state_e;


typedef struct {
    int      fd;
    state_e  state;
    size_t   left;          /* of the body or chunk, or digits' value */
    size_t   used;          /* of head */
    char     head[HEAD_MAX];
} client_t;


static char    **requests;
static int       nrequests;
static long      to_send, to_come, bytes, refused;


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


static void
ask(client_t *client)
{
    char  *request;

    if (to_send == 0) {
        return;
    }

    request = requests[to_send-- % nrequests];

    if (write(client->fd, request, strlen(request))
        != (ssize_t) strlen(request))
    {
        fail("write");
    }
}


static void
next(client_t *client)
{
    client->state = HEAD;
    client->used = 0;
    to_come--;
    ask(client);
}


static void
read_head(client_t *client)
{
    char  *field;

    if (strncmp(client->head, "HTTP/1.1 200 ", 13) != 0) {
        refused++;
    }

    field = strcasestr(client->head, "\r\nContent-Length:");

    if (field) {
        client->state = LENGTH;
        client->left = strtoul(field + 17, NULL, 10);
        return;
    }

    if (strcasestr(client->head, "\r\nTransfer-Encoding: chunked") == NULL) {
        errno = EPROTO;
        fail("a response without length");
    }

    client->state = CHUNK_SIZE;
    client->left = 0;
}


/* takes one byte of a chunk's size line; sets what follows it */

static void
read_size(client_t *client, char c)
{
    if (c == '\n') {
        client->state = client->left ? CHUNK : TRAILER;
        bytes += client->left;
        client->left += 2;

    } else if (c != '\r') {
        client->left = client->left * 16
                       + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
}


/* takes some of p, as much as the state wants; how much */

static size_t
take(client_t *client, char *p, size_t size)
{
    char    *end;
    size_t   n, before;

    switch (client->state) {

    case HEAD:
        n = size;
        if (n > HEAD_MAX - 1 - client->used) {
            n = HEAD_MAX - 1 - client->used;
        }

        before = client->used;
        memcpy(client->head + before, p, n);
        client->used += n;
        client->head[client->used] = '\0';

        end = strstr(client->head, "\r\n\r\n");

        if (end == NULL) {
            if (n == 0) {
                errno = EMSGSIZE;
                fail("a header");
            }

            return n;
        }

        read_head(client);
        n = end + 4 - client->head - before;

        if (client->state == LENGTH) {
            bytes += client->left;

            if (client->left == 0) {
                next(client);
            }
        }

        return n;

    case CHUNK_SIZE:
        read_size(client, *p);
        return 1;

    default:
        n = (size < client->left) ? size : client->left;
        client->left -= n;

        if (client->left == 0) {
            if (client->state == CHUNK) {
                client->state = CHUNK_SIZE;

            } else {
                next(client);
            }
        }

        return n;
    }
}


static void
on_readable(client_t *client)
{
    size_t       done;
    ssize_t      n;
    static char  buf[1 << 18];

    n = read(client->fd, buf, sizeof(buf));

    if (n <= 0) {
        fail("read");
    }

    for (done = 0; done < (size_t) n; /* void */ ) {
        done += take(client, buf + done, n - done);
    }
}


static int
connect_to(int port)
{
    int                 fd, one = 1;
    struct sockaddr_in  sin;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd == -1 || connect(fd, (struct sockaddr *) &sin, sizeof(sin)) != 0) {
        fail("connect");
    }

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

    return fd;
}


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec + ts.tv_nsec / 1e9;
}


int
main(int argc, char **argv)
{
    int                  i, n, epoll, connections;
    double               start;
    client_t            *clients;
    struct epoll_event   event, events[64];

    if (argc < 6) {
        fprintf(stderr, "usage: load CONNECTIONS REQUESTS PORT "
                        "ACCEPT-ENCODING PATH...\n");
        return 2;
    }

    connections = atoi(argv[1]);
    to_send = to_come = atol(argv[2]);
    nrequests = argc - 5;
    requests = calloc(nrequests, sizeof(char *));
    clients = calloc(connections, sizeof(client_t));
    epoll = epoll_create1(0);

    for (i = 0; i < nrequests; i++) {
        if (asprintf(&requests[i], "GET %s HTTP/1.1\r\nHost: localhost\r\n"
                                   "Accept-Encoding: %s\r\n\r\n",
                     argv[i + 5], argv[4])
            == -1)
        {
            fail("asprintf");
        }
    }

    for (i = 0; i < connections; i++) {
        clients[i].fd = connect_to(atoi(argv[3]));
        event.events = EPOLLIN;
        event.data.ptr = &clients[i];
        epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event);
    }

    start = now();

    for (i = 0; i < connections; i++) {
        ask(&clients[i]);
    }

    while (to_come > 0) {
        n = epoll_wait(epoll, events, 64, 0);

        for (i = 0; i < n; i++) {
            on_readable(events[i].data.ptr);
        }

        if (n == 0) {
            sched_yield();
        }
    }

    printf("%.6f %ld %ld\n", now() - start, bytes, refused);

    return 0;
}
