
#ifndef NGX_EDGE_COMPRESSION_METRICS_H
#define NGX_EDGE_COMPRESSION_METRICS_H


#include "ngx_edge_body.h"
#include "ngx_edge_dictionary_store.h"
#include "ngx_edge_elect.h"
#include "ngx_edge_metrics.h"


/*
 * Responses, coded or not, and encoders, counted; see ngx_edge_metrics.h.
 */

/*
 * From postconfiguration.  If somebody asks, the handler is called at the end
 * of each request, and is to call count().  store may be NULL.
 */
ngx_int_t ngx_edge_compression_metrics_init(ngx_conf_t *cf,
    ngx_edge_encoders_t *encoders, ngx_edge_dictionary_store_t *store,
    ngx_http_handler_pt handler);

/* The end of a request; body is NULL if it was not coded. */
void ngx_edge_compression_metrics_count(ngx_http_request_t *r,
    ngx_edge_encoders_t *encoders, ngx_edge_verdict_e verdict,
    const ngx_edge_body_t *body);


#endif /* NGX_EDGE_COMPRESSION_METRICS_H */
