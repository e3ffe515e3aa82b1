
#ifndef EDGE_DECODER_H
#define EDGE_DECODER_H


#include "edge_codec.h"


/*
 * The other way round: one content coding as a table of functions that undo
 * it.  No buffers, no policy, no nginx.  A decoder takes a body as it comes
 * and writes what can be written of it, so that what its sender flushed can
 * be flushed, too.
 */

typedef struct edge_decoder_s   edge_decoder_t;
typedef struct edge_decoding_s  edge_decoding_t;    /* one body */


typedef enum {
    EDGE_DECODER_MORE_IN,   /* all input is taken, all it gives written */
    EDGE_DECODER_MORE_OUT,  /* call again with more room in out */
    EDGE_DECODER_NO_MEMORY,
    EDGE_DECODER_WINDOW,    /* needs a larger one than the coding allows */
    EDGE_DECODER_MALFORMED
} edge_decoder_rc_e;        /* from NO_MEMORY on: close */


/*
 * Where one decoder takes its memory: an account, and whom to ask to free some
 * of it.  reclaim: 1 if it is worth trying again; NULL if there is nobody.
 */

typedef struct {
    edge_memory_t   *account;
    unsigned       (*reclaim)(void *data);
    void            *data;
    size_t           used;          /* of the account, by this one: from 0 */
} edge_decoder_memory_t;


struct edge_decoder_s {
    /* the token of Content-Encoding */
    const char         *name;

    /* memory stays the caller's and must outlive the decoding.  NULL: none */
    edge_decoding_t  *(*create)(edge_decoder_memory_t *memory);

    /* Moves in->pos and out->pos. */
    edge_decoder_rc_e (*step)(edge_decoding_t *decoding, edge_in_t *in,
                         edge_out_t *out);

    /*
     * May the body end with what was taken so far?  Several frames of zstd
     * or members of gzip are one body; not a single byte is none.
     */
    unsigned          (*is_whole)(const edge_decoding_t *decoding);

    /*
     * After a whole body: makes it ready for another, and keeps its memory.
     * NULL: the library has no way to.
     */
    void              (*reset)(edge_decoding_t *decoding);

    void              (*close)(edge_decoding_t *decoding);

    /*
     * Most bytes that a body may need which begins so, as far as that can be
     * told.  NULL: all need about the same.
     */
    size_t            (*needs)(const void *first, size_t size);

    /* Most bytes that a body may need, its window included. */
    size_t              memory_max;
};


extern const edge_decoder_t  edge_decoder_zstd;
extern const edge_decoder_t  edge_decoder_brotli;
extern const edge_decoder_t  edge_decoder_gzip;


/* For the decoders: asks for room until it is there.  NULL: no. */
void *edge_decoder_alloc(edge_decoder_memory_t *memory, size_t size);
void edge_decoder_free(edge_decoder_memory_t *memory, void *data);


#endif /* EDGE_DECODER_H */
