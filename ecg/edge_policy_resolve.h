
/* What answers for a host, from a store and from the configuration. */


#ifndef _EDGE_POLICY_RESOLVE_H_INCLUDED_
#define _EDGE_POLICY_RESOLVE_H_INCLUDED_


#include "edge_hostname.h"
#include "edge_policy_store.h"
#include "edge_policy_table.h"


#define EDGE_POLICY_ORIGINS  16


typedef struct {
    char                  name[EDGE_HOSTNAME_MAX + 1];
    size_t                len;

    /* from the store, else from the configuration */
    unsigned char         stored;
} edge_policy_origin_t;


typedef struct {
    /* merged; the level of a value is the number of its origin */
    edge_policy_t         policy;

    /* the first has won; none: no record answers */
    edge_policy_origin_t  origins[EDGE_POLICY_ORIGINS];
    unsigned              n;

    /* of each origin, if it is stored; values point into these */
    edge_policy_stored_t  stored[EDGE_POLICY_ORIGINS];
    char                  bytes[EDGE_POLICY_ORIGINS]
                               [EDGE_POLICY_RECORD_MAX + 1];
} edge_policy_resolved_t;


/*
 * Finds what answers for a normalized host, or with host NULL for a
 * connection without a name, and merges what it inherits: of one name the
 * store comes before the configuration, then the closest wildcard, ..., then
 * the default.  table and store may be NULL; the store is being read, between
 * begin_read() and end_read(), and *out is valid until then and large.
 * EDGE_STORE_CORRUPT: a record is damaged, or not one of this release.
 */

edge_store_e edge_policy_resolve(const edge_policy_table_t *table,
    edge_policy_store_t *store, const char *host, size_t len,
    edge_policy_resolved_t *out);

/* "exact", "wildcard", "default", "no-sni"; "server" if nothing answers. */

const char *edge_policy_resolved_source(const edge_policy_resolved_t *resolved);


#endif /* _EDGE_POLICY_RESOLVE_H_INCLUDED_ */
