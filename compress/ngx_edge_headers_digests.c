
#include "ngx_edge_headers.h"


static ngx_str_t  ngx_edge_headers_digest_names[] = {
    ngx_string("Content-Digest"),
    ngx_string("Repr-Digest"),
    ngx_string("Digest"),
    ngx_string("Content-MD5"),
    ngx_null_string
};


ngx_uint_t
ngx_edge_headers_is_digest(ngx_str_t *name)
{
    ngx_str_t  *digest;

    for (digest = ngx_edge_headers_digest_names; digest->len; digest++) {

        if (digest->len == name->len
            && ngx_strncasecmp(digest->data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_edge_headers_clear_digests(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_edge_headers_is_digest(&h[i].key)) {
                h[i].hash = 0;
            }
        }
    }
}
