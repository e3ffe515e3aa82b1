
/*
 * Preloaded into nginx by t/fault.t: makes libzstd, libbrotlienc and zlib, or
 * the memory under them, fail for the module that calls them.
 *
 * EDGE_FAULT_FILE names a file that is read again before each call:
 *
 *     create N        every N-th creation of a context gives NULL
 *     parameter N     every N-th parameter is refused
 *     compress N      every N-th compression fails
 *     memory SIZE     anonymous mappings from SIZE bytes on fail
 *
 * 0, or no such file: nothing fails. Each failure adds a line to
 * EDGE_FAULT_FILE.log, so that a test knows that it happened.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <brotli/encode.h>
#include <zlib.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>


#define FAULT_ERROR  ((size_t) -ZSTD_error_GENERIC)


static char  fault_path[1024];
static char  fault_log[1040];


/* here, not later: nginx clears its environment */

__attribute__((constructor)) static void
fault_init(void)
{
    const char  *path;

    path = getenv("EDGE_FAULT_FILE");

    if (path && strlen(path) < sizeof(fault_path)) {
        strcpy(fault_path, path);
        snprintf(fault_log, sizeof(fault_log), "%s.log", path);
    }
}


static unsigned long
fault_read(const char *name)
{
    int      fd;
    char     text[128], found[32];
    ssize_t  n;

    unsigned long  value;

    fd = fault_path[0] ? open(fault_path, O_RDONLY) : -1;

    if (fd == -1) {
        return 0;
    }

    n = read(fd, text, sizeof(text) - 1);
    close(fd);

    text[n > 0 ? n : 0] = '\0';

    if (sscanf(text, "%31s %lu", found, &value) != 2
        || strcmp(found, name) != 0)
    {
        return 0;
    }

    return value;
}


static void
fault_note(const char *name)
{
    int  fd;

    fd = open(fault_log, O_WRONLY|O_CREAT|O_APPEND, 0666);

    if (fd != -1) {
        if (write(fd, name, strlen(name)) < 0 || write(fd, "\n", 1) < 0) {
            /* the test will miss it */
        }

        close(fd);
    }
}


static int
fault_is_due(const char *name)
{
    int            saved;
    unsigned long  every;

    static unsigned long  calls;

    saved = errno;
    every = fault_read(name);

    if (every && ++calls % every == 0) {
        fault_note(name);
        errno = saved;
        return 1;
    }

    errno = saved;
    return 0;
}


static void *
fault_next(const char *library, const char *name)
{
    void  *function;

    function = dlsym(RTLD_NEXT, name);

    /* nginx loads the library with its module, behind us in no list */

    if (function == NULL) {
        function = dlsym(dlopen(library, RTLD_NOW), name);
    }

    return function;
}


ZSTD_CCtx *
ZSTD_createCCtx(void)
{
    static ZSTD_CCtx  *(*next)(void);

    if (fault_is_due("create")) {
        return NULL;
    }

    if (next == NULL) {
        next = fault_next("libzstd.so.1", "ZSTD_createCCtx");
    }

    return next();
}


ZSTD_CCtx *
ZSTD_createCCtx_advanced(ZSTD_customMem memory)
{
    static ZSTD_CCtx  *(*next)(ZSTD_customMem);

    if (fault_is_due("create")) {
        return NULL;
    }

    if (next == NULL) {
        next = fault_next("libzstd.so.1", "ZSTD_createCCtx_advanced");
    }

    return next(memory);
}


size_t
ZSTD_CCtx_setParameter(ZSTD_CCtx *cctx, ZSTD_cParameter parameter, int value)
{
    static size_t  (*next)(ZSTD_CCtx *, ZSTD_cParameter, int);

    if (fault_is_due("parameter")) {
        return FAULT_ERROR;
    }

    if (next == NULL) {
        next = fault_next("libzstd.so.1", "ZSTD_CCtx_setParameter");
    }

    return next(cctx, parameter, value);
}


size_t
ZSTD_compressStream2(ZSTD_CCtx *cctx, ZSTD_outBuffer *out, ZSTD_inBuffer *in,
    ZSTD_EndDirective end)
{
    static size_t  (*next)(ZSTD_CCtx *, ZSTD_outBuffer *, ZSTD_inBuffer *,
                           ZSTD_EndDirective);

    if (fault_is_due("compress")) {
        return FAULT_ERROR;
    }

    if (next == NULL) {
        next = fault_next("libzstd.so.1", "ZSTD_compressStream2");
    }

    return next(cctx, out, in, end);
}


size_t
ZSTD_compress2(ZSTD_CCtx *cctx, void *out, size_t room, const void *in,
    size_t size)
{
    static size_t  (*next)(ZSTD_CCtx *, void *, size_t, const void *, size_t);

    if (fault_is_due("compress")) {
        return FAULT_ERROR;
    }

    if (next == NULL) {
        next = fault_next("libzstd.so.1", "ZSTD_compress2");
    }

    return next(cctx, out, room, in, size);
}


BrotliEncoderState *
BrotliEncoderCreateInstance(brotli_alloc_func alloc, brotli_free_func release,
    void *opaque)
{
    static BrotliEncoderState  *(*next)(brotli_alloc_func, brotli_free_func,
                                        void *);

    if (fault_is_due("create")) {
        return NULL;
    }

    if (next == NULL) {
        next = fault_next("libbrotlienc.so.1", "BrotliEncoderCreateInstance");
    }

    return next(alloc, release, opaque);
}


BROTLI_BOOL
BrotliEncoderSetParameter(BrotliEncoderState *state,
    BrotliEncoderParameter parameter, uint32_t value)
{
    static BROTLI_BOOL  (*next)(BrotliEncoderState *, BrotliEncoderParameter,
                                uint32_t);

    if (fault_is_due("parameter")) {
        return BROTLI_FALSE;
    }

    if (next == NULL) {
        next = fault_next("libbrotlienc.so.1", "BrotliEncoderSetParameter");
    }

    return next(state, parameter, value);
}


BROTLI_BOOL
BrotliEncoderCompressStream(BrotliEncoderState *state,
    BrotliEncoderOperation operation, size_t *in_left, const uint8_t **in,
    size_t *out_left, uint8_t **out, size_t *total)
{
    static BROTLI_BOOL  (*next)(BrotliEncoderState *, BrotliEncoderOperation,
                                size_t *, const uint8_t **, size_t *,
                                uint8_t **, size_t *);

    if (fault_is_due("compress")) {
        return BROTLI_FALSE;
    }

    if (next == NULL) {
        next = fault_next("libbrotlienc.so.1", "BrotliEncoderCompressStream");
    }

    return next(state, operation, in_left, in, out_left, out, total);
}


int
deflateInit2_(z_streamp stream, int level, int method, int window_bits,
    int memory_level, int strategy, const char *version, int size)
{
    static int  (*next)(z_streamp, int, int, int, int, int, const char *, int);

    if (fault_is_due("create")) {
        return Z_MEM_ERROR;
    }

    if (next == NULL) {
        next = fault_next("libz.so.1", "deflateInit2_");
    }

    return next(stream, level, method, window_bits, memory_level, strategy,
                version, size);
}


int
deflateReset(z_streamp stream)
{
    static int  (*next)(z_streamp);

    if (fault_is_due("parameter")) {
        return Z_STREAM_ERROR;
    }

    if (next == NULL) {
        next = fault_next("libz.so.1", "deflateReset");
    }

    return next(stream);
}


int
deflate(z_streamp stream, int flush)
{
    static int  (*next)(z_streamp, int);

    if (fault_is_due("compress")) {
        return Z_STREAM_ERROR;
    }

    if (next == NULL) {
        next = fault_next("libz.so.1", "deflate");
    }

    return next(stream, flush);
}


void *
mmap(void *address, size_t size, int protection, int flags, int fd,
    off_t offset)
{
    unsigned long  limit;

    static void  *(*next)(void *, size_t, int, int, int, off_t);

    if ((flags & MAP_ANONYMOUS) && size >= 65536) {
        limit = fault_read("memory");

        if (limit && size >= limit) {
            fault_note("memory");
            errno = ENOMEM;
            return MAP_FAILED;
        }
    }

    if (next == NULL) {
        next = dlsym(RTLD_NEXT, "mmap");
    }

    return next(address, size, protection, flags, fd, offset);
}
