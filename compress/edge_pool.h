
#ifndef EDGE_POOL_H
#define EDGE_POOL_H


#include "edge_codec.h"
#include "edge_memory.h"


/*
 * Encoders kept between responses, one pool a worker.  Making an encoder
 * costs more than coding a small page, and encoders are the memory of
 * compression: so they are lent per frame and counted against one ceiling.
 *
 * An encoder is found again by what sizes it: codec, parameters (compared by
 * address: the caller keeps one copy of equal ones), size class of the body,
 * and whether it comes whole.
 */

typedef struct edge_pool_s    edge_pool_t;
typedef struct edge_lent_s    edge_lent_t;


/* bodies up to this many bytes are worth coding whole, in one call */
#define EDGE_POOL_WHOLE_MAX  (512 * 1024)

/* and up to this many, worth being gathered first */
#define EDGE_POOL_SLAB       (128 * 1024)


/* ceiling in bytes, 0: none; idle_max: encoders kept idle.  NULL: no memory */
edge_pool_t *edge_pool_create(size_t ceiling, unsigned idle_max);

/* Nothing may be lent any more. */
void edge_pool_destroy(edge_pool_t *pool);

/*
 * An encoder with a frame opened: of exactly size bytes if whole, else of
 * about size (EDGE_SIZE_UNKNOWN: any).  NULL if the ceiling or the system
 * refuses even after all idle encoders were let go.
 */
edge_lent_t *edge_pool_take(edge_pool_t *pool, const edge_codec_t *codec,
    const edge_params_t *params, uint64_t size, unsigned whole);

/* Back into the pool; a frame still open is abandoned. */
void edge_pool_give(edge_pool_t *pool, edge_lent_t *lent);

/* Would take succeed by what is known of the sizes?  1 or 0. */
unsigned edge_pool_has_room(edge_pool_t *pool, const edge_codec_t *codec,
    const edge_params_t *params, uint64_t size, unsigned whole);

/* Lets go of the encoder idle for longest.  0: none was idle. */
unsigned edge_pool_evict(edge_pool_t *pool);

/*
 * Closes the encoders that were made for parameters with this dictionary, of
 * which none may be lent, and forgets these parameters.
 */
void edge_pool_forget(edge_pool_t *pool, const void *dictionary);

/* What the pool and its borrowers allocate is counted here. */
edge_memory_t *edge_pool_memory(edge_pool_t *pool);

/* Encoders alive and, of these, idle. */
void edge_pool_count(const edge_pool_t *pool, unsigned *alive,
    unsigned *idle);

const edge_codec_t *edge_lent_codec(const edge_lent_t *lent);
edge_encoder_t *edge_lent_encoder(const edge_lent_t *lent);


#endif /* EDGE_POOL_H */
