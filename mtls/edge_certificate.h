
/*
 * An X.509 certificate as plain fields, each safe in an HTTP header field: no
 * control character, nothing but ASCII, separators inside of values escaped.
 */


#ifndef _EDGE_CERTIFICATE_H_INCLUDED_
#define _EDGE_CERTIFICATE_H_INCLUDED_


#include <openssl/x509.h>

#include "edge_text.h"


typedef enum {
    EDGE_CERTIFICATE_SUBJECT_DN,           /* RFC 2253 as OpenSSL writes it */
    EDGE_CERTIFICATE_SUBJECT_DN_LEGACY,    /* /C=UK/ST=London/... */
    EDGE_CERTIFICATE_ISSUER_DN,
    EDGE_CERTIFICATE_ISSUER_DN_LEGACY,
    EDGE_CERTIFICATE_SERIAL,               /* upper-case hex */
    EDGE_CERTIFICATE_SKI,                  /* upper-case hex */
    EDGE_CERTIFICATE_NOT_BEFORE,           /* Jul 29 10:26:00 2025 GMT */
    EDGE_CERTIFICATE_NOT_AFTER,
    EDGE_CERTIFICATE_SHA1,                 /* of the DER, lower-case hex */
    EDGE_CERTIFICATE_SHA256,
    EDGE_CERTIFICATE_SAN_DNS,              /* comma-separated lists */
    EDGE_CERTIFICATE_SAN_URI,
    EDGE_CERTIFICATE_SAN_EMAIL,
    EDGE_CERTIFICATE_SAN_IP,
    EDGE_CERTIFICATE_NFIELDS
} edge_certificate_field_e;


/* A field of length 0 is absent. */

typedef struct {
    size_t                     offset;     /* in text.data */
    size_t                     len;
} edge_certificate_span_t;


typedef struct {
    edge_text_t                text;
    edge_certificate_span_t    fields[EDGE_CERTIFICATE_NFIELDS];
} edge_certificate_t;


typedef enum {
    EDGE_CERTIFICATE_OK,
    EDGE_CERTIFICATE_NO_MEMORY
} edge_certificate_result_e;


/*
 * Fills a zeroed structure; what the certificate lacks, or has malformed, is
 * absent, but a name that cannot be decoded is given as # and the hex of its
 * DER.  Leaves OpenSSL's error queue as it was.  To be freed in any case.
 */

edge_certificate_result_e edge_certificate_read(X509 *cert,
    edge_certificate_t *certificate);


void edge_certificate_free(edge_certificate_t *certificate);


/* Append in upper-case hex; nothing if the certificate has no such thing. */

void edge_certificate_add_serial(edge_text_t *text, X509 *cert);
void edge_certificate_add_ski(edge_text_t *text, X509 *cert);


#endif /* _EDGE_CERTIFICATE_H_INCLUDED_ */
