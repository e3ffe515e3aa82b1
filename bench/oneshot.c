/*
 * oneshot LEVEL MILLISECONDS SEED FILE...: what the library itself takes. One
 * context, reused; each call compresses one whole file of known size, in the
 * order in which load asks for them. Prints the calls made, wall and CPU
 * microseconds per call, the bytes per call that came out, and the version of
 * the library.
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <zstd.h>

#include "deck.h"


typedef struct {
    char    *data;
    size_t   size;
} text_t;


static double
now(clockid_t clock)
{
    struct timespec  ts;

    clock_gettime(clock, &ts);

    return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}


static text_t
read_text(const char *name)
{
    FILE    *file;
    text_t   text;

    file = fopen(name, "rb");
    if (file == NULL) {
        perror(name);
        exit(1);
    }

    fseek(file, 0, SEEK_END);
    text.size = ftell(file);
    rewind(file);

    text.data = malloc(text.size);
    if (text.data == NULL
        || fread(text.data, 1, text.size, file) != text.size)
    {
        perror(name);
        exit(1);
    }

    fclose(file);

    return text;
}


int
main(int argc, char **argv)
{
    int         i, n;
    long        calls, bytes;
    char       *out;
    size_t      bound, largest, size;
    double      wall, cpu, milliseconds;
    deck_t      deck;
    text_t     *texts;
    ZSTD_CCtx  *cctx;

    if (argc < 5) {
        fprintf(stderr, "usage: oneshot LEVEL MILLISECONDS SEED FILE...\n");
        return 2;
    }

    n = argc - 4;
    deck_init(&deck, n, atoi(argv[3]));
    milliseconds = atof(argv[2]);
    texts = calloc(n, sizeof(text_t));
    largest = 0;

    for (i = 0; i < n; i++) {
        texts[i] = read_text(argv[i + 4]);
        if (texts[i].size > largest) {
            largest = texts[i].size;
        }
    }

    bound = ZSTD_compressBound(largest);
    out = malloc(bound);
    cctx = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(cctx, ZSTD_c_compressionLevel, atoi(argv[1]));

    /* The first round warms the context up; it is not counted. */

    for (calls = -n, bytes = 0, wall = cpu = 0; ; calls++) {

        if (calls == 0) {
            bytes = 0;
            wall = now(CLOCK_MONOTONIC);
            cpu = now(CLOCK_THREAD_CPUTIME_ID);
        }

        i = deck_draw(&deck);

        if (calls % n == 0 && calls > 0
            && now(CLOCK_MONOTONIC) - wall > milliseconds * 1e3)
        {
            break;
        }

        size = ZSTD_compress2(cctx, out, bound, texts[i].data, texts[i].size);
        if (ZSTD_isError(size)) {
            fprintf(stderr, "%s\n", ZSTD_getErrorName(size));
            return 1;
        }

        bytes += size;
    }

    wall = now(CLOCK_MONOTONIC) - wall;
    cpu = now(CLOCK_THREAD_CPUTIME_ID) - cpu;

    printf("%ld %.3f %.3f %.1f %s\n", calls, wall / calls, cpu / calls,
           (double) bytes / calls, ZSTD_versionString());

    return 0;
}
