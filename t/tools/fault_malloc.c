
/*
 * Preloaded into nginx by t/ecg_fault.t: the N-th allocation from now on
 * fails.  EDGE_FAULT_FILE is a file of three numbers of eight bytes, mapped:
 * N, which is counted down; how many have failed; and whether only those of
 * handshakes count.  (OpenSSL 3.6 ends nginx if SSL_new() has no memory.)
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


extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);


static volatile int64_t  *fault_count;
static int                fault_in_handshake;


/* here, not later: nginx clears its environment */

__attribute__((constructor)) static void
fault_init(void)
{
    int          fd;
    void        *map;
    const char  *path;

    path = getenv("EDGE_FAULT_FILE");
    fd = path ? open(path, O_RDWR) : -1;

    if (fd == -1) {
        return;
    }

    map = mmap(NULL, 24, PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
    (void) close(fd);

    if (map != MAP_FAILED) {
        fault_count = map;
    }
}


static int
fault_now(void)
{
    if (fault_count == NULL || (fault_count[2] && !fault_in_handshake)
        || fault_count[0] <= 0 || --fault_count[0] > 0)
    {
        return 0;
    }

    fault_count[1]++;
    errno = ENOMEM;

    return 1;
}


int
SSL_do_handshake(void *ssl)
{
    int          result;
    static int (*next)(void *ssl);

    if (next == NULL) {
        next = (int (*)(void *)) dlsym(RTLD_NEXT, "SSL_do_handshake");
    }

    fault_in_handshake = 1;
    result = next(ssl);
    fault_in_handshake = 0;

    return result;
}


void *
malloc(size_t size)
{
    return fault_now() ? NULL : __libc_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return fault_now() ? NULL : __libc_calloc(n, size);
}


void *
realloc(void *p, size_t size)
{
    return fault_now() ? NULL : __libc_realloc(p, size);
}


int
posix_memalign(void **p, size_t alignment, size_t size)
{
    *p = fault_now() ? NULL : __libc_memalign(alignment, size);

    return *p ? 0 : ENOMEM;
}


void *
memalign(size_t alignment, size_t size)
{
    return fault_now() ? NULL : __libc_memalign(alignment, size);
}
