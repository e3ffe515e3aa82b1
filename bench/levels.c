
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "edge_codec.h"
#include "edge_pool.h"


/*
 * What each level of each codec makes of files, as the module would: encoders
 * from the pool, bodies of up to 128 KB in one call, larger ones streamed
 * through buffers of 16 KB.  Usage: levels [fresh] CODING:LEVEL... < names
 *
 * Writes "coding level bytes coded nanoseconds name" a line, the least CPU time
 * of many turns.  Encoders are reused, as they are in a worker that has work;
 * with "fresh" each body gets a new one.
 */

#define SUBJECTS     64
#define BUFFER       16384
#define ROUNDS       5              /* turns of each subject with a file */
#define REPEAT_TIME  600000         /* nanoseconds of a turn */


typedef struct {
    const edge_codec_t  *codec;
    edge_params_t        params;
    double               coded;
    double               nanoseconds;
} subject_t;


static subject_t     subjects[SUBJECTS];
static unsigned      count;
static edge_pool_t  *pool;


static uint64_t
now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}


static size_t
code(const subject_t *s, const char *data, size_t size)
{
    int              whole;
    size_t           coded;
    edge_in_t        in = { data, size, 0 };
    edge_out_t       out;
    edge_lent_t     *lent;
    edge_codec_rc_e  rc;

    static char  room[1 << 18];

    whole = size <= EDGE_POOL_WHOLE_MAX;
    lent = edge_pool_take(pool, s->codec, &s->params, size, whole);

    if (lent == NULL) {
        fprintf(stderr, "levels: no encoder\n");
        exit(1);
    }

    coded = 0;

    do {
        out.data = room;
        out.size = whole ? s->codec->bound(size) : BUFFER;
        out.pos = 0;
        rc = s->codec->step(edge_lent_encoder(lent), EDGE_STEP_FINISH, &in,
                            &out);
        coded += out.pos;
    } while (rc == EDGE_CODEC_MORE);

    if (rc != EDGE_CODEC_DONE) {
        fprintf(stderr, "levels: %s %d failed\n", s->codec->name,
                s->params.level);
        exit(1);
    }

    edge_pool_give(pool, lent);

    return coded;
}


/* one turn: as many codings as fill its time, the least of which counts */

static void
measure(subject_t *s, const char *data, size_t size)
{
    uint64_t  start, taken, total;

    total = 0;

    do {
        start = now();
        s->coded = code(s, data, size);
        taken = now() - start;

        s->nanoseconds = taken < s->nanoseconds ? taken : s->nanoseconds;
        total += taken;
    } while (total < REPEAT_TIME);
}


/* subjects take turns, so that what disturbs one disturbs all */

static void
compare(const char *name, const char *data, size_t size)
{
    subject_t  *s;
    unsigned    turn;

    for (s = subjects; s < subjects + count; s++) {
        s->nanoseconds = 1e18;
    }

    for (turn = 0; turn < ROUNDS; turn++) {
        for (s = subjects; s < subjects + count; s++) {
            measure(s, data, size);
        }
    }

    for (s = subjects; s < subjects + count; s++) {
        printf("%s %d %zu %.0f %.0f %s\n", s->codec->name, s->params.level,
               size, s->coded, s->nanoseconds, name);
    }
}


static char *
load(const char *name, size_t *size)
{
    long   length;
    char  *data;
    FILE  *file;

    file = fopen(name, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0
        || (length = ftell(file)) <= 0)
    {
        fprintf(stderr, "levels: can't read %s\n", name);
        exit(1);
    }

    rewind(file);
    data = malloc(length);
    *size = fread(data, 1, length, file);
    fclose(file);

    return data;
}


static void
add(const char *word)
{
    size_t      i, length;
    subject_t  *s;

    static const edge_codec_t  *codecs[] = {
        &edge_codec_zstd, &edge_codec_brotli, &edge_codec_gzip
    };

    s = &subjects[count++];

    for (i = 0; i < 3; i++) {
        length = strlen(codecs[i]->name);

        if (strncmp(word, codecs[i]->name, length) == 0
            && word[length] == ':')
        {
            s->codec = codecs[i];
            s->params.level = atoi(word + length + 1);
        }
    }

    if (s->codec == NULL || count == SUBJECTS) {
        fprintf(stderr, "levels: \"%s\"\n", word);
        exit(1);
    }

    if (s->codec == &edge_codec_zstd) {
        s->params.window_log = 23;
    }
}


int
main(int argc, char **argv)
{
    int      i, fresh;
    char     name[4096], *data;
    size_t   size;

    fresh = (argc > 1 && strcmp(argv[1], "fresh") == 0);
    pool = edge_pool_create(0, fresh ? 0 : SUBJECTS);

    for (i = 1 + fresh; i < argc; i++) {
        add(argv[i]);
    }

    while (fgets(name, sizeof(name), stdin)) {
        name[strcspn(name, "\n")] = '\0';
        data = load(name, &size);
        compare(name, data, size);
        free(data);
    }

    return 0;
}
