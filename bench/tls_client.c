
/*
 * tls_client PORT NAME VERSION SECONDS full|resume [CERT KEY]: one handshake
 * and one short request after the other, on loopback, with a certificate if it
 * is given; prints handshakes, how many of them were resumed, and the rate.
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

    clock_gettime(CLOCK_MONOTONIC, &ts);

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


/* One connection; returns 1 if it was resumed, and keeps its session. */

static int
shake(SSL_CTX *ctx, int port, const char *name, SSL_SESSION **session)
{
    int   fd, n, resumed;
    SSL  *ssl;
    char  buf[4096];

    fd = connect_to(port);
    ssl = SSL_new(ctx);

    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, name);

    if (session && *session) {
        SSL_set_session(ssl, *session);
    }

    n = snprintf(buf, sizeof(buf),
                 "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
                 name);

    if (SSL_connect(ssl) != 1 || SSL_write(ssl, buf, n) != n
        || SSL_read(ssl, buf, sizeof(buf)) <= 0
        || strncmp(buf, "HTTP/1.1 200", 12) != 0)
    {
        fprintf(stderr, "no answer 200\n");
        exit(1);
    }

    while (SSL_read(ssl, buf, sizeof(buf)) > 0) { /* void */ }

    resumed = SSL_session_reused(ssl);

    if (session) {
        SSL_SESSION_free(*session);
        *session = SSL_get1_session(ssl);
    }

    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);

    return resumed;
}


int
main(int argc, char **argv)
{
    int           port, count, resumed, version;
    double        start, end;
    SSL_CTX      *ctx;
    SSL_SESSION  *session;

    if (argc != 6 && argc != 8) {
        fprintf(stderr, "usage: tls_client PORT NAME 1.2|1.3 SECONDS "
                        "full|resume [CERT KEY]\n");
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

    session = NULL;
    count = 0;
    resumed = 0;
    start = now();
    end = start + atof(argv[4]);

    do {
        resumed += shake(ctx, port, argv[2],
                         strcmp(argv[5], "resume") == 0 ? &session : NULL);
        count++;
    } while (now() < end);

    printf("%d %d %.0f\n", count, resumed, count / (now() - start));

    SSL_SESSION_free(session);
    SSL_CTX_free(ctx);

    return 0;
}
