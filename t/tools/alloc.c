
/*
 * Preloaded into nginx by EdgeTest::Alloc: one allocation of the process fails.
 *
 * EDGE_ALLOC_FILE names a file that is mapped: two 64-bit numbers, set and read
 * by the test.  The first counts allocations down; the one that makes it 0
 * fails.  At 0 nothing is counted.  The second counts those that failed.
 *
 * SSL_set_accept_state() of OpenSSL 3.2 and later has no way to say that it found
 * no memory, and SSL_set_options(), which nginx calls then, crashes: its
 * allocations are left out there.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
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
static int               left_out;

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

    if (left == 0 || left_out) {
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


void
SSL_set_accept_state(void *ssl)
{
    static int        crashes;
    static void     (*next)(void *ssl);
    unsigned long   (*version)(void);

    if (next == NULL) {
        next = (void (*)(void *)) dlsym(RTLD_NEXT, "SSL_set_accept_state");
        version = (unsigned long (*)(void)) dlsym(RTLD_DEFAULT,
                                                  "OpenSSL_version_num");
        crashes = version() >= 0x30200000UL;
    }

    left_out = crashes;
    next(ssl);
    left_out = 0;
}


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
