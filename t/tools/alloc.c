
/*
 * Preloaded into nginx by EdgeTest::Alloc: one allocation of the process fails.
 *
 * EDGE_ALLOC_FILE names a file that is mapped: two 64-bit numbers, set and read
 * by the test.  The first counts allocations down; the one that makes it 0
 * fails.  At 0 nothing is counted.  The second counts those that failed.
 *
 * Left out, unless EDGE_ALLOC_ALL is set, are allocations whose failing cannot be
 * said, and ends the process with stock nginx, too:
 *
 * - those of SSL_set_accept_state() of OpenSSL 3.2 and later; SSL_set_options(),
 *   which nginx calls next, crashes;
 *
 * - those of the callbacks by which nginx learns the secrets of a connection
 *   over QUIC (of nginx before 1.29.0 or OpenSSL before 3.5, the callback for key
 *   logs): nginx goes on without the keys, and the next packet crashes.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_dispatch.h>
#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>


typedef struct {
    volatile uint64_t  left;
    volatile uint64_t  failed;
} alloc_counter_t;


static alloc_counter_t   none;
static alloc_counter_t  *counter = &none;
static int               left_out, all;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);


__attribute__((constructor)) static void
alloc_init(void)
{
    int          fd;
    void        *p;
    const char  *path;

    all = getenv("EDGE_ALLOC_ALL") != NULL;
    path = getenv("EDGE_ALLOC_FILE");
    fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(alloc_counter_t), PROT_READ | PROT_WRITE, MAP_SHARED,
             fd, 0);
    close(fd);

    if (p != MAP_FAILED) {
        counter = p;
    }
}


static int
alloc_is_due(void)
{
    uint64_t  left;

    left = counter->left;

    if (left == 0 || (left_out && !all)) {
        return 0;
    }

    counter->left = left - 1;

    if (left > 1) {
        return 0;
    }

    counter->failed++;
    errno = ENOMEM;

    return 1;
}


static void *
alloc_next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}


void
SSL_set_accept_state(SSL *ssl)
{
    static int        crashes;
    static void     (*next)(SSL *ssl);
    unsigned long   (*version)(void);

    if (next == NULL) {
        next = (void (*)(SSL *)) alloc_next("SSL_set_accept_state");
        version = (unsigned long (*)(void)) alloc_next("OpenSSL_version_num");
        crashes = version() >= 0x30200000UL;
    }

    left_out += crashes;
    next(ssl);
    left_out -= crashes;
}


/* All contexts of one nginx have the same callback. */

static SSL_CTX_keylog_cb_func  keylog;


static void
alloc_keylog(const SSL *ssl, const char *line)
{
    left_out++;
    keylog(ssl, line);
    left_out--;
}


void
SSL_CTX_set_keylog_callback(SSL_CTX *ctx, SSL_CTX_keylog_cb_func cb)
{
    void  (*next)(SSL_CTX *ctx, SSL_CTX_keylog_cb_func cb);

    next = (void (*)(SSL_CTX *, SSL_CTX_keylog_cb_func))
               alloc_next("SSL_CTX_set_keylog_callback");
    keylog = cb;
    next(ctx, cb ? alloc_keylog : NULL);
}


#ifdef OSSL_FUNC_SSL_QUIC_TLS_YIELD_SECRET

static OSSL_FUNC_SSL_QUIC_TLS_yield_secret_fn  *yield_secret;


static int
alloc_yield_secret(SSL *ssl, uint32_t level, int direction,
    const unsigned char *secret, size_t len, void *arg)
{
    int  said;

    left_out++;
    said = yield_secret(ssl, level, direction, secret, len, arg);
    left_out--;

    return said;
}


int
SSL_set_quic_tls_cbs(SSL *ssl, const OSSL_DISPATCH *functions, void *arg)
{
    int            n;
    int          (*next)(SSL *ssl, const OSSL_DISPATCH *functions, void *arg);
    OSSL_DISPATCH *function;

    static OSSL_DISPATCH  ours[16];

    for (n = 0; functions[n].function_id && n < 15; n++) {
        function = &ours[n];
        *function = functions[n];

        if (function->function_id == OSSL_FUNC_SSL_QUIC_TLS_YIELD_SECRET) {
            yield_secret = OSSL_FUNC_SSL_QUIC_TLS_yield_secret(function);
            function->function = (void (*)(void)) alloc_yield_secret;
        }
    }

    next = (int (*)(SSL *, const OSSL_DISPATCH *, void *))
               alloc_next("SSL_set_quic_tls_cbs");

    return next(ssl, ours, arg);
}

#endif


void *
malloc(size_t size)
{
    return alloc_is_due() ? NULL : __libc_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return alloc_is_due() ? NULL : __libc_calloc(n, size);
}


void *
realloc(void *p, size_t size)
{
    return alloc_is_due() ? NULL : __libc_realloc(p, size);
}


int
posix_memalign(void **p, size_t alignment, size_t size)
{
    if (alloc_is_due()) {
        return ENOMEM;
    }

    *p = __libc_memalign(alignment, size);

    return *p ? 0 : ENOMEM;
}


void *
memalign(size_t alignment, size_t size)
{
    return alloc_is_due() ? NULL : __libc_memalign(alignment, size);
}
