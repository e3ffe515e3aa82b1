
#include "ngx_edge_headers.h"

#include "ngx_edge_identity.h"


/* Beside the fields of the identity */

enum {
    NGX_EDGE_HEADER_PRESENTED = NGX_EDGE_IDENTITY_NFIELDS,
    NGX_EDGE_HEADER_VERIFIED,
    NGX_EDGE_HEADER_REVOKED,
    NGX_EDGE_HEADER_OMITTED
};


typedef struct {
    ngx_str_t    name;
    ngx_uint_t   field;
    ngx_uint_t   sets;
    unsigned     prefixed:1;
} ngx_edge_header_kind_t;


typedef struct {
    ngx_str_t    key;
    u_char      *lowcase_key;
    ngx_uint_t   hash;
    ngx_uint_t   field;
} ngx_edge_header_t;


static ngx_int_t ngx_edge_headers_name(ngx_conf_t *cf,
    edge_owned_names_t *owned, ngx_edge_header_kind_t *kind,
    ngx_str_t *prefix, ngx_str_t *name);
static ngx_int_t ngx_edge_headers_add(ngx_conf_t *cf,
    ngx_edge_headers_t *headers, ngx_str_t *name, ngx_uint_t field);
static ngx_uint_t ngx_edge_headers_is_dropped(const edge_owned_names_t *owned,
    ngx_uint_t strip, ngx_edge_headers_t *headers, ngx_table_elt_t *header);
static ngx_int_t ngx_edge_headers_copy(ngx_http_request_t *r,
    const edge_owned_names_t *owned, ngx_uint_t strip,
    ngx_edge_headers_t *headers, ngx_list_t *to);
static ngx_int_t ngx_edge_headers_give(ngx_http_request_t *r,
    ngx_edge_headers_t *headers, ngx_list_t *to);
static ngx_int_t ngx_edge_headers_value(ngx_http_request_t *r,
    ngx_uint_t field, ngx_edge_identity_state_e state, ngx_str_t *value);
static ngx_int_t ngx_edge_headers_push(ngx_list_t *to,
    ngx_edge_header_t *header, ngx_str_t *value);
static ngx_int_t ngx_edge_headers_add_omitted(ngx_http_request_t *r,
    ngx_str_t *omitted, ngx_str_t *name);


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


static ngx_str_t  ngx_edge_headers_true = ngx_string("true");
static ngx_str_t  ngx_edge_headers_false = ngx_string("false");


ngx_int_t
ngx_edge_headers_create(ngx_conf_t *cf, edge_owned_names_t *owned,
    ngx_uint_t sets, ngx_str_t *prefix, size_t max_size,
    ngx_edge_headers_t **headers)
{
    ngx_str_t                name;
    ngx_uint_t               i;
    ngx_edge_headers_t      *given;
    ngx_edge_header_kind_t  *kind;

    given = ngx_pcalloc(cf->pool, sizeof(ngx_edge_headers_t));
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

        if (ngx_edge_headers_name(cf, owned, kind, prefix, &name) != NGX_OK) {
            return NGX_ERROR;
        }

        if ((kind->sets & sets)
            && ngx_edge_headers_add(cf, given, &name, kind->field) != NGX_OK)
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
ngx_edge_headers_name(ngx_conf_t *cf, edge_owned_names_t *owned,
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
ngx_edge_headers_add(ngx_conf_t *cf, ngx_edge_headers_t *headers,
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


ngx_int_t
ngx_edge_headers_apply(ngx_http_request_t *r, const edge_owned_names_t *owned,
    ngx_uint_t strip, ngx_edge_headers_t *headers)
{
    ngx_int_t         rc;
    ngx_list_t        list;
    ngx_uint_t        i, count, dropped;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    count = headers ? headers->headers->nelts : 0;
    dropped = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {
            dropped += ngx_edge_headers_is_dropped(owned, strip, headers,
                                                   &header[i]);
        }

        count += part->nelts;
    }

    if (dropped == 0 && headers == NULL) {
        return NGX_OK;
    }

    /*
     * A new list: the parts of this one are shared between a request and its
     * subrequests, and headers_in points to its elements.
     */

    if (ngx_list_init(&list, r->pool, count + 1, sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_edge_headers_copy(r, owned, strip, headers, &list);

    if (rc == NGX_OK && headers) {
        rc = ngx_edge_headers_give(r, headers, &list);
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    /* one part holds it all, so its last part is the one inside of the list */

    r->headers_in.headers = list;
    r->headers_in.headers.last = &r->headers_in.headers.part;

#if (nginx_version >= 1023000)
    r->headers_in.multi_linked = 0;
#endif

    return NGX_OK;
}


static ngx_uint_t
ngx_edge_headers_is_dropped(const edge_owned_names_t *owned, ngx_uint_t strip,
    ngx_edge_headers_t *headers, ngx_table_elt_t *header)
{
    u_char             *name;
    ngx_uint_t          i;
    ngx_edge_header_t  *given;

    name = (u_char *) edge_owned_names_find(owned, (char *) header->key.data,
                                            header->key.len);
    if (name == NULL) {
        return 0;
    }

    if (strip || name == header->key.data) {
        return 1;
    }

    if (headers == NULL) {
        return 0;
    }

    given = headers->headers->elts;

    for (i = 0; i < headers->headers->nelts; i++) {
        if (given[i].key.data == name) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_edge_headers_copy(ngx_http_request_t *r, const edge_owned_names_t *owned,
    ngx_uint_t strip, ngx_edge_headers_t *headers, ngx_list_t *to)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header, *copy;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_edge_headers_is_dropped(owned, strip, headers, &header[i]))
            {
                continue;
            }

            copy = ngx_list_push(to);
            if (copy == NULL) {
                return NGX_ERROR;
            }

            *copy = header[i];
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_edge_headers_give(ngx_http_request_t *r, ngx_edge_headers_t *headers,
    ngx_list_t *to)
{
    ngx_int_t                   rc;
    ngx_str_t                   value, omitted;
    ngx_uint_t                  i;
    ngx_edge_header_t          *header;
    ngx_edge_identity_state_e   state;

    ngx_str_null(&omitted);

    state = ngx_edge_identity_state(r);
    header = headers->headers->elts;

    for (i = 0; i < headers->omitted; i++) {
        rc = ngx_edge_headers_value(r, header[i].field, state, &value);

        if (rc == NGX_DECLINED) {
            continue;
        }

        if (rc == NGX_ABORT
            || (rc == NGX_OK && value.len > headers->max_size))
        {
            rc = ngx_edge_headers_add_omitted(r, &omitted, &header[i].key);

        } else if (rc == NGX_OK) {
            rc = ngx_edge_headers_push(to, &header[i], &value);
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (omitted.len == 0) {
        return NGX_OK;
    }

    return ngx_edge_headers_push(to, &header[headers->omitted], &omitted);
}


/* NGX_OK, NGX_DECLINED, NGX_ABORT or NGX_ERROR as ngx_edge_identity_get() */

static ngx_int_t
ngx_edge_headers_value(ngx_http_request_t *r, ngx_uint_t field,
    ngx_edge_identity_state_e state, ngx_str_t *value)
{
    ngx_uint_t  yes;

    switch (field) {

    case NGX_EDGE_HEADER_PRESENTED:
        yes = (state != NGX_EDGE_IDENTITY_NONE);
        break;

    case NGX_EDGE_HEADER_VERIFIED:
        yes = (state == NGX_EDGE_IDENTITY_VERIFIED);
        break;

    case NGX_EDGE_HEADER_REVOKED:
        if (state == NGX_EDGE_IDENTITY_NONE) {
            return NGX_DECLINED;
        }

        yes = (state == NGX_EDGE_IDENTITY_REVOKED);
        break;

    /* who reads these has no other header to say that they are not verified */

    case NGX_EDGE_IDENTITY_CLIENT_CERT:
    case NGX_EDGE_IDENTITY_CLIENT_CERT_CHAIN:
    case NGX_EDGE_IDENTITY_XFCC:
        if (state != NGX_EDGE_IDENTITY_VERIFIED) {
            return NGX_DECLINED;
        }

        return ngx_edge_identity_get(r, field, value);

    default:
        if (state == NGX_EDGE_IDENTITY_NONE) {
            return NGX_DECLINED;
        }

        return ngx_edge_identity_get(r, field, value);
    }

    *value = yes ? ngx_edge_headers_true : ngx_edge_headers_false;

    return NGX_OK;
}


static ngx_int_t
ngx_edge_headers_push(ngx_list_t *to, ngx_edge_header_t *header,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(to);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = header->hash;
    h->key = header->key;
    h->value = *value;
    h->lowcase_key = header->lowcase_key;

    return NGX_OK;
}


static ngx_int_t
ngx_edge_headers_add_omitted(ngx_http_request_t *r, ngx_str_t *omitted,
    ngx_str_t *name)
{
    u_char  *p, *data;

    data = ngx_pnalloc(r->pool, omitted->len + 2 + name->len);
    if (data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(data, omitted->data, omitted->len);

    if (omitted->len) {
        *p++ = ',';
        *p++ = ' ';
    }

    p = ngx_cpymem(p, name->data, name->len);

    omitted->data = data;
    omitted->len = (size_t) (p - data);

    return NGX_OK;
}
