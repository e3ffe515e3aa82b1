
/*
 * Compiled policies by what they demand: a million hosts have few different
 * policies, and to compile one costs as much as a handshake.
 */


#ifndef _EDGE_TLS_POLICY_CACHE_H_INCLUDED_
#define _EDGE_TLS_POLICY_CACHE_H_INCLUDED_


#include "edge_tls_policy.h"


typedef struct edge_tls_policy_entry_s  edge_tls_policy_entry_t;
typedef struct edge_tls_policy_cache_s  edge_tls_policy_cache_t;


struct edge_tls_policy_entry_s {
    /* of no use unless result is OK */
    edge_tls_policy_t         tls;
    edge_tls_policy_e         result;
    edge_tls_policy_error_t   error;

    /* the rest is the cache's */
    edge_tls_policy_entry_t  *next;
    unsigned long             hash;
    unsigned                  references;
    char                      strings[];
};


/* Keeps the max entries that were used last.  NULL without memory. */

edge_tls_policy_cache_t *edge_tls_policy_cache_create(unsigned max);

/* Entries that are referred to are freed when they are released. */

void edge_tls_policy_cache_destroy(edge_tls_policy_cache_t *cache);

/*
 * Finds or compiles a policy; its strings are copied.  The entry stays until
 * it is released.  NULL without memory.  A policy that does not compile has
 * an entry, too.
 */

edge_tls_policy_entry_t *edge_tls_policy_cache_get(
    edge_tls_policy_cache_t *cache, const edge_policy_t *policy);

/* One more that refers to an entry, and is to release it. */

void edge_tls_policy_cache_hold(edge_tls_policy_entry_t *entry);

void edge_tls_policy_cache_release(edge_tls_policy_entry_t *entry);


#endif /* _EDGE_TLS_POLICY_CACHE_H_INCLUDED_ */
