
#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_accept_encoding.h"
#include "edge_codec_brotli.h"
#include "edge_codec_gzip.h"
#include "edge_codec_zstd.h"
#include "ngx_edge_slots.h"


#define NGX_EDGE_LEVEL_DEFAULT  3


/* ngx_atoi() with a sign; NGX_ERROR can't be told from -1, so rc is apart */

static ngx_int_t
ngx_edge_slot_number(ngx_str_t *value, ngx_int_t *number)
{
    ngx_int_t  n, negative;

    negative = (value->len > 1 && value->data[0] == '-');

    n = ngx_atoi(value->data + negative, value->len - negative);
    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

    *number = negative ? -n : n;

    return NGX_OK;
}


/* what the levels of each coding may be */

typedef struct {
    ngx_str_t      name;
    edge_coding_e  coding;
    ngx_int_t      level_min;
    ngx_int_t      level_max;
} ngx_edge_slot_levels_t;


static ngx_edge_slot_levels_t  ngx_edge_slot_levels[] = {
    { ngx_string("zstd"), EDGE_CODING_ZSTD, 0, 0 },
    { ngx_string("br"), EDGE_CODING_BR,
      EDGE_BROTLI_LEVEL_MIN, EDGE_BROTLI_LEVEL_MAX },
    { ngx_string("gzip"), EDGE_CODING_GZIP,
      EDGE_GZIP_LEVEL_MIN, EDGE_GZIP_LEVEL_MAX }
};

#define NGX_EDGE_SLOT_LEVELS                                                 \
    (sizeof(ngx_edge_slot_levels) / sizeof(ngx_edge_slot_levels[0]))


/* the range of a coding by its name, or NULL */

static ngx_edge_slot_levels_t *
ngx_edge_slot_levels_of(u_char *name, size_t len)
{
    ngx_uint_t               i;
    edge_zstd_limits_t       limits;
    ngx_edge_slot_levels_t  *range;

    for (i = 0; i < NGX_EDGE_SLOT_LEVELS; i++) {
        range = &ngx_edge_slot_levels[i];

        if (range->name.len != len
            || ngx_strncmp(range->name.data, name, len) != 0)
        {
            continue;
        }

        if (range->coding == EDGE_CODING_ZSTD) {
            limits = edge_zstd_limits();
            range->level_min = limits.level_min;
            range->level_max = limits.level_max;
        }

        return range;
    }

    return NULL;
}


/* "zstd=3", or "3" for the coding named; levels: one for each coding */

static char *
ngx_edge_slot_level(ngx_conf_t *cf, ngx_command_t *cmd, ngx_int_t *levels,
    ngx_str_t *arg, ngx_str_t *coding)
{
    u_char                  *equals;
    ngx_int_t                level;
    ngx_str_t                name, value;
    ngx_edge_slot_levels_t  *range;

    name = *coding;
    value = *arg;
    equals = ngx_strlchr(arg->data, arg->data + arg->len, '=');

    if (equals) {
        name.data = arg->data;
        name.len = equals - arg->data;
        value.data = equals + 1;
        value.len = arg->data + arg->len - value.data;
    }

    range = ngx_edge_slot_levels_of(name.data, name.len);

    if (range == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid coding \"%V\" in \"%V\", it must be "
                           "\"zstd\", \"br\" or \"gzip\"",
                           &name, &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (levels[range->coding] != NGX_EDGE_LEVEL_UNSET) {
        return "is duplicate";
    }

    if (value.len == 4 && ngx_strncmp(value.data, "auto", 4) == 0) {
        levels[range->coding] = NGX_EDGE_LEVEL_AUTO;
        return NGX_CONF_OK;
    }

    if (ngx_edge_slot_number(&value, &level) != NGX_OK
        || level < range->level_min || level > range->level_max)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid level \"%V\" in \"%V\", it must be "
                           "\"auto\" or a level of %V, from %i to %i",
                           arg, &cmd->name, &range->name, range->level_min,
                           range->level_max);
        return NGX_CONF_ERROR;
    }

    if (range->coding == EDGE_CODING_ZSTD && level == 0) {
        level = NGX_EDGE_LEVEL_DEFAULT;
    }

    levels[range->coding] = level;

    return NGX_CONF_OK;
}


char *
ngx_edge_set_level(ngx_conf_t *cf, ngx_command_t *cmd, ngx_int_t *levels,
    ngx_str_t *arg)
{
    char        *rc;
    ngx_uint_t   i;

    if (arg->len != 4 || ngx_strncmp(arg->data, "auto", 4) != 0) {
        return ngx_edge_slot_level(cf, cmd, levels, arg,
                                   &ngx_edge_slot_levels[0].name);
    }

    for (i = 0; i < NGX_EDGE_SLOT_LEVELS; i++) {
        rc = ngx_edge_slot_level(cf, cmd, levels, arg,
                                 &ngx_edge_slot_levels[i].name);
        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_edge_set_levels_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char        *rc;
    ngx_int_t   *levels;
    ngx_str_t   *args;
    ngx_uint_t   i;

    levels = (ngx_int_t *) ((char *) conf + cmd->offset);
    args = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        rc = ngx_edge_set_level(cf, cmd, levels, &args[i]);
        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_edge_set_zstd_level_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *args;

    static ngx_str_t  zstd = ngx_string("zstd");

    args = cf->args->elts;

    return ngx_edge_slot_level(cf, cmd,
                               (ngx_int_t *) ((char *) conf + cmd->offset),
                               &args[1], &zstd);
}


char *
ngx_edge_set_brotli_level_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_str_t  *args;

    static ngx_str_t  brotli = ngx_string("br");

    args = cf->args->elts;

    return ngx_edge_slot_level(cf, cmd,
                               (ngx_int_t *) ((char *) conf + cmd->offset),
                               &args[1], &brotli);
}


char *
ngx_edge_set_brotli_window_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ssize_t     size;
    ngx_int_t  *field, log;
    ngx_str_t  *args;

    field = (ngx_int_t *) ((char *) conf + cmd->offset);

    if (*field != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    args = cf->args->elts;
    size = ngx_parse_size(&args[1]);

    for (log = EDGE_BROTLI_WINDOW_LOG_MIN; log <= EDGE_BROTLI_WINDOW_LOG_MAX;
         log++)
    {
        if (size == (ssize_t) 1 << log) {
            *field = log;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid window \"%V\" in \"%V\", it must be a power "
                       "of two from 1k to 16m", &args[1], &cmd->name);

    return NGX_CONF_ERROR;
}
