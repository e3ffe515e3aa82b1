
#ifndef NGX_EDGE_CODER_H
#define NGX_EDGE_CODER_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_accept_encoding.h"
#include "ngx_edge_dictionaries.h"
#include "ngx_edge_encoders.h"


/*
 * The first of the count codings in order that there is memory for, of a body
 * of length bytes, -1 if that is not known.  coders: by coding; dictionary:
 * whose coders are those of dcz and dcb, NULL if these are not in order.
 * NULL: there is none.
 */
const ngx_edge_coder_t *ngx_edge_coder_find(ngx_edge_encoders_t *encoders,
    const ngx_edge_coder_t *coders, const ngx_edge_dictionary_t *dictionary,
    const edge_coding_e *order, ngx_uint_t count, off_t length);


#endif /* NGX_EDGE_CODER_H */
