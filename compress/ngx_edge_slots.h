
#ifndef NGX_EDGE_SLOTS_H
#define NGX_EDGE_SLOTS_H


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_edge_checked_slot.h"
#include "ngx_edge_named_slot.h"


/*
 * Directive handlers for the values of compression, at cmd->offset like
 * nginx's own.  They refuse with what was found and what is allowed.
 */

/* levels of codings, ngx_int_t[EDGE_CODINGS], -1 being one of them */
#define NGX_EDGE_LEVEL_UNSET  -1000000
#define NGX_EDGE_LEVEL_AUTO   1000000

/*
 * One word of these: "auto" for all, "3" for zstd, "br=4" or "br=auto".
 * NULL, or what is wrong, logged if it is NGX_CONF_ERROR.
 */
char *ngx_edge_set_level(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_int_t *levels, ngx_str_t *arg);

/* "auto", "3" for zstd, or "zstd=3", "br=4", "gzip=auto" ... -> levels */
char *ngx_edge_set_levels_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* "3" for one coding -> levels */
char *ngx_edge_set_zstd_level_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_edge_set_brotli_level_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* a size, a power of two from 1k to 16m -> ngx_uint_t, its logarithm */
char *ngx_edge_set_brotli_window_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* a size, a power of two from 1k to 8m -> ngx_uint_t, its logarithm */
char *ngx_edge_set_window_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* the logarithm itself, 10 to 23, or 0 for no cap -> ngx_uint_t */
char *ngx_edge_set_window_log_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* bytes, 0 for the library's -> ngx_uint_t */
char *ngx_edge_set_target_block_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* number and size -> ngx_bufs_t */
char *ngx_edge_set_buffers_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* what to post to ngx_edge_set_checked_slot() */
extern ngx_edge_slot_check_t  ngx_edge_check_length;
extern ngx_edge_slot_check_t  ngx_edge_check_max_length;
extern ngx_edge_slot_check_t  ngx_edge_check_memory;
extern ngx_edge_slot_check_t  ngx_edge_check_pool;
extern ngx_edge_slot_check_t  ngx_edge_check_idle;

/* the name of a header field (RFC 9110, 5.6.2) -> ngx_str_t */
char *ngx_edge_set_field_name_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* NGX_EDGE_SLOTS_H */
