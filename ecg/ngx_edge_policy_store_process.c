
#include "edge_hot.h"
#include "ngx_edge_policy_store.h"


static edge_policy_store_t *ngx_edge_policy_store_open(
    ngx_edge_policy_store_conf_t *conf, ngx_log_t *log);
static ngx_uint_t ngx_edge_policy_store_has_changed(ngx_file_info_t *fi);
static void ngx_edge_policy_store_look(ngx_edge_policy_store_conf_t *conf,
    ngx_log_t *log);
static ngx_uint_t ngx_edge_policy_store_close(void);


/* one a process, as LMDB wants it */

static edge_policy_store_t  ngx_edge_policy_store;
static ngx_str_t            ngx_edge_policy_store_path;

/* the second of the last look at the file */
static time_t               ngx_edge_policy_store_looked;

/* the file that is open */
static ngx_file_info_t      ngx_edge_policy_store_file;

/* one that took its place and cannot be used, or 0: none is there */
static ngx_file_uniq_t      ngx_edge_policy_store_refused;
static ngx_uint_t           ngx_edge_policy_store_is_refused;

static pthread_mutex_t      ngx_edge_policy_store_mutex
                                                  = PTHREAD_MUTEX_INITIALIZER;


EDGE_HOT edge_policy_store_t *
ngx_edge_policy_store_get(ngx_edge_policy_store_conf_t *conf, ngx_log_t *log)
{
    if (ngx_edge_policy_store.db == NULL) {
        return ngx_edge_policy_store_open(conf, log);
    }

    if (conf->path.len != ngx_edge_policy_store_path.len
        || ngx_memcmp(conf->path.data, ngx_edge_policy_store_path.data,
                      conf->path.len)
           != 0)
    {
        ngx_edge_policy_store_exit_process();
        ngx_edge_policy_store_looked = 0;

        return ngx_edge_policy_store_open(conf, log);
    }

    if (ngx_edge_policy_store_looked != ngx_time()) {
        ngx_edge_policy_store_looked = ngx_time();
        ngx_edge_policy_store_look(conf, log);
    }

    if (ngx_edge_policy_store.db == NULL || ngx_edge_policy_store.lost) {
        return NULL;
    }

    return &ngx_edge_policy_store;
}


static edge_policy_store_t *
ngx_edge_policy_store_open(ngx_edge_policy_store_conf_t *conf, ngx_log_t *log)
{
    edge_store_e  result;

    if (ngx_edge_policy_store_looked == ngx_time()) {
        return NULL;
    }

    ngx_edge_policy_store_looked = ngx_time();

    result = edge_policy_store_open(&ngx_edge_policy_store,
                                    (char *) conf->path.data, conf->map_size,
                                    conf->writable ? EDGE_STORE_CREATE
                                                   : EDGE_STORE_READ);
    if (result != EDGE_STORE_OK) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno, "store \"%V\" %s",
                      &conf->path, edge_store_text(result));
        return NULL;
    }

    ngx_edge_policy_store_path = conf->path;
    ngx_edge_policy_store_is_refused = 0;

    if (ngx_file_info(conf->path.data, &ngx_edge_policy_store_file)
        == NGX_FILE_ERROR)
    {
        ngx_memzero(&ngx_edge_policy_store_file, sizeof(ngx_file_info_t));
    }

    return &ngx_edge_policy_store;
}


/*
 * Another file in the place of ours is taken if it is a whole store; until
 * then ours is read on, though it has no name any more.  So is a store that
 * was lost.
 */

static void
ngx_edge_policy_store_look(ngx_edge_policy_store_conf_t *conf, ngx_log_t *log)
{
    ngx_err_t                   err;
    edge_store_e                result;
    ngx_file_info_t             fi;

    static edge_policy_store_t  other;

    err = 0;

    if (ngx_file_info(conf->path.data, &fi) == NGX_FILE_ERROR) {
        err = ngx_errno;
        ngx_memzero(&fi, sizeof(ngx_file_info_t));
        result = EDGE_STORE_NO_ACCESS;

    } else if (!ngx_edge_policy_store_has_changed(&fi)) {
        return;

    } else {
        result = edge_policy_store_open(&other, (char *) conf->path.data, 0,
                                        EDGE_STORE_PROBE);
        err = ngx_errno;
    }

    if (result == EDGE_STORE_OK) {
        edge_policy_store_close(&other);

        if (ngx_edge_policy_store_close()) {
            ngx_log_error(NGX_LOG_NOTICE, log, 0,
                          "store \"%V\" is opened anew", &conf->path);

            ngx_edge_policy_store_looked = 0;
            (void) ngx_edge_policy_store_open(conf, log);
        }

        return;
    }

    /* said once of each file */

    if (ngx_edge_policy_store_is_refused
        && ngx_edge_policy_store_refused == ngx_file_uniq(&fi))
    {
        return;
    }

    ngx_edge_policy_store_is_refused = 1;
    ngx_edge_policy_store_refused = ngx_file_uniq(&fi);

    ngx_log_error(NGX_LOG_ALERT, log, err,
                  "store \"%V\" %s, %s", &conf->path, edge_store_text(result),
                  ngx_edge_policy_store.lost ? "and policies are not known"
                                             : "the file before is read on");
}


static ngx_uint_t
ngx_edge_policy_store_has_changed(ngx_file_info_t *fi)
{
    ngx_file_info_t  *before;

    before = &ngx_edge_policy_store_file;

    if (ngx_file_uniq(fi) != ngx_file_uniq(before)
        || fi->st_dev != before->st_dev)
    {
        return 1;
    }

    /* it may have been mended, or hurt in some of its pages alone */

    return ngx_edge_policy_store.lost;
}


/* Returns 0 while a thread is writing. */

static ngx_uint_t
ngx_edge_policy_store_close(void)
{
    if (pthread_mutex_trylock(&ngx_edge_policy_store_mutex) != 0) {
        return 0;
    }

    edge_policy_store_close(&ngx_edge_policy_store);

    (void) pthread_mutex_unlock(&ngx_edge_policy_store_mutex);

    return 1;
}


ngx_uint_t
ngx_edge_policy_store_is_open(void)
{
    return ngx_edge_policy_store.db != NULL;
}


void
ngx_edge_policy_store_lock(void)
{
    (void) pthread_mutex_lock(&ngx_edge_policy_store_mutex);
}


void
ngx_edge_policy_store_unlock(void)
{
    (void) pthread_mutex_unlock(&ngx_edge_policy_store_mutex);
}


void
ngx_edge_policy_store_exit_process(void)
{
    edge_policy_store_close(&ngx_edge_policy_store);
}
