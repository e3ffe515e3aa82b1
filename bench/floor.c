/*
 * floor PORT FOLDER: what no filter can do without. Answers GETs with the files
 * of FOLDER, coded at level 3, by the system calls that nginx makes for a
 * static file (epoll_wait, recv, open, fstat, pread, writev, close) and one
 * call of libzstd with a reused context; nothing is parsed, looked up, logged
 * or allocated in between. One process on one core, as the worker.
 */

#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <zstd.h>

#define PAGE_MAX  (4 * 1024 * 1024)
#define EVENTS    512

/* As many bytes as nginx and a filter send. */

static const char  head[] =
    "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n"
    "Date: Mon, 23 Nov 2026 00:00:00 GMT\r\nContent-Type: text/html\r\n"
    "Last-Modified: Mon, 23 Nov 2026 00:00:00 GMT\r\n"
    "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n"
    "ETag: W/\"00000000-0000\"\r\nVary: Accept-Encoding\r\n"
    "Content-Encoding: zstd\r\n\r\n";


static void
fail(const char *what)
{
    perror(what);
    exit(1);
}


static int
listen_on(int port)
{
    int                 fd, one;
    struct sockaddr_in  sin;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    one = 1;
    fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd == -1
        || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == -1
        || bind(fd, (struct sockaddr *) &sin, sizeof(sin)) == -1
        || listen(fd, 512) == -1)
    {
        fail("listen");
    }

    return fd;
}


static size_t
read_page(int folder, const char *path, char *page)
{
    int          fd;
    size_t       at;
    ssize_t      n;
    struct stat  st;

    fd = openat(folder, path, O_RDONLY|O_NONBLOCK);
    if (fd == -1 || fstat(fd, &st) == -1 || st.st_size > PAGE_MAX) {
        fail(path);
    }

    for (at = 0; at < (size_t) st.st_size; at += n) {
        n = pread(fd, page + at, st.st_size - at, at);
        if (n <= 0) {
            fail(path);
        }
    }

    close(fd);

    return at;
}


/* The load reads what it asked for: here waiting is the load's time. */

static void
send_whole(int fd, struct iovec *iov, int niov)
{
    ssize_t  n;

    while (niov) {
        n = writev(fd, iov, niov);
        if (n <= 0) {
            fail("writev");
        }

        while (niov && (size_t) n >= iov->iov_len) {
            n -= iov->iov_len;
            iov++;
            niov--;
        }

        if (niov) {
            iov->iov_base = (char *) iov->iov_base + n;
            iov->iov_len -= n;
        }
    }
}


static void
answer(int fd, int folder, const char *path, ZSTD_CCtx *cctx)
{
    size_t        size;
    char          line[32];
    struct iovec  iov[4];
    static char   page[PAGE_MAX], coded[PAGE_MAX];

    size = read_page(folder, path, page);
    size = ZSTD_compress2(cctx, coded, PAGE_MAX, page, size);

    if (ZSTD_isError(size)) {
        fail(ZSTD_getErrorName(size));
    }

    iov[0].iov_base = (char *) head;
    iov[0].iov_len = sizeof(head) - 1;
    iov[1].iov_base = line;
    iov[1].iov_len = sprintf(line, "%zx\r\n", size);
    iov[2].iov_base = coded;
    iov[2].iov_len = size;
    iov[3].iov_base = "\r\n0\r\n\r\n";
    iov[3].iov_len = 7;

    send_whole(fd, iov, 4);
}


static void
serve(int fd, int folder, ZSTD_CCtx *cctx)
{
    char     request[1024], *path;
    ssize_t  n;

    n = recv(fd, request, sizeof(request) - 1, 0);
    if (n <= 0) {
        close(fd);
        return;
    }

    request[n] = '\0';
    path = request + sizeof("GET /") - 1;
    path[strcspn(path, " ")] = '\0';

    answer(fd, folder, path, cctx);
}


int
main(int argc, char **argv)
{
    int                 ep, fd, folder, i, listener, n, one;
    ZSTD_CCtx          *cctx;
    struct epoll_event  event, events[EVENTS];

    if (argc != 3) {
        fprintf(stderr, "usage: floor PORT FOLDER\n");
        return 2;
    }

    folder = open(argv[2], O_RDONLY|O_DIRECTORY);
    if (folder == -1) {
        fail(argv[2]);
    }

    one = 1;
    cctx = ZSTD_createCCtx();
    listener = listen_on(atoi(argv[1]));
    ep = epoll_create1(0);
    event.events = EPOLLIN;
    event.data.fd = listener;
    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &event);

    for ( ;; ) {
        n = epoll_wait(ep, events, EVENTS, -1);

        for (i = 0; i < n; i++) {

            if (events[i].data.fd != listener) {
                serve(events[i].data.fd, folder, cctx);
                continue;
            }

            fd = accept(listener, NULL, NULL);
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
            event.data.fd = fd;
            epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
        }
    }
}
