
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_body.h"
#include "ngx_edge_body_parts.h"


/* a file is read in pieces of a block of Zstandard */
#define NGX_EDGE_BODY_PIECE  (128 * 1024)


/* drops the first input buffer, all of which was taken */

void
ngx_edge_body_consume(ngx_edge_body_t *body)
{
    ngx_chain_t  *cl;

    cl = body->in;

    if (cl->buf == &body->gather_buf) {
        ngx_edge_body_release_gather(body);
    }

    body->in = cl->next;
    ngx_free_chain(body->request->pool, cl);
}


/* what the first input buffer asks for, its bytes apart */

void
ngx_edge_body_read_step(ngx_edge_body_t *body)
{
    ngx_buf_t    *buf;
    ngx_chain_t  *next;

    buf = body->in->buf;
    next = body->in->next;

    body->step_flush = buf->flush;
    body->step_last = buf->last_buf;

    if (buf->last_buf
        || (body->length > 0
            && body->taken + ngx_buf_size(buf) == body->length))
    {
        body->step = EDGE_STEP_FINISH;
        return;
    }

    /* a flush right before another one or the end is not worth its bytes */

    if (next && (next->buf->flush || next->buf->last_buf)) {
        body->step_flush = 0;
    }

    body->step = body->step_flush ? EDGE_STEP_FLUSH : EDGE_STEP_FEED;
}


/* the step is complete: passes its marks on */

ngx_int_t
ngx_edge_body_complete(ngx_edge_body_t *body)
{
    body->stepping = 0;

    if (body->step_last) {
        body->phase = NGX_EDGE_BODY_DONE;
    }

    /* all that was announced is here: its end follows, and goes along */

    body->held = (body->step == EDGE_STEP_FINISH && !body->step_flush
                  && !body->step_last);

    if (body->step_flush || body->step_last) {
        return ngx_edge_body_emit(body, body->step_flush, body->step_last);
    }

    return NGX_OK;
}


/* goes on with the step at hand */

static ngx_int_t
ngx_edge_body_encode_step(ngx_edge_body_t *body)
{
    ngx_buf_t             *buf;
    edge_in_t              in;
    ngx_uint_t             part;
    edge_stream_status_e   status;

    buf = body->stepping ? NULL : body->in->buf;
    part = 0;

    ngx_memzero(&in, sizeof(edge_in_t));

    if (buf) {
        if (ngx_edge_body_view(body, buf, NGX_EDGE_BODY_PIECE, &in)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        part = ((off_t) in.size < ngx_buf_size(buf));
    }

    status = ngx_edge_body_run_buf(body, part ? EDGE_STEP_FEED : body->step,
                                   &in);

    body->flushed = (status == EDGE_STREAM_FLUSHED);

    if (buf) {
        ngx_edge_body_advance(body, buf, in.pos);

        if (ngx_buf_size(buf) == 0) {
            ngx_edge_body_consume(body);
            body->stepping = 1;
        }
    }

    switch (status) {

    case EDGE_STREAM_WANT_OUT:
        return ngx_edge_body_emit(body, 0, 0);

    case EDGE_STREAM_FINISHED:
        ngx_edge_body_release_encoder(body);
        return ngx_edge_body_complete(body);

    case EDGE_STREAM_WANT_IN:
    case EDGE_STREAM_FLUSHED:

        if (part) {
            return NGX_OK;
        }

        return ngx_edge_body_complete(body);

    default:
        return NGX_ERROR;
    }
}


/* past the length worth coding the frame ends, the next one is stored */

static void
ngx_edge_body_check_length(ngx_edge_body_t *body)
{
    off_t  max_length;

    max_length = body->conf->max_length;

    if (max_length && body->taken > max_length && body->lent
        && edge_lent_codec(body->lent)
           != ngx_edge_coder_coding(body->coder, body->expected)->stored)
    {
        ngx_edge_body_end_frame(body);
    }
}


/*
 * An encoder for the step at hand; NGX_DECLINED if the step is complete
 * without one: between frames there is nothing to flush or to finish.
 */

static ngx_int_t
ngx_edge_body_open_frame(ngx_edge_body_t *body)
{
    if (body->stepping) {
        return NGX_DECLINED;
    }

    if (ngx_buf_size(body->in->buf) == 0
        && (body->stream.ended || !body->step_last))
    {
        ngx_edge_body_consume(body);
        return NGX_DECLINED;
    }

    return ngx_edge_body_attach(body, body->expected, 0);
}


ngx_int_t
ngx_edge_body_encode(ngx_edge_body_t *body)
{
    ngx_int_t  rc;

    body->starved = 0;

    while (body->in || body->stepping) {

        ngx_edge_body_check_length(body);

        if (!body->stepping) {
            ngx_edge_body_read_step(body);
        }

        rc = body->lent ? NGX_OK : ngx_edge_body_open_frame(body);

        if (rc == NGX_DECLINED) {

            if (ngx_edge_body_complete(body) != NGX_OK) {
                return NGX_ERROR;
            }

            continue;
        }

        if (rc == NGX_OK) {
            rc = ngx_edge_body_get_buf(body, body->conf->bufs.num);
        }

        if (rc == NGX_DECLINED) {
            body->starved = 1;
            return NGX_OK;
        }

        if (rc != NGX_OK || ngx_edge_body_encode_step(body) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
