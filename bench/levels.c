/* bench: compress/edge_codec_zstd.c compress/edge_codec_zstd_size.c
 *        compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *        compress/edge_match_finder.c
 *        compress/edge_codec_zstd_dictionary.c
 *        compress/edge_codec_brotli.c compress/edge_codec_brotli_size.c
 *        compress/edge_codec_brotli_dictionary.c compress/edge_codec_gzip.c
 *        compress/edge_arena.c compress/edge_decoder.c compress/edge_level.c
 *        compress/edge_memory.c compress/edge_pool.c
 *        compress/edge_pool_decoders.c compress/edge_pool_idle.c
 *        compress/edge_spill.c -lzstd -lbrotlienc -lz
 */

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "edge_codec.h"
#include "edge_level.h"
#include "edge_pool.h"


/*
 * What each level of each codec makes of files, as the module would: encoders
 * from the pool, bodies of up to 128 KB in one call, larger ones streamed
 * through buffers of 16 KB.  Usage: levels [fresh] CODING:LEVEL... < names
 *
 * The level may be "auto".  Writes "coding level bytes coded nanoseconds name"
 * a line, the least CPU time of many turns.  In a turn each subject codes all
 * files, one after the other, as an edge does: to code one file again and
 * again would measure what a processor learns of it.  Encoders are reused, as
 * they are in a worker that has work; with "fresh" each body gets a new one.
 */

#define SUBJECTS     64
#define BUFFER       16384
#define FILES        4096
#define TURNS        15
#define TURN_TIME    6000000000     /* nanoseconds: fewer turns if longer */


typedef struct {
    const edge_codec_t  *codec;
    const char          *word;          /* of the level */
    edge_params_t        params[EDGE_LEVELS];
    double               coded[FILES];
    double               nanoseconds[FILES];
} subject_t;


typedef struct {
    char                *name;
    char                *data;
    size_t               size;
} page_t;


static subject_t     subjects[SUBJECTS];
static unsigned      count;
static page_t        pages[FILES];
static unsigned      files;
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
    lent = edge_pool_take(pool, s->codec, &s->params[edge_level_find(size)],
                          size, whole);

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
        fprintf(stderr, "levels: %s %s failed\n", s->codec->name, s->word);
        exit(1);
    }

    edge_pool_give(pool, lent);

    return coded;
}


static void
take_turn(subject_t *s)
{
    unsigned  i;
    uint64_t  start, taken;

    for (i = 0; i < files; i++) {
        start = now();
        s->coded[i] = code(s, pages[i].data, pages[i].size);
        taken = now() - start;

        if (s->nanoseconds[i] == 0 || taken < s->nanoseconds[i]) {
            s->nanoseconds[i] = taken;
        }
    }
}


/* large files need no turns: they are their own */

static void
take_turns(void)
{
    unsigned  turn, at;
    uint64_t  start;

    start = now();

    for (turn = 0; turn < TURNS; turn++) {
        for (at = 0; at < count; at++) {
            take_turn(&subjects[at]);
        }

        if (now() - start > TURN_TIME) {
            break;
        }
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


/* the parameters by size that the module would make of a level */

static void
set_level(subject_t *s, edge_coding_e coding)
{
    unsigned        i;
    edge_params_t  *params;

    for (i = 0; i < EDGE_LEVELS; i++) {
        params = &s->params[i];
        params->level = atoi(s->word);
        params->window_log = (coding == EDGE_CODING_ZSTD) ? 23 : 0;

        if (strcmp(s->word, "auto") == 0) {
            params->level = edge_level_of(&edge_levels[i], coding);
            params->search = (coding == EDGE_CODING_ZSTD)
                             ? &edge_levels[i].search : NULL;
        }
    }
}


static void
add(const char *word)
{
    size_t      i, length;
    subject_t  *s;

    static const struct {
        const edge_codec_t  *codec;
        edge_coding_e        coding;
    } known[] = {
        { &edge_codec_zstd, EDGE_CODING_ZSTD },
        { &edge_codec_brotli, EDGE_CODING_BR },
        { &edge_codec_gzip, EDGE_CODING_GZIP }
    };

    s = &subjects[count++];

    for (i = 0; i < 3; i++) {
        length = strlen(known[i].codec->name);

        if (strncmp(word, known[i].codec->name, length) == 0
            && word[length] == ':')
        {
            s->codec = known[i].codec;
            s->word = word + length + 1;
            set_level(s, known[i].coding);
        }
    }

    if (s->codec == NULL || count == SUBJECTS) {
        fprintf(stderr, "levels: \"%s\"\n", word);
        exit(1);
    }
}


int
main(int argc, char **argv)
{
    int        i, fresh;
    char       name[4096];
    page_t    *page;
    unsigned   at;

    fresh = (argc > 1 && strcmp(argv[1], "fresh") == 0);
    pool = edge_pool_create(0, fresh ? 0 : SUBJECTS);

    for (i = 1 + fresh; i < argc; i++) {
        add(argv[i]);
    }

    while (files < FILES && fgets(name, sizeof(name), stdin)) {
        page = &pages[files++];
        name[strcspn(name, "\n")] = '\0';
        page->name = strdup(name);
        page->data = load(name, &page->size);
    }

    take_turns();

    for (at = 0; at < count; at++) {
        for (page = pages; page < pages + files; page++) {
            printf("%s %s %zu %.0f %.0f %s\n", subjects[at].codec->name,
                   subjects[at].word, page->size,
                   subjects[at].coded[page - pages],
                   subjects[at].nanoseconds[page - pages], page->name);
        }
    }

    return 0;
}
