/* bench: compress/edge_codec_dictionary.c compress/edge_codec_zstd.c
 *        compress/edge_codec_zstd_search.c compress/edge_codec_zstd_size.c
 *        compress/edge_codec_zstd_dictionary.c compress/edge_match_fast.c
 *        compress/edge_match_finder.c
 *        compress/edge_codec_zstd_stored.c compress/edge_codec_brotli.c
 *        compress/edge_codec_brotli_size.c
 *        compress/edge_codec_brotli_dictionary.c
 *        compress/edge_codec_brotli_stored.c compress/edge_dictionary.c
 *        compress/edge_arena.c compress/edge_memory.c compress/edge_spill.c
 *        compress/edge_stored.c common/edge_structured_field.c
 *        common/edge_structured_item.c common/edge_structured_value.c
 *        -lzstd -lbrotlienc -lcrypto
 */

/*
 * dictionaries: what encoders of dcz and dcb take, CPU time of one body, with
 * and without a dictionary, by turns. Bodies are text that the dictionary
 * knows in part, and text that it does not know at all.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "edge_codec_dictionary.h"
#include "edge_dictionary.h"
#include "edge_memory.h"


#define ROUNDS  41


typedef struct {
    const edge_codec_t   *codec;
    const edge_params_t  *params;
    edge_encoder_t       *encoder;
    double                took[ROUNDS];
    size_t                coded;
} subject_t;


static char  *room;


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}


/* lines of a script; of a seed of its own, lines that no other has */

static char *
make_text(size_t size, unsigned seed)
{
    char      *text;
    size_t     at;
    unsigned   n;

    text = malloc(size + 200);
    n = seed * 1000003;

    for (at = 0; at < size; /* void */) {
        n = n * 1664525 + 1013904223;
        at += sprintf(text + at, "function f%x(a,b){return g%u(a,%u)+'%s'};\n",
                      n, n >> 9 & 1023, n >> 4 & 4095,
                      n & 64 ? "left" : "right-hand side");
    }

    return text;
}


static void
run(subject_t *subject, const char *body, size_t size, unsigned round,
    unsigned times)
{
    double           start;
    unsigned         i;
    edge_in_t        in = { body, size, 0 };
    edge_out_t       out = { room, 1 << 20, 0 };

    start = now();

    for (i = 0; i < times; i++) {
        in.pos = 0;
        out.pos = 0;

        if (subject->codec->open(subject->encoder, size) != EDGE_CODEC_DONE
            || subject->codec->step(subject->encoder, EDGE_STEP_FINISH, &in,
                                    &out)
               != EDGE_CODEC_DONE)
        {
            fprintf(stderr, "%s failed\n", subject->codec->name);
            exit(1);
        }
    }

    subject->took[round] = (now() - start) / times;
    subject->coded = out.pos;
}


static int
compare(const void *a, const void *b)
{
    const double  *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}


static void
measure(const char *what, const char *body, size_t size, subject_t *subjects,
    unsigned count)
{
    unsigned       i, round;
    edge_memory_t  memory = { 0, 0, 0 };

    for (i = 0; i < count; i++) {
        subjects[i].encoder = subjects[i].codec->create(&memory,
                                             subjects[i].params, size, 1);
    }

    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < count; i++) {
            run(&subjects[i], body, size, round, 1 + (1 << 19) / size / 16);
        }
    }

    printf("| %zu bytes, %s |", size, what);

    for (i = 0; i < count; i++) {
        qsort(subjects[i].took, ROUNDS, sizeof(double), compare);
        printf(" %.1f us, %zu |", subjects[i].took[ROUNDS / 2],
               subjects[i].coded);
        subjects[i].codec->close(subjects[i].encoder);
    }

    printf("\n");
}


int
main(void)
{
    char               *text, *other, *large;
    double              start;
    size_t              i;
    unsigned            count, brotli;
    subject_t           subjects[6];
    edge_params_t       zstd = { 5, 23, 0, 0, NULL, NULL };
    edge_params_t       br = { 5, 0, 0, 0, NULL, NULL };
    edge_dictionary_t  *small, *big;

    static const size_t  sizes[] = { 1024, 12 * 1024, 100 * 1024 };

    room = malloc(1 << 20);
    large = make_text(8 << 20, 1);
    text = large + (3 << 20);
    other = make_text(1 << 20, 2);
    brotli = edge_dictionary_has_brotli();

    small = edge_dictionary_create(large + (3 << 20) - 50000, 100 * 1024, 5,
                                   brotli ? 5 : EDGE_DICTIONARY_OFF);
    start = now();
    big = edge_dictionary_create(large, 8 << 20, 5,
                                 brotli ? 5 : EDGE_DICTIONARY_OFF);

    if (small == NULL || big == NULL) {
        return 1;
    }

    printf("8 MB are prepared in %.0f ms, into %.1f MB.\n\n",
           (now() - start) / 1e3, edge_dictionary_memory(big) / 1048576.0);
    printf("| body | zstd | dcz, 100 KB | dcz, 8 MB |%s\n",
           brotli ? " br | dcb, 100 KB | dcb, 8 MB |" : "");
    printf("| --- | --- | --- | --- |%s\n",
           brotli ? " --- | --- | --- |" : "");

    memset(subjects, 0, sizeof(subjects));
    subjects[0].codec = &edge_codec_zstd;
    subjects[0].params = &zstd;
    subjects[1].codec = &edge_codec_dcz;
    subjects[1].params = &small->dcz;
    subjects[2].codec = &edge_codec_dcz;
    subjects[2].params = &big->dcz;
    subjects[3].codec = &edge_codec_brotli;
    subjects[3].params = &br;
    subjects[4].codec = &edge_codec_dcb;
    subjects[4].params = &small->dcb;
    subjects[5].codec = &edge_codec_dcb;
    subjects[5].params = &big->dcb;
    count = brotli ? 6 : 3;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        measure("in the dictionary", text, sizes[i], subjects, count);
        measure("of its kind", other, sizes[i], subjects, count);
    }

    return 0;
}
