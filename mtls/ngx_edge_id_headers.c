
#include "ngx_edge_id_headers.h"

#include "ngx_edge_identity.h"


static ngx_uint_t ngx_edge_id_headers_is_dropped(
    const edge_owned_names_t *owned, ngx_uint_t strip,
    ngx_edge_id_headers_t *headers, ngx_table_elt_t *header);
static ngx_int_t ngx_edge_id_headers_copy(ngx_http_request_t *r,
    const edge_owned_names_t *owned, ngx_uint_t strip,
    ngx_edge_id_headers_t *headers, ngx_list_t *to);
static ngx_int_t ngx_edge_id_headers_give(ngx_http_request_t *r,
    ngx_edge_id_headers_t *headers, ngx_list_t *to);
static ngx_int_t ngx_edge_id_headers_value(ngx_http_request_t *r,
    ngx_uint_t field, ngx_edge_identity_state_e state, ngx_str_t *value);
static ngx_int_t ngx_edge_id_headers_push(ngx_list_t *to,
    ngx_edge_header_t *header, ngx_str_t *value);
static ngx_int_t ngx_edge_id_headers_add_omitted(ngx_http_request_t *r,
    ngx_str_t *omitted, ngx_str_t *name);


static ngx_str_t  ngx_edge_id_headers_true = ngx_string("true");
static ngx_str_t  ngx_edge_id_headers_false = ngx_string("false");


ngx_int_t
ngx_edge_id_headers_apply(ngx_http_request_t *r,
    const edge_owned_names_t *owned, ngx_uint_t strip,
    ngx_edge_id_headers_t *headers)
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
            dropped += ngx_edge_id_headers_is_dropped(owned, strip, headers,
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

    rc = ngx_edge_id_headers_copy(r, owned, strip, headers, &list);

    if (rc == NGX_OK && headers) {
        rc = ngx_edge_id_headers_give(r, headers, &list);
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
ngx_edge_id_headers_is_dropped(const edge_owned_names_t *owned,
    ngx_uint_t strip, ngx_edge_id_headers_t *headers, ngx_table_elt_t *header)
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
ngx_edge_id_headers_copy(ngx_http_request_t *r, const edge_owned_names_t *owned,
    ngx_uint_t strip, ngx_edge_id_headers_t *headers, ngx_list_t *to)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header, *copy;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_edge_id_headers_is_dropped(owned, strip, headers,
                                               &header[i]))
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
ngx_edge_id_headers_give(ngx_http_request_t *r, ngx_edge_id_headers_t *headers,
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
        rc = ngx_edge_id_headers_value(r, header[i].field, state, &value);

        if (rc == NGX_DECLINED) {
            continue;
        }

        if (rc == NGX_ABORT
            || (rc == NGX_OK && value.len > headers->max_size))
        {
            rc = ngx_edge_id_headers_add_omitted(r, &omitted, &header[i].key);

        } else if (rc == NGX_OK) {
            rc = ngx_edge_id_headers_push(to, &header[i], &value);
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (omitted.len == 0) {
        return NGX_OK;
    }

    return ngx_edge_id_headers_push(to, &header[headers->omitted], &omitted);
}


/* NGX_OK, NGX_DECLINED, NGX_ABORT or NGX_ERROR as ngx_edge_identity_get() */

static ngx_int_t
ngx_edge_id_headers_value(ngx_http_request_t *r, ngx_uint_t field,
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

    case NGX_EDGE_IDENTITY_CLIENT_CERT:
    case NGX_EDGE_IDENTITY_CLIENT_CERT_CHAIN:
    case NGX_EDGE_IDENTITY_XFCC:

        /* who reads these has no other header to say if they are verified */

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

    *value = yes ? ngx_edge_id_headers_true : ngx_edge_id_headers_false;

    return NGX_OK;
}


static ngx_int_t
ngx_edge_id_headers_push(ngx_list_t *to, ngx_edge_header_t *header,
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
ngx_edge_id_headers_add_omitted(ngx_http_request_t *r, ngx_str_t *omitted,
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


char *
ngx_edge_id_headers_check_prefix(ngx_conf_t *cf, void *post, void *data)
{
    size_t      i;
    u_char      c;
    ngx_str_t  *prefix = data;

    for (i = 0; i < prefix->len; i++) {
        c = prefix->data[i] | 0x20;

        if ((c >= 'a' && c <= 'z') || prefix->data[i] == '-'
            || (prefix->data[i] >= '0' && prefix->data[i] <= '9'))
        {
            continue;
        }

        break;
    }

    if (i == prefix->len && prefix->len > 0 && prefix->len <= 64) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid header prefix \"%V\", it must be from 1 to 64 "
                       "letters, digits and hyphens",
                       prefix);

    return NGX_CONF_ERROR;
}
