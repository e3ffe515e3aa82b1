/* fuzz: compress/edge_stream.c compress/edge_pool.c
 *       compress/edge_pool_decoders.c compress/edge_pool_idle.c
 *       compress/edge_memory.c
 *       compress/edge_codec_zstd.c
 *       compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_zstd_stored.c
 *       compress/edge_stored.c compress/edge_spill.c
 *       -lzstd
 */

/*
 * The input is a script: a head that chooses level, window and ceiling, then
 * commands, each taking a piece of a body or the room to write it.  What
 * comes out is decoded and compared, at each flush and at the end.
 */

#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "edge_pool.h"
#include "edge_stream.h"


#define BODY_MAX   (256 * 1024)
#define CODED_MAX  (1024 * 1024)


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


typedef struct {
    const unsigned char  *data;     /* the script: bytes [pos, size) */
    size_t                size;
    size_t                pos;

    edge_pool_t          *pool;
    edge_params_t         params;
    edge_stream_t         stream;
    edge_lent_t          *lent;

    size_t                fed;      /* bytes of the body */
    size_t                coded;    /* bytes of the output */
    unsigned              frames;
} run_t;


static unsigned char  body[BODY_MAX], coded[CODED_MAX], decoded[BODY_MAX];


static void
demand(int right)
{
    if (!right) {
        abort();
    }
}


static unsigned
next(run_t *run)
{
    return run->pos < run->size ? run->data[run->pos++] : 0;
}


/* 0 or more; large ones are rare */

static size_t
next_size(run_t *run)
{
    size_t  n;

    n = next(run);

    return n < 128 ? n : n < 224 ? (n - 127) * 61 : (n - 223) * 3001;
}


static void
attach(run_t *run, uint64_t size, unsigned whole)
{
    run->lent = edge_pool_take(run->pool, &edge_codec_zstd, &run->params,
                               size, whole);
    if (run->lent == NULL) {
        run->lent = edge_pool_take(run->pool, &edge_codec_zstd_stored,
                                   &run->params, size, whole);
    }

    demand(run->lent != NULL);
    edge_stream_attach(&run->stream, edge_lent_codec(run->lent),
                       edge_lent_encoder(run->lent));
}


static void
detach(run_t *run)
{
    edge_stream_detach(&run->stream);
    edge_pool_give(run->pool, run->lent);
    run->lent = NULL;
}


/* decodes what is there: 1 if it ends where a frame does */

static unsigned
decodes(const run_t *run)
{
    size_t          left;
    ZSTD_DCtx      *dctx;
    ZSTD_inBuffer   in = { coded, run->coded, 0 };
    ZSTD_outBuffer  out = { decoded, sizeof(decoded), 0 };

    dctx = ZSTD_createDCtx();
    demand(dctx != NULL);
    (void) ZSTD_DCtx_setParameter(dctx, ZSTD_d_windowLogMax, 23);

    for (left = 0; in.pos < in.size; /* void */ ) {
        left = ZSTD_decompressStream(dctx, &out, &in);
        demand(!ZSTD_isError(left));
    }

    while (left && out.pos < out.size) {
        size_t  pos = out.pos;

        (void) ZSTD_decompressStream(dctx, &out, &in);

        if (out.pos == pos) {
            break;
        }
    }

    (void) ZSTD_freeDCtx(dctx);

    demand(out.pos == run->stream.bytes_in);
    demand(memcmp(decoded, body, out.pos) == 0);

    return left == 0;
}


/* one step to its end, through rooms that the script sizes */

static void
carry(run_t *run, edge_step_e step, size_t size)
{
    edge_in_t              in = { body + run->fed, size, 0 };
    edge_out_t             out;
    edge_step_e            asked;
    edge_stream_status_e   status;

    if (run->lent == NULL) {
        attach(run, EDGE_SIZE_UNKNOWN, 0);
    }

    asked = step;

    for ( ;; ) {
        out.data = coded + run->coded;
        out.size = 1 + next_size(run);
        out.pos = 0;
        demand(run->coded + out.size <= CODED_MAX);

        status = edge_stream_run(&run->stream, asked, &in, &out);
        run->coded += out.pos;

        if (status != EDGE_STREAM_WANT_OUT) {
            break;
        }

        demand(out.pos == out.size);

        /* a weaker step changes nothing */

        asked = next(run) & 1 ? EDGE_STEP_FEED : step;
    }

    demand(in.pos == size);
    run->fed += size;
    demand(run->stream.bytes_in == run->fed);
    demand(run->stream.bytes_out == run->coded);

    demand(status == (step == EDGE_STEP_FEED ? EDGE_STREAM_WANT_IN
                      : step == EDGE_STEP_FLUSH ? EDGE_STREAM_FLUSHED
                                                : EDGE_STREAM_FINISHED));

    if (status == EDGE_STREAM_FINISHED) {
        run->frames++;
        detach(run);
    }
}


/* a frame whole, in one step, as a fresh stream would */

static void
carry_whole(run_t *run, size_t size)
{
    edge_in_t              in = { body + run->fed, size, 0 };
    edge_out_t             out;
    edge_stream_status_e   status;

    attach(run, size, 1);

    out.data = coded + run->coded;
    out.pos = 0;
    out.size = edge_codec_zstd.bound(size);

    if (out.size < edge_codec_zstd_stored.bound(size)) {
        out.size = edge_codec_zstd_stored.bound(size);
    }

    demand(run->coded + out.size <= CODED_MAX);

    status = edge_stream_run(&run->stream, EDGE_STEP_FINISH, &in, &out);
    detach(run);

    if (status == EDGE_STREAM_REFUSED) {
        demand(in.pos == 0 && out.pos == 0);
        run->lent = edge_pool_take(run->pool, &edge_codec_zstd_stored,
                                   &run->params, size, 1);
        demand(run->lent != NULL);
        edge_stream_attach(&run->stream, edge_lent_codec(run->lent),
                           edge_lent_encoder(run->lent));

        /* asked before, not forgotten */

        status = edge_stream_run(&run->stream, EDGE_STEP_FEED, &in, &out);
        detach(run);
    }

    demand(status == EDGE_STREAM_FINISHED);
    run->fed += size;
    run->coded += out.pos;
    run->frames++;
}


static void
command(run_t *run)
{
    size_t    size;
    unsigned  what;

    what = next(run);
    size = next_size(run);

    if (size > BODY_MAX - run->fed) {
        size = BODY_MAX - run->fed;
    }

    switch (what & 7) {

    case 0:
    case 1:
    case 2:
        carry(run, EDGE_STEP_FEED, size);
        break;

    case 3:
    case 4:
        carry(run, EDGE_STEP_FLUSH, size);

        if (what & 8) {
            (void) decodes(run);
        }

        break;

    case 5:
        /* a stall: the frame ends, the next one takes what is there */
        carry(run, EDGE_STEP_FINISH, size);
        break;

    case 6:
        if (run->lent == NULL && size <= EDGE_POOL_WHOLE_MAX) {
            carry_whole(run, size);
        }

        break;

    default:
        (void) edge_pool_evict(run->pool);
        edge_pool_memory(run->pool)->ceiling = what & 8 ? 1 : 1 << 24;
    }
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    run_t   run;
    size_t  i, ceiling;

    memset(&run, 0, sizeof(run_t));
    run.data = data;
    run.size = size;

    run.params.level = (int) (next(&run) % 17) - 4;
    run.params.window_log = 10 + next(&run) % 10;
    run.params.long_distance = next(&run) & 1;
    ceiling = next(&run) << 14;

    /* half a body that codes well, half one that does not */

    for (i = 0; i < BODY_MAX && body[BODY_MAX - 1] == 0; i++) {
        body[i] = i & 0x8000 ? i * 2654435761u >> 24 : 'a' + i % 29;
    }

    run.pool = edge_pool_create(ceiling, next(&run) % 4);
    demand(run.pool != NULL);
    edge_stream_init(&run.stream);

    for (i = 0; i < 200 && run.pos < run.size && run.coded < CODED_MAX / 4;
         i++)
    {
        command(&run);
        demand(ceiling == 0 || edge_pool_memory(run.pool)->ceiling != ceiling
               || edge_pool_memory(run.pool)->peak <= ceiling);
    }

    if (run.lent || run.frames == 0) {
        carry(&run, EDGE_STEP_FINISH, 0);
    }

    demand(run.stream.frames == run.frames);
    demand(decodes(&run));

    while (edge_pool_evict(run.pool)) { /* void */ }

    demand(edge_pool_memory(run.pool)->used == 0);
    edge_pool_destroy(run.pool);

    return 0;
}
