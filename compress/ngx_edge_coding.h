
#ifndef NGX_EDGE_CODING_H
#define NGX_EDGE_CODING_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_accept_encoding.h"
#include "edge_codec.h"
#include "ngx_edge_encoders.h"


/* the settings of a location that make an encoder, as directives give them */

typedef struct {
    ngx_int_t     level[EDGE_CODINGS];  /* or NGX_EDGE_LEVEL_AUTO */
    ngx_uint_t    window_log;       /* 0: the level's, at most 8 MB */
    ngx_uint_t    brotli_window_log;    /* 0: the same for Brotli */
    ngx_uint_t    target_block;
    ngx_flag_t    long_distance;
    size_t        memory_max;       /* bytes, 0: not asked to be checked */
} ngx_edge_coding_settings_t;


/* What conf does not set it takes from prev, or is the default. */
void ngx_edge_coding_merge_settings(ngx_edge_coding_settings_t *prev,
    ngx_edge_coding_settings_t *conf);

/* the parameters that are in use, edge_params_t *, all unlike, by coding */

typedef ngx_array_t  ngx_edge_params_t[EDGE_CODINGS];

ngx_int_t ngx_edge_coding_init_params(ngx_conf_t *cf,
    ngx_edge_params_t params);

/*
 * Makes *coders, EDGE_CODINGS of them, of which those of the count codings
 * in order are filled in from settings.  Equal settings share one copy of
 * their parameters, kept in params.  NULL, or what is wrong is logged and
 * NGX_CONF_ERROR returned.
 */
char *ngx_edge_coding_prepare_all(ngx_conf_t *cf, ngx_edge_params_t params,
    const ngx_edge_coding_settings_t *settings, const edge_coding_e *order,
    ngx_uint_t count, ngx_edge_coder_t **coders);

/*
 * The whole of a file that is to be a dictionary, of at most 32 MB, in pool;
 * or an error that names it is logged.
 */
ngx_int_t ngx_edge_coding_read(ngx_conf_t *cf, ngx_pool_t *pool,
    ngx_str_t *path, ngx_str_t *content, time_t *modified);

/*
 * Reads a dictionary and prepares it for each of zstd's params, before the
 * fork, so that workers share its pages.
 */
ngx_int_t ngx_edge_coding_load_dictionary(ngx_conf_t *cf,
    ngx_edge_params_t params, ngx_str_t *path);


#endif /* NGX_EDGE_CODING_H */
