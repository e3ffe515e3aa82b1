
#include <stdlib.h>

#include "edge_pool_parts.h"


/*
 * A decoder that holds more is not kept: one of zstd with a window of 2 MB,
 * which is what level 3 declares for a body of unknown length, holds less.
 */
#define EDGE_POOL_DECODER_KEPT  (4 * 1024 * 1024)


struct edge_lent_decoder_s {
    edge_idle_t             idle;
    const edge_decoder_t   *decoder;
    edge_decoding_t        *decoding;
    edge_decoder_memory_t   memory;
};


/*
 * The idle one that holds most of those which hold no more than bytes, these
 * rounded up to a power of two, so that bodies of about one size share one.
 * NULL: none.
 */

static edge_lent_decoder_t *
edge_pool_find_decoder(const edge_pool_t *pool, const edge_decoder_t *decoder,
    size_t bytes)
{
    size_t                limit;
    edge_idle_t          *idle;
    edge_lent_decoder_t  *lent, *best;

    for (limit = 1; limit < bytes; limit <<= 1) { /* void */ }

    best = NULL;

    for (idle = pool->decoders.newest; idle; idle = idle->older) {
        lent = (edge_lent_decoder_t *) idle;

        if (lent->decoder == decoder && idle->bytes <= limit
            && (best == NULL || idle->bytes > best->idle.bytes))
        {
            best = lent;
        }
    }

    return best;
}


static edge_lent_decoder_t *
edge_pool_make_decoder(edge_pool_t *pool, const edge_decoder_t *decoder)
{
    edge_lent_decoder_t  *lent;

    lent = calloc(1, sizeof(edge_lent_decoder_t));
    if (lent == NULL) {
        return NULL;
    }

    lent->decoder = decoder;
    lent->memory.account = &pool->memory;
    lent->memory.reclaim = pool->reclaim;
    lent->memory.data = pool->reclaim_data;
    lent->decoding = decoder->create(&lent->memory);

    if (lent->decoding == NULL) {
        free(lent);
        return NULL;
    }

    return lent;
}


static void
edge_pool_close_decoder(edge_lent_decoder_t *lent)
{
    lent->decoder->close(lent->decoding);
    free(lent);
}


edge_lent_decoder_t *
edge_pool_take_decoder(edge_pool_t *pool, const edge_decoder_t *decoder,
    const void *first, size_t size)
{
    size_t                bytes;
    edge_lent_decoder_t  *lent;

    bytes = decoder->needs ? decoder->needs(first, size)
                           : decoder->memory_max;

    lent = edge_pool_find_decoder(pool, decoder, bytes);

    if (lent == NULL) {
        return edge_pool_make_decoder(pool, decoder);
    }

    edge_idle_remove(&pool->decoders, &lent->idle);

    return lent;
}


/* one that met an error, or the end of its input too early, is not trusted */

void
edge_pool_give_decoder(edge_pool_t *pool, edge_lent_decoder_t *lent)
{
    const edge_decoder_t  *decoder;

    decoder = lent->decoder;

    if (decoder->reset == NULL || !decoder->is_whole(lent->decoding)
        || lent->memory.used > EDGE_POOL_DECODER_KEPT)
    {
        edge_pool_close_decoder(lent);
        return;
    }

    decoder->reset(lent->decoding);

    edge_idle_add(&pool->decoders, &lent->idle, lent->memory.used);

    while (pool->decoders.count > pool->idle_max) {
        (void) edge_pool_evict_decoder(pool);
    }
}


unsigned
edge_pool_evict_decoder(edge_pool_t *pool)
{
    edge_lent_decoder_t  *lent;

    lent = (edge_lent_decoder_t *) pool->decoders.oldest;
    if (lent == NULL) {
        return 0;
    }

    edge_idle_remove(&pool->decoders, &lent->idle);
    edge_pool_close_decoder(lent);

    return 1;
}


edge_decoding_t *
edge_lent_decoding(const edge_lent_decoder_t *lent)
{
    return lent->decoding;
}
