
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_body.h"


/* a body flushed while it is small is a conversation: this window serves */
#define NGX_EDGE_BODY_TALK_SIZE  (128 * 1024)

/* gzip's bit: a response is coded by one of the two at most */
#define NGX_EDGE_BODY_BUFFERED   NGX_HTTP_GZIP_BUFFERED


static void ngx_edge_body_park(ngx_edge_borrower_t *borrower,
    ngx_uint_t send);
static void ngx_edge_body_end_frame(ngx_edge_body_t *body);
static void ngx_edge_body_cleanup(void *data);
static ngx_int_t ngx_edge_body_pump(ngx_edge_body_t *body, ngx_chain_t *in);
static ngx_int_t ngx_edge_body_gather(ngx_edge_body_t *body);
static ngx_int_t ngx_edge_body_encode(ngx_edge_body_t *body);
static ngx_int_t ngx_edge_body_send(ngx_edge_body_t *body);


ngx_edge_body_t *
ngx_edge_body_create(ngx_http_request_t *r, const ngx_edge_body_conf_t *conf,
    ngx_edge_encoders_t *encoders, off_t length,
    ngx_http_output_body_filter_pt next)
{
    ngx_edge_body_t  *body;

    body = ngx_pcalloc(r->pool, sizeof(ngx_edge_body_t));
    if (body == NULL) {
        return NULL;
    }

    body->request = r;
    body->conf = conf;
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
 * chain tells nginx to go on sending what it has.
 */

static ngx_int_t
ngx_edge_body_send(ngx_edge_body_t *body)
{
    ngx_int_t   rc;
    ngx_uint_t  again;

    if (body->out == NULL && body->busy == NULL
        && body->phase != NGX_EDGE_BODY_DONE)
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

static ngx_int_t
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
ngx_edge_body_release_encoder(ngx_edge_body_t *body)
{
    if (body->lent) {
        ngx_edge_encoders_give(body->encoders, &body->borrower, body->lent);
        edge_stream_detach(&body->stream);
        body->lent = NULL;
    }
}


static void
ngx_edge_body_release_gather(ngx_edge_body_t *body)
{
    if (body->gather) {
        ngx_edge_encoders_give_slab(body->encoders, body->gather);
        body->gather = NULL;
        body->gathered = 0;
    }
}


static void
ngx_edge_body_cleanup(void *data)
{
    ngx_edge_body_t *body = data;

    ngx_edge_body_release_encoder(body);
    ngx_edge_body_release_gather(body);
}


static ngx_int_t
ngx_edge_body_attach(ngx_edge_body_t *body, uint64_t size, ngx_uint_t whole)
{
    ngx_edge_coding_t         stored;
    const ngx_edge_coding_t  *coding;

    if (!whole && ngx_edge_body_add_cleanup(body) != NGX_OK) {
        return NGX_ERROR;
    }

    coding = &body->conf->coding;

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
                      body->conf->coding.codec->name);
        return NGX_ERROR;
    }

    edge_stream_attach(&body->stream, edge_lent_codec(body->lent),
                       edge_lent_encoder(body->lent));

    return NGX_OK;
}


static edge_stream_status_e
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
                      body->conf->coding.codec->name, body->stream.bytes_in);
    }

    return status;
}


/* drops the first input buffer, all of which was taken */

static void
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


static ngx_int_t
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

static ngx_int_t
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


/* what the first input buffer asks for, its bytes apart */

static void
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

static ngx_int_t
ngx_edge_body_complete(ngx_edge_body_t *body)
{
    body->stepping = 0;

    if (body->step_last) {
        body->phase = NGX_EDGE_BODY_DONE;
    }

    if (body->step_flush || body->step_last) {
        return ngx_edge_body_emit(body, body->step_flush, body->step_last);
    }

    return NGX_OK;
}


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


static ngx_int_t
ngx_edge_body_gather_append(ngx_edge_body_t *body, u_char *data, size_t size)
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

    if (size) {
        ngx_memcpy(body->gather->data + body->gathered, data, size);
        body->gathered += size;
    }

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


/* a whole body, or what is left of one, as a frame of its own into out */

static ngx_int_t
ngx_edge_body_whole(ngx_edge_body_t *body, u_char *data, size_t size)
{
    ngx_buf_t                  *buf;
    edge_in_t                   in;
    edge_out_t                  out;
    const ngx_edge_coding_t    *coding;
    edge_stream_status_e        status;

    coding = &body->conf->coding;

    in.data = data;
    in.size = size;
    in.pos = 0;

    out.size = ngx_max(coding->codec->bound(size),
                       coding->stored->bound(size));
    out.data = ngx_edge_encoders_scratch(body->encoders, out.size);
    out.pos = 0;

    if (out.data == NULL || ngx_edge_body_attach(body, size, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    status = ngx_edge_body_run(body, EDGE_STEP_FINISH, &in, &out);

    ngx_edge_body_release_encoder(body);

    if (status == EDGE_STREAM_REFUSED) {
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
    ngx_int_t   rc;
    ngx_buf_t  *buf;

    buf = body->in->buf;

    if (body->gathered == 0) {
        rc = ngx_edge_body_whole(body, buf->pos, ngx_buf_size(buf));

    } else {
        rc = ngx_edge_body_gather_append(body, buf->pos, ngx_buf_size(buf));

        if (rc == NGX_OK) {
            rc = ngx_edge_body_whole(body, body->gather->data,
                                     body->gathered);

            if (rc == NGX_DECLINED) {
                body->gathered -= ngx_buf_size(buf);
            }
        }
    }

    if (rc == NGX_DECLINED) {
        return ngx_edge_body_spill(body);
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_edge_body_release_gather(body);

    body->phase = NGX_EDGE_BODY_STREAM;

    ngx_edge_body_read_step(body);
    body->taken += ngx_buf_size(buf);
    buf->pos = buf->last;
    ngx_edge_body_consume(body);

    return ngx_edge_body_complete(body);
}


static ngx_int_t
ngx_edge_body_gather(ngx_edge_body_t *body)
{
    size_t      size;
    ngx_int_t   rc;
    ngx_buf_t  *buf;

    while (body->in) {

        buf = body->in->buf;
        size = ngx_buf_size(buf);

        if (body->gathered + size > EDGE_POOL_WHOLE_MAX) {
            return ngx_edge_body_spill(body);
        }

        if (ngx_edge_body_is_last(body)) {
            return ngx_edge_body_gather_whole(body);
        }

        ngx_edge_body_read_step(body);

        if (body->step != EDGE_STEP_FEED) {
            body->expected = ngx_min(body->expected, NGX_EDGE_BODY_TALK_SIZE);
            return ngx_edge_body_spill(body);
        }

        rc = ngx_edge_body_gather_append(body, buf->pos, size);

        if (rc == NGX_DECLINED) {
            return ngx_edge_body_spill(body);
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }

        body->taken += size;
        buf->pos = buf->last;
        ngx_edge_body_consume(body);
    }

    return NGX_OK;
}


/* an output buffer with room: the one at hand, a free one or a new one */

static ngx_int_t
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


/* one run of the stream from the buffer in (NULL: none) to out_buf */

static edge_stream_status_e
ngx_edge_body_run_bufs(ngx_edge_body_t *body, edge_step_e step, ngx_buf_t *in)
{
    edge_in_t              input;
    edge_out_t             output;
    ngx_buf_t             *out;
    edge_stream_status_e   status;

    ngx_memzero(&input, sizeof(edge_in_t));

    if (in) {
        input.data = in->pos;
        input.size = ngx_buf_size(in);
    }

    out = body->out_buf;

    output.data = out->last;
    output.size = out->end - out->last;
    output.pos = 0;

    status = ngx_edge_body_run(body, step, &input, &output);

    if (input.pos) {
        in->pos += input.pos;
        body->taken += input.pos;
    }

    out->last += output.pos;

    return status;
}


/* goes on with the step at hand */

static ngx_int_t
ngx_edge_body_encode_step(ngx_edge_body_t *body)
{
    ngx_buf_t             *buf;
    edge_stream_status_e   status;

    buf = body->stepping ? NULL : body->in->buf;

    status = ngx_edge_body_run_bufs(body, body->step, buf);

    body->flushed = (status == EDGE_STREAM_FLUSHED);

    if (buf && buf->pos == buf->last) {
        ngx_edge_body_consume(body);
        body->stepping = 1;
    }

    switch (status) {

    case EDGE_STREAM_WANT_OUT:
        return ngx_edge_body_emit(body, 0, 0);

    case EDGE_STREAM_FINISHED:
        ngx_edge_body_release_encoder(body);
        return ngx_edge_body_complete(body);

    case EDGE_STREAM_WANT_IN:
    case EDGE_STREAM_FLUSHED:
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
        && edge_lent_codec(body->lent) != body->conf->coding.stored)
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
        && (body->stream.frames || !body->step_last))
    {
        ngx_edge_body_consume(body);
        return NGX_DECLINED;
    }

    return ngx_edge_body_attach(body, body->expected, 0);
}


static ngx_int_t
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


/*
 * Ends the frame.  What the encoder still holds goes into out, past the
 * limit of buffers if it must: it is one block at most, and is sent before
 * anything else.  A failure shows when the response goes on.
 */

static void
ngx_edge_body_end_frame(ngx_edge_body_t *body)
{
    edge_stream_status_e  status;

    do {
        status = EDGE_STREAM_FAILED;

        if (ngx_edge_body_get_buf(body, NGX_MAX_UINT32_VALUE) != NGX_OK) {
            break;
        }

        status = ngx_edge_body_run_bufs(body, EDGE_STEP_FINISH, NULL);

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
