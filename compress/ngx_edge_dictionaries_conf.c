
#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_codec_dictionary.h"
#include "ngx_edge_coding.h"
#include "ngx_edge_dictionaries.h"
#include "ngx_edge_dictionaries_options.h"


static void
ngx_edge_dictionaries_free(void *data)
{
    edge_dictionary_free(data);
}


void
ngx_edge_dictionaries_fill_coders(ngx_edge_dictionary_file_t *file)
{
    ngx_uint_t          i;
    ngx_edge_coding_t  *coding;

    for (i = 0; i < EDGE_LEVELS; i++) {
        coding = &file->dcz.coding[i];
        coding->codec = &edge_codec_dcz;
        coding->stored = &edge_codec_dcz_stored;
        coding->params = &file->dictionary->dcz;
        coding->frugal = &file->dictionary->dcz_frugal;

        coding = &file->dcb.coding[i];
        coding->codec = &edge_codec_dcb;
        coding->stored = &edge_codec_dcb_stored;
        coding->params = &file->dictionary->dcb;
        coding->frugal = &file->dictionary->dcb_frugal;
    }
}


static ngx_int_t
ngx_edge_dictionaries_load(ngx_conf_t *cf, ngx_edge_dictionary_file_t *file)
{
    ngx_pool_cleanup_t  *cln;

    if (ngx_edge_coding_read(cf, cf->pool, &file->path, &file->content,
                             &file->modified)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    file->dictionary = edge_dictionary_create(file->content.data,
                                              file->content.len,
                                              file->dcz_level,
                                              file->dcb_level);
    if (file->dictionary == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no memory to prepare dictionary \"%V\" of %uz "
                           "bytes", &file->path, file->content.len);
        return NGX_ERROR;
    }

    cln->handler = ngx_edge_dictionaries_free;
    cln->data = file->dictionary;

    ngx_edge_dictionaries_fill_coders(file);

    return NGX_OK;
}


/* the file as it was read before, at the same levels, or read now; or NULL */

static ngx_edge_dictionary_file_t *
ngx_edge_dictionaries_file(ngx_conf_t *cf, ngx_array_t *files,
    ngx_str_t *path, const ngx_edge_dictionary_options_t *options)
{
    ngx_uint_t                    i;
    ngx_edge_dictionary_file_t   *file, **known;

    known = files->elts;

    for (i = 0; i < files->nelts; i++) {
        file = known[i];

        if (file->path.len == path->len
            && ngx_strncmp(file->path.data, path->data, path->len) == 0
            && file->dcz_level == options->dcz_level
            && file->dcb_level == options->dcb_level)
        {
            return file;
        }
    }

    file = ngx_pcalloc(cf->pool, sizeof(ngx_edge_dictionary_file_t));
    known = ngx_array_push(files);

    if (file == NULL || known == NULL) {
        return NULL;
    }

    *known = file;
    file->path = *path;
    file->dcz_level = options->dcz_level;
    file->dcb_level = options->dcb_level;

    return ngx_edge_dictionaries_load(cf, file) == NGX_OK ? file : NULL;
}


char *
ngx_edge_dictionaries_add(ngx_conf_t *cf, ngx_array_t *files,
    ngx_array_t **dictionaries, ngx_uint_t compat)
{
    ngx_str_t                      *args, path;
    ngx_edge_dictionary_t          *dictionary;
    ngx_edge_dictionary_options_t   options;

    ngx_memzero(&options, sizeof(ngx_edge_dictionary_options_t));
    options.dcz_level = NGX_EDGE_DICTIONARY_DCZ_LEVEL;
    options.dcb_level = NGX_EDGE_DICTIONARY_DCB_LEVEL;

    args = cf->args->elts;
    path = args[1];

    if (*dictionaries == NGX_CONF_UNSET_PTR) {
        *dictionaries = ngx_array_create(cf->pool, 2,
                                         sizeof(ngx_edge_dictionary_t));
        if (*dictionaries == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (cf->args->nelts == 2 && ngx_strcmp(path.data, "off") == 0) {
        return NGX_CONF_OK;
    }

    if (compat) {
        ngx_str_set(&options.match, "/*");
        options.dcb_level = EDGE_DICTIONARY_OFF;
    }

    dictionary = ngx_array_push(*dictionaries);
    if (dictionary == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(dictionary, sizeof(ngx_edge_dictionary_t));

    if (ngx_edge_dictionaries_read_options(cf, &options, dictionary)
        != NGX_CONF_OK
        || ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    dictionary->file = ngx_edge_dictionaries_file(cf, files, &path, &options);

    return dictionary->file ? NGX_CONF_OK : NGX_CONF_ERROR;
}
