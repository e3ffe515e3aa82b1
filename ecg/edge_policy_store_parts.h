
/* What the files of edge_policy_store share. */


#ifndef _EDGE_POLICY_STORE_PARTS_H_INCLUDED_
#define _EDGE_POLICY_STORE_PARTS_H_INCLUDED_


#include "edge_policy_store.h"


/* One thing to do with the file, and what it came to. */

typedef struct edge_policy_store_op_s  edge_policy_store_op_t;


struct edge_policy_store_op_s {
    edge_policy_store_t         *store;
    edge_store_e               (*run)(edge_policy_store_op_t *op);
    edge_store_e                 result;

    /* it was left by one */
    int                          fault;

    edge_lmdb_bytes_t            name;

    /* in the state that is being written */
    int                          written;

    char                        *buf;
    edge_policy_stored_t        *out;
    const edge_policy_stored_t  *record;
    uint64_t                    *number;
};


/* Does it, under the guard. */

edge_store_e edge_policy_store_do(edge_policy_store_op_t *op,
    edge_store_e (*run)(edge_policy_store_op_t *op));

/* Tells whether the file that is open has its name, and all of its pages. */

edge_store_e edge_policy_store_check_file(edge_policy_store_t *store);

/* Non-zero after a fault in writing. */

int edge_policy_store_is_stuck(void);

/*
 * Reads the format of a state, EDGE_STORE_OTHER_FORMAT if it is none of ours,
 * EDGE_STORE_NOT_FOUND if there is none; and writes it.
 */

edge_store_e edge_policy_store_read_format(edge_policy_store_t *store,
    int written, uint32_t *format);
edge_store_e edge_policy_store_write_format(edge_policy_store_t *store,
    uint32_t format);

/* Wildcards by their number of labels. */

void edge_policy_store_read_wildcards(edge_policy_store_t *store, int written,
    uint32_t *wildcards);
edge_store_e edge_policy_store_count_wildcard(edge_policy_store_t *store,
    const char *name, size_t len, int change);

/*
 * A record as bytes of the file, and back.  encode() writes to buf, of
 * EDGE_POLICY_STORE_VALUE_MAX bytes, and returns 0 for a record of nothing.
 */

#define EDGE_POLICY_STORE_VALUE_MAX                                           \
    (EDGE_POLICY_RECORD_MAX + sizeof(uint64_t))

size_t edge_policy_store_encode(uint32_t format, edge_lmdb_bytes_t name,
    const edge_policy_stored_t *record, char *buf);
edge_store_e edge_policy_store_decode(uint32_t format, edge_lmdb_bytes_t name,
    edge_lmdb_bytes_t value, char *buf, edge_policy_stored_t *out);


#endif /* _EDGE_POLICY_STORE_PARTS_H_INCLUDED_ */
