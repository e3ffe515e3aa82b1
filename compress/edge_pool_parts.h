
#ifndef EDGE_POOL_PARTS_H
#define EDGE_POOL_PARTS_H


#include "edge_pool.h"


/*
 * What the files of the pool share, and nobody else: edge_pool.c lends
 * encoders, edge_pool_decoders.c decoders, edge_pool_idle.c orders those of
 * one kind that nobody has.
 */


typedef struct edge_class_s  edge_class_t;
typedef struct edge_idle_s   edge_idle_t;


/* the first member of what is lent */

struct edge_idle_s {
    edge_idle_t          *older;
    edge_idle_t          *newer;
    size_t                bytes;        /* it would free */
};


/* Begins as zeros. */

typedef struct {
    edge_idle_t          *oldest;       /* the first to go */
    edge_idle_t          *newest;
    size_t                bytes;
    unsigned              count;
} edge_idle_list_t;


struct edge_pool_s {
    edge_memory_t         memory;
    edge_class_t         *classes;
    edge_idle_list_t      encoders;
    edge_idle_list_t      decoders;
    unsigned              idle_max;     /* of each kind */
    unsigned              alive;        /* encoders */
    unsigned            (*reclaim)(void *data);
    void                 *reclaim_data;
};


void edge_idle_add(edge_idle_list_t *list, edge_idle_t *idle, size_t bytes);
void edge_idle_remove(edge_idle_list_t *list, edge_idle_t *idle);

/* Closes the decoder idle for longest.  0: none was idle. */
unsigned edge_pool_evict_decoder(edge_pool_t *pool);


#endif /* EDGE_POOL_PARTS_H */
