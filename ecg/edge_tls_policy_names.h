
/*
 * What hosts were answered by: a worker looks a host up in the store once for
 * each state of it, and still knows the last answer when the store is gone.
 */


#ifndef _EDGE_TLS_POLICY_NAMES_H_INCLUDED_
#define _EDGE_TLS_POLICY_NAMES_H_INCLUDED_


#include <stdint.h>

#include "edge_tls_policy_cache.h"


typedef struct edge_tls_policy_names_s  edge_tls_policy_names_t;


typedef struct {
    /* NULL if nothing answers for the host */
    edge_tls_policy_entry_t  *entry;

    /* of the record that does; the source is the caller's */
    const char               *name;
    size_t                    len;
    const char               *source;
    size_t                    source_len;

    /* the state of the store */
    uint64_t                  read_id;

    /* the rest is for finding it */
    const void               *table;
    uint32_t                  hash;
    unsigned                  references;
    unsigned char             host_len;
    char                      bytes[];
} edge_tls_policy_name_t;


/* Keeps max hosts at most, a multiple of 4.  NULL without memory. */

edge_tls_policy_names_t *edge_tls_policy_names_create(unsigned max);
void edge_tls_policy_names_destroy(edge_tls_policy_names_t *names);

/*
 * Finds what is known of a host, len 0 for none, as it is answered with a
 * table of the configuration.  It stays until the next put(), or until who
 * holds it releases it.
 */

edge_tls_policy_name_t *edge_tls_policy_names_find(
    edge_tls_policy_names_t *names, const void *table, const char *host,
    size_t len);

/*
 * Puts what was found in the place of what was known of the host, or of
 * another one.  Strings but the source are copied; what->entry is held as
 * long as the name is there.  Host and name are 255 bytes at most.  Returns
 * NULL without memory: then nothing is known of the host.
 */

edge_tls_policy_name_t *edge_tls_policy_names_put(
    edge_tls_policy_names_t *names, const void *table, const char *host,
    size_t len, const edge_tls_policy_name_t *what);

/* One more that refers to a name, and is to release it. */

void edge_tls_policy_name_hold(edge_tls_policy_name_t *name);

void edge_tls_policy_name_release(edge_tls_policy_name_t *name);


#endif /* _EDGE_TLS_POLICY_NAMES_H_INCLUDED_ */
