
/* The ciphers of a policy put onto an SSL. */


#ifndef _EDGE_TLS_CIPHERS_H_INCLUDED_
#define _EDGE_TLS_CIPHERS_H_INCLUDED_


#include "edge_tls_policy.h"


/*
 * The part of edge_tls_policy_apply() that is about ciphers of the version
 * chosen.  For each list that is set on an SSL, OpenSSL sorts all ciphers it
 * has, which costs more than all the rest: where it comes to the same for this
 * client, those that are there are restricted instead.
 */

int edge_tls_ciphers_set(const edge_tls_policy_t *tls, SSL *ssl,
    const edge_tls_hello_t *hello, const edge_tls_choice_t *choice,
    const char *present);


#endif /* _EDGE_TLS_CIPHERS_H_INCLUDED_ */
