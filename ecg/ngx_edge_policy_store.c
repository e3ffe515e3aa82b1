
#include "ngx_edge_parameters.h"
#include "ngx_edge_policy_store.h"


#define NGX_EDGE_POLICY_STORE_MAP_SIZE  (1024 * 1024 * 1024)


static ngx_int_t ngx_edge_policy_store_check(ngx_cycle_t *cycle,
    ngx_edge_policy_store_conf_t *conf);
static ngx_int_t ngx_edge_policy_store_chown_file(ngx_cycle_t *cycle,
    u_char *name);


char *
ngx_edge_policy_store_parse(ngx_conf_t *cf, ngx_edge_policy_store_conf_t *conf)
{
    off_t        size;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (conf->path.data) {
        return (char *) "is duplicate";
    }

    if (ngx_edge_parameters_differ(cf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    conf->file = cf->conf_file->file.name;
    conf->line = cf->conf_file->line;
    conf->path = value[1];
    conf->map_size = NGX_EDGE_POLICY_STORE_MAP_SIZE;
    conf->on_error = NGX_EDGE_POLICY_STORE_LAST;

    if (ngx_conf_full_name(cf->cycle, &conf->path, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "map_size=", 9) == 0) {
            s.data = value[i].data + 9;
            s.len = value[i].len - 9;

            size = ngx_parse_offset(&s);

            if (size < 1024 * 1024) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid map_size \"%V\" in \"ecg_store\": "
                                   "it must be a size of 1m or more", &s);
                return NGX_CONF_ERROR;
            }

            /* whole pages */
            conf->map_size = ngx_align((size_t) size, 65536);
            continue;
        }

        if (ngx_strcmp(value[i].data, "on_error=last") == 0) {
            conf->on_error = NGX_EDGE_POLICY_STORE_LAST;
            continue;
        }

        if (ngx_strcmp(value[i].data, "on_error=reject") == 0) {
            conf->on_error = NGX_EDGE_POLICY_STORE_REJECT;
            continue;
        }

        if (ngx_strcmp(value[i].data, "on_error=ignore") == 0) {
            conf->on_error = NGX_EDGE_POLICY_STORE_IGNORE;
            continue;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"ecg_store\": it "
                           "must be map_size=size, on_error=last, "
                           "on_error=reject or on_error=ignore", &value[i]);
        return NGX_CONF_ERROR;
    }

    /* here, not in init_module(), where an error ends the master process */

    return ngx_edge_policy_store_check(cf->cycle, conf) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* Makes it if it is missing, and says what is wrong with it. */

static ngx_int_t
ngx_edge_policy_store_check(ngx_cycle_t *cycle,
    ngx_edge_policy_store_conf_t *conf)
{
    edge_store_e                result;

    static edge_policy_store_t  store;

    /* a single process has it open already */

    if (ngx_process == NGX_PROCESS_SIGNALLER
        || ngx_edge_policy_store_is_open())
    {
        return NGX_OK;
    }

    result = edge_policy_store_open(&store, (char *) conf->path.data,
                                    conf->map_size, EDGE_STORE_CREATE);
    if (result != EDGE_STORE_OK) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      "store \"%V\" in \"ecg_store\" %s in %V:%ui",
                      &conf->path, edge_store_text(result), &conf->file,
                      conf->line);
        return NGX_ERROR;
    }

    edge_policy_store_close(&store);

    return NGX_OK;
}


/* Workers write into the lock file, even if they only read. */

ngx_int_t
ngx_edge_policy_store_give(ngx_cycle_t *cycle,
    ngx_edge_policy_store_conf_t *conf)
{
    u_char      name[NGX_MAX_PATH];
    ngx_str_t  *path;

    path = &conf->path;

    if (geteuid() != 0 || ngx_edge_policy_store_is_open()) {
        return NGX_OK;
    }

    if (path->len + sizeof("-lock") > NGX_MAX_PATH) {
        return NGX_OK;
    }

    ngx_sprintf(name, "%V-lock%Z", path);

    if (ngx_edge_policy_store_chown_file(cycle, name) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_edge_policy_store_chown_file(cycle, path->data);
}


static ngx_int_t
ngx_edge_policy_store_chown_file(ngx_cycle_t *cycle, u_char *name)
{
    ngx_file_info_t   fi;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (ccf->user == (ngx_uid_t) NGX_CONF_UNSET_UINT) {
        return NGX_OK;
    }

    if (ngx_file_info(name, &fi) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      ngx_file_info_n " \"%s\" failed", name);
        return NGX_ERROR;
    }

    if (fi.st_uid == ccf->user) {
        return NGX_OK;
    }

    if (chown((char *) name, ccf->user, (gid_t) -1) == -1) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      "chown(\"%s\", %d) failed", name, ccf->user);
        return NGX_ERROR;
    }

    return NGX_OK;
}
