
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_headers.h"


static ngx_str_t  ngx_edge_accept_encoding = ngx_string("Accept-Encoding");
static ngx_str_t  ngx_edge_available_dictionary =
    ngx_string("Available-Dictionary");
static ngx_str_t  ngx_edge_vary_both =
    ngx_string("Accept-Encoding, Available-Dictionary");


/* takes Accept-Encoding out of a Vary field, which another one has */

static ngx_int_t
ngx_edge_headers_unvary(ngx_http_request_t *r, ngx_table_elt_t *vary)
{
    u_char     *p, *start;
    ngx_str_t   rest, member;

    start = ngx_pnalloc(r->pool, vary->value.len + 1);
    if (start == NULL) {
        return NGX_ERROR;
    }

    p = start;
    rest = vary->value;

    while (ngx_edge_headers_member(&rest, &member)) {

        if (member.len == 0
            || ngx_edge_headers_is_name(&member, "Accept-Encoding"))
        {
            continue;
        }

        if (p != start) {
            *p++ = ',';
        }

        p = ngx_cpymem(p, member.data, member.len);
    }

    vary->value.data = start;
    vary->value.len = p - start;
    vary->hash = (p == start) ? 0 : vary->hash;

    return NGX_OK;
}


/* leaves Accept-Encoding in the line that is kept, or in none */

static ngx_int_t
ngx_edge_headers_vary_once(ngx_http_request_t *r, ngx_edge_headers_t *headers,
    ngx_table_elt_t *kept)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    if (!headers->vary_again) {
        return headers->vary == kept
               ? NGX_OK : ngx_edge_headers_unvary(r, headers->vary);
    }

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].hash && &h[i] != kept
                && ngx_edge_headers_is_name(&h[i].key, "Vary")
                && ngx_edge_headers_lists_name(&h[i].value, "Accept-Encoding")
                && ngx_edge_headers_unvary(r, &h[i]) != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_edge_headers_vary_dictionary(ngx_http_request_t *r,
    ngx_edge_headers_t *headers)
{
    if (headers->vary_dictionary) {
        return NGX_OK;
    }

    headers->vary_dictionary = 1;

    return ngx_edge_headers_add(r, "Vary", &ngx_edge_available_dictionary)
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_edge_headers_vary_encoding(ngx_http_request_t *r,
    ngx_edge_headers_t *headers, ngx_str_t *value)
{
#if (NGX_HTTP_GZIP)

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    /* nginx's header filter writes the field; gzip below may ask for it too */

    if (clcf->gzip_vary) {
        r->gzip_vary = 1;

        return ngx_edge_headers_vary_once(r, headers, NULL);
    }

#endif

    if (headers->vary) {
        return ngx_edge_headers_vary_once(r, headers, headers->vary);
    }

    headers->vary = ngx_edge_headers_add(r, "Vary", value);

    if (headers->vary && value == &ngx_edge_vary_both) {
        headers->vary_dictionary = 1;
    }

    return headers->vary ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_edge_headers_vary(ngx_http_request_t *r, ngx_edge_headers_t *headers,
    ngx_uint_t dictionaries)
{
    ngx_str_t  *value;

    value = (dictionaries && !headers->vary_dictionary)
            ? &ngx_edge_vary_both : &ngx_edge_accept_encoding;

    if (ngx_edge_headers_vary_encoding(r, headers, value) != NGX_OK) {
        return NGX_ERROR;
    }

    return dictionaries ? ngx_edge_headers_vary_dictionary(r, headers)
                        : NGX_OK;
}
