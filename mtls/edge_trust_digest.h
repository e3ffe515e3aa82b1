
/*
 * What a TLS server trusts and serves, as digests: two servers have the same
 * digest only if a client verified by one would have been verified by the
 * other.  Contents count, not names: CA certificates and CRLs by their DER.
 */


#ifndef _EDGE_TRUST_DIGEST_H_INCLUDED_
#define _EDGE_TRUST_DIGEST_H_INCLUDED_


#include <stddef.h>

#include <openssl/ssl.h>


#define EDGE_TRUST_DIGEST_LEN  32    /* SHA-256, and a session ID context */


typedef struct {
    const void  *data;
    size_t       len;
} edge_trust_digest_span_t;


typedef enum {
    EDGE_TRUST_DIGEST_OK,
    EDGE_TRUST_DIGEST_FAILED         /* of memory or the library */
} edge_trust_digest_result_e;


/*
 * The digest of how clients are verified: CA certificates and CRLs of the
 * context's store in any order, names of CAs sent to clients, verify mode,
 * depth and flags, and the bytes of settings.
 */

edge_trust_digest_result_e edge_trust_digest_verify(SSL_CTX *ctx,
    const edge_trust_digest_span_t *settings, unsigned char *digest);


/*
 * The digest of a server: that of edge_trust_digest_verify(), the server's
 * certificates and its nnames names, in any order.
 */

edge_trust_digest_result_e edge_trust_digest_server(SSL_CTX *ctx,
    const unsigned char *verify, const edge_trust_digest_span_t *names,
    size_t nnames, unsigned char *digest);


#endif /* _EDGE_TRUST_DIGEST_H_INCLUDED_ */
