
#ifndef NGX_EDGE_CODING_H
#define NGX_EDGE_CODING_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_codec.h"
#include "ngx_edge_encoders.h"


/* the settings of a location that make an encoder, as directives give them */

typedef struct {
    ngx_int_t     level;
    ngx_uint_t    window_log;       /* 0: the level's, at most 8 MB */
    ngx_uint_t    target_block;
    ngx_flag_t    long_distance;
    size_t        memory_max;       /* bytes, 0: not asked to be checked */
} ngx_edge_coding_settings_t;


/*
 * Fills in coding from settings.  Equal settings share one copy of their
 * parameters, kept in the array params (of edge_params_t *).  NULL, or what
 * is wrong is logged and NGX_CONF_ERROR returned.
 */
char *ngx_edge_coding_prepare(ngx_conf_t *cf, ngx_array_t *params,
    const ngx_edge_coding_settings_t *settings, ngx_edge_coding_t *coding);

/*
 * Reads a dictionary and prepares it for each of params, before the fork, so
 * that workers share its pages.
 */
ngx_int_t ngx_edge_coding_load_dictionary(ngx_conf_t *cf, ngx_array_t *params,
    ngx_str_t *path);


#endif /* NGX_EDGE_CODING_H */
