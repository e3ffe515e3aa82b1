
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "client.h"

#define FIRST_READ  1024
#define READ        65536


asked_t  asked;


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


static void
watch(client_t *c, int events, int op)
{
    struct epoll_event  event;

    event.events = events;
    event.data.ptr = c;

    if (epoll_ctl(asked.ep, op, c->fd, &event) == -1) {
        fail("epoll_ctl");
    }
}


static void
finish(client_t *c, state_t state, const char *why)
{
    if (state == WRONG) {
        fprintf(stderr, "client %d: %s after %zu bytes\n", c->number, why,
                c->decoded);
    }

    c->state = state;
    close(c->fd);
    free(c->kept);
    c->kept = NULL;

    decoder_end(&c->decoder);
}


/* Compares what was decoded with the file at this place; 0 when it is it. */

static int
compare(void *owner, const void *data, size_t size)
{
    client_t  *c = owner;

    if (size > asked.text_size - c->decoded
        || memcmp(data, asked.text + c->decoded, size) != 0)
    {
        return -1;
    }

    c->decoded += size;

    return 0;
}


/* Takes bytes of the body as they came; -1 when they cannot be right. */

static int
take_piece(void *owner, const char *data, size_t size)
{
    client_t  *c = owner;

    return decoder_take(&c->decoder, c->is_coded ? asked.coding : IDENTITY,
                        data, size);
}


static int
take(client_t *c, const char *data, size_t size)
{
    return framing_take(&c->framing, data, size, take_piece, c);
}


void
client_connect(client_t *c)
{
    int                 n;
    char                request[512];
    struct sockaddr_in  sin;

    c->decoder.take = compare;
    c->decoder.owner = c;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(asked.port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd == -1) {
        fail("socket");
    }

    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &asked.rcvbuf, sizeof(int));

    if (connect(c->fd, (struct sockaddr *) &sin, sizeof(sin)) == -1) {
        fail("connect");
    }

    n = snprintf(request, sizeof(request),
                 "GET %s HTTP/1.1\r\nHost: localhost\r\n"
                 "Accept-Encoding: %s\r\nConnection: close\r\n\r\n",
                 asked.path, asked.coding_name);

    if (write(c->fd, request, n) != n) {
        fail("write");
    }

    watch(c, EPOLLIN, EPOLL_CTL_ADD);
}


/* Takes what the head says of the body; -1 when it is not as it must be. */

static int
take_head(client_t *c)
{
    char  line[64];

    if (strncmp(c->kept, "HTTP/1.1 200", 12) != 0
        || strcasestr(c->kept, "\r\nTransfer-Encoding: chunked\r\n") == NULL)
    {
        return -1;
    }

    if (strcasestr(c->kept, "\r\nContent-Encoding:") == NULL) {
        return 0;
    }

    snprintf(line, sizeof(line), "\r\nContent-Encoding: %s\r\n",
             asked.coding_name);
    c->is_coded = strcasestr(c->kept, line) != NULL;

    return c->is_coded ? 0 : -1;
}


/* Reads until the head is whole, and for events until the first of them is;
 * what came of the body is kept. */

static int
read_head(client_t *c)
{
    char     *body;
    ssize_t   n;

    if (c->kept == NULL) {
        c->kept = malloc(4 * FIRST_READ + 1);
    }

    n = read(c->fd, c->kept + c->kept_size, FIRST_READ);
    if (n <= 0 || c->kept_size > 2 * FIRST_READ) {
        return -1;
    }

    c->kept_size += n;
    c->kept[c->kept_size] = '\0';

    body = strstr(c->kept, "\r\n\r\n");
    if (body == NULL) {
        return 0;
    }

    if (take_head(c) != 0) {
        fprintf(stderr, "%s", c->kept);
        return -1;
    }

    body += 4;
    c->kept_size -= body - c->kept;
    memmove(c->kept, body, c->kept_size);
    c->state = STOPPED;

    return 0;
}


static int
read_first_event(client_t *c)
{
    char     data[FIRST_READ];
    ssize_t  n;

    if (c->kept_size) {
        n = take(c, c->kept, c->kept_size);
        c->kept_size = 0;
        return n;
    }

    n = read(c->fd, data, FIRST_READ);

    return n <= 0 ? -1 : take(c, data, n);
}


int
client_stop(client_t *c)
{
    if (c->state == HEAD && read_head(c) != 0) {
        finish(c, WRONG, "no such response");
        exit(1);
    }

    if (c->state != STOPPED) {
        return 0;
    }

    if (c->decoded < asked.first_size && read_first_event(c) != 0) {
        finish(c, WRONG, "wrong event");
        exit(1);
    }

    if (c->decoded < asked.first_size) {
        return 0;
    }

    watch(c, 0, EPOLL_CTL_DEL);

    return 1;
}


void
client_read(client_t *c)
{
    ssize_t      n;
    static char  data[READ];

    n = read(c->fd, data, READ);

    if (n <= 0) {
        finish(c, WRONG, n == 0 ? "closed" : "cannot read");
        return;
    }

    if (take(c, data, n) != 0) {
        finish(c, WRONG, "wrong bytes");

    } else if (c->framing.at == DONE) {
        if (c->decoded == asked.text_size && c->decoder.is_whole) {
            finish(c, RIGHT, NULL);
        } else {
            finish(c, WRONG, "ended");
        }
    }
}


void
client_go_on(client_t *c)
{
    c->state = READING;

    if (c->kept_size && take(c, c->kept, c->kept_size) != 0) {
        finish(c, WRONG, "wrong bytes");
        return;
    }

    c->kept_size = 0;
    watch(c, EPOLLIN, EPOLL_CTL_ADD);
}
