
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_body.h"
#include "ngx_edge_body_parts.h"


/* gzip's bit: a response is coded by one of the two at most */
#define NGX_EDGE_BODY_BUFFERED  NGX_HTTP_GZIP_BUFFERED


static void ngx_edge_body_park(ngx_edge_borrower_t *borrower,
    ngx_uint_t send);
static void ngx_edge_body_cleanup(void *data);
static ngx_int_t ngx_edge_body_pump(ngx_edge_body_t *body, ngx_chain_t *in);
static ngx_int_t ngx_edge_body_send(ngx_edge_body_t *body);


ngx_edge_body_t *
ngx_edge_body_create(ngx_http_request_t *r, const ngx_edge_body_conf_t *conf,
    const ngx_edge_coder_t *coder, ngx_edge_encoders_t *encoders,
    off_t length, ngx_http_output_body_filter_pt next)
{
    ngx_edge_body_t  *body;

    body = ngx_pcalloc(r->pool, sizeof(ngx_edge_body_t));
    if (body == NULL) {
        return NULL;
    }

    body->request = r;
    body->conf = conf;
    body->coder = coder;
    body->encoders = encoders;
    body->length = length;
    body->expected = (length > 0) ? (uint64_t) length : EDGE_SIZE_UNKNOWN;
    body->phase = (length > EDGE_POOL_WHOLE_MAX) ? NGX_EDGE_BODY_STREAM
                                                 : NGX_EDGE_BODY_GATHER;
    body->next = next;
    body->last_out = &body->out;
    body->borrower.park = ngx_edge_body_park;

    edge_stream_init(&body->stream);

    return body;
}


/* a body that failed once has failed: it must never seem to be whole */

ngx_int_t
ngx_edge_body_filter(ngx_edge_body_t *body, ngx_chain_t *in)
{
    ngx_int_t  rc;

    if (body->phase == NGX_EDGE_BODY_DONE) {
        return body->next(body->request, in);
    }

    rc = body->stream.failed ? NGX_ERROR : ngx_edge_body_pump(body, in);

    if (rc == NGX_ERROR) {
        body->stream.failed = 1;
        ngx_edge_body_cleanup(body);
    }

    return rc;
}


static ngx_int_t
ngx_edge_body_pump(ngx_edge_body_t *body, ngx_chain_t *in)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = body->request;
    body->held = 0;

    if (in && ngx_chain_add_copy(r->pool, &body->in, in) != NGX_OK) {
        return NGX_ERROR;
    }

    do {
        if (body->stream.failed) {
            return NGX_ERROR;
        }

        if (body->phase == NGX_EDGE_BODY_GATHER
            && ngx_edge_body_gather(body) != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (body->phase == NGX_EDGE_BODY_STREAM
            && ngx_edge_body_encode(body) != NGX_OK)
        {
            return NGX_ERROR;
        }

        rc = ngx_edge_body_send(body);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

    } while (body->starved && body->free);

    if (body->lent) {
        ngx_edge_encoders_hold(body->encoders, &body->borrower,
                               body->flushed);
    }

    if ((body->in || body->stepping) && body->phase != NGX_EDGE_BODY_DONE) {
        r->connection->buffered |= NGX_EDGE_BODY_BUFFERED;
        return NGX_AGAIN;
    }

    r->connection->buffered &= ~NGX_EDGE_BODY_BUFFERED;

    return rc;
}


/*
 * Hands out down, and takes back what was sent.  With nothing new an empty
 * chain tells nginx to go on sending what it has.  What is held waits for the
 * next call, so that the end of the body is no packet of its own.
 */

static ngx_int_t
ngx_edge_body_send(ngx_edge_body_t *body)
{
    ngx_int_t   rc;
    ngx_uint_t  again;

    if (body->phase != NGX_EDGE_BODY_DONE
        && (body->held || (body->out == NULL && body->busy == NULL)))
    {
        return NGX_OK;
    }

    again = 0;

    do {
        rc = body->next(body->request, body->out);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        ngx_chain_update_chains(body->request->pool, &body->free, &body->busy,
                                &body->out,
                                (ngx_buf_tag_t) &ngx_edge_body_filter);
        body->last_out = &body->out;

        /* not refused, but kept to fill a packet: once more, with nothing */

    } while (rc == NGX_OK && body->starved && body->free == NULL
             && again++ == 0);

    return rc;
}


/* the cleanup is only worth its memory when something outlives the call */

ngx_int_t
ngx_edge_body_add_cleanup(ngx_edge_body_t *body)
{
    ngx_pool_cleanup_t  *cln;

    if (body->cleanup) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(body->request->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_edge_body_cleanup;
    cln->data = body;
    body->cleanup = 1;

    return NGX_OK;
}


static void
ngx_edge_body_cleanup(void *data)
{
    ngx_edge_body_t *body = data;

    ngx_edge_body_release_encoder(body);
    ngx_edge_body_release_gather(body);
}


/*
 * Where the upstream is silent and the client reads, the end of the frame
 * goes out at once: what had not been flushed reaches the client, too.  An
 * error there is the connection's, and shows at its next event.
 */

static void
ngx_edge_body_park(ngx_edge_borrower_t *borrower, ngx_uint_t send)
{
    ngx_edge_body_t  *body;

    body = ngx_queue_data(borrower, ngx_edge_body_t, borrower);

    ngx_edge_body_end_frame(body);

    if (!send || body->starved || body->busy || body->stream.failed
        || body->request->connection->buffered)
    {
        return;
    }

    if (ngx_edge_body_emit(body, 1, 0) != NGX_OK
        || ngx_edge_body_send(body) == NGX_ERROR)
    {
        body->stream.failed = 1;
    }
}
