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

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#define AT_ONCE     64
#define FIRST_READ  1024
#define READ        65536


typedef enum { IDENTITY, GZIP, BROTLI, ZSTD } coding_t;

typedef enum { HEAD, STOPPED, READING, RIGHT, WRONG } state_t;

/* Where the chunked framing is: in a size line, data, the line end after it,
 * the last line end. */

typedef enum { SIZE, DATA, DATA_END, LAST, DONE } framing_t;

typedef struct {
    z_stream             *gzip;
    BrotliDecoderState   *brotli;
    ZSTD_DCtx            *zstd;
} decoder_t;

typedef struct {
    int        fd;
    state_t    state;
    framing_t  framing;
    size_t     chunk_left;
    size_t     decoded;
    int        is_whole;
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

    if (c->decoder.gzip) {
        inflateEnd(c->decoder.gzip);
        free(c->decoder.gzip);
    }

    if (c->decoder.brotli) {
        BrotliDecoderDestroyInstance(c->decoder.brotli);
    }

    ZSTD_freeDCtx(c->decoder.zstd);
    memset(&c->decoder, 0, sizeof(decoder_t));
}


/* Compares what was decoded with the file at this place; 0 when it is it. */

static int
compare(client_t *c, const void *data, size_t size)
{
    if (size > text_size - c->decoded
        || memcmp(data, text + c->decoded, size) != 0)
    {
        return -1;
    }

    c->decoded += size;

    return 0;
}


static int
decode_gzip(client_t *c, const char *data, size_t size)
{
    int           rc;
    z_stream     *z;
    static char   out[READ];

    z = c->decoder.gzip;
    if (z == NULL) {
        z = c->decoder.gzip = calloc(1, sizeof(z_stream));
        if (inflateInit2(z, 15 + 16) != Z_OK) {
            fail("inflateInit2");
        }
    }

    z->next_in = (Bytef *) data;
    z->avail_in = size;

    do {
        z->next_out = (Bytef *) out;
        z->avail_out = READ;

        rc = inflate(z, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
            return -1;
        }

        if (compare(c, out, READ - z->avail_out) != 0) {
            return -1;
        }

    } while (z->avail_out == 0);

    c->is_whole = rc == Z_STREAM_END;

    return 0;
}


static int
decode_brotli(client_t *c, const char *data, size_t size)
{
    size_t                out_size;
    const uint8_t        *in;
    const uint8_t        *out;
    BrotliDecoderResult   rc;

    if (c->decoder.brotli == NULL) {
        c->decoder.brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    }

    in = (const uint8_t *) data;

    do {
        out_size = 0;
        rc = BrotliDecoderDecompressStream(c->decoder.brotli, &size, &in,
                                           &out_size, NULL, NULL);
        if (rc == BROTLI_DECODER_RESULT_ERROR) {
            return -1;
        }

        while (BrotliDecoderHasMoreOutput(c->decoder.brotli)) {
            out_size = 0;
            out = BrotliDecoderTakeOutput(c->decoder.brotli, &out_size);
            if (compare(c, out, out_size) != 0) {
                return -1;
            }
        }

    } while (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);

    c->is_whole = rc == BROTLI_DECODER_RESULT_SUCCESS;

    return 0;
}


/* A body may be several frames: the decoder begins the next by itself. */

static int
decode_zstd(client_t *c, const char *data, size_t size)
{
    size_t          left;
    ZSTD_inBuffer   in;
    ZSTD_outBuffer  out;
    static char     buffer[READ];

    if (c->decoder.zstd == NULL) {
        c->decoder.zstd = ZSTD_createDCtx();
    }

    in.src = data;
    in.size = size;
    in.pos = 0;

    do {
        out.dst = buffer;
        out.size = READ;
        out.pos = 0;

        left = ZSTD_decompressStream(c->decoder.zstd, &out, &in);
        if (ZSTD_isError(left) || compare(c, buffer, out.pos) != 0) {
            return -1;
        }

        c->is_whole = left == 0;

    } while (in.pos < in.size || out.pos == out.size);

    return 0;
}


static int
decode(client_t *c, const char *data, size_t size)
{
    switch (c->is_coded ? coding : IDENTITY) {

    case GZIP:
        return decode_gzip(c, data, size);

    case BROTLI:
        return decode_brotli(c, data, size);

    case ZSTD:
        return decode_zstd(c, data, size);

    default:
        c->is_whole = 1;
        return compare(c, data, size);
    }
}


static int
read_size_line(client_t *c, char ch)
{
    if (ch >= '0' && ch <= '9') {
        c->chunk_left = c->chunk_left * 16 + ch - '0';

    } else if (ch >= 'a' && ch <= 'f') {
        c->chunk_left = c->chunk_left * 16 + ch - 'a' + 10;

    } else if (ch == '\n') {
        c->framing = c->chunk_left ? DATA : LAST;

    } else if (ch != '\r') {
        return -1;
    }

    return 0;
}


/* Takes bytes of the body as they came; -1 when they cannot be right. */

static int
take(client_t *c, const char *data, size_t size)
{
    size_t  at, part;

    for (at = 0; at < size; /* void */ ) {

        switch (c->framing) {

        case SIZE:
            if (read_size_line(c, data[at++]) != 0) {
                return -1;
            }
            break;

        case DATA:
            part = size - at < c->chunk_left ? size - at : c->chunk_left;
            if (decode(c, data + at, part) != 0) {
                return -1;
            }

            at += part;
            c->chunk_left -= part;
            if (c->chunk_left == 0) {
                c->framing = DATA_END;
            }
            break;

        case DATA_END:
            if (data[at++] == '\n') {
                c->framing = SIZE;
            }
            break;

        case LAST:
            if (data[at++] == '\n') {
                c->framing = DONE;
            }
            break;

        case DONE:
            return -1;
        }
    }

    return 0;
}


static void
connect_one(client_t *c)
{
    int                 n;
    char                request[512];
    struct sockaddr_in  sin;

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

    } else if (c->framing == DONE) {
        if (c->decoded == text_size && c->is_whole) {
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
