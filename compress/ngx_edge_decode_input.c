
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_decode.h"
#include "ngx_edge_decode_parts.h"


/* NGX_OK, or NGX_DECLINED: all are made and on their way */

static ngx_int_t
ngx_edge_decode_get_buf(ngx_edge_decode_t *decode)
{
    ngx_buf_t    *buf;
    ngx_chain_t  *cl;

    if (decode->out_buf) {
        return NGX_OK;
    }

    cl = decode->free;

    if (cl) {
        buf = cl->buf;
        decode->free = cl->next;
        ngx_free_chain(decode->request->pool, cl);

        buf->flush = 0;
        buf->last_buf = 0;
        buf->last_in_chain = 0;

    } else if (decode->bufs < decode->conf->bufs.num) {

        buf = ngx_create_temp_buf(decode->request->pool,
                                  decode->conf->bufs.size);
        if (buf == NULL) {
            return NGX_ERROR;
        }

        buf->tag = (ngx_buf_tag_t) &ngx_edge_decode_filter;

        /* to be sent at once: it is waited for */
        buf->recycled = 1;

        decode->bufs++;

    } else {
        return NGX_DECLINED;
    }

    decode->out_buf = buf;

    return NGX_OK;
}


static ngx_int_t
ngx_edge_decode_append(ngx_edge_decode_t *decode, ngx_buf_t *buf)
{
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(decode->request->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = buf;
    cl->next = NULL;
    *decode->last_out = cl;
    decode->last_out = &cl->next;

    return NGX_OK;
}


/* what was filled goes into out */

static ngx_int_t
ngx_edge_decode_emit(ngx_edge_decode_t *decode)
{
    ngx_buf_t  *buf;

    buf = decode->out_buf;

    if (buf == NULL || buf->last == buf->pos) {
        return NGX_OK;
    }

    decode->out_buf = NULL;

    return ngx_edge_decode_append(decode, buf);
}


/*
 * The marks of an input buffer, behind all it gave: on the last buffer of
 * out, or on an empty one.  A flush of nothing is left out, as event streams
 * may have any number of them.
 */

static ngx_int_t
ngx_edge_decode_emit_marks(ngx_edge_decode_t *decode)
{
    ngx_buf_t    *buf;
    ngx_uint_t    flush;
    ngx_chain_t  *cl;

    flush = decode->mark_flush && (decode->unflushed || decode->pending);

    if (!flush && !decode->mark_last && !decode->mark_last_in_chain) {
        return NGX_OK;
    }

    if (ngx_edge_decode_emit(decode) != NGX_OK) {
        return NGX_ERROR;
    }

    if (decode->out) {
        for (cl = decode->out; cl->next; cl = cl->next) { /* void */ }
        buf = cl->buf;

    } else {
        buf = ngx_calloc_buf(decode->request->pool);
        if (buf == NULL || ngx_edge_decode_append(decode, buf) != NGX_OK) {
            return NGX_ERROR;
        }

        buf->sync = (!flush && !decode->mark_last);
    }

    buf->flush |= flush;
    buf->last_buf |= decode->mark_last;
    buf->last_in_chain |= decode->mark_last_in_chain;
    decode->unflushed = 0;

    return NGX_OK;
}


/* with the first bytes that are not taken yet: NGX_OK, NGX_DECLINED */

static ngx_int_t
ngx_edge_decode_begin(ngx_edge_decode_t *decode)
{
    ngx_buf_t  *buf;

    if (decode->lent || decode->done) {
        return NGX_OK;
    }

    buf = decode->in->buf;
    decode->lent = edge_pool_take_decoder(decode->encoders->pool,
                                          decode->decoder, buf->pos,
                                          ngx_buf_size(buf));

    return decode->lent ? NGX_OK : NGX_DECLINED;
}


/*
 * Lets go of the first input buffer as soon as its bytes are taken, for its
 * owner fills it again, which may be before all it gave is written.
 */

static void
ngx_edge_decode_drop(ngx_edge_decode_t *decode)
{
    ngx_buf_t    *buf;
    ngx_chain_t  *cl;

    cl = decode->in;
    buf = cl->buf;

    decode->mark_flush = buf->flush;
    decode->mark_last = buf->last_buf;
    decode->mark_last_in_chain = buf->last_in_chain;
    decode->stepping = 1;
    decode->in = cl->next;
    ngx_free_chain(decode->request->pool, cl);
}


/* one call of the decoder, with the first input buffer unless stepping */

static ngx_int_t
ngx_edge_decode_step(ngx_edge_decode_t *decode)
{
    edge_in_t          in;
    edge_out_t         out;
    ngx_buf_t         *buf, *out_buf;
    edge_decoder_rc_e  result;

    buf = decode->stepping ? NULL : decode->in->buf;
    out_buf = decode->out_buf;

    in.data = buf ? buf->pos : NULL;
    in.size = buf ? ngx_buf_size(buf) : 0;
    in.pos = 0;

    out.data = out_buf->last;
    out.size = out_buf->end - out_buf->last;
    out.pos = 0;

    result = decode->decoder->step(edge_lent_decoding(decode->lent), &in, &out);

    out_buf->last += out.pos;
    decode->bytes_in += in.pos;
    decode->bytes_out += out.pos;
    decode->unflushed |= (out.pos != 0);

    if (buf) {
        buf->pos += in.pos;

        if (buf->pos == buf->last) {
            ngx_edge_decode_drop(decode);
        }
    }

    switch (result) {

    case EDGE_DECODER_MORE_IN:
    case EDGE_DECODER_MORE_OUT:
        decode->more = (result == EDGE_DECODER_MORE_OUT);
        return ngx_edge_decode_check_limits(decode);

    case EDGE_DECODER_NO_MEMORY:
        return ngx_edge_decode_failed(decode, NGX_EDGE_DECODE_NO_MEMORY);

    case EDGE_DECODER_WINDOW:
        return ngx_edge_decode_failed(decode, NGX_EDGE_DECODE_WINDOW);

    default:
        return ngx_edge_decode_failed(decode, NGX_EDGE_DECODE_DAMAGED);
    }
}


/* all bytes of the first input buffer, as far as there is room */

static ngx_int_t
ngx_edge_decode_take(ngx_edge_decode_t *decode)
{
    ngx_int_t  rc;

    while (decode->more
           || (!decode->stepping && ngx_buf_size(decode->in->buf)))
    {
        rc = ngx_edge_decode_begin(decode);

        if (rc == NGX_DECLINED) {
            return ngx_edge_decode_failed(decode, NGX_EDGE_DECODE_NO_MEMORY);
        }

        if (rc == NGX_OK) {
            rc = ngx_edge_decode_get_buf(decode);

            if (rc == NGX_DECLINED) {
                decode->starved = 1;
                return NGX_OK;
            }
        }

        if (rc != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        rc = ngx_edge_decode_step(decode);

        if (rc != NGX_OK) {
            return rc;
        }

        if (decode->more && ngx_edge_decode_emit(decode) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    if (!decode->stepping) {
        ngx_edge_decode_drop(decode);
    }

    return NGX_OK;
}


/* the body may end here, if it does */

static ngx_int_t
ngx_edge_decode_end(ngx_edge_decode_t *decode)
{
    if (decode->done
        || !(decode->mark_last
             || (decode->request != decode->request->main
                 && decode->mark_last_in_chain)))
    {
        return NGX_OK;
    }

    if (decode->lent == NULL
        || !decode->decoder->is_whole(edge_lent_decoding(decode->lent)))
    {
        return ngx_edge_decode_failed(decode, NGX_EDGE_DECODE_CUT);
    }

    decode->done = 1;
    decode->result = NGX_EDGE_DECODE_WHOLE;
    ngx_edge_decode_close(decode);

    return NGX_OK;
}


ngx_int_t
ngx_edge_decode_input(ngx_edge_decode_t *decode)
{
    ngx_int_t  rc;

    decode->starved = 0;

    while (decode->in || decode->stepping) {

        rc = ngx_edge_decode_take(decode);

        if (rc != NGX_OK || decode->starved) {
            return rc;
        }

        decode->stepping = 0;

        rc = ngx_edge_decode_end(decode);

        if (rc != NGX_OK) {
            return rc;
        }

        if (ngx_edge_decode_emit_marks(decode) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    return NGX_OK;
}
