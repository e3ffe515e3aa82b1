
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_headers.h"


ngx_uint_t
ngx_edge_headers_member(ngx_str_t *rest, ngx_str_t *member)
{
    u_char  *p, *end, *comma;

    if (rest->len == 0) {
        return 0;
    }

    p = rest->data;
    end = p + rest->len;

    comma = ngx_strlchr(p, end, ',');

    rest->data = comma ? comma + 1 : end;
    rest->len = end - rest->data;

    if (comma) {
        end = comma;
    }

    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    member->data = p;
    member->len = end - p;

    return 1;
}


ngx_uint_t
ngx_edge_headers_is(const ngx_str_t *s, const char *name, size_t len)
{
    return s->len == len && ngx_strncasecmp(s->data, (u_char *) name, len) == 0;
}


ngx_uint_t
ngx_edge_headers_lists(ngx_str_t *value, const char *name, size_t len)
{
    ngx_str_t  rest, member;

    rest = *value;

    while (ngx_edge_headers_member(&rest, &member)) {
        if (ngx_edge_headers_is(&member, name, len)) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_edge_headers_note_vary(ngx_edge_headers_t *headers, ngx_table_elt_t *h)
{
    ngx_uint_t  any;

    any = ngx_edge_headers_lists_name(&h->value, "*");

    if (any || ngx_edge_headers_lists_name(&h->value, "Accept-Encoding")) {
        headers->vary_again = (headers->vary != NULL);
        headers->vary = h;
    }

    if (any || ngx_edge_headers_lists_name(&h->value, "Available-Dictionary"))
    {
        headers->vary_dictionary = 1;
    }
}


static void
ngx_edge_headers_note(ngx_edge_headers_t *headers, ngx_table_elt_t *h)
{
    switch (h->key.len) {

    case sizeof("Vary") - 1:
        if (ngx_edge_headers_is_name(&h->key, "Vary")) {
            ngx_edge_headers_note_vary(headers, h);
        }

        break;

    case sizeof("Cache-Control") - 1:
        if (ngx_edge_headers_is_name(&h->key, "Cache-Control")
            && ngx_edge_headers_lists_name(&h->value, "no-transform"))
        {
            headers->no_transform = 1;
        }

        break;

    case sizeof("Content-Encoding") - 1:
        if (ngx_edge_headers_is_name(&h->key, "Content-Encoding")
            && h->value.len)
        {
            headers->coded = 1;
        }

        break;

    case sizeof("Digest") - 1:
    case sizeof("Repr-Digest") - 1:
    case sizeof("Content-Digest") - 1:
        if (ngx_edge_headers_is_digest(&h->key)) {
            headers->digests = 1;
        }

        break;

    case sizeof("Use-As-Dictionary") - 1:
        if (ngx_edge_headers_is_name(&h->key, "Use-As-Dictionary")) {
            headers->use_as = 1;
        }

        break;

    case sizeof("Access-Control-Allow-Origin") - 1:
        if (ngx_edge_headers_is_name(&h->key,
                                     "Access-Control-Allow-Origin"))
        {
            headers->allow_origin = h;
        }

        break;
    }
}


/* nginx takes the coding of a page out of the 304 that stands for it */

ngx_uint_t
ngx_edge_headers_is_coding(ngx_http_request_t *r, const ngx_table_elt_t *h)
{
    return (h->hash || r->headers_out.status == NGX_HTTP_NOT_MODIFIED)
           && h->value.len
           && ngx_edge_headers_is_name(&h->key, "Content-Encoding");
}


void
ngx_edge_headers_read(ngx_http_request_t *r, ngx_edge_headers_t *headers)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_memzero(headers, sizeof(ngx_edge_headers_t));

    for (part = &r->headers_out.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].hash || ngx_edge_headers_is_coding(r, &h[i])) {
                ngx_edge_headers_note(headers, &h[i]);
            }
        }
    }
}


void
ngx_edge_headers_accept(ngx_http_request_t *r, edge_accept_encoding_t *accept)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    edge_accept_encoding_init(accept);

#if (NGX_HTTP_GZIP)

    if (r->headers_in.accept_encoding == NULL) {
        return;
    }

#endif

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].hash
                && ngx_edge_headers_is_name(&h[i].key, "Accept-Encoding"))
            {
                edge_accept_encoding_read(accept, (char *) h[i].value.data,
                                          h[i].value.len);
            }
        }
    }
}


ngx_table_elt_t *
ngx_edge_headers_add(ngx_http_request_t *r, char *name, ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return h;
}


ngx_int_t
ngx_edge_headers_coded(ngx_http_request_t *r, ngx_edge_headers_t *headers,
    const char *coding)
{
    ngx_str_t         value;
    ngx_table_elt_t  *h;

    value.data = (u_char *) coding;
    value.len = ngx_strlen(coding);

    h = ngx_edge_headers_add(r, "Content-Encoding", &value);
    if (h == NULL) {
        return NGX_ERROR;
    }

    r->headers_out.content_encoding = h;

    ngx_edge_headers_changed(r, headers);

    return NGX_OK;
}


void
ngx_edge_headers_changed(ngx_http_request_t *r, ngx_edge_headers_t *headers)
{
    if (headers->digests) {
        ngx_edge_headers_clear_digests(r);
    }

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_weak_etag(r);
}
