
#ifndef EDGE_SEGMENTS_H
#define EDGE_SEGMENTS_H


#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_memory.h"
#include "edge_stream.h"


/* One body written by many encoders: what pausing and resuming must keep. */

typedef struct {
    const edge_codec_t   *codec;
    const edge_codec_t   *stored;
    const edge_params_t  *params;
    uint64_t              size_max;
    size_t                room_max;     /* of one call, at random up to it */
    unsigned              segments;     /* about so many */
    unsigned              plain;        /* no pauses, no flushes */
} edge_segments_t;


typedef struct {
    unsigned char  *data;
    size_t          size;
    size_t          room;
} edge_coded_t;


/* text, noise, zeros or pieces of them all by turns; freed by free() */
#define EDGE_SEGMENTS_KINDS  4

unsigned char *edge_segments_body(unsigned kind, size_t size);

/* 0..below-1, the same at every run */
size_t edge_segments_random(uint32_t *seed, size_t below);

/*
 * Codes size bytes, switching encoders as the seed says; freed by free().
 * check is called after each flush and pause with what is there so far.
 */
edge_coded_t edge_segments_code(const edge_segments_t *segments,
    edge_memory_t *memory, const unsigned char *body, size_t size,
    uint32_t seed,
    void (*check)(const edge_coded_t *coded, const unsigned char *body,
                  size_t size));


#endif /* EDGE_SEGMENTS_H */
