/* bench: -lssl -lcrypto */

/*
 * tls_client PORT NAME VERSION SECONDS HOW [CERT KEY]: short requests, one
 * after the other, on loopback, with a certificate if it is given.  HOW is
 *
 *   full, resume   a handshake for each; prints handshakes, how many of them
 *                  were resumed, and the rate; so many if SECONDS are negative
 *   requests       all on one connection; prints the same
 *   steady         one each millisecond, on one connection; prints for each
 *                  when it was due, in seconds of 1970, and the microseconds
 *                  from then to the answer
 */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


static int
connect_to(int port)
{
    int                 fd, on;
    struct sockaddr_in  addr;

    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_port = htons((unsigned short) port);
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd == -1 || connect(fd, (struct sockaddr *) &addr, sizeof(addr)) != 0) {
        perror("connect");
        exit(1);
    }

    on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));

    return fd;
}


static SSL *
open_tls(SSL_CTX *ctx, int port, const char *name, SSL_SESSION *session)
{
    SSL  *ssl;

    ssl = SSL_new(ctx);

    SSL_set_fd(ssl, connect_to(port));
    SSL_set_tlsext_host_name(ssl, name);

    if (session) {
        SSL_set_session(ssl, session);
    }

    if (SSL_connect(ssl) != 1) {
        fprintf(stderr, "no handshake\n");
        exit(1);
    }

    return ssl;
}


static void
close_tls(SSL *ssl)
{
    int  fd;

    fd = SSL_get_fd(ssl);

    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
}


/* One request; the answer comes in one piece. */

static void
ask(SSL *ssl, const char *name, const char *more)
{
    int   n;
    char  buf[4096];

    n = snprintf(buf, sizeof(buf), "GET / HTTP/1.1\r\nHost: %s\r\n%s\r\n",
                 name, more);

    if (SSL_write(ssl, buf, n) != n || SSL_read(ssl, buf, sizeof(buf)) <= 0
        || strncmp(buf, "HTTP/1.1 200", 12) != 0)
    {
        fprintf(stderr, "no answer 200\n");
        exit(1);
    }
}


/* One connection; returns 1 if it was resumed, and keeps its session. */

static int
shake(SSL_CTX *ctx, int port, const char *name, SSL_SESSION **session)
{
    int   resumed;
    SSL  *ssl;
    char  buf[4096];

    ssl = open_tls(ctx, port, name, session ? *session : NULL);

    ask(ssl, name, "Connection: close\r\n");

    while (SSL_read(ssl, buf, sizeof(buf)) > 0) { /* void */ }

    resumed = SSL_session_reused(ssl);

    if (session) {
        SSL_SESSION_free(*session);
        *session = SSL_get1_session(ssl);
    }

    close_tls(ssl);

    return resumed;
}


static int
goes_on(double start, double seconds, int count)
{
    return seconds < 0 ? count < -seconds : now() < start + seconds;
}


static void
shake_on(SSL_CTX *ctx, int port, const char *name, double seconds, int resume)
{
    int           count, resumed;
    double        start;
    SSL_SESSION  *session;

    session = NULL;
    resumed = 0;
    start = now();

    for (count = 0; count == 0 || goes_on(start, seconds, count); count++) {
        resumed += shake(ctx, port, name, resume ? &session : NULL);
    }

    printf("%d %d %.0f\n", count, resumed, count / (now() - start));

    SSL_SESSION_free(session);
}


static void
ask_on(SSL_CTX *ctx, int port, const char *name, double seconds)
{
    int      count;
    SSL     *ssl;
    double   start;

    ssl = open_tls(ctx, port, name, NULL);
    start = now();

    for (count = 0; count == 0 || now() < start + seconds; count++) {
        ask(ssl, name, "");
    }

    printf("%d 0 %.0f\n", count, count / (now() - start));
    close_tls(ssl);
}


/* What is late is late: the next one is due when it is due. */

static void
ask_steadily(SSL_CTX *ctx, int port, const char *name, double seconds)
{
    SSL     *ssl;
    double   start, due;

    ssl = open_tls(ctx, port, name, NULL);
    start = now();

    for (due = start; due < start + seconds; due += 0.001) {
        while (now() < due) {
            usleep(100);
        }

        ask(ssl, name, "");
        printf("%.6f %.0f\n", due, (now() - due) * 1e6);
    }

    close_tls(ssl);
}


int
main(int argc, char **argv)
{
    int       port, version;
    double    seconds;
    SSL_CTX  *ctx;

    if (argc != 6 && argc != 8) {
        fprintf(stderr, "usage: tls_client PORT NAME 1.2|1.3 SECONDS "
                        "full|resume|requests|steady [CERT KEY]\n");
        return 2;
    }

    signal(SIGPIPE, SIG_IGN);

    port = atoi(argv[1]);
    ctx = SSL_CTX_new(TLS_client_method());
    version = strcmp(argv[3], "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION;

    SSL_CTX_set_min_proto_version(ctx, version);
    SSL_CTX_set_max_proto_version(ctx, version);

    if (argc == 8
        && (SSL_CTX_use_certificate_chain_file(ctx, argv[6]) != 1
            || SSL_CTX_use_PrivateKey_file(ctx, argv[7], SSL_FILETYPE_PEM)
               != 1))
    {
        fprintf(stderr, "cannot load %s, %s\n", argv[6], argv[7]);
        return 1;
    }

    seconds = atof(argv[4]);

    if (strcmp(argv[5], "requests") == 0) {
        ask_on(ctx, port, argv[2], seconds);

    } else if (strcmp(argv[5], "steady") == 0) {
        ask_steadily(ctx, port, argv[2], seconds);

    } else {
        shake_on(ctx, port, argv[2], seconds, strcmp(argv[5], "resume") == 0);
    }

    SSL_CTX_free(ctx);

    return 0;
}
