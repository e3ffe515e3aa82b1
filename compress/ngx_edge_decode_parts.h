
#ifndef NGX_EDGE_DECODE_PARTS_H
#define NGX_EDGE_DECODE_PARTS_H


#include "ngx_edge_decode.h"


/*
 * What the files of the pump share, and nobody else: ngx_edge_decode_body.c
 * goes round, ngx_edge_decode_input.c takes input and fills buffers.
 */


/*
 * Decodes until there is no input or no buffer (starved): NGX_OK, or what is
 * wrong, logged, as an HTTP status.
 */
ngx_int_t ngx_edge_decode_input(ngx_edge_decode_t *decode);

/* Gives the decoder back; a cleanup handler, too. */
void ngx_edge_decode_close(void *data);


#endif /* NGX_EDGE_DECODE_PARTS_H */
