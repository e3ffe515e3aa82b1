
#ifndef EDGE_POOL_H
#define EDGE_POOL_H


#include "edge_codec.h"
#include "edge_decoder.h"
#include "edge_memory.h"


/*
 * Encoders and decoders kept between responses, one pool a worker.  Making
 * one costs more than a small page does, and they are the memory of
 * compression: so they are lent per frame, or body, and counted against one
 * ceiling.
 *
 * An encoder is found again by what sizes it: codec, parameters (compared by
 * address: the caller keeps one copy of equal ones), size class of the body,
 * and whether it comes whole.  A decoder, by the memory it holds.
 */

typedef struct edge_pool_s          edge_pool_t;
typedef struct edge_lent_s          edge_lent_t;
typedef struct edge_lent_decoder_s  edge_lent_decoder_t;


/* bodies up to this many bytes are worth coding whole, in one call */
#define EDGE_POOL_WHOLE_MAX  (512 * 1024)

/* and up to this many, worth being gathered first */
#define EDGE_POOL_SLAB       (128 * 1024)


/*
 * ceiling in bytes, 0: none; idle_max: encoders kept idle, and as many
 * decoders.  NULL: no memory.
 */
edge_pool_t *edge_pool_create(size_t ceiling, unsigned idle_max);

/*
 * Whom decoders ask when they are refused memory in the middle of a body:
 * 1 if it is worth trying again.  Without a call, nobody.
 */
void edge_pool_reclaim_by(edge_pool_t *pool, unsigned (*reclaim)(void *data),
    void *data);

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

/* Could size bytes be had by letting go of all that is idle?  1 or 0. */
unsigned edge_pool_has_bytes(const edge_pool_t *pool, size_t size);

/*
 * A decoder for a body that begins with these bytes, which tell what it may
 * need and are not taken.  It holds no more than about that.  NULL: no memory.
 */
edge_lent_decoder_t *edge_pool_take_decoder(edge_pool_t *pool,
    const edge_decoder_t *decoder, const void *first, size_t size);

/* Back into the pool; it is kept if its body was whole. */
void edge_pool_give_decoder(edge_pool_t *pool, edge_lent_decoder_t *lent);

/*
 * Lets go of the encoder idle for longest, or where there is none, of such a
 * decoder.  0: none was idle.
 */
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
edge_decoding_t *edge_lent_decoding(const edge_lent_decoder_t *lent);


#endif /* EDGE_POOL_H */
