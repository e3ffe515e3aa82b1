
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_decode.h"
#include "ngx_edge_decode_parts.h"


ngx_conf_enum_t  ngx_edge_decode_modes[] = {
    { ngx_string("off"), NGX_EDGE_DECODE_OFF },
    { ngx_string("on"), NGX_EDGE_DECODE_ON },
    { ngx_string("always"), NGX_EDGE_DECODE_ALWAYS },
    { ngx_null_string, 0 }
};


static const edge_decoder_t *
ngx_edge_decode_decoder(edge_coding_e coding)
{
    switch (coding) {

    case EDGE_CODING_ZSTD:
        return &edge_decoder_zstd;

    case EDGE_CODING_BR:
        return &edge_decoder_brotli;

    default:
        return &edge_decoder_gzip;
    }
}


size_t
ngx_edge_decode_memory(edge_coding_e coding)
{
    return ngx_edge_decode_decoder(coding)->memory_max;
}


static edge_coding_e
ngx_edge_decode_name(const ngx_str_t *name)
{
    ngx_uint_t  i;

    static const struct {
        ngx_str_t      name;
        edge_coding_e  coding;
    } known[] = {
        { ngx_string("zstd"), EDGE_CODING_ZSTD },
        { ngx_string("br"), EDGE_CODING_BR },
        { ngx_string("gzip"), EDGE_CODING_GZIP },
        { ngx_string("x-gzip"), EDGE_CODING_GZIP }
    };

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (name->len == known[i].name.len
            && ngx_strncasecmp(name->data, known[i].name.data, name->len)
               == 0)
        {
            return known[i].coding;
        }
    }

    return EDGE_CODING_IDENTITY;
}


/* the lines of Content-Encoding: how many, the first in *field; taken away */

static ngx_uint_t
ngx_edge_decode_fields(ngx_http_request_t *r, ngx_table_elt_t **field,
    ngx_uint_t remove)
{
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    n = 0;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (!ngx_edge_headers_is_coding(r, &h[i])) {
                continue;
            }

            if (n++ == 0 && field) {
                *field = &h[i];
            }

            if (remove) {
                h[i].hash = 0;
                h[i].value.len = 0;
            }
        }
    }

    return n;
}


/* or had it, were it not found unchanged */

static ngx_uint_t
ngx_edge_decode_has_body(ngx_http_request_t *r)
{
    ngx_uint_t  status;

    status = r->headers_out.status;

    return status == NGX_HTTP_NOT_MODIFIED
           || (r->headers_out.content_length_n != 0
               && status >= NGX_HTTP_OK
               && status != NGX_HTTP_NO_CONTENT
               && status != 205
               && status != NGX_HTTP_PARTIAL_CONTENT);
}


edge_coding_e
ngx_edge_decode_coding(ngx_http_request_t *r,
    const ngx_edge_headers_t *headers)
{
    ngx_table_elt_t  *field;

    if (!headers->coded || headers->no_transform
        || !ngx_edge_decode_has_body(r)
        || ngx_edge_decode_fields(r, &field, 0) != 1)
    {
        return EDGE_CODING_IDENTITY;
    }

    return ngx_edge_decode_name(&field->value);
}


ngx_edge_decode_e
ngx_edge_decode_elect(ngx_http_request_t *r, edge_coding_e coding,
    ngx_edge_recode_t *recode)
{
    size_t                  i, n;
    edge_coding_e          *order;
    edge_accept_encoding_t  accept;

    order = recode->order;

    /* one that the operator does not name is the last choice */

    for (i = 0; i < recode->count && order[i] != coding; i++) { /* void */ }

    if (i == recode->count) {
        order[i] = coding;
        recode->count++;
    }

    ngx_edge_headers_accept(r, &accept);
    n = edge_accept_encoding_rank(&accept, order, recode->count);

    for (i = 0; i < n && order[i] != coding; i++) { /* void */ }

    recode->count = i;

    if (i == n) {
        return NGX_EDGE_DECODE_MUST;
    }

    return i ? NGX_EDGE_DECODE_MAY : NGX_EDGE_DECODE_LEAVE;
}


void
ngx_edge_decode_header(ngx_http_request_t *r, ngx_edge_headers_t *headers)
{
    (void) ngx_edge_decode_fields(r, NULL, 1);
    r->headers_out.content_encoding = NULL;

    ngx_edge_headers_changed(r, headers);
}


static void
ngx_edge_decode_cleanup(void *data)
{
    ngx_edge_decode_count(data);
    ngx_edge_decode_close(data);
}


ngx_edge_decode_t *
ngx_edge_decode_create(ngx_http_request_t *r,
    const ngx_edge_decode_conf_t *conf, edge_coding_e coding,
    ngx_edge_headers_t *headers, ngx_edge_encoders_t *encoders)
{
    ngx_edge_decode_t   *decode;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_edge_decode_t));
    if (cln == NULL) {
        return NULL;
    }

    decode = cln->data;
    ngx_memzero(decode, sizeof(ngx_edge_decode_t));

    cln->handler = ngx_edge_decode_cleanup;

    decode->request = r;
    decode->conf = conf;
    decode->decoder = ngx_edge_decode_decoder(coding);
    decode->encoders = encoders;
    decode->last_out = &decode->out;

    /* a part of a page is not coded by itself */
    decode->sent = (r == r->main) ? NULL : "identity";

    ngx_edge_decode_header(r, headers);

    r->filter_need_in_memory = 1;

    return decode;
}
