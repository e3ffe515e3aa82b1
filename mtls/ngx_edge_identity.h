
/*
 * Who the client is, as its TLS connection showed it: fields read once per
 * connection and, for each request, how far they may be believed.
 */


#ifndef _NGX_EDGE_IDENTITY_H_INCLUDED_
#define _NGX_EDGE_IDENTITY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_certificate.h"


/* The fields of edge_certificate_field_e, and then: */

enum {
    NGX_EDGE_IDENTITY_ISSUER_SERIAL = EDGE_CERTIFICATE_NFIELDS,
    NGX_EDGE_IDENTITY_ISSUER_SKI,
    NGX_EDGE_IDENTITY_CLIENT_CERT,
    NGX_EDGE_IDENTITY_CLIENT_CERT_CHAIN,
    NGX_EDGE_IDENTITY_XFCC,
    NGX_EDGE_IDENTITY_NFIELDS
};


/* Of a request; anything but NONE means that there is a certificate. */

typedef enum {
    NGX_EDGE_IDENTITY_NONE,
    NGX_EDGE_IDENTITY_UNVERIFIED,
    NGX_EDGE_IDENTITY_REVOKED,
    NGX_EDGE_IDENTITY_VERIFIED
} ngx_edge_identity_state_e;


/* To be called once per configuration, before anything else here. */

ngx_int_t ngx_edge_identity_init(ngx_conf_t *cf);


/*
 * Says whether the client's certificate was verified as the virtual server of
 * the request demands: TLS was negotiated with it, or with one of its trust.
 */

ngx_uint_t ngx_edge_identity_belongs(ngx_http_request_t *r);


ngx_edge_identity_state_e ngx_edge_identity_state(ngx_http_request_t *r);


/*
 * Gives a field of a request whose state is not NONE, valid as long as the
 * connection.  Returns NGX_DECLINED if the certificate has no such field,
 * NGX_ABORT if it has but the session could not hold it, or NGX_ERROR.
 */

ngx_int_t ngx_edge_identity_get(ngx_http_request_t *r, ngx_uint_t field,
    ngx_str_t *value);


#endif /* _NGX_EDGE_IDENTITY_H_INCLUDED_ */
