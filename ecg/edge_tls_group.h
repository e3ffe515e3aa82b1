
/* The groups of TLS by name, and which OpenSSL knows them. */


#ifndef _EDGE_TLS_GROUP_H_INCLUDED_
#define _EDGE_TLS_GROUP_H_INCLUDED_


#include "edge_tls_policy.h"


typedef struct {
    /* as OpenSSL takes it in lists */
    const char     *name;

    /* IANA, TLS Supported Groups */
    uint16_t        id;

    /* as OpenSSL's table of objects calls it, if it does */
    const char     *sn;

    /* first version that has it; NULL for all */
    const char     *since;
} edge_tls_group_t;


/* Returns NULL if no such group is known here. */

const edge_tls_group_t *edge_tls_group_find(const char *name);

/* Sets those of a policy, if it has any.  Returns 0 if OpenSSL refused them. */

int edge_tls_group_set(const edge_tls_policy_t *tls, SSL *ssl);


#endif /* _EDGE_TLS_GROUP_H_INCLUDED_ */
