
/*
 * Issuers of revocation lists and certificates.
 */


#ifndef _EDGE_REVOCATION_ISSUER_H_INCLUDED_
#define _EDGE_REVOCATION_ISSUER_H_INCLUDED_


#include <openssl/x509.h>

#include "edge_revocation_index.h"


/* Identifies an issuer by its name and key; returns 0 if the library failed. */

int edge_revocation_issuer_id(X509 *issuer, unsigned char *id);


#endif /* _EDGE_REVOCATION_ISSUER_H_INCLUDED_ */
