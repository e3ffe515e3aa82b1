
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_body.h"
#include "ngx_edge_body_parts.h"


void
ngx_edge_body_release_encoder(ngx_edge_body_t *body)
{
    if (body->lent) {
        ngx_edge_encoders_give(body->encoders, &body->borrower, body->lent);
        edge_stream_detach(&body->stream);
        body->lent = NULL;
    }
}


ngx_int_t
ngx_edge_body_attach(ngx_edge_body_t *body, uint64_t size, ngx_uint_t whole)
{
    ngx_edge_coding_t         stored;
    const ngx_edge_coding_t  *coding;

    if (!whole && ngx_edge_body_add_cleanup(body) != NGX_OK) {
        return NGX_ERROR;
    }

    /* a body of one stream can't begin a second one behind its end */

    if (body->stream.ended && !body->stream.codec->concatenates) {
        ngx_log_error(NGX_LOG_ERR, body->request->connection->log, 0,
                      "more than the %O bytes of the response's length",
                      body->length);
        return NGX_ERROR;
    }

    coding = ngx_edge_coder_coding(body->coder, size);
    body->level = coding->params->level;

    /* past the length worth coding the rest is stored, not broken off */

    if (body->conf->max_length && body->taken > body->conf->max_length) {
        stored = *coding;
        stored.codec = stored.stored;
        coding = &stored;
    }

    body->lent = ngx_edge_encoders_take(body->encoders, coding, size, whole);

    if (body->lent == NULL) {
        ngx_log_error(NGX_LOG_ERR, body->request->connection->log, 0,
                      "no memory for a \"%s\" encoder",
                      coding->codec->name);
        return NGX_ERROR;
    }

    edge_stream_attach(&body->stream, edge_lent_codec(body->lent),
                       edge_lent_encoder(body->lent));

    return NGX_OK;
}


edge_stream_status_e
ngx_edge_body_run(ngx_edge_body_t *body, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    struct timespec       start, end;
    edge_stream_status_e  status;

    (void) clock_gettime(CLOCK_MONOTONIC, &start);

    status = edge_stream_run(&body->stream, step, in, out);

    (void) clock_gettime(CLOCK_MONOTONIC, &end);

    body->nanoseconds += (end.tv_sec - start.tv_sec) * 1000000000LL
                         + end.tv_nsec - start.tv_nsec;

    if (status == EDGE_STREAM_FAILED) {
        ngx_log_error(NGX_LOG_ERR, body->request->connection->log, 0,
                      "\"%s\" encoder failed after %uL bytes",
                      body->stream.codec->name, body->stream.bytes_in);
    }

    return status;
}


/* one run of the stream into out_buf */

edge_stream_status_e
ngx_edge_body_run_buf(ngx_edge_body_t *body, edge_step_e step, edge_in_t *in)
{
    edge_out_t             output;
    ngx_buf_t             *out;
    edge_stream_status_e   status;

    out = body->out_buf;

    output.data = out->last;
    output.size = out->end - out->last;
    output.pos = 0;

    status = ngx_edge_body_run(body, step, in, &output);

    out->last += output.pos;

    return status;
}


/* an output buffer with room: the one at hand, a free one or a new one */

ngx_int_t
ngx_edge_body_get_buf(ngx_edge_body_t *body, ngx_uint_t limit)
{
    ngx_buf_t    *buf;
    ngx_chain_t  *cl;

    if (body->out_buf) {
        return NGX_OK;
    }

    cl = body->free;

    if (cl) {
        buf = cl->buf;
        body->free = cl->next;
        ngx_free_chain(body->request->pool, cl);

        buf->flush = 0;

    } else {

        if (body->bufs >= limit) {
            return NGX_DECLINED;
        }

        buf = ngx_create_temp_buf(body->request->pool, body->conf->bufs.size);
        if (buf == NULL) {
            return NGX_ERROR;
        }

        buf->tag = (ngx_buf_tag_t) &ngx_edge_body_filter;

        /* to be sent at once: it is waited for */
        buf->recycled = 1;

        body->bufs++;
    }

    body->out_buf = buf;

    return NGX_OK;
}


ngx_int_t
ngx_edge_body_append_out(ngx_edge_body_t *body, ngx_buf_t *buf)
{
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(body->request->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = buf;
    cl->next = NULL;
    *body->last_out = cl;
    body->last_out = &cl->next;

    return NGX_OK;
}


/*
 * Moves the output buffer into out, marked; a mark with no bytes of its own
 * goes onto the buffer in front of it, or into an empty one.
 */

ngx_int_t
ngx_edge_body_emit(ngx_edge_body_t *body, ngx_uint_t flush, ngx_uint_t last)
{
    ngx_buf_t    *buf;
    ngx_chain_t  *cl;

    buf = body->out_buf;

    if (buf && buf->last != buf->pos) {
        body->out_buf = NULL;

        if (ngx_edge_body_append_out(body, buf) != NGX_OK) {
            return NGX_ERROR;
        }

    } else if (body->out) {
        for (cl = body->out; cl->next; cl = cl->next) { /* void */ }
        buf = cl->buf;

    } else {
        buf = ngx_calloc_buf(body->request->pool);
        if (buf == NULL || ngx_edge_body_append_out(body, buf) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    buf->flush |= flush;
    buf->last_buf |= last;

    return NGX_OK;
}


/*
 * Ends the frame, or pauses the stream of a coding that has none.  What the
 * encoder still holds goes into out, past the limit of buffers if it must: it
 * is one block at most, and is sent before anything else.  A failure shows
 * when the response goes on.
 */

void
ngx_edge_body_end_frame(ngx_edge_body_t *body)
{
    edge_in_t             nothing;
    edge_stream_status_e  status;

    ngx_memzero(&nothing, sizeof(edge_in_t));

    do {
        status = EDGE_STREAM_FAILED;

        if (ngx_edge_body_get_buf(body, NGX_MAX_UINT32_VALUE) != NGX_OK) {
            break;
        }

        status = ngx_edge_body_run_buf(body, EDGE_STEP_PAUSE, &nothing);

        if (status == EDGE_STREAM_WANT_OUT
            && ngx_edge_body_emit(body, 0, 0) != NGX_OK)
        {
            break;
        }

    } while (status == EDGE_STREAM_WANT_OUT);

    if (status != EDGE_STREAM_FINISHED) {
        body->stream.failed = 1;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, body->request->connection->log, 0,
                   "edge body: frame ended after %uL bytes, buffers:%ui",
                   body->stream.bytes_in, body->bufs);

    ngx_edge_body_release_encoder(body);
}
