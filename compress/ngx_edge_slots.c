
#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_codec_zstd.h"
#include "ngx_edge_slots.h"


#define NGX_EDGE_BUFFER_MIN     256

/* ZSTD_TARGETCBLOCKSIZE_MIN and _MAX, since 1.5.6 */
#define NGX_EDGE_TARGET_MIN     1340
#define NGX_EDGE_TARGET_MAX     131072
#define NGX_EDGE_TARGET_SINCE   10506


ngx_edge_slot_check_t  ngx_edge_check_length = {
    ngx_conf_set_size_slot, NULL, "a size, as \"50\" or \"1k\""
};


ngx_edge_slot_check_t  ngx_edge_check_max_length = {
    ngx_conf_set_off_slot, NULL, "a size, as \"10m\", or 0 for any"
};


ngx_edge_slot_check_t  ngx_edge_check_memory = {
    ngx_conf_set_size_slot, NULL, "a size, as \"256m\", or 0 for no limit"
};


ngx_edge_slot_check_t  ngx_edge_check_pool = {
    ngx_conf_set_num_slot, NULL, "a number of encoders, or 0 for none"
};


ngx_edge_slot_check_t  ngx_edge_check_idle = {
    ngx_conf_set_msec_slot, NULL, "a time, as \"1s\" or \"500ms\""
};


/* the field at cmd->offset, or NULL if it was set before */

static ngx_int_t *
ngx_edge_slot_field(ngx_command_t *cmd, void *conf)
{
    ngx_int_t  *field;

    field = (ngx_int_t *) ((char *) conf + cmd->offset);

    return (*field == NGX_CONF_UNSET) ? field : NULL;
}


char *
ngx_edge_set_window_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ssize_t     size;
    ngx_int_t  *field, log;
    ngx_str_t  *args;

    field = ngx_edge_slot_field(cmd, conf);
    if (field == NULL) {
        return "is duplicate";
    }

    args = cf->args->elts;
    size = ngx_parse_size(&args[1]);

    for (log = EDGE_ZSTD_WINDOW_LOG_MIN; log <= EDGE_ZSTD_WINDOW_LOG_MAX;
         log++)
    {
        if (size == (ssize_t) 1 << log) {
            *field = log;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid window \"%V\" in \"%V\", it must be a power "
                       "of two from 1k to 8m: browsers refuse a larger one",
                       &args[1], &cmd->name);

    return NGX_CONF_ERROR;
}


char *
ngx_edge_set_window_log_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_int_t  *field, log;
    ngx_str_t  *args;

    field = ngx_edge_slot_field(cmd, conf);
    if (field == NULL) {
        return "is duplicate";
    }

    args = cf->args->elts;
    log = ngx_atoi(args[1].data, args[1].len);

    if (log != 0
        && (log < EDGE_ZSTD_WINDOW_LOG_MIN || log > EDGE_ZSTD_WINDOW_LOG_MAX))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid window \"%V\" in \"%V\", it must be from "
                           "%d to %d, or 0 for that of the level: browsers "
                           "refuse a window over 8 MB", &args[1], &cmd->name,
                           EDGE_ZSTD_WINDOW_LOG_MIN,
                           EDGE_ZSTD_WINDOW_LOG_MAX);
        return NGX_CONF_ERROR;
    }

    *field = log;

    return NGX_CONF_OK;
}


char *
ngx_edge_set_target_block_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ssize_t              size;
    unsigned             version;
    ngx_int_t           *field;
    ngx_str_t           *args;

    field = ngx_edge_slot_field(cmd, conf);
    if (field == NULL) {
        return "is duplicate";
    }

    args = cf->args->elts;
    size = ngx_parse_size(&args[1]);

    if (size != 0
        && (size < NGX_EDGE_TARGET_MIN || size > NGX_EDGE_TARGET_MAX))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" in \"%V\", it must be from "
                           "%d to %d, or 0 for that of the library",
                           &args[1], &cmd->name, NGX_EDGE_TARGET_MIN,
                           NGX_EDGE_TARGET_MAX);
        return NGX_CONF_ERROR;
    }

    version = edge_zstd_limits().version;

    if (size != 0 && version < NGX_EDGE_TARGET_SINCE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" needs libzstd 1.5.6 or later, this one is "
                           "%ui.%ui.%ui", &cmd->name,
                           (ngx_uint_t) version / 10000,
                           (ngx_uint_t) version / 100 % 100,
                           (ngx_uint_t) version % 100);
        return NGX_CONF_ERROR;
    }

    *field = size;

    return NGX_CONF_OK;
}


char *
ngx_edge_set_buffers_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char        *rc;
    ngx_str_t   *args;
    ngx_bufs_t  *bufs;

    rc = ngx_conf_set_bufs_slot(cf, cmd, conf);
    bufs = (ngx_bufs_t *) ((char *) conf + cmd->offset);

    if (rc == NGX_CONF_OK && bufs->size >= NGX_EDGE_BUFFER_MIN) {
        return NGX_CONF_OK;
    }

    if (rc != NGX_CONF_OK && ngx_strcmp(rc, "is duplicate") == 0) {
        return rc;
    }

    args = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V %V\" in \"%V\", it must be a number "
                       "of buffers and their size, at least %d, as \"4 16k\"",
                       &args[1], &args[2], &cmd->name, NGX_EDGE_BUFFER_MIN);

    return NGX_CONF_ERROR;
}


static ngx_uint_t
ngx_edge_slot_is_token(ngx_str_t *value)
{
    u_char  *p;

    for (p = value->data; p < value->data + value->len; p++) {

        if ((*p >= '0' && *p <= '9')
            || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'))
        {
            continue;
        }

        if (*p == '\0' || ngx_strchr("!#$%&'+-.^_`|~", *p) == NULL) {
            return 0;
        }
    }

    return value->len != 0;
}


char *
ngx_edge_set_field_name_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *args;

    args = cf->args->elts;

    if (!ngx_edge_slot_is_token(&args[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\", it must be the "
                           "name of one header field", &args[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    return ngx_conf_set_str_slot(cf, cmd, conf);
}
