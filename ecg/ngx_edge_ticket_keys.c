
#include "ngx_edge_parameters.h"
#include "ngx_edge_ticket_keys.h"
#include "ngx_edge_tls_servers.h"


#define NGX_EDGE_TICKET_KEYS_ROTATE  (12 * 60 * 60)
#define NGX_EDGE_TICKET_KEYS_CHECK   60
#define NGX_EDGE_TICKET_KEYS_MAX     (7 * 24 * 60 * 60)


static char *ngx_edge_ticket_keys_parse_time(ngx_conf_t *cf, ngx_str_t *value,
    size_t name, time_t max, time_t *time);
static char *ngx_edge_ticket_keys_add_zone(ngx_conf_t *cf,
    ngx_edge_ticket_keys_conf_t *conf, ngx_module_t *module);
static ngx_int_t ngx_edge_ticket_keys_init_zone(ngx_shm_zone_t *zone,
    void *data);
static int ngx_edge_ticket_keys_callback(ngx_ssl_conn_t *ssl_conn,
    unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
    EVP_MAC_CTX *mac, int seal);
static void ngx_edge_ticket_keys_rotate(ngx_edge_ticket_keys_conf_t *conf,
    time_t now);


/* survives reloads: an index once taken from OpenSSL is never given back */
static int                             ngx_edge_ticket_keys_index = -1;

/* what this process knows of the keys in shared memory */
static edge_ticket_keys_t              ngx_edge_ticket_keys;
static ngx_edge_ticket_keys_shared_t  *ngx_edge_ticket_keys_of;
static ngx_atomic_uint_t               ngx_edge_ticket_keys_generation;


char *
ngx_edge_ticket_keys_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                         *rv;
    ngx_str_t                    *value;
    ngx_uint_t                    i;
    ngx_edge_ticket_keys_conf_t  *tcf;

    tcf = (ngx_edge_ticket_keys_conf_t *) ((char *) conf + cmd->offset);

    if (tcf->zone) {
        return (char *) "is duplicate";
    }

    if (ngx_edge_parameters_differ(cf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    tcf->file = cf->conf_file->file.name;
    tcf->line = cf->conf_file->line;
    tcf->cycle = cf->cycle;
    tcf->rotate = NGX_EDGE_TICKET_KEYS_ROTATE;
    tcf->check = NGX_EDGE_TICKET_KEYS_CHECK;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "rotate=", 7) == 0) {
            rv = ngx_edge_ticket_keys_parse_time(cf, &value[i], 7,
                                                 NGX_EDGE_TICKET_KEYS_MAX,
                                                 &tcf->rotate);

        } else if (ngx_strncmp(value[i].data, "check=", 6) == 0
                   && tcf->directory.data)
        {
            rv = ngx_edge_ticket_keys_parse_time(cf, &value[i], 6, 3600,
                                                 &tcf->check);

        } else if (i == 1 && ngx_strlchr(value[i].data,
                                         value[i].data + value[i].len, '=')
                             == NULL)
        {
            tcf->directory = value[i];

            rv = (ngx_conf_full_name(cf->cycle, &tcf->directory, 0) == NGX_OK)
                 ? NGX_CONF_OK : NGX_CONF_ERROR;

        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in "
                               "\"ecg_ticket_keys\": it must be a directory, "
                               "rotate=time, or, behind a directory, "
                               "check=time", &value[i]);
            return NGX_CONF_ERROR;
        }

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return ngx_edge_ticket_keys_add_zone(cf, tcf, cmd->post);
}


static char *
ngx_edge_ticket_keys_parse_time(ngx_conf_t *cf, ngx_str_t *value, size_t name,
    time_t max, time_t *time)
{
    ngx_str_t  s;

    s.data = value->data + name;
    s.len = value->len - name;

    *time = ngx_parse_time(&s, 1);

    if (*time >= 1 && *time <= max) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"ecg_ticket_keys\": the "
                       "time must be from 1s to %Ts", value, max);
    return NGX_CONF_ERROR;
}


/* Keys of one directory are no keys of another: the zone is named by it. */

static char *
ngx_edge_ticket_keys_add_zone(ngx_conf_t *cf,
    ngx_edge_ticket_keys_conf_t *conf, ngx_module_t *module)
{
    u_char     *p;
    ngx_str_t   name;

    name.len = sizeof("ecg_ticket_keys:") - 1 + conf->directory.len;

    p = ngx_pnalloc(cf->pool, name.len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    name.data = p;
    p = ngx_cpymem(p, "ecg_ticket_keys:", sizeof("ecg_ticket_keys:") - 1);
    ngx_memcpy(p, conf->directory.data, conf->directory.len);

    conf->zone = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize, module);
    if (conf->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    conf->zone->init = ngx_edge_ticket_keys_init_zone;
    conf->zone->data = conf;

    if (conf->directory.data == NULL) {
        return NGX_CONF_OK;
    }

#if (NGX_THREADS)

    conf->pool = ngx_thread_pool_add(cf, NULL);

    return conf->pool ? NGX_CONF_OK : NGX_CONF_ERROR;

#else

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "a directory in \"ecg_ticket_keys\" needs nginx built "
                       "with --with-threads");
    return NGX_CONF_ERROR;

#endif
}


static ngx_int_t
ngx_edge_ticket_keys_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t              *pool;
    ngx_edge_ticket_keys_conf_t  *conf, *old;

    conf = zone->data;
    old = data;

    if (old) {
        conf->shared = old->shared;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        conf->shared = pool->data;
        return NGX_OK;
    }

    conf->shared = ngx_slab_calloc(pool,
                                   sizeof(ngx_edge_ticket_keys_shared_t));
    if (conf->shared == NULL) {
        return NGX_ERROR;
    }

    pool->data = conf->shared;

    /* here, not in init_module(), where an error ends the master process */

    return ngx_edge_ticket_keys_load(conf);
}


ngx_int_t
ngx_edge_ticket_keys_install(ngx_conf_t *cf, ngx_edge_ticket_keys_conf_t *conf)
{
    ngx_edge_tls_server_t  server;

    if (ngx_edge_ticket_keys_index == -1) {
        ngx_edge_ticket_keys_index = SSL_CTX_get_ex_new_index(0, NULL, NULL,
                                                              NULL, NULL);
    }

    ngx_memzero(&server, sizeof(ngx_edge_tls_server_t));

    while (ngx_edge_tls_servers_next(cf, &server)) {
        if (server.conf->session_ticket_keys) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"ssl_session_ticket_key\" of server \"%V\" cannot "
                          "be used together with \"ecg_ticket_keys\"",
                          server.name);
            return NGX_ERROR;
        }

        /* OpenSSL asks this callback before the older one of nginx */

        if (SSL_CTX_set_ex_data(server.ctx, ngx_edge_ticket_keys_index, conf)
            == 0
            || SSL_CTX_set_tlsext_ticket_key_evp_cb(server.ctx,
                                                 ngx_edge_ticket_keys_callback)
               == 0)
        {
            ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                          (char *) "setting session ticket keys failed");
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* 0: no ticket, or a full handshake; 2: opened, and to be issued anew */

static int
ngx_edge_ticket_keys_callback(ngx_ssl_conn_t *ssl_conn, unsigned char *name,
    unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int seal)
{
    time_t                        now;
    edge_ticket_keys_t           *keys;
    const edge_ticket_key_t      *key, *current;
    ngx_edge_ticket_keys_conf_t  *conf;

    conf = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl_conn),
                               ngx_edge_ticket_keys_index);
    keys = ngx_edge_ticket_keys_get(conf);
    now = ngx_time();

    current = edge_ticket_keys_current(keys, now);

    if (seal) {
        if (current == NULL) {
            return 0;
        }

        ngx_memcpy(name, current->name, EDGE_TICKET_KEY_NAME);

        return edge_ticket_key_seal(current, iv, cipher, mac) ? 1 : -1;
    }

    key = edge_ticket_keys_find(keys, name, now, conf->rotate);
    if (key == NULL) {
        return 0;
    }

    if (!edge_ticket_key_open(key, iv, cipher, mac)) {
        return -1;
    }

    /* a client of TLSv1.3 uses a ticket once, RFC 8446, appendix C.4 */

    return (key == current && SSL_version(ssl_conn) < TLS1_3_VERSION) ? 1 : 2;
}


edge_ticket_keys_t *
ngx_edge_ticket_keys_get(ngx_edge_ticket_keys_conf_t *conf)
{
    time_t                          now;
    ngx_slab_pool_t                *pool;
    ngx_edge_ticket_keys_shared_t  *shared;

    shared = conf->shared;
    now = ngx_time();

    if (conf->directory.data == NULL
        && (ngx_edge_ticket_keys_of != shared
            || ngx_edge_ticket_keys.n == 0
            || now - ngx_edge_ticket_keys.keys[0].start >= conf->rotate))
    {
        ngx_edge_ticket_keys_rotate(conf, now);
    }

    if (ngx_edge_ticket_keys_of == shared
        && ngx_edge_ticket_keys_generation == shared->generation)
    {
        return &ngx_edge_ticket_keys;
    }

    pool = (ngx_slab_pool_t *) conf->zone->shm.addr;

    ngx_shmtx_lock(&pool->mutex);

    ngx_edge_ticket_keys = shared->keys;
    ngx_edge_ticket_keys_generation = shared->generation;
    ngx_edge_ticket_keys_of = shared;

    ngx_shmtx_unlock(&pool->mutex);

    return &ngx_edge_ticket_keys;
}


/* Whichever worker is the first to see that it is time. */

static void
ngx_edge_ticket_keys_rotate(ngx_edge_ticket_keys_conf_t *conf, time_t now)
{
    ngx_slab_pool_t     *pool;
    edge_ticket_key_t    key;
    edge_ticket_keys_t  *keys;

    if (!edge_ticket_key_make(&key, now)) {
        ngx_ssl_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      (char *) "no random bytes for a session ticket key");
        return;
    }

    keys = &conf->shared->keys;
    pool = (ngx_slab_pool_t *) conf->zone->shm.addr;

    ngx_shmtx_lock(&pool->mutex);

    if (keys->n == 0 || now - keys->keys[0].start >= conf->rotate) {
        edge_ticket_keys_add(keys, &key);
        edge_ticket_keys_expire(keys, now, conf->rotate);
        conf->shared->generation++;
    }

    ngx_shmtx_unlock(&pool->mutex);

    ngx_explicit_memzero(&key, sizeof(edge_ticket_key_t));
}
