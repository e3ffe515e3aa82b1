
/*
 * Extensions of certificate revocation lists and their entries, RFC 5280,
 * sections 5.2 and 5.3, and other parts of them.
 */


#ifndef _EDGE_CRL_EXTENSIONS_H_INCLUDED_
#define _EDGE_CRL_EXTENSIONS_H_INCLUDED_


#include "edge_crl.h"
#include "edge_der.h"


/* Reads an entry's content; *reason is 0, unspecified, if none is given. */

edge_crl_result_e edge_crl_entry(const edge_der_item_t *entry,
    edge_der_item_t *serial, unsigned *reason);


/* Reads crlExtensions, the content of their [0], into numbers and scope. */

edge_crl_result_e edge_crl_extensions(edge_crl_t *crl, const unsigned char *p,
    size_t len);


/* Reads an AlgorithmIdentifier's content: sets md and key_type. */

edge_crl_result_e edge_crl_algorithm(edge_crl_t *crl,
    const edge_der_item_t *item);


/* Reads a UTCTime or GeneralizedTime; returns 0 if it is malformed. */

int edge_crl_time(const edge_der_item_t *item, int64_t *time);


#endif /* _EDGE_CRL_EXTENSIONS_H_INCLUDED_ */
