
#ifndef NGX_EDGE_DECODE_H
#define NGX_EDGE_DECODE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_accept_encoding.h"
#include "edge_decoder.h"
#include "ngx_edge_encoders.h"
#include "ngx_edge_headers.h"
#include "ngx_edge_recode.h"
#include "ngx_edge_slots.h"


typedef enum {
    NGX_EDGE_DECODE_OFF,
    NGX_EDGE_DECODE_ON,
    NGX_EDGE_DECODE_ALWAYS          /* whatever the client takes */
} ngx_edge_decode_mode_e;


typedef struct {
    ngx_uint_t                    mode;         /* ngx_edge_decode_mode_e */
    ngx_bufs_t                    bufs;
    ngx_int_t                     max_ratio;    /* plain : coded, 0: any */
    off_t                         max_size;     /* plain bytes, 0: any */
} ngx_edge_decode_conf_t;


/* what became of a body */

typedef enum {
    NGX_EDGE_DECODE_ABORTED,        /* nothing yet; the client or upstream
                                       went away */
    NGX_EDGE_DECODE_WHOLE,
    NGX_EDGE_DECODE_DAMAGED,
    NGX_EDGE_DECODE_CUT,
    NGX_EDGE_DECODE_WINDOW,
    NGX_EDGE_DECODE_RATIO,
    NGX_EDGE_DECODE_SIZE,
    NGX_EDGE_DECODE_NO_MEMORY
} ngx_edge_decode_result_e;


/* one body on its way from coded to plain */

typedef struct {
    ngx_http_request_t           *request;
    const ngx_edge_decode_conf_t *conf;
    const edge_decoder_t         *decoder;
    ngx_edge_encoders_t          *encoders;
    edge_lent_decoder_t          *lent;         /* NULL: not begun, ended */

    ngx_http_output_header_filter_pt  next_header;
    ngx_http_output_body_filter_pt    next_body;

    ngx_chain_t                  *in;
    ngx_chain_t                  *out;
    ngx_chain_t                 **last_out;
    ngx_chain_t                  *free;
    ngx_chain_t                  *busy;
    ngx_buf_t                    *out_buf;      /* being filled, not in out */
    ngx_int_t                     bufs;         /* made so far */

    uint64_t                      bytes_in;
    uint64_t                      bytes_out;
    ngx_edge_decode_result_e      result;
    const char                   *sent;         /* the coding it is sent in,
                                                   NULL: not yet */

    /* of the input buffer at hand, which may be let go (stepping) */
    unsigned                      mark_flush:1;
    unsigned                      mark_last:1;
    unsigned                      mark_last_in_chain:1;
    unsigned                      stepping:1;

    unsigned                      pending:1;    /* the header waits */
    unsigned                      more:1;       /* out was too short */
    unsigned                      starved:1;    /* no buffer is free */
    unsigned                      unflushed:1;  /* since the last flush */
    unsigned                      done:1;
    unsigned                      failed:1;
} ngx_edge_decode_t;


/* "off", "on", "always" -> ngx_edge_decode_mode_e */
extern ngx_conf_enum_t  ngx_edge_decode_modes[];


/*
 * The one coding of a response that can be decoded, or EDGE_CODING_IDENTITY:
 * it has none, several, another, no body, or must be left as it is.  Of a 304:
 * that of the page it stands for, if it can be told.
 */
edge_coding_e ngx_edge_decode_coding(ngx_http_request_t *r,
    const ngx_edge_headers_t *headers);

/*
 * What the election of all codings says of the one that a response has.
 * recode is changed to those that the client likes better, the best first.
 */
typedef enum {
    NGX_EDGE_DECODE_LEAVE,          /* it is the best already */
    NGX_EDGE_DECODE_MUST,           /* the client does not take it */
    NGX_EDGE_DECODE_MAY             /* the client takes it, but there is a
                                       better one */
} ngx_edge_decode_e;

ngx_edge_decode_e ngx_edge_decode_elect(ngx_http_request_t *r,
    edge_coding_e coding, ngx_edge_recode_t *recode);

/* Makes the header that of the plain representation. */
void ngx_edge_decode_header(ngx_http_request_t *r,
    ngx_edge_headers_t *headers);

/*
 * Makes the header that of the plain representation, and what decodes the
 * body, in r->pool.  The header itself is sent with the first plain bytes.
 * NULL: no memory.
 */
ngx_edge_decode_t *ngx_edge_decode_create(ngx_http_request_t *r,
    const ngx_edge_decode_conf_t *conf, edge_coding_e coding,
    ngx_edge_headers_t *headers, ngx_edge_encoders_t *encoders);

/* Bytes that decoding may take at the most. */
size_t ngx_edge_decode_memory(edge_coding_e coding);

/* The body filter: NGX_OK, NGX_AGAIN, NGX_ERROR. */
ngx_int_t ngx_edge_decode_filter(ngx_edge_decode_t *decode, ngx_chain_t *in);


#endif /* NGX_EDGE_DECODE_H */
