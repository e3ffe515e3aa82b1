
#include <string.h>

#include <zlib.h>

#include "edge_arena.h"
#include "edge_codec_gzip.h"
#include "edge_memory.h"
#include "edge_spill.h"


/*
 * RFC 1952: header, deflate, trailer.  Several members one after the other
 * are allowed but browsers read the first only, so the header and the trailer
 * are written here, and a body may be deflated by one encoder after another:
 * each starts at a byte boundary and refers to nothing in front of it.
 */

#define EDGE_GZIP_WINDOW_LOG_MIN  9
#define EDGE_GZIP_WINDOW_LOG_MAX  15
#define EDGE_GZIP_MEM_LEVEL       8

/* zlib's own structures; its window, its chains and its symbols come to it */
#define EDGE_GZIP_SLACK           (8 * 1024)

/* the arena's own, and the headers of two more blocks */
#define EDGE_GZIP_BOOKKEEPING     1024

/*
 * Room that zlib must find to end a flush for sure is seven bytes; where the
 * caller has less, it goes by way of the spill.
 */
#define EDGE_GZIP_ROOM            16


struct edge_encoder_s {
    z_stream          zstream;
    edge_memory_t    *memory;
    edge_arena_t     *arena;
    edge_progress_t  *progress;
    edge_progress_t   own;
    unsigned          flushed;          /* nothing was taken since */
    unsigned          ended;
    edge_spill_t      spill;
};


const unsigned char  edge_gzip_header[EDGE_GZIP_HEADER] = {
    0x1f, 0x8b, Z_DEFLATED, 0, 0, 0, 0, 0, 0, 3 /* Unix */
};

void
edge_gzip_take(edge_progress_t *progress, edge_in_t *in, size_t size)
{
    progress->check = (uint32_t) crc32_z(progress->check,
                                     (const Bytef *) in->data + in->pos, size);
    progress->size += size;
    in->pos += size;
}


void
edge_gzip_trailer(const edge_progress_t *progress, unsigned char *trailer)
{
    unsigned  i;
    uint64_t  fields;

    fields = progress->check | (progress->size & UINT32_MAX) << 32;

    for (i = 0; i < EDGE_GZIP_TRAILER; i++) {
        trailer[i] = fields >> 8 * i & 0xff;
    }
}


/* pieces of 64 KB, each by itself in the heap, would leave holes there */

static void *
edge_codec_gzip_alloc(void *arena, uInt items, uInt size)
{
    return edge_arena_alloc(arena, (size_t) items * size);
}


static void
edge_codec_gzip_free(void *arena, void *data)
{
    edge_arena_free(arena, data);
}


static int
edge_codec_gzip_window_log(const edge_params_t *params, uint64_t size_max)
{
    int  window_log;

    window_log = EDGE_GZIP_WINDOW_LOG_MIN;

    while (window_log < EDGE_GZIP_WINDOW_LOG_MAX
           && (uint64_t) 1 << window_log < size_max
           && (params->window_log == 0
               || window_log < (int) params->window_log))
    {
        window_log++;
    }

    return window_log;
}


static size_t
edge_codec_gzip_reserve(const edge_params_t *params, uint64_t size_max)
{
    return ((size_t) 1 << (edge_codec_gzip_window_log(params, size_max) + 2))
           + ((size_t) 1 << (EDGE_GZIP_MEM_LEVEL + 9))
           + EDGE_GZIP_SLACK;
}


static edge_encoder_t *
edge_codec_gzip_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    edge_encoder_t  *encoder;

    (void) whole;

    encoder = edge_memory_alloc(memory, sizeof(edge_encoder_t));
    if (encoder == NULL) {
        return NULL;
    }

    memset(encoder, 0, sizeof(edge_encoder_t));

    encoder->memory = memory;
    encoder->arena = edge_arena_create(memory,
                                edge_codec_gzip_reserve(params, size_max));
    if (encoder->arena == NULL) {
        edge_memory_free(memory, encoder);
        return NULL;
    }

    encoder->zstream.zalloc = edge_codec_gzip_alloc;
    encoder->zstream.zfree = edge_codec_gzip_free;
    encoder->zstream.opaque = encoder->arena;

    if (deflateInit2(&encoder->zstream, params->level, Z_DEFLATED,
                     -edge_codec_gzip_window_log(params, size_max),
                     EDGE_GZIP_MEM_LEVEL, Z_DEFAULT_STRATEGY)
        != Z_OK)
    {
        (void) deflateEnd(&encoder->zstream);
        edge_arena_destroy(encoder->arena);
        edge_memory_free(memory, encoder);
        return NULL;
    }

    return encoder;
}


static edge_codec_rc_e
edge_codec_gzip_open(edge_encoder_t *encoder, uint64_t size)
{
    (void) size;

    memset(&encoder->own, 0, sizeof(edge_progress_t));
    encoder->progress = &encoder->own;
    encoder->flushed = 1;
    encoder->ended = 0;
    encoder->spill.pos = 0;
    encoder->spill.size = 0;

    return (deflateReset(&encoder->zstream) == Z_OK) ? EDGE_CODEC_DONE
                                                     : EDGE_CODEC_ERROR;
}


static void
edge_codec_gzip_resume(edge_encoder_t *encoder, edge_progress_t *progress)
{
    encoder->progress = progress;
}


static void
edge_codec_gzip_end(edge_encoder_t *encoder)
{
    unsigned char  trailer[EDGE_GZIP_TRAILER];

    edge_gzip_trailer(encoder->progress, trailer);
    edge_spill_put(&encoder->spill, trailer, EDGE_GZIP_TRAILER);
    encoder->ended = 1;
}


/* one call of the library, into out or, where that is short, into the spill */

static edge_codec_rc_e
edge_codec_gzip_deflate(edge_encoder_t *encoder, edge_step_e step,
    edge_in_t *in, edge_out_t *out)
{
    int        rc;
    size_t     in_left, room;
    z_stream  *z;

    static const int  flushes[] = {
        Z_NO_FLUSH, Z_SYNC_FLUSH, Z_SYNC_FLUSH, Z_FINISH
    };

    z = &encoder->zstream;

    /* spans of more than zlib can count are given in parts */

    in_left = in->size - in->pos;
    z->next_in = in_left ? (Bytef *) in->data + in->pos : NULL;
    z->avail_in = in_left > UINT32_MAX ? UINT32_MAX : (uInt) in_left;
    in_left = z->avail_in;

    room = out->size - out->pos;

    if (room < EDGE_GZIP_ROOM) {
        z->next_out = encoder->spill.bytes;
        z->avail_out = EDGE_GZIP_ROOM;

    } else {
        z->next_out = (Bytef *) out->data + out->pos;
        z->avail_out = room > UINT32_MAX ? UINT32_MAX : (uInt) room;
    }

    rc = deflate(z, in->size - in->pos > in_left ? Z_NO_FLUSH
                                                 : flushes[step]);

    if (in_left > z->avail_in) {
        edge_gzip_take(encoder->progress, in, in_left - z->avail_in);
        encoder->flushed = 0;
    }

    if (room < EDGE_GZIP_ROOM) {
        encoder->spill.size = EDGE_GZIP_ROOM - z->avail_out;

    } else {
        out->pos = z->next_out - (Bytef *) out->data;
    }

    if (rc == Z_STREAM_END) {
        edge_codec_gzip_end(encoder);
        return EDGE_CODEC_DONE;
    }

    if (rc != Z_OK && rc != Z_BUF_ERROR) {
        return EDGE_CODEC_ERROR;
    }

    if (in->pos == in->size && z->avail_out != 0
        && step != EDGE_STEP_FINISH && step != EDGE_STEP_FEED)
    {
        encoder->flushed = 1;
    }

    return EDGE_CODEC_DONE;
}


static edge_codec_rc_e
edge_codec_gzip_step(edge_encoder_t *encoder, edge_step_e step,
    edge_in_t *in, edge_out_t *out)
{
    edge_codec_rc_e  rc;

    if (!encoder->progress->begun) {
        encoder->progress->begun = 1;
        edge_spill_put(&encoder->spill, edge_gzip_header, EDGE_GZIP_HEADER);
    }

    for ( ;; ) {

        if (!edge_spill_drain(&encoder->spill, out)) {
            return EDGE_CODEC_MORE;
        }

        if (encoder->ended) {
            return EDGE_CODEC_DONE;
        }

        if (in->pos == in->size
            && (step == EDGE_STEP_FEED
                || (step != EDGE_STEP_FINISH && encoder->flushed)))
        {
            return EDGE_CODEC_DONE;
        }

        rc = edge_codec_gzip_deflate(encoder, step, in, out);

        if (rc != EDGE_CODEC_DONE) {
            return rc;
        }
    }
}


static void
edge_codec_gzip_reset(edge_encoder_t *encoder)
{
    (void) edge_codec_gzip_open(encoder, EDGE_SIZE_UNKNOWN);
}


static void
edge_codec_gzip_close(edge_encoder_t *encoder)
{
    (void) deflateEnd(&encoder->zstream);
    edge_arena_destroy(encoder->arena);
    edge_memory_free(encoder->memory, encoder);
}


static size_t
edge_codec_gzip_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    (void) whole;

    return sizeof(edge_encoder_t) + EDGE_GZIP_BOOKKEEPING
           + edge_codec_gzip_reserve(params, size_max);
}


/* zlib stores in blocks of a quarter of its smallest window at least */

static size_t
edge_codec_gzip_bound(size_t size)
{
    return size + size / 8 + size / 64 + 64;
}


const edge_codec_t  edge_codec_gzip = {
    "gzip",
    0,
    edge_codec_gzip_create,
    edge_codec_gzip_open,
    edge_codec_gzip_step,
    edge_codec_gzip_reset,
    edge_codec_gzip_close,
    edge_codec_gzip_estimate,
    edge_codec_gzip_bound,
    edge_codec_gzip_resume,
    0
};
