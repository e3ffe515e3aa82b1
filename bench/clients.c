/*
 * clients PORT PATH CODING NUMBER RCVBUF CHECKED FILE: many clients that stop.
 *
 * Each connects, asks for PATH, reads the head and stops reading; "stopped" is
 * printed when all have. After a line on stdin CHECKED of them read on, a few
 * at a time, while the rest stay as they are; what comes is decoded and
 * compared with FILE byte for byte. Prints how many were right and wrong, and
 * of all clients how many got a response that was not coded; exit status 0
 * when all were right.
 *
 * With PATH /events a client reads the first event before it stops and must
 * be able to decode it at once; all of them read on together.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "decode.h"
#include "framing.h"

#define AT_ONCE     64
#define FIRST_READ  1024
#define READ        65536


typedef enum { HEAD, STOPPED, READING, RIGHT, WRONG } state_t;

typedef struct {
    int        fd;
    state_t    state;
    framing_t  framing;
    size_t     decoded;
    int        is_coded;
    char      *kept;
    size_t     kept_size;
    decoder_t  decoder;
} client_t;


static coding_t     coding;
static int          port, number, rcvbuf, checked, is_events, ep;
static const char  *path, *coding_name;
static char        *text;
static size_t       text_size;
static client_t    *clients;

/* Events: the bytes of the first, which come before the stop. */

static size_t       first_size;


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

    if (epoll_ctl(ep, op, c->fd, &event) == -1) {
        fail("epoll_ctl");
    }
}


static void
finish(client_t *c, state_t state, const char *why)
{
    if (state == WRONG) {
        fprintf(stderr, "client %ld: %s after %zu bytes\n",
                (long) (c - clients), why, c->decoded);
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

    if (size > text_size - c->decoded
        || memcmp(data, text + c->decoded, size) != 0)
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

    return decoder_take(&c->decoder, c->is_coded ? coding : IDENTITY, data,
                        size);
}


static int
take(client_t *c, const char *data, size_t size)
{
    return framing_take(&c->framing, data, size, take_piece, c);
}


static void
connect_one(client_t *c)
{
    int                 n;
    char                request[512];
    struct sockaddr_in  sin;

    c->decoder.take = compare;
    c->decoder.owner = c;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd == -1) {
        fail("socket");
    }

    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));

    if (connect(c->fd, (struct sockaddr *) &sin, sizeof(sin)) == -1) {
        fail("connect");
    }

    n = snprintf(request, sizeof(request),
                 "GET %s HTTP/1.1\r\nHost: localhost\r\n"
                 "Accept-Encoding: %s\r\nConnection: close\r\n\r\n",
                 path, coding_name);

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

    snprintf(line, sizeof(line), "\r\nContent-Encoding: %s\r\n", coding_name);
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


static void
stop_reading(client_t *c, int *stopped)
{
    if (c->state == HEAD && read_head(c) != 0) {
        finish(c, WRONG, "no such response");
        exit(1);
    }

    if (c->state != STOPPED) {
        return;
    }

    if (is_events) {
        if (c->decoded < first_size && read_first_event(c) != 0) {
            finish(c, WRONG, "wrong event");
            exit(1);
        }

        if (c->decoded < first_size) {
            return;
        }
    }

    watch(c, 0, EPOLL_CTL_DEL);
    (*stopped)++;
}


static void
read_more(client_t *c)
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
        if (c->decoded == text_size && c->decoder.is_whole) {
            finish(c, RIGHT, NULL);
        } else {
            finish(c, WRONG, "ended");
        }
    }
}


static void
go_on(client_t *c)
{
    c->state = READING;

    if (c->kept_size && take(c, c->kept, c->kept_size) != 0) {
        finish(c, WRONG, "wrong bytes");
        return;
    }

    c->kept_size = 0;
    watch(c, EPOLLIN, EPOLL_CTL_ADD);
}


static void
stop_all(void)
{
    int                 begun, i, n, stopped;
    struct epoll_event  events[256];

    begun = 0;
    stopped = 0;

    while (stopped < number) {
        while (begun < number && begun - stopped < AT_ONCE) {
            connect_one(&clients[begun++]);
        }

        n = epoll_wait(ep, events, 256, 60000);
        if (n == 0) {
            fprintf(stderr, "only %d of %d have a head\n", stopped, number);
            exit(1);
        }

        for (i = 0; i < n; i++) {
            stop_reading(events[i].data.ptr, &stopped);
        }
    }

    printf("stopped\n");
    fflush(stdout);
}


static int
count(state_t state)
{
    int  i, n;

    for (i = 0, n = 0; i < number; i++) {
        n += clients[i].state == state;
    }

    return n;
}


static void
go_on_all(void)
{
    int                 at_once, begun, coded, ended, i, n;
    client_t           *c;
    struct epoll_event  events[256];

    at_once = is_events ? number : AT_ONCE;
    begun = 0;
    ended = 0;

    while (ended < checked) {
        while (begun < checked && begun - ended < at_once) {
            c = &clients[begun++];
            go_on(c);
            ended += c->state != READING;
        }

        n = epoll_wait(ep, events, 256, 60000);
        if (n == 0) {
            fprintf(stderr, "nothing came for a minute\n");
            break;
        }

        for (i = 0; i < n; i++) {
            c = events[i].data.ptr;
            read_more(c);
            ended += c->state != READING;
        }
    }

    for (i = 0, coded = 0; i < number; i++) {
        coded += clients[i].is_coded;
    }

    printf("right %d wrong %d, not coded %d\n", count(RIGHT),
           checked - count(RIGHT), coding == IDENTITY ? 0 : number - coded);
    exit(count(RIGHT) != checked);
}


static void
read_text(const char *name)
{
    FILE  *file;

    file = fopen(name, "rb");
    if (file == NULL) {
        fail(name);
    }

    fseek(file, 0, SEEK_END);
    text_size = ftell(file);
    rewind(file);

    text = malloc(text_size);
    if (text == NULL || fread(text, 1, text_size, file) != text_size) {
        fail(name);
    }

    fclose(file);
}


int
main(int argc, char **argv)
{
    if (argc != 8) {
        fprintf(stderr, "usage: clients PORT PATH CODING NUMBER RCVBUF "
                "CHECKED FILE\n");
        return 2;
    }

    port = atoi(argv[1]);
    path = argv[2];
    coding_name = argv[3];
    number = atoi(argv[4]);
    rcvbuf = atoi(argv[5]);
    checked = atoi(argv[6]);

    coding = strcmp(coding_name, "gzip") == 0 ? GZIP
             : strcmp(coding_name, "br") == 0 ? BROTLI
             : strcmp(coding_name, "zstd") == 0 ? ZSTD : IDENTITY;

    is_events = strcmp(path, "/events") == 0;

    if (is_events) {
        text = "id: 1\ndata: first\n\nid: 2\ndata: second\n\n";
        text_size = strlen(text);
        first_size = strlen("id: 1\ndata: first\n\n");

    } else {
        read_text(argv[7]);
    }

    clients = calloc(number, sizeof(client_t));
    ep = epoll_create1(0);

    stop_all();

    if (getchar() == EOF) {
        return 0;
    }

    go_on_all();
}
