
#include "ngx_edge_id_headers.h"


typedef struct {
    ngx_str_t    name;
    ngx_uint_t   field;
    ngx_uint_t   sets;
    unsigned     prefixed:1;
} ngx_edge_header_kind_t;


static ngx_int_t ngx_edge_id_headers_name(ngx_conf_t *cf,
    edge_owned_names_t *owned, ngx_edge_header_kind_t *kind,
    ngx_str_t *prefix, ngx_str_t *name);
static ngx_int_t ngx_edge_id_headers_add(ngx_conf_t *cf,
    ngx_edge_id_headers_t *headers, ngx_str_t *name, ngx_uint_t field);
#define ngx_edge_header(name, field, set)                                     \
    { ngx_string(name), field, NGX_EDGE_HEADERS_##set, 1 }


static ngx_edge_header_kind_t  ngx_edge_header_kinds[] = {
    ngx_edge_header("Cert-Presented", NGX_EDGE_HEADER_PRESENTED, CF),
    ngx_edge_header("Cert-Verified", NGX_EDGE_HEADER_VERIFIED, CF),
    ngx_edge_header("Cert-Revoked", NGX_EDGE_HEADER_REVOKED, CF),
    ngx_edge_header("Cert-Subject-Dn", EDGE_CERTIFICATE_SUBJECT_DN, CF),
    ngx_edge_header("Cert-Subject-Dn-Rfc2253", EDGE_CERTIFICATE_SUBJECT_DN, CF),
    ngx_edge_header("Cert-Subject-Dn-Legacy",
                    EDGE_CERTIFICATE_SUBJECT_DN_LEGACY, CF),
    ngx_edge_header("Cert-Issuer-Dn", EDGE_CERTIFICATE_ISSUER_DN, CF),
    ngx_edge_header("Cert-Issuer-Dn-Rfc2253", EDGE_CERTIFICATE_ISSUER_DN, CF),
    ngx_edge_header("Cert-Issuer-Dn-Legacy", EDGE_CERTIFICATE_ISSUER_DN_LEGACY,
                    CF),
    ngx_edge_header("Cert-Serial", EDGE_CERTIFICATE_SERIAL, CF),
    ngx_edge_header("Cert-Issuer-Serial", NGX_EDGE_IDENTITY_ISSUER_SERIAL, CF),
    ngx_edge_header("Cert-Ski", EDGE_CERTIFICATE_SKI, CF),
    ngx_edge_header("Cert-Issuer-Ski", NGX_EDGE_IDENTITY_ISSUER_SKI, CF),
    ngx_edge_header("Cert-Not-Before", EDGE_CERTIFICATE_NOT_BEFORE, CF),
    ngx_edge_header("Cert-Not-After", EDGE_CERTIFICATE_NOT_AFTER, CF),
    ngx_edge_header("Cert-Sha1", EDGE_CERTIFICATE_SHA1, CF),
    ngx_edge_header("Cert-Sha256", EDGE_CERTIFICATE_SHA256, CF),
    ngx_edge_header("Client-Cert-Sha256", EDGE_CERTIFICATE_SHA256, CF),
    ngx_edge_header("Cert-San-Dns", EDGE_CERTIFICATE_SAN_DNS, SAN),
    ngx_edge_header("Cert-San-Uri", EDGE_CERTIFICATE_SAN_URI, SAN),
    ngx_edge_header("Cert-San-Email", EDGE_CERTIFICATE_SAN_EMAIL, SAN),
    ngx_edge_header("Cert-San-Ip", EDGE_CERTIFICATE_SAN_IP, SAN),

    { ngx_string("Client-Cert"), NGX_EDGE_IDENTITY_CLIENT_CERT,
      NGX_EDGE_HEADERS_RFC9440, 0 },
    { ngx_string("Client-Cert-Chain"), NGX_EDGE_IDENTITY_CLIENT_CERT_CHAIN,
      NGX_EDGE_HEADERS_RFC9440, 0 },
    { ngx_string("X-Forwarded-Client-Cert"), NGX_EDGE_IDENTITY_XFCC,
      NGX_EDGE_HEADERS_XFCC, 0 },

    /* the last, since it tells of those before */
    ngx_edge_header("Cert-Omitted", NGX_EDGE_HEADER_OMITTED, ALL)
};


#define NGX_EDGE_HEADERS_NKINDS                                               \
    (sizeof(ngx_edge_header_kinds) / sizeof(ngx_edge_header_kind_t))


ngx_int_t
ngx_edge_id_headers_create(ngx_conf_t *cf, edge_owned_names_t *owned,
    ngx_uint_t sets, ngx_str_t *prefix, size_t max_size,
    ngx_edge_id_headers_t **headers)
{
    ngx_str_t                name;
    ngx_uint_t               i;
    ngx_edge_id_headers_t      *given;
    ngx_edge_header_kind_t  *kind;

    given = ngx_pcalloc(cf->pool, sizeof(ngx_edge_id_headers_t));
    if (given == NULL) {
        return NGX_ERROR;
    }

    given->max_size = max_size;
    given->headers = ngx_array_create(cf->pool, NGX_EDGE_HEADERS_NKINDS,
                                      sizeof(ngx_edge_header_t));
    if (given->headers == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_EDGE_HEADERS_NKINDS; i++) {
        kind = &ngx_edge_header_kinds[i];

        if (ngx_edge_id_headers_name(cf, owned, kind, prefix, &name)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if ((kind->sets & sets)
            && ngx_edge_id_headers_add(cf, given, &name, kind->field) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    *headers = (sets & NGX_EDGE_HEADERS_ALL) ? given : NULL;

    return NGX_OK;
}


/*
 * The name as it was first owned: a header that has this very pointer for its
 * key is one that the module gave.
 */

static ngx_int_t
ngx_edge_id_headers_name(ngx_conf_t *cf, edge_owned_names_t *owned,
    ngx_edge_header_kind_t *kind, ngx_str_t *prefix, ngx_str_t *name)
{
    u_char     *p;
    ngx_str_t   none = ngx_null_string;

    if (!kind->prefixed) {
        prefix = &none;
    }

    name->len = prefix->len + kind->name.len;

    name->data = ngx_pnalloc(cf->pool, name->len);
    if (name->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(name->data, prefix->data, prefix->len);
    ngx_memcpy(p, kind->name.data, kind->name.len);

    if (edge_owned_names_add(owned, (char *) name->data, name->len)
        != EDGE_OWNED_NAMES_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "cannot own the header name \"%V\"", name);
        return NGX_ERROR;
    }

    name->data = (u_char *) edge_owned_names_find(owned, (char *) name->data,
                                                  name->len);

    return NGX_OK;
}


static ngx_int_t
ngx_edge_id_headers_add(ngx_conf_t *cf, ngx_edge_id_headers_t *headers,
    ngx_str_t *name, ngx_uint_t field)
{
    ngx_edge_header_t  *header;

    if (field == NGX_EDGE_HEADER_OMITTED) {
        headers->omitted = headers->headers->nelts;
    }

    header = ngx_array_push(headers->headers);
    if (header == NULL) {
        return NGX_ERROR;
    }

    header->key = *name;
    header->field = field;

    header->lowcase_key = ngx_pnalloc(cf->pool, name->len);
    if (header->lowcase_key == NULL) {
        return NGX_ERROR;
    }

    header->hash = ngx_hash_strlow(header->lowcase_key, name->data, name->len);

    return NGX_OK;
}
