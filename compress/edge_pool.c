
#include <stdlib.h>

#include "edge_pool_parts.h"


/* sizes of one class share an encoder; above it the size is as unknown */
#define EDGE_POOL_CLASS_UNKNOWN  64
#define EDGE_POOL_CLASS_MAX      23

/* whole bodies up to this many bytes have a class of their own */
#define EDGE_POOL_SMALL          (16 * 1024)


struct edge_class_s {
    edge_class_t         *next;
    const edge_codec_t   *codec;
    const edge_params_t  *params;
    uint64_t              size_max;
    size_t                estimate;     /* bytes an encoder takes */
    unsigned              whole;
    edge_lent_t          *idle;         /* the last one given is on top */
};


struct edge_lent_s {
    edge_idle_t           idle;
    edge_class_t         *class;
    edge_encoder_t       *encoder;
    edge_lent_t          *below;        /* in the idle stack of its class */
};


edge_pool_t *
edge_pool_create(size_t ceiling, unsigned idle_max)
{
    edge_pool_t  *pool;

    pool = calloc(1, sizeof(edge_pool_t));
    if (pool == NULL) {
        return NULL;
    }

    pool->memory.ceiling = ceiling;
    pool->idle_max = idle_max;

    return pool;
}


void
edge_pool_destroy(edge_pool_t *pool)
{
    edge_class_t  *class, *next;

    while (edge_pool_evict(pool)) { /* void */ }

    for (class = pool->classes; class; class = next) {
        next = class->next;
        free(class);
    }

    free(pool);
}


/* libzstd sizes its tables by these steps, then by powers of two */

static unsigned
edge_pool_size_class(uint64_t size, unsigned whole)
{
    unsigned  log;

    if (whole && size <= EDGE_POOL_SMALL) {
        return 14;
    }

    for (log = 17; log <= EDGE_POOL_CLASS_MAX; log++) {
        if (size <= (uint64_t) 1 << log) {
            return log;
        }
    }

    return EDGE_POOL_CLASS_UNKNOWN;
}


static edge_class_t *
edge_pool_find_class(edge_pool_t *pool, const edge_codec_t *codec,
    const edge_params_t *params, uint64_t size, unsigned whole)
{
    unsigned       size_class;
    uint64_t       size_max;
    edge_class_t  *class;

    size_class = edge_pool_size_class(size, whole);
    size_max = (size_class == EDGE_POOL_CLASS_UNKNOWN)
               ? EDGE_SIZE_UNKNOWN : (uint64_t) 1 << size_class;

    for (class = pool->classes; class; class = class->next) {
        if (class->params == params && class->codec == codec
            && class->size_max == size_max && class->whole == whole)
        {
            return class;
        }
    }

    class = calloc(1, sizeof(edge_class_t));
    if (class == NULL) {
        return NULL;
    }

    class->codec = codec;
    class->params = params;
    class->size_max = size_max;
    class->whole = whole;
    class->estimate = codec->estimate(params, size_max, whole);

    class->next = pool->classes;
    pool->classes = class;

    return class;
}


unsigned
edge_pool_has_bytes(const edge_pool_t *pool, size_t size)
{
    size_t         idle;
    edge_memory_t  evicted;

    /* an idle encoder that was never fed takes less than its estimate */

    idle = pool->encoders.bytes + pool->decoders.bytes;

    evicted = pool->memory;
    evicted.used -= (idle < evicted.used) ? idle : evicted.used;

    return edge_memory_has_room(&evicted, size);
}


/*
 * Whole bodies of all sizes share the encoder of the largest, where the codec
 * allows that and the memory: there is one at a time, and its tables are then
 * the ones that caches have.  The smallest do better with small ones.
 */

static edge_class_t *
edge_pool_class(edge_pool_t *pool, const edge_codec_t *codec,
    const edge_params_t *params, uint64_t size, unsigned whole)
{
    edge_class_t  *class;

    if (whole && codec->adapts && size > EDGE_POOL_SMALL) {
        class = edge_pool_find_class(pool, codec, params, EDGE_POOL_WHOLE_MAX,
                                     whole);

        if (class == NULL || class->idle
            || edge_pool_has_bytes(pool, class->estimate))
        {
            return class;
        }
    }

    return edge_pool_find_class(pool, codec, params, size, whole);
}


static void
edge_pool_unlink(edge_pool_t *pool, edge_lent_t *lent)
{
    edge_lent_t  **slot;

    for (slot = &lent->class->idle; *slot != lent; slot = &(*slot)->below) {
        /* void */
    }

    *slot = lent->below;

    edge_idle_remove(&pool->encoders, &lent->idle);
}


static void
edge_pool_close(edge_pool_t *pool, edge_lent_t *lent)
{
    lent->class->codec->close(lent->encoder);
    free(lent);
    pool->alive--;
}


static edge_lent_t *
edge_pool_make(edge_pool_t *pool, edge_class_t *class)
{
    edge_lent_t  *lent;

    while (!edge_memory_has_room(&pool->memory, class->estimate)) {
        if (!edge_pool_evict(pool)) {
            return NULL;
        }
    }

    lent = calloc(1, sizeof(edge_lent_t));
    if (lent == NULL) {
        return NULL;
    }

    lent->class = class;
    lent->encoder = class->codec->create(&pool->memory, class->params,
                                         class->size_max, class->whole);

    if (lent->encoder == NULL) {
        free(lent);
        return NULL;
    }

    pool->alive++;

    return lent;
}


edge_lent_t *
edge_pool_take(edge_pool_t *pool, const edge_codec_t *codec,
    const edge_params_t *params, uint64_t size, unsigned whole)
{
    edge_lent_t   *lent;
    edge_class_t  *class;

    class = edge_pool_class(pool, codec, params, size, whole);
    if (class == NULL) {
        return NULL;
    }

    do {
        lent = class->idle;

        if (lent) {
            edge_pool_unlink(pool, lent);

        } else {
            lent = edge_pool_make(pool, class);
        }

        if (lent) {
            if (codec->open(lent->encoder, whole ? size : EDGE_SIZE_UNKNOWN)
                == EDGE_CODEC_DONE)
            {
                return lent;
            }

            edge_pool_close(pool, lent);
        }

        /* the estimate was short or the system is: make what room there is */

    } while (edge_pool_evict(pool));

    return NULL;
}


void
edge_pool_give(edge_pool_t *pool, edge_lent_t *lent)
{
    lent->class->codec->reset(lent->encoder);

    lent->below = lent->class->idle;
    lent->class->idle = lent;

    edge_idle_add(&pool->encoders, &lent->idle, lent->class->estimate);

    while (pool->encoders.count > pool->idle_max) {
        (void) edge_pool_evict(pool);
    }
}


unsigned
edge_pool_has_room(edge_pool_t *pool, const edge_codec_t *codec,
    const edge_params_t *params, uint64_t size, unsigned whole)
{
    edge_class_t  *class;

    class = edge_pool_class(pool, codec, params, size, whole);
    if (class == NULL) {
        return 0;
    }

    return class->idle || edge_pool_has_bytes(pool, class->estimate);
}


unsigned
edge_pool_evict(edge_pool_t *pool)
{
    edge_lent_t  *lent;

    lent = (edge_lent_t *) pool->encoders.oldest;
    if (lent == NULL) {
        return edge_pool_evict_decoder(pool);
    }

    edge_pool_unlink(pool, lent);
    edge_pool_close(pool, lent);

    return 1;
}


void
edge_pool_forget(edge_pool_t *pool, const void *dictionary)
{
    edge_lent_t   *lent;
    edge_class_t  *class, **slot;

    slot = &pool->classes;

    while (*slot) {
        class = *slot;

        if (class->params->dictionary != dictionary) {
            slot = &class->next;
            continue;
        }

        while (class->idle) {
            lent = class->idle;
            edge_pool_unlink(pool, lent);
            edge_pool_close(pool, lent);
        }

        *slot = class->next;
        free(class);
    }
}


void
edge_pool_reclaim_by(edge_pool_t *pool, unsigned (*reclaim)(void *data),
    void *data)
{
    pool->reclaim = reclaim;
    pool->reclaim_data = data;
}


edge_memory_t *
edge_pool_memory(edge_pool_t *pool)
{
    return &pool->memory;
}


void
edge_pool_count(const edge_pool_t *pool, unsigned *alive, unsigned *idle)
{
    *alive = pool->alive;
    *idle = pool->encoders.count;
}


const edge_codec_t *
edge_lent_codec(const edge_lent_t *lent)
{
    return lent->class->codec;
}


edge_encoder_t *
edge_lent_encoder(const edge_lent_t *lent)
{
    return lent->encoder;
}
