
#ifndef EDGE_SPILL_H
#define EDGE_SPILL_H


#include "edge_codec.h"


#define EDGE_SPILL_MAX  64


/*
 * A few bytes that a codec must write at once where its caller has less
 * room.  Begins as zeros.
 */

typedef struct {
    size_t         pos;
    size_t         size;
    unsigned char  bytes[EDGE_SPILL_MAX];
} edge_spill_t;


/* Adds to what is there; the sum must fit. */
void edge_spill_put(edge_spill_t *spill, const void *data, size_t size);

/* Moves what fits to out.  1: all is out; 0: out is full. */
int edge_spill_drain(edge_spill_t *spill, edge_out_t *out);


#endif /* EDGE_SPILL_H */
