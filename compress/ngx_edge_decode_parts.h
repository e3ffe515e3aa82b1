
#ifndef NGX_EDGE_DECODE_PARTS_H
#define NGX_EDGE_DECODE_PARTS_H


#include "ngx_edge_decode.h"


/*
 * What the files of the pump share, and nobody else: ngx_edge_decode_body.c
 * goes round, ngx_edge_decode_input.c takes input and fills buffers,
 * ngx_edge_decode_result.c says what became of it.
 */


/*
 * Decodes until there is no input or no buffer (starved): NGX_OK, or what is
 * wrong, logged, as an HTTP status.
 */
ngx_int_t ngx_edge_decode_input(ngx_edge_decode_t *decode);

/* Gives the decoder back. */
void ngx_edge_decode_close(ngx_edge_decode_t *decode);

/* Keeps the result and logs it: the status it is. */
ngx_int_t ngx_edge_decode_failed(ngx_edge_decode_t *decode,
    ngx_edge_decode_result_e result);

/* NGX_OK, or that of a bomb. */
ngx_int_t ngx_edge_decode_check_limits(ngx_edge_decode_t *decode);

/* Adds what became of it to the counters, if somebody asks for these. */
void ngx_edge_decode_count(ngx_edge_decode_t *decode);


#endif /* NGX_EDGE_DECODE_PARTS_H */
