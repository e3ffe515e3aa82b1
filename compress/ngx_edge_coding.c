
#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_codec_zstd.h"
#include "edge_codec_zstd_dictionary.h"
#include "ngx_edge_coding.h"
#include "ngx_edge_slots.h"


/* short of memory, a window of 32 KB, gzip's own, is better than none */
#define NGX_EDGE_CODING_FRUGAL_LOG      15
#define NGX_EDGE_CODING_FRUGAL_BROTLI   2

#define NGX_EDGE_CODING_DICTIONARY_MAX  (32 * 1024 * 1024)


void
ngx_edge_coding_merge_settings(ngx_edge_coding_settings_t *prev,
    ngx_edge_coding_settings_t *conf)
{
    ngx_uint_t  i;

    for (i = 0; i < EDGE_CODINGS; i++) {

        if (conf->level[i] == NGX_EDGE_LEVEL_UNSET) {
            conf->level[i] = prev->level[i];
        }

        if (conf->level[i] == NGX_EDGE_LEVEL_UNSET) {
            conf->level[i] = NGX_EDGE_LEVEL_AUTO;
        }
    }

    ngx_conf_merge_uint_value(conf->window_log, prev->window_log, 0);
    ngx_conf_merge_uint_value(conf->brotli_window_log,
                              prev->brotli_window_log, 0);
    ngx_conf_merge_uint_value(conf->target_block, prev->target_block, 0);
    ngx_conf_merge_value(conf->long_distance, prev->long_distance, 0);
    ngx_conf_merge_size_value(conf->memory_max, prev->memory_max, 0);
}


/* one copy of equal parameters: encoders are pooled by its address */

static const edge_params_t *
ngx_edge_coding_intern(ngx_conf_t *cf, ngx_array_t *params,
    const edge_params_t *wanted)
{
    ngx_uint_t      i;
    edge_params_t  *p, **known;

    known = params->elts;

    for (i = 0; i < params->nelts; i++) {
        p = known[i];

        if (p->level == wanted->level
            && p->window_log == wanted->window_log
            && p->target_block == wanted->target_block
            && p->long_distance == wanted->long_distance
            && p->search == wanted->search)
        {
            return p;
        }
    }

    p = ngx_palloc(cf->pool, sizeof(edge_params_t));
    known = ngx_array_push(params);

    if (p == NULL || known == NULL) {
        return NULL;
    }

    *p = *wanted;
    *known = p;

    return p;
}


static char *
ngx_edge_coding_check_memory(ngx_conf_t *cf,
    const ngx_edge_coding_settings_t *settings,
    const ngx_edge_coding_t *coding)
{
    size_t  need;

    if (settings->memory_max == 0 || coding->codec != &edge_codec_zstd) {
        return NGX_CONF_OK;
    }

    need = coding->codec->estimate(coding->params, EDGE_SIZE_UNKNOWN, 0);

    if (need <= settings->memory_max) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "an encoder needs %uz bytes, over the %uz of "
                       "\"zstd_max_cctx_memory\": lower the level (%d) or "
                       "the window, or raise the limit",
                       need, settings->memory_max, coding->params->level);

    return NGX_CONF_ERROR;
}


static const edge_codec_t *
ngx_edge_coding_codec(edge_coding_e which, ngx_uint_t stored)
{
    switch (which) {

    case EDGE_CODING_BR:
        return stored ? &edge_codec_brotli_stored : &edge_codec_brotli;

    case EDGE_CODING_GZIP:
        return stored ? &edge_codec_gzip_stored : &edge_codec_gzip;

    default:
        return stored ? &edge_codec_zstd_stored : &edge_codec_zstd;
    }
}


/*
 * A frame of zstd has a window of its own, so a frugal one may be smaller;
 * the window of Brotli is that of the whole body, so its tables must be.
 */

static edge_params_t
ngx_edge_coding_make_frugal(edge_coding_e which, edge_params_t params)
{
    switch (which) {

    case EDGE_CODING_BR:
        params.level = ngx_min(params.level, NGX_EDGE_CODING_FRUGAL_BROTLI);
        break;

    case EDGE_CODING_ZSTD:
        params.window_log = ngx_min(params.window_log,
                                    NGX_EDGE_CODING_FRUGAL_LOG);
        params.long_distance = 0;
        break;

    default:
        break;
    }

    return params;
}


static edge_params_t
ngx_edge_coding_make_params(const ngx_edge_coding_settings_t *settings,
    edge_coding_e which, const edge_level_t *levels)
{
    edge_params_t  params;

    ngx_memzero(&params, sizeof(edge_params_t));

    params.level = (settings->level[which] == NGX_EDGE_LEVEL_AUTO)
                   ? edge_level_of(levels, which) : settings->level[which];
    params.window_log = settings->window_log;

    switch (which) {

    case EDGE_CODING_BR:
        if (settings->brotli_window_log) {
            params.window_log = settings->brotli_window_log;
        }

        break;

    case EDGE_CODING_ZSTD:
        if (params.window_log == 0) {
            params.window_log = EDGE_ZSTD_WINDOW_LOG_MAX;
        }

        params.target_block = settings->target_block;
        params.long_distance = settings->long_distance;

        if (settings->level[which] == NGX_EDGE_LEVEL_AUTO) {
            params.search = &levels->search;
        }

        break;

    default:
        break;
    }

    return params;
}


static char *
ngx_edge_coding_prepare(ngx_conf_t *cf, ngx_edge_params_t params,
    const ngx_edge_coding_settings_t *settings, edge_coding_e which,
    ngx_edge_coder_t *coder)
{
    ngx_uint_t          i;
    edge_params_t       wanted;
    ngx_edge_coding_t  *coding;

    for (i = 0; i < EDGE_LEVELS; i++) {
        coding = &coder->coding[i];

        coding->codec = ngx_edge_coding_codec(which, 0);
        coding->stored = ngx_edge_coding_codec(which, 1);

        wanted = ngx_edge_coding_make_params(settings, which,
                                             &edge_levels[i]);
        coding->params = ngx_edge_coding_intern(cf, &params[which], &wanted);

        wanted = ngx_edge_coding_make_frugal(which, wanted);
        coding->frugal = ngx_edge_coding_intern(cf, &params[which], &wanted);

        if (coding->params == NULL || coding->frugal == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return ngx_edge_coding_check_memory(cf, settings,
                                        &coder->coding[EDGE_LEVELS - 1]);
}


char *
ngx_edge_coding_prepare_all(ngx_conf_t *cf, ngx_edge_params_t params,
    const ngx_edge_coding_settings_t *settings, const edge_coding_e *order,
    ngx_uint_t count, ngx_edge_coder_t **coders)
{
    char        *rc;
    ngx_uint_t   i;

    if (count == 0) {
        return NGX_CONF_OK;
    }

    *coders = ngx_pcalloc(cf->pool, EDGE_CODINGS * sizeof(ngx_edge_coder_t));
    if (*coders == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < count; i++) {
        rc = ngx_edge_coding_prepare(cf, params, settings, order[i],
                                     &(*coders)[order[i]]);
        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_edge_coding_init_params(ngx_conf_t *cf, ngx_edge_params_t params)
{
    ngx_uint_t  i;

    for (i = 0; i < EDGE_CODINGS; i++) {
        if (ngx_array_init(&params[i], cf->pool, 4, sizeof(edge_params_t *))
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_edge_coding_read(ngx_conf_t *cf, ngx_pool_t *pool, ngx_str_t *path,
    ngx_str_t *content, time_t *modified)
{
    off_t            size;
    ssize_t          n;
    ngx_int_t        rc;
    ngx_file_t       file;
    ngx_file_info_t  fi;

    ngx_memzero(&file, sizeof(ngx_file_t));
    file.name = *path;
    file.log = cf->log;

    file.fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (file.fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", path);
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_fd_info(file.fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", path);
        goto done;
    }

    size = ngx_file_size(&fi);

    if (!ngx_is_file(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "dictionary \"%V\" is not a regular file", path);
        goto done;
    }

    if (size == 0 || size > NGX_EDGE_CODING_DICTIONARY_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "dictionary \"%V\" has %O bytes, it must be a "
                           "file of 1 to %d bytes", path, size,
                           NGX_EDGE_CODING_DICTIONARY_MAX);
        goto done;
    }

    *modified = ngx_file_mtime(&fi);
    content->len = size;
    content->data = ngx_palloc(pool, content->len);
    if (content->data == NULL) {
        goto done;
    }

    n = ngx_read_file(&file, content->data, content->len, 0);

    if (n != (ssize_t) content->len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           ngx_read_file_n " \"%V\" returned only %z of %uz "
                           "bytes", path, n, content->len);
        goto done;
    }

    rc = NGX_OK;

done:

    if (ngx_close_file(file.fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", path);
    }

    return rc;
}


static void
ngx_edge_coding_free_dictionary(void *data)
{
    edge_zstd_dictionary_free(data);
}


ngx_int_t
ngx_edge_coding_load_dictionary(ngx_conf_t *cf, ngx_edge_params_t params,
    ngx_str_t *path)
{
    ngx_str_t            content;
    time_t               modified;
    ngx_uint_t           i;
    edge_params_t      **known;
    ngx_pool_cleanup_t  *cln;

    if (ngx_edge_coding_read(cf, cf->temp_pool, path, &content, &modified)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    known = params[EDGE_CODING_ZSTD].elts;

    for (i = 0; i < params[EDGE_CODING_ZSTD].nelts; i++) {

        cln = ngx_pool_cleanup_add(cf->pool, 0);
        if (cln == NULL) {
            return NGX_ERROR;
        }

        cln->data = edge_zstd_dictionary_create(content.data, content.len,
                                                known[i]);

        if (cln->data == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "dictionary \"%V\" can't be prepared for "
                               "level %d: it is damaged or there is no "
                               "memory", path, known[i]->level);
            return NGX_ERROR;
        }

        cln->handler = ngx_edge_coding_free_dictionary;
        known[i]->dictionary = cln->data;
    }

    return NGX_OK;
}
