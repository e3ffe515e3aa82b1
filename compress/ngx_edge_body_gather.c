
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_body.h"
#include "ngx_edge_body_parts.h"


/* a body flushed while it is small is a conversation: this window serves */
#define NGX_EDGE_BODY_TALK_SIZE  (128 * 1024)


/* does nothing but the end of the body follow the first input buffer? */

static ngx_uint_t
ngx_edge_body_is_last(ngx_edge_body_t *body)
{
    ngx_chain_t  *cl;

    cl = body->in;

    if (body->length > 0
        && body->taken + ngx_buf_size(cl->buf) == body->length)
    {
        return 1;
    }

    while (!cl->buf->last_buf) {
        cl = cl->next;

        if (cl == NULL || ngx_buf_size(cl->buf) != 0) {
            return 0;
        }
    }

    return 1;
}


/* a copy of the buffer behind what was gathered; it is not yet taken */

static ngx_int_t
ngx_edge_body_gather_append(ngx_edge_body_t *body, ngx_buf_t *buf)
{
    if (body->gather == NULL) {

        if (ngx_edge_body_add_cleanup(body) != NGX_OK) {
            return NGX_ERROR;
        }

        body->gather = ngx_edge_encoders_take_slab(body->encoders);
        if (body->gather == NULL) {
            return NGX_DECLINED;
        }
    }

    if (ngx_buf_size(buf) == 0) {
        return NGX_OK;
    }

    if (ngx_edge_body_copy(body, buf, body->gather->data + body->gathered)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    body->gathered += ngx_buf_size(buf);

    return NGX_OK;
}


/* what was gathered becomes the first input of the stream */

static ngx_int_t
ngx_edge_body_spill(ngx_edge_body_t *body)
{
    ngx_buf_t    *buf;
    ngx_chain_t  *cl;

    body->phase = NGX_EDGE_BODY_STREAM;

    if (body->gathered == 0) {
        return NGX_OK;
    }

    buf = &body->gather_buf;
    buf->memory = 1;
    buf->pos = body->gather->data;
    buf->last = body->gather->data + body->gathered;
    body->taken -= body->gathered;

    cl = ngx_alloc_chain_link(body->request->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = buf;
    cl->next = body->in;
    body->in = cl;

    return NGX_OK;
}


/*
 * How many bytes may come of size: what a client that stops reading then
 * holds.  More than a slab they are to be fewer than the body.
 */

static size_t
ngx_edge_body_whole_max(ngx_edge_body_t *body, size_t size)
{
    size_t                    bound;
    const ngx_edge_coding_t  *coding;

    coding = ngx_edge_coder_coding(body->coder, size);
    bound = ngx_max(coding->codec->bound(size), coding->stored->bound(size));

    return (size > EDGE_POOL_SLAB) ? ngx_min(bound, EDGE_POOL_SLAB) : bound;
}


/*
 * A whole body, or what is left of one, as a frame of its own into out.
 * NGX_DECLINED, with nothing done: it does not fit, or there is no memory.
 */

static ngx_int_t
ngx_edge_body_whole(ngx_edge_body_t *body, edge_in_t *in)
{
    ngx_buf_t             *buf;
    edge_out_t             out;
    edge_stream_t          before;
    edge_stream_status_e   status;

    out.size = ngx_edge_body_whole_max(body, in->size);
    out.data = ngx_edge_encoders_scratch(body->encoders, out.size);
    out.pos = 0;

    before = body->stream;

    if (out.data == NULL
        || ngx_edge_body_attach(body, in->size, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    status = ngx_edge_body_run(body, EDGE_STEP_FINISH, in, &out);

    ngx_edge_body_release_encoder(body);

    if (status == EDGE_STREAM_REFUSED || status == EDGE_STREAM_WANT_OUT) {
        body->stream = before;
        return NGX_DECLINED;
    }

    if (status != EDGE_STREAM_FINISHED) {
        return NGX_ERROR;
    }

    buf = ngx_create_temp_buf(body->request->pool, out.pos);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    buf->last = ngx_cpymem(buf->last, out.data, out.pos);

    return ngx_edge_body_append_out(body, buf);
}


/* the end of the body is at hand and it is small: codes it in one call */

static ngx_int_t
ngx_edge_body_gather_whole(ngx_edge_body_t *body)
{
    size_t      gathered;
    ngx_int_t   rc;
    ngx_buf_t  *buf;
    edge_in_t   in;

    buf = body->in->buf;
    gathered = body->gathered;

    if (gathered == 0) {
        rc = ngx_edge_body_view(body, buf, NGX_MAX_SIZE_T_VALUE, &in);

    } else {
        rc = ngx_edge_body_gather_append(body, buf);

        ngx_memzero(&in, sizeof(edge_in_t));
        in.data = body->gather->data;
        in.size = body->gathered;
    }

    if (rc == NGX_OK) {
        rc = ngx_edge_body_whole(body, &in);
    }

    body->gathered = gathered;

    if (rc == NGX_DECLINED) {
        return ngx_edge_body_spill(body);
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_edge_body_release_gather(body);

    body->phase = NGX_EDGE_BODY_STREAM;

    ngx_edge_body_read_step(body);
    ngx_edge_body_advance(body, buf, ngx_buf_size(buf));
    ngx_edge_body_consume(body);

    return ngx_edge_body_complete(body);
}


/* how large a body may be that is coded whole: in slabs there is less room */

static size_t
ngx_edge_body_gather_max(ngx_edge_body_t *body)
{
    return body->gathered ? EDGE_POOL_SLAB : EDGE_POOL_WHOLE_MAX;
}


ngx_int_t
ngx_edge_body_gather(ngx_edge_body_t *body)
{
    size_t      size;
    ngx_int_t   rc;
    ngx_buf_t  *buf;

    while (body->in) {

        buf = body->in->buf;
        size = ngx_buf_size(buf);

        if (body->gathered + size <= ngx_edge_body_gather_max(body)
            && ngx_edge_body_is_last(body))
        {
            return ngx_edge_body_gather_whole(body);
        }

        if (body->gathered + size > EDGE_POOL_SLAB
            || body->length > EDGE_POOL_SLAB)
        {
            return ngx_edge_body_spill(body);
        }

        ngx_edge_body_read_step(body);

        if (body->step != EDGE_STEP_FEED) {
            body->expected = ngx_min(body->expected, NGX_EDGE_BODY_TALK_SIZE);
            return ngx_edge_body_spill(body);
        }

        rc = ngx_edge_body_gather_append(body, buf);

        if (rc == NGX_DECLINED) {
            return ngx_edge_body_spill(body);
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_edge_body_advance(body, buf, size);
        ngx_edge_body_consume(body);
    }

    return NGX_OK;
}


void
ngx_edge_body_release_gather(ngx_edge_body_t *body)
{
    if (body->gather) {
        ngx_edge_encoders_give_slab(body->encoders, body->gather);
        body->gather = NULL;
        body->gathered = 0;
    }
}
