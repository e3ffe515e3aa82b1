
#include "ngx_edge_keylog.h"
#include "ngx_edge_parameters.h"
#include "ngx_edge_tls_servers.h"


#define NGX_EDGE_KEYLOG_EXPIRES  600
#define NGX_EDGE_KEYLOG_HEAD     "# secrets of TLS connections, written until "


/* Of one SSL context. */

typedef struct {
    ngx_edge_keylog_conf_t     *conf;

    /* that of nginx's QUIC, or NULL */
    SSL_CTX_keylog_cb_func      next;
} ngx_edge_keylog_ctx_t;


static void ngx_edge_keylog_callback(const ngx_ssl_conn_t *ssl_conn,
    const char *line);
static void ngx_edge_keylog_write(ngx_edge_keylog_conf_t *conf,
    ngx_connection_t *c, const char *line);
static ngx_int_t ngx_edge_keylog_check_mode(ngx_cycle_t *cycle,
    ngx_edge_keylog_conf_t *conf);
static ngx_int_t ngx_edge_keylog_read_head(ngx_cycle_t *cycle,
    ngx_edge_keylog_conf_t *conf);
static ngx_int_t ngx_edge_keylog_open(ngx_cycle_t *cycle,
    ngx_edge_keylog_conf_t *conf);
static void ngx_edge_keylog_close(void *data);


/* survives reloads: an index once taken from OpenSSL is never given back */
static int     ngx_edge_keylog_index = -1;

static time_t  ngx_edge_keylog_warned;


char *
ngx_edge_keylog_parse(ngx_conf_t *cf, ngx_edge_keylog_conf_t *conf)
{
    ngx_int_t    rc;
    ngx_str_t   *value, s;
    ngx_uint_t   i;
    ngx_cidr_t  *cidr;

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
    conf->expires = NGX_EDGE_KEYLOG_EXPIRES;

    if (ngx_conf_full_name(cf->cycle, &conf->path, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    conf->clients = ngx_array_create(cf->pool, 4, sizeof(ngx_cidr_t));
    if (conf->clients == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "expires=", 8) == 0) {
            s.data = value[i].data + 8;
            s.len = value[i].len - 8;

            conf->expires = ngx_parse_time(&s, 1);

            if (conf->expires < 1 || conf->expires > 86400) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid expires \"%V\" in "
                                   "\"ecg_keylog\": it must be from 1s to 1d",
                                   &s);
                return NGX_CONF_ERROR;
            }

            continue;
        }

        cidr = ngx_array_push(conf->clients);
        if (cidr == NULL) {
            return NGX_CONF_ERROR;
        }

        rc = ngx_ptocidr(&value[i], cidr);

        if (rc == NGX_ERROR) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in \"ecg_keylog\": "
                               "it must be an address, a network or "
                               "expires=time", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    if (conf->clients->nelts == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ecg_keylog\" needs the clients whose secrets "
                           "are to be written");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_edge_keylog_install(ngx_conf_t *cf, ngx_edge_keylog_conf_t *conf)
{
    ngx_edge_keylog_ctx_t  *k;
    ngx_edge_tls_server_t   server;

    /* here, not in init_module(), where an error ends the master process */

    if (ngx_process != NGX_PROCESS_SIGNALLER
        && ngx_edge_keylog_open(cf->cycle, conf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_edge_keylog_index == -1) {
        ngx_edge_keylog_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL,
                                                         NULL);
    }

    ngx_memzero(&server, sizeof(ngx_edge_tls_server_t));

    while (ngx_edge_tls_servers_next(cf, &server)) {
        k = ngx_palloc(cf->pool, sizeof(ngx_edge_keylog_ctx_t));
        if (k == NULL) {
            return NGX_ERROR;
        }

        k->conf = conf;
        k->next = SSL_CTX_get_keylog_callback(server.ctx);

        if (SSL_CTX_set_ex_data(server.ctx, ngx_edge_keylog_index, k) == 0) {
            ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                          (char *) "SSL_CTX_set_ex_data() failed");
            return NGX_ERROR;
        }

        SSL_CTX_set_keylog_callback(server.ctx, ngx_edge_keylog_callback);
    }

    return NGX_OK;
}


static void
ngx_edge_keylog_callback(const ngx_ssl_conn_t *ssl_conn, const char *line)
{
    ngx_connection_t       *c;
    ngx_edge_keylog_ctx_t  *k;

    k = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl_conn), ngx_edge_keylog_index);

    if (k->next) {
        k->next(ssl_conn, line);
    }

    c = ngx_ssl_get_connection(ssl_conn);

    if (ngx_time() < k->conf->until
        && ngx_cidr_match(c->sockaddr, k->conf->clients) == NGX_OK)
    {
        ngx_edge_keylog_write(k->conf, c, line);
    }
}


static void
ngx_edge_keylog_write(ngx_edge_keylog_conf_t *conf, ngx_connection_t *c,
    const char *line)
{
    u_char   buf[512];
    size_t   len;
    ssize_t  n;

    len = ngx_snprintf(buf, sizeof(buf), "%s\n", line) - buf;

    /* workers append to one file: a line is one write */

    n = ngx_write_fd(conf->fd, buf, len);

    ngx_explicit_memzero(buf, len);

    if (n != (ssize_t) len) {
        ngx_log_error(NGX_LOG_ALERT, c->log, ngx_errno,
                      ngx_write_fd_n " to \"%V\" failed", &conf->path);
        return;
    }

    if (ngx_time() - ngx_edge_keylog_warned >= 60) {
        ngx_edge_keylog_warned = ngx_time();

        ngx_log_error(NGX_LOG_WARN, c->log, 0,
                      "TLS SECRETS ARE BEING WRITTEN to \"%V\" for another "
                      "%T seconds", &conf->path, conf->until - ngx_time());
    }
}


static ngx_int_t
ngx_edge_keylog_open(ngx_cycle_t *cycle, ngx_edge_keylog_conf_t *conf)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cycle->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    conf->fd = open((char *) conf->path.data,
                    O_RDWR|O_APPEND|O_CREAT|O_NOFOLLOW|O_CLOEXEC, 0600);

    if (conf->fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      ngx_open_file_n " \"%V\" failed in %V:%ui",
                      &conf->path, &conf->file, conf->line);
        return NGX_ERROR;
    }

    cln->handler = ngx_edge_keylog_close;
    cln->data = conf;

    if (ngx_edge_keylog_check_mode(cycle, conf) != NGX_OK
        || ngx_edge_keylog_read_head(cycle, conf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_edge_keylog_warn(ngx_cycle_t *cycle, ngx_edge_keylog_conf_t *conf)
{
    if (conf->until <= ngx_time()) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "the key log \"%V\" has expired, nothing is written; "
                      "remove the file to begin anew", &conf->path);
        return;
    }

    ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                  "TLS SECRETS WILL BE WRITTEN to \"%V\" for %T seconds",
                  &conf->path, conf->until - ngx_time());
}


static void
ngx_edge_keylog_close(void *data)
{
    ngx_edge_keylog_conf_t  *conf = data;

    (void) ngx_close_file(conf->fd);
}


static ngx_int_t
ngx_edge_keylog_check_mode(ngx_cycle_t *cycle, ngx_edge_keylog_conf_t *conf)
{
    ngx_file_info_t  fi;

    if (ngx_fd_info(conf->fd, &fi) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      ngx_fd_info_n " \"%V\" failed", &conf->path);
        return NGX_ERROR;
    }

    if (!ngx_is_file(&fi) || (fi.st_mode & 0077)) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "the key log \"%V\" must be a file that only its owner "
                      "may read in %V:%ui", &conf->path, &conf->file,
                      conf->line);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * The time it ends stands in the file: neither a reload nor a restart makes
 * it longer.
 */

static ngx_int_t
ngx_edge_keylog_read_head(ngx_cycle_t *cycle, ngx_edge_keylog_conf_t *conf)
{
    u_char   buf[128], *p, *last;
    size_t   len;
    ssize_t  n;

    n = pread(conf->fd, buf, sizeof(buf), 0);

    if (n == 0) {
        conf->until = ngx_time() + conf->expires;

        len = ngx_sprintf(buf, NGX_EDGE_KEYLOG_HEAD "%T\n", conf->until) - buf;

        if (ngx_write_fd(conf->fd, buf, len) == (ssize_t) len) {
            return NGX_OK;
        }

        n = -1;
    }

    if (n < 0) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      "the key log \"%V\" cannot be used", &conf->path);
        return NGX_ERROR;
    }

    len = sizeof(NGX_EDGE_KEYLOG_HEAD) - 1;
    last = ngx_strlchr(buf, buf + n, '\n');
    p = buf + len;

    if (last && last > p
        && ngx_strncmp(buf, NGX_EDGE_KEYLOG_HEAD, len) == 0)
    {
        conf->until = ngx_atotm(p, last - p);

        if (conf->until != (time_t) NGX_ERROR) {
            return NGX_OK;
        }
    }

    ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                  "\"%V\" in \"ecg_keylog\" is not a key log of ours",
                  &conf->path);

    return NGX_ERROR;
}
