/*
 * load PORT CODING CLIENTS REQUESTS SEED FILE: GETs over HTTP/1.1, a keep-alive
 * connection each, the next request as soon as a response is whole. FILE has a
 * path on each line; they are asked for in a pseudo-random order, whichever
 * connection is free taking the next, so that neither a connection nor the
 * server sees an order that repeats. Prints requests per second and the mean
 * bytes of a body, as sent; exit status 1 at any response but a whole 200.
 */

#define _GNU_SOURCE

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "deck.h"
#include "framing.h"

#define READ  262144
#define HEAD  2048


typedef struct {
    int        fd;
    int        is_chunked;
    int        in_body;
    framing_t  framing;
    long       left;            /* of a body of known length */
    size_t     head_size;
    char       head[HEAD];
} client_t;


typedef struct {
    char    *text;
    size_t   size;
} request_t;


static const char  *coding;
static request_t   *requests;
static int          nrequests;
static deck_t       deck;
static long         to_send, to_come, bytes;


static void
fail(const char *what)
{
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}


static void
read_paths(const char *name)
{
    int    n;
    char   line[1024];
    FILE  *file;

    file = fopen(name, "r");
    if (file == NULL) {
        fail(name);
    }

    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';

        requests = realloc(requests, (nrequests + 1) * sizeof(request_t));
        n = asprintf(&requests[nrequests].text,
                     "GET %s HTTP/1.1\r\nHost: localhost\r\n"
                     "User-Agent: load\r\nAccept: */*\r\n"
                     "Accept-Encoding: %s\r\n\r\n", line, coding);
        requests[nrequests++].size = n;
    }

    fclose(file);
}


static void
ask(client_t *c)
{
    request_t  *request;

    c->in_body = 0;
    c->head_size = 0;
    memset(&c->framing, 0, sizeof(framing_t));

    if (to_send == 0) {
        return;
    }

    to_send--;
    request = &requests[deck_draw(&deck)];

    if (send(c->fd, request->text, request->size, 0)
        != (ssize_t) request->size)
    {
        fail("cannot send");
    }
}


static void
connect_one(client_t *c, int port, int ep)
{
    int                 one;
    struct epoll_event  event;
    struct sockaddr_in  sin;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    one = 1;
    event.events = EPOLLIN;
    event.data.ptr = c;

    c->fd = socket(AF_INET, SOCK_STREAM, 0);

    if (c->fd == -1
        || connect(c->fd, (struct sockaddr *) &sin, sizeof(sin)) == -1
        || setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one))
           == -1
        || epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &event) == -1)
    {
        fail("cannot connect");
    }
}


static int
count_body(void *owner, const char *data, size_t size)
{
    (void) owner;
    (void) data;

    bytes += size;

    return 0;
}


static void
take_body(client_t *c, const char *data, size_t size)
{
    int  is_whole;

    if (c->is_chunked) {
        if (framing_take(&c->framing, data, size, count_body, NULL) != 0) {
            fail("wrong chunks");
        }
        is_whole = c->framing.at == DONE;

    } else {
        bytes += size;
        c->left -= size;
        is_whole = c->left == 0;

        if (c->left < 0) {
            fail("more than the length of the response");
        }
    }

    if (is_whole) {
        to_come--;
        ask(c);
    }
}


/* What the head says; then what came of the body behind it. */

static void
take_head(client_t *c, const char *data, size_t size)
{
    char    *end, *length;
    size_t   part, old;

    old = c->head_size;
    part = size < HEAD - 1 - old ? size : HEAD - 1 - old;
    memcpy(c->head + old, data, part);
    c->head_size += part;
    c->head[c->head_size] = '\0';

    end = strstr(c->head, "\r\n\r\n");
    if (end == NULL) {
        if (c->head_size == HEAD - 1) {
            fail("too long a head");
        }
        return;
    }

    end[2] = '\0';
    end += 4;

    length = strcasestr(c->head, "\r\nContent-Length:");
    c->left = length ? atol(length + 17) : 0;
    c->is_chunked = strcasestr(c->head, "\r\nTransfer-Encoding: chunked")
                    != NULL;

    if (strncmp(c->head, "HTTP/1.1 200 ", 13) != 0
        || (!c->is_chunked && c->left == 0))
    {
        fail(c->head);
    }

    c->in_body = 1;
    part = end - c->head - old;
    data += part;
    size -= part;

    if (size) {
        take_body(c, data, size);
    }
}


/* The rest of a body of known length is thrown away where it is. */

static void
take(client_t *c)
{
    ssize_t      n;
    static char  data[READ];

    if (c->in_body && !c->is_chunked) {
        n = recv(c->fd, data, c->left, MSG_TRUNC);

    } else {
        n = recv(c->fd, data, READ, 0);
    }

    if (n <= 0) {
        fail(n ? "cannot read" : "closed before the response was whole");
    }

    if (c->in_body) {
        take_body(c, data, n);

    } else {
        take_head(c, data, n);
    }
}


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec + ts.tv_nsec / 1e9;
}


/* Never sleeps: or the worker would pay for waking it, once for each response
 * where they are slow and less where they are fast. */

static void
go_round(int ep)
{
    int                 i, n;
    double              heard;
    struct epoll_event  events[64];

    heard = now();

    while (to_come) {
        n = epoll_wait(ep, events, 64, 0);

        if (n > 0) {
            heard = now();

        } else if (now() - heard > 60) {
            fail("nothing came for a minute");

        } else {
            sched_yield();
        }

        for (i = 0; i < n; i++) {
            take(events[i].data.ptr);
        }
    }
}


int
main(int argc, char **argv)
{
    int        ep, i, nclients;
    long       total;
    double     begun;
    client_t  *clients;

    if (argc != 7) {
        fprintf(stderr, "usage: load PORT CODING CLIENTS REQUESTS SEED "
                "FILE\n");
        return 2;
    }

    coding = argv[2];
    nclients = atoi(argv[3]);
    total = to_send = to_come = atol(argv[4]);
    read_paths(argv[6]);
    deck_init(&deck, nrequests, atoi(argv[5]));

    ep = epoll_create1(0);
    clients = calloc(nclients, sizeof(client_t));

    for (i = 0; i < nclients; i++) {
        connect_one(&clients[i], atoi(argv[1]), ep);
    }

    begun = now();

    for (i = 0; i < nclients; i++) {
        ask(&clients[i]);
    }

    go_round(ep);

    printf("%.1f %.1f\n", total / (now() - begun), (double) bytes / total);

    return 0;
}
