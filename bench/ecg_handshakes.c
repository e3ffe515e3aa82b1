/* bench: -lssl -lcrypto */

/*
 * ecg_handshakes PORT NAME SECONDS|-COUNT [tls1_2]: full handshakes, one after
 * the other, for a time or so many; writes how many.  A NAME with %lu in it is
 * a million names that take turns.
 *
 * Without arguments it takes orders, lines of PORT NAME COUNT tls1_3|tls1_2
 * PID, and answers each with a line of the CPU time that the process took for
 * each of so many handshakes, in nanoseconds.
 */

#include <arpa/inet.h>
#include <sched.h>
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


/* Nanoseconds that a process has run, told when it waits. */

static unsigned long long
cpu(int pid)
{
    int                 n;
    char                path[64], state;
    FILE               *file;
    unsigned long long  ns;

    do {
        sched_yield();

        snprintf(path, sizeof(path), "/proc/%d/stat", pid);
        file = fopen(path, "r");

        if (file == NULL) {
            return 0;
        }

        n = fscanf(file, "%*d (%*[^)]) %c", &state);
        fclose(file);

    } while (n == 1 && state != 'S');

    ns = 0;

    snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
    file = fopen(path, "r");

    if (file) {
        n = fscanf(file, "%llu", &ns);
        fclose(file);
    }

    return (n == 1) ? ns : 0;
}


static SSL_CTX *
context(const char *version)
{
    SSL_CTX  *ctx;

    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);

    if (strcmp(version, "tls1_2") == 0) {
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    }

    return ctx;
}


/* As many as count, or until the end; returns how many. */

static unsigned long
handshakes(SSL_CTX *ctx, int port, const char *names, unsigned long count,
    double end)
{
    char                  name[256];
    unsigned long         n;

    static unsigned long  turn;

    n = 0;

    do {
        snprintf(name, sizeof(name), names, turn++ * 7919 % 1000000);

        if (!handshake(ctx, port, name)) {
            fprintf(stderr, "ecg_handshakes: refused\n");
            exit(1);
        }

        n++;
    } while (count ? n < count : now() < end);

    return n;
}


static void
take_orders(void)
{
    int                 port, pid;
    char                names[256], version[16];
    SSL_CTX            *ctx[2], *chosen;
    unsigned long       count;
    unsigned long long  before;

    ctx[0] = context("tls1_3");
    ctx[1] = context("tls1_2");

    while (scanf("%d %255s %lu %15s %d", &port, names, &count, version, &pid)
           == 5)
    {
        chosen = ctx[strcmp(version, "tls1_2") == 0];

        /* the first one finds the caches of whoever ran before */

        handshakes(chosen, port, names, 1, 0);

        for ( ; count; count--) {
            before = cpu(pid);
            handshakes(chosen, port, names, 1, 0);
            printf("%llu ", cpu(pid) - before);
        }

        printf("\n");
        fflush(stdout);
    }
}


int
main(int argc, char **argv)
{
    SSL_CTX        *ctx;
    unsigned long   count;

    if (argc == 1) {
        take_orders();
        return 0;
    }

    if (argc < 4) {
        return 2;
    }

    ctx = context(argc > 4 ? argv[4] : "tls1_3");
    count = (argv[3][0] == '-') ? strtoul(argv[3] + 1, NULL, 10) : 0;

    printf("%lu\n", handshakes(ctx, atoi(argv[1]), argv[2], count,
                               now() + atof(argv[3])));

    return 0;
}
