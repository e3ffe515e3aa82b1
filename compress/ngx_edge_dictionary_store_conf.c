
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_kept_files.h"
#include "ngx_edge_dictionary_store.h"
#include "ngx_edge_parameters.h"


/* it must be prepared within the memory, at several times its size */
#define NGX_EDGE_DICTIONARY_STORE_LARGEST  (32 * 1024 * 1024)
#define NGX_EDGE_DICTIONARY_STORE_NUMBER   65536


static ngx_int_t
ngx_edge_dictionary_store_init_zone(ngx_shm_zone_t *zone, void *data)
{
    void                         *memory;
    size_t                        size;
    ngx_edge_dictionary_store_t  *store, *old;

    store = zone->data;
    old = data;

    store->shared = (ngx_slab_pool_t *) zone->shm.addr;

    if (old || zone->shm.exists) {
        store->index = store->shared->data;

    } else {
        size = edge_kept_index_size(store->number);

        memory = ngx_slab_alloc(store->shared, size);
        if (memory == NULL) {
            return NGX_ERROR;
        }

        store->index = edge_kept_index_init(memory, store->number);
        store->shared->data = store->index;
    }

    ngx_shmtx_lock(&store->shared->mutex);
    edge_kept_index_limit(store->index, store->max_size);
    ngx_shmtx_unlock(&store->shared->mutex);

    return NGX_OK;
}


/* The index is of one directory and one size: so is the zone's name. */

static char *
ngx_edge_dictionary_store_add_zone(ngx_conf_t *cf,
    ngx_edge_dictionary_store_t *store, ngx_module_t *tag)
{
    size_t     size;
    ngx_str_t  name;

    name.data = ngx_pnalloc(cf->pool, store->path->name.len
                                      + sizeof("compression_dictionary_store:")
                                      + NGX_INT_T_LEN + 1);
    if (name.data == NULL) {
        return NGX_CONF_ERROR;
    }

    name.len = ngx_sprintf(name.data, "compression_dictionary_store:%ui:%V",
                           store->number, &store->path->name)
               - name.data;

    size = edge_kept_index_size(store->number);
    size += size / 32 + 16 * ngx_pagesize;

    store->zone = ngx_shared_memory_add(cf, &name, size, tag);
    if (store->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    store->zone->init = ngx_edge_dictionary_store_init_zone;
    store->zone->data = store;

    return NGX_CONF_OK;
}


static char *
ngx_edge_dictionary_store_refuse(ngx_conf_t *cf, const ngx_str_t *arg,
    const char *allowed)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" of "
                       "\"compression_dictionary_store\", it must be %s",
                       arg, allowed);

    return NGX_CONF_ERROR;
}


static char *
ngx_edge_dictionary_store_parameter(ngx_conf_t *cf, ngx_str_t *arg,
    ngx_edge_dictionary_store_t *store)
{
    off_t      size;
    ngx_int_t  n;
    ngx_str_t  value;

    if (ngx_edge_parameters_takes(arg, "max_size=", &value)) {

        size = ngx_parse_offset(&value);
        if (size < 1) {
            return ngx_edge_dictionary_store_refuse(cf, arg, "a size from 1 "
                                                    "on, such as \"64m\"");
        }

        store->max_size = size;

    } else if (ngx_edge_parameters_takes(arg, "max_number=", &value)) {

        n = ngx_atoi(value.data, value.len);
        if (n < 1 || n > NGX_EDGE_DICTIONARY_STORE_NUMBER) {
            return ngx_edge_dictionary_store_refuse(cf, arg, "a number from "
                                                    "1 to 65536");
        }

        store->number = n;

    } else if (ngx_edge_parameters_takes(arg, "max_dictionary=", &value)) {

        size = ngx_parse_offset(&value);
        if (size < 1 || size > NGX_EDGE_DICTIONARY_STORE_LARGEST) {
            return ngx_edge_dictionary_store_refuse(cf, arg, "a size from 1 "
                                                    "to 32m");
        }

        store->max_dictionary = size;

    } else if (ngx_edge_parameters_takes(arg, "memory=", &value)) {

        size = ngx_parse_offset(&value);
        if (size < 1) {
            return ngx_edge_dictionary_store_refuse(cf, arg, "a size from 1 "
                                                    "on, such as \"64m\"");
        }

        store->memory = size;

    } else {
        return ngx_edge_dictionary_store_refuse(cf, arg, "\"max_size=\", "
                                 "\"max_number=\", \"max_dictionary=\" or "
                                 "\"memory=\" with a value");
    }

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_edge_dictionary_store_has_parent(const ngx_str_t *name)
{
    u_char           *p;
    u_char            parent[NGX_MAX_PATH + 1];
    ngx_file_info_t   fi;

    if (name->len > NGX_MAX_PATH) {
        return 0;
    }

    (void) ngx_cpystrn(parent, name->data, name->len + 1);

    for (p = parent + name->len; p > parent + 1 && *p != '/'; p--) {
        /* void */
    }

    *p = '\0';

    return ngx_file_info(parent, &fi) != NGX_FILE_ERROR && ngx_is_dir(&fi);
}


/* nginx makes the directory, and gives it to the workers' user */

static char *
ngx_edge_dictionary_store_add_path(ngx_conf_t *cf,
    ngx_edge_dictionary_store_t *store, ngx_str_t *name)
{
    ngx_file_info_t  fi;

    store->path = ngx_pcalloc(cf->pool, sizeof(ngx_path_t));
    if (store->path == NULL) {
        return NGX_CONF_ERROR;
    }

    store->path->name = *name;
    store->path->data = store;
    store->path->conf_file = cf->conf_file->file.name.data;
    store->path->line = cf->conf_file->line;

    if (store->path->name.len > 1
        && store->path->name.data[store->path->name.len - 1] == '/')
    {
        store->path->name.data[--store->path->name.len] = '\0';
    }

    if (ngx_conf_full_name(cf->cycle, &store->path->name, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ngx_file_info(store->path->name.data, &fi) == NGX_FILE_ERROR) {

        if (ngx_errno != NGX_ENOENT) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                               "\"compression_dictionary_store\" cannot use "
                               "\"%V\"", &store->path->name);
            return NGX_CONF_ERROR;
        }

        if (!ngx_edge_dictionary_store_has_parent(&store->path->name)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"compression_dictionary_store\" cannot make "
                               "\"%V\": no directory is there to make it in",
                               &store->path->name);
            return NGX_CONF_ERROR;
        }

    } else if (!ngx_is_dir(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of \"compression_dictionary_store\" is "
                           "not a directory", &store->path->name);
        return NGX_CONF_ERROR;

    } else if (access((char *) store->path->name.data, R_OK|W_OK|X_OK) == -1)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "\"%V\" of \"compression_dictionary_store\" must "
                           "be readable and writable",
                           &store->path->name);
        return NGX_CONF_ERROR;
    }

    return ngx_add_path(cf, &store->path) == NGX_OK ? NGX_CONF_OK
                                                    : NGX_CONF_ERROR;
}


static char *
ngx_edge_dictionary_store_add_threads(ngx_conf_t *cf,
    ngx_edge_dictionary_store_t *store)
{
#if (NGX_THREADS)

    store->threads = ngx_thread_pool_add(cf, NULL);

    return store->threads ? NGX_CONF_OK : NGX_CONF_ERROR;

#else

    (void) store;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"compression_dictionary_store\" needs nginx built "
                       "with --with-threads");

    return NGX_CONF_ERROR;

#endif
}


static ngx_edge_dictionary_store_t *
ngx_edge_dictionary_store_create(ngx_conf_t *cf,
    ngx_edge_encoders_t *encoders)
{
    ngx_pool_cleanup_t           *cln;
    ngx_edge_dictionary_store_t  *store;

    store = ngx_pcalloc(cf->pool, sizeof(ngx_edge_dictionary_store_t));
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (store == NULL || cln == NULL) {
        return NULL;
    }

    store->encoders = encoders;
    store->max_size = 256 * 1024 * 1024;
    store->number = 1024;
    store->max_dictionary = 2 * 1024 * 1024;
    store->memory = 64 * 1024 * 1024;
    ngx_queue_init(&store->prepared);

    cln->handler = ngx_edge_dictionary_store_forget;
    cln->data = store;

    return store;
}


char *
ngx_edge_dictionary_store_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf,
    ngx_edge_dictionary_store_t **result, ngx_edge_encoders_t *encoders,
    ngx_module_t *tag)
{
    ngx_str_t                    *args;
    ngx_uint_t                    i;
    ngx_edge_dictionary_store_t  *store;

    args = cf->args->elts;

    if (cf->args->nelts == 2
        && (ngx_strcmp(args[1].data, "on") == 0
            || ngx_strcmp(args[1].data, "off") == 0))
    {
        return ngx_conf_set_flag_slot(cf, cmd, conf);
    }

    if (cf->cmd_type != NGX_HTTP_MAIN_CONF) {
        return "takes \"on\" or \"off\" here: there is one store, of the "
               "\"http\" block";
    }

    if (*result) {
        return "is duplicate: there is one store for all servers";
    }

    if (ngx_edge_parameters_differ(cf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    store = ngx_edge_dictionary_store_create(cf, encoders);
    if (store == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_edge_dictionary_store_parameter(cf, &args[i], store)
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_edge_dictionary_store_add_path(cf, store, &args[1]) != NGX_CONF_OK
        || ngx_edge_dictionary_store_add_threads(cf, store) != NGX_CONF_OK
        || ngx_edge_dictionary_store_add_zone(cf, store, tag) != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    *result = store;

    return NGX_CONF_OK;
}


char *
ngx_edge_dictionary_store_merge(ngx_conf_t *cf,
    ngx_edge_dictionary_store_t *store, ngx_flag_t prev, ngx_flag_t *flag,
    ngx_edge_dictionary_store_t **result)
{
    if (*flag == 1 && store == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no store for \"compression_dictionary_store "
                           "on\": the \"http\" block must have one with a "
                           "path");
        return NGX_CONF_ERROR;
    }

    ngx_conf_merge_value(*flag, prev, 1);

    *result = *flag ? store : NULL;

    return NGX_CONF_OK;
}
