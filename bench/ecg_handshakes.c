/* bench: -lssl -lcrypto */

/*
 * ecg_handshakes PORT NAME SECONDS|-COUNT [tls1_2]: full handshakes, one after
 * the other, for a time or so many; writes how many.  A NAME with %lu in it is
 * a million names that take turns.
 */

#include <arpa/inet.h>
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
handshake(SSL_CTX *ctx, int port, const char *name)
{
    int                  fd, ok;
    SSL                 *ssl;
    struct linger        linger;
    struct sockaddr_in   sin;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons((unsigned short) port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    /* no TIME_WAIT: ports would run out */

    linger.l_onoff = 1;
    linger.l_linger = 0;

    fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));

    if (connect(fd, (struct sockaddr *) &sin, sizeof(sin)) != 0) {
        return 0;
    }

    ssl = SSL_new(ctx);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, name);

    ok = (SSL_connect(ssl) == 1);

    SSL_free(ssl);
    close(fd);

    return ok;
}


int
main(int argc, char **argv)
{
    char           name[256];
    double         end;
    SSL_CTX       *ctx;
    unsigned long  n, count;

    if (argc < 4) {
        return 2;
    }

    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);

    if (argc > 4) {
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    }

    count = (argv[3][0] == '-') ? strtoul(argv[3] + 1, NULL, 10) : 0;
    end = now() + atof(argv[3]);

    n = 0;

    do {
        snprintf(name, sizeof(name), argv[2], n * 7919 % 1000000);

        if (!handshake(ctx, atoi(argv[1]), name)) {
            fprintf(stderr, "ecg_handshakes: refused\n");
            return 1;
        }

        n++;
    } while (count ? n < count : now() < end);

    printf("%lu\n", n);

    return 0;
}
