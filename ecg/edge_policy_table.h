
/* Records by name: which one a host is answered by, what that inherits. */


#ifndef _EDGE_POLICY_TABLE_H_INCLUDED_
#define _EDGE_POLICY_TABLE_H_INCLUDED_


#include <stddef.h>

#include "edge_policy.h"


#define EDGE_POLICY_DEFAULT  "default"
#define EDGE_POLICY_NO_SNI   "no-sni"


typedef struct {
    /* normalized; EDGE_POLICY_DEFAULT and EDGE_POLICY_NO_SNI are names too */
    const char                    *name;
    size_t                         len;

    /* its own keys, nothing inherited */
    edge_policy_t                  policy;
} edge_policy_record_t;


typedef struct {
    /* sorted by edge_policy_table_sort() */
    edge_policy_record_t         **records;
    size_t                         n;
} edge_policy_table_t;


/* To be called once the records are all there.  Returns 0 on duplicates. */

int edge_policy_table_sort(edge_policy_table_t *table);

/* Finds the record of exactly this name. */

edge_policy_record_t *edge_policy_table_find(const edge_policy_table_t *table,
    const char *name, size_t len);

/*
 * Finds what answers for a normalized host: its own record, that of the
 * closest wildcard, or the default.  With host NULL there was no name: the
 * record for that, or the default.  Returns NULL if there is none.
 */

edge_policy_record_t *edge_policy_table_match(const edge_policy_table_t *table,
    const char *host, size_t len);

/*
 * Writes the policy of record with its unset keys taken from wildcards that
 * cover it, closest first, and the default.
 */

void edge_policy_table_merge(const edge_policy_table_t *table,
    const edge_policy_record_t *record, edge_policy_t *out);


#endif /* _EDGE_POLICY_TABLE_H_INCLUDED_ */
