
/* What is to be known of a certificate that is served. */


#ifndef _EDGE_SERVER_CERTIFICATE_H_INCLUDED_
#define _EDGE_SERVER_CERTIFICATE_H_INCLUDED_


#include <stddef.h>
#include <time.h>

#include <openssl/x509.h>


#define EDGE_SERVER_CERTIFICATE_DIGEST  32


/*
 * Called for each name: DNS names as they stand in the certificate, IP
 * addresses as text; if there are none, the common name of the subject.
 * name[len] is printable ASCII and good until the call returns.
 */

typedef void (*edge_server_certificate_name_pt)(void *data, const char *name,
    size_t len, int is_dns);

void edge_server_certificate_names(X509 *x,
    edge_server_certificate_name_pt handler, void *data);

/*
 * Writes the names, separated by ", ", to buf[size], cut before a name that
 * does not fit.  Returns the length without the final NUL that it writes.
 */

size_t edge_server_certificate_join_names(X509 *x, char *buf, size_t size);

/*
 * Writes the issuer as RFC 2253 has it, in printable ASCII, cut to size, with
 * a final NUL.  Returns the length; 0 if OpenSSL has no memory.
 */

size_t edge_server_certificate_issuer(X509 *x, char *buf, size_t size);

/* When it expires, seconds since the epoch; 0 if that cannot be read. */

time_t edge_server_certificate_expires(X509 *x);

/* Whole days until then; negative once it has expired. */

long edge_server_certificate_days_left(time_t expires, time_t now);

/* SHA-256 of the certificate; 0 on failure. */

int edge_server_certificate_digest(X509 *x, unsigned char *digest);


#endif /* _EDGE_SERVER_CERTIFICATE_H_INCLUDED_ */
