
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_decode.h"
#include "ngx_edge_decode_parts.h"


/* a bit that nobody has of the request's, and one of the connection's */
#define NGX_EDGE_DECODE_BUFFERED             0x08
#define NGX_EDGE_DECODE_CONNECTION_BUFFERED  0x80


static ngx_int_t ngx_edge_decode_pump(ngx_edge_decode_t *decode,
    ngx_chain_t *in);
static ngx_int_t ngx_edge_decode_send(ngx_edge_decode_t *decode,
    ngx_uint_t always);


void
ngx_edge_decode_close(ngx_edge_decode_t *decode)
{
    if (decode->lent) {
        edge_pool_give_decoder(decode->encoders->pool, decode->lent);
        decode->lent = NULL;
    }
}


/* the connection's bit is one for all parts of a response: the main one's */

static void
ngx_edge_decode_mark(ngx_edge_decode_t *decode, ngx_uint_t buffered)
{
    ngx_http_request_t  *r;

    r = decode->request;

    if (buffered) {
        r->buffered |= NGX_EDGE_DECODE_BUFFERED;

        if (r == r->main) {
            r->connection->buffered |= NGX_EDGE_DECODE_CONNECTION_BUFFERED;
        }

        return;
    }

    r->buffered &= ~NGX_EDGE_DECODE_BUFFERED;

    if (r == r->main) {
        r->connection->buffered &= ~NGX_EDGE_DECODE_CONNECTION_BUFFERED;
    }
}


/* a body that failed once has failed: it must never seem to be whole */

ngx_int_t
ngx_edge_decode_filter(ngx_edge_decode_t *decode, ngx_chain_t *in)
{
    ngx_int_t  rc;

    if (decode->done && decode->out == NULL) {
        return decode->next_body(decode->request, in);
    }

    rc = decode->failed ? NGX_ERROR : ngx_edge_decode_pump(decode, in);

    if (rc == NGX_ERROR) {
        decode->failed = 1;
        ngx_edge_decode_close(decode);
        ngx_edge_decode_mark(decode, 0);
    }

    return rc;
}


/*
 * While the header waits the client can still be told by another status.
 * That is the end in any case: a chain that came later would find no filter.
 */

static ngx_int_t
ngx_edge_decode_refuse(ngx_edge_decode_t *decode, ngx_int_t status)
{
    decode->failed = 1;

    if (!decode->pending) {
        return NGX_ERROR;
    }

    decode->pending = 0;
    ngx_edge_decode_close(decode);
    ngx_edge_decode_mark(decode, 0);

    if (status == NGX_HTTP_BAD_GATEWAY && decode->request->upstream == NULL) {
        status = NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    (void) ngx_http_filter_finalize_request(decode->request, NULL, status);

    return NGX_ERROR;
}


static ngx_int_t
ngx_edge_decode_pump(ngx_edge_decode_t *decode, ngx_chain_t *in)
{
    ngx_int_t            rc, status;
    ngx_uint_t           always;
    ngx_http_request_t  *r;

    r = decode->request;
    always = (in == NULL);

    if (in && ngx_chain_add_copy(r->pool, &decode->in, in) != NGX_OK) {
        return NGX_ERROR;
    }

    do {
        status = ngx_edge_decode_input(decode);

        if (status != NGX_OK) {
            return ngx_edge_decode_refuse(decode, status);
        }

        rc = ngx_edge_decode_send(decode, always);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        always = 0;

    } while (decode->starved && decode->free);

    if (decode->in || decode->stepping) {
        ngx_edge_decode_mark(decode, 1);
        return NGX_AGAIN;
    }

    ngx_edge_decode_mark(decode, 0);

    return rc;
}


static ngx_int_t
ngx_edge_decode_send(ngx_edge_decode_t *decode, ngx_uint_t always)
{
    ngx_int_t   rc;
    ngx_uint_t  again;

    if (decode->pending) {

        if (decode->out == NULL) {
            return NGX_OK;
        }

        decode->pending = 0;

        rc = decode->next_header(decode->request);

        if (rc == NGX_ERROR || rc > NGX_OK || decode->request->header_only) {
            return NGX_ERROR;
        }

        decode->sent = ngx_edge_recode_coding(decode->request);
    }

    if (decode->out == NULL && decode->busy == NULL && !always) {
        return NGX_OK;
    }

    again = 0;

    do {
        rc = decode->next_body(decode->request, decode->out);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        ngx_chain_update_chains(decode->request->pool, &decode->free,
                                &decode->busy, &decode->out,
                                (ngx_buf_tag_t) &ngx_edge_decode_filter);
        decode->last_out = &decode->out;

    } while (rc == NGX_OK && decode->starved && decode->free == NULL
             && again++ == 0);

    return rc;
}
