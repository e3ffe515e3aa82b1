
/*
 * A whole certificate in one header field: Client-Cert of RFC 9440, and
 * x-forwarded-client-cert as Envoy writes it.
 */


#ifndef _EDGE_CERTIFICATE_XFCC_H_INCLUDED_
#define _EDGE_CERTIFICATE_XFCC_H_INCLUDED_


#include "edge_certificate.h"


/* Appends one certificate as a byte sequence of RFC 9440, section 2.1. */

edge_certificate_result_e edge_certificate_add_client_cert(edge_text_t *text,
    X509 *cert);


/*
 * Appends the element of x-forwarded-client-cert: Hash, Cert (PEM, percent-
 * encoded), Subject, each URI and each DNS name, quoted where need be.
 */

edge_certificate_result_e edge_certificate_add_xfcc(edge_text_t *text,
    X509 *cert, const edge_certificate_t *certificate);


#endif /* _EDGE_CERTIFICATE_XFCC_H_INCLUDED_ */
