
#ifndef EDGE_ACCEPT_ENCODING_H
#define EDGE_ACCEPT_ENCODING_H


#include <stddef.h>


/* RFC 9110, 12.5.3: Accept-Encoding, read into weights of known codings. */

typedef enum {
    EDGE_CODING_IDENTITY,
    EDGE_CODING_ZSTD,
    EDGE_CODING_BR,
    EDGE_CODING_GZIP,           /* x-gzip too (RFC 9110, 8.4.1.3) */
    EDGE_CODING_DCZ,            /* RFC 9842 */
    EDGE_CODING_DCB,
    EDGE_CODINGS
} edge_coding_e;


/* weights in thousandths; -1: not mentioned */

typedef struct {
    short  weight[EDGE_CODINGS];
    short  any;                 /* the weight of "*" */
} edge_accept_encoding_t;


void edge_accept_encoding_init(edge_accept_encoding_t *accept);

/*
 * Adds one field line of size bytes; several lines count as one list.  A
 * member that does not follow the grammar is left out; a coding listed twice
 * keeps its lower weight.
 */
void edge_accept_encoding_read(edge_accept_encoding_t *accept,
    const char *value, size_t size);

/* 0 (refused) to 1000; identity is acceptable unless refused. */
int edge_accept_encoding_weight(const edge_accept_encoding_t *accept,
    edge_coding_e coding);

/*
 * The coding of highest weight, ties by the order given; identity where no
 * other is acceptable or where the client ranks it higher by name.
 */
edge_coding_e edge_accept_encoding_elect(const edge_accept_encoding_t *accept,
    const edge_coding_e *order, size_t count);

/*
 * Sorts order by weight, equal ones as they stood, and leaves out what is
 * refused or ranked below identity by name; returns how many remain.  The
 * first of them is what edge_accept_encoding_elect() would elect.
 */
size_t edge_accept_encoding_rank(const edge_accept_encoding_t *accept,
    edge_coding_e *order, size_t count);


#endif /* EDGE_ACCEPT_ENCODING_H */
