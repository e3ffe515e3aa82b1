
#include "ngx_edge_certificates.h"
#include "ngx_edge_tls_servers.h"


#define NGX_EDGE_CERTIFICATES_BEFORE  (14 * 24 * 60 * 60)
#define NGX_EDGE_CERTIFICATES_EVERY   (24 * 60 * 60)

/* of the names, and of the issuer */
#define NGX_EDGE_CERTIFICATES_TEXT    4096


typedef STACK_OF(X509)  ngx_edge_certificates_chain_t;


/* A certificate of an SSL context. */

typedef struct {
    u_char      digest[EDGE_SERVER_CERTIFICATE_DIGEST];
    X509       *x;
    ngx_str_t  *server;
    unsigned    chain:1;
} ngx_edge_certificates_found_t;


static ngx_int_t ngx_edge_certificates_find(void *data, SSL_CTX *ctx, X509 *x,
    ngx_str_t *server);
static ngx_int_t ngx_edge_certificates_push(ngx_array_t *found, X509 *x,
    ngx_str_t *server, ngx_uint_t chain);
static int ngx_edge_certificates_compare(const void *one, const void *two);
static ngx_int_t ngx_edge_certificates_add(ngx_conf_t *cf,
    ngx_edge_certificates_conf_t *conf, ngx_edge_certificates_found_t *found);
static ngx_int_t ngx_edge_certificates_text(ngx_pool_t *pool, X509 *x,
    size_t (*write)(X509 *x, char *buf, size_t size), ngx_str_t *text);
static int ngx_edge_certificates_compare_expires(const void *one,
    const void *two);


char *
ngx_edge_certificates_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                     *value, s;
    ngx_edge_certificates_conf_t  *ccf;

    ccf = (ngx_edge_certificates_conf_t *) ((char *) conf + cmd->offset);

    if (ccf->before != NGX_CONF_UNSET) {
        return (char *) "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0 && cf->args->nelts == 2) {
        ccf->before = 0;
        return NGX_CONF_OK;
    }

    ccf->before = ngx_parse_time(&value[1], 1);

    if (ccf->before < 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in "
                           "\"ecg_certificate_warning\": it must be a time, "
                           "or off alone", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    s.data = value[2].data + 6;
    s.len = value[2].len - 6;

    if (ngx_strncmp(value[2].data, "every=", 6) == 0) {
        ccf->every = ngx_parse_time(&s, 1);
    }

    if (ccf->every < 1 || ccf->every > 30 * 86400) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in "
                           "\"ecg_certificate_warning\": it must be every= "
                           "and a time from 1s to 30d", &value[2]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_edge_certificates_each(ngx_conf_t *cf, ngx_edge_certificates_pt handler,
    void *data)
{
    long                    next;
    X509                   *x;
    ngx_edge_tls_server_t   server;

    ngx_memzero(&server, sizeof(ngx_edge_tls_server_t));

    while (ngx_edge_tls_servers_next(cf, &server)) {
        next = SSL_CERT_SET_FIRST;

        while (SSL_CTX_set_current_cert(server.ctx, next) == 1) {
            next = SSL_CERT_SET_NEXT;
            x = SSL_CTX_get0_certificate(server.ctx);

            if (x == NULL
                || handler(data, server.ctx, x, server.name) != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_edge_certificates_collect(ngx_conf_t *cf,
    ngx_edge_certificates_conf_t *conf)
{
    ngx_uint_t                      i;
    ngx_array_t                     all;
    ngx_edge_certificates_found_t  *found;

    ngx_conf_init_value(conf->before, NGX_EDGE_CERTIFICATES_BEFORE);
    ngx_conf_init_value(conf->every, NGX_EDGE_CERTIFICATES_EVERY);

    if (ngx_array_init(&conf->certificates, cf->pool, 4,
                       sizeof(ngx_edge_certificate_t))
        != NGX_OK
        || ngx_array_init(&all, cf->temp_pool, 4,
                          sizeof(ngx_edge_certificates_found_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (conf->before == 0) {
        return NGX_OK;
    }

    if (ngx_edge_certificates_each(cf, ngx_edge_certificates_find, &all)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    found = all.elts;

    /* thousands of servers may have one certificate, or one each */

    ngx_qsort(found, all.nelts, sizeof(ngx_edge_certificates_found_t),
              ngx_edge_certificates_compare);

    for (i = 0; i < all.nelts; i++) {

        if (i && ngx_edge_certificates_compare(&found[i - 1], &found[i]) == 0) {
            continue;
        }

        if (ngx_edge_certificates_add(cf, conf, &found[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    ngx_qsort(conf->certificates.elts, conf->certificates.nelts,
              sizeof(ngx_edge_certificate_t),
              ngx_edge_certificates_compare_expires);

    return NGX_OK;
}


static ngx_int_t
ngx_edge_certificates_find(void *data, SSL_CTX *ctx, X509 *x,
    ngx_str_t *server)
{
    ngx_array_t *found = data;

    int                             i, last;
    ngx_edge_certificates_chain_t  *chain;

    if (ngx_edge_certificates_push(found, x, server, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    chain = NULL;
    (void) SSL_CTX_get0_chain_certs(ctx, &chain);

    last = sk_X509_num(chain);

    for (i = 0; i < last; i++) {
        if (ngx_edge_certificates_push(found, sk_X509_value(chain, i), server,
                                       1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_edge_certificates_push(ngx_array_t *found, X509 *x, ngx_str_t *server,
    ngx_uint_t chain)
{
    ngx_edge_certificates_found_t  *f;

    f = ngx_array_push(found);
    if (f == NULL) {
        return NGX_ERROR;
    }

    f->x = x;
    f->server = server;
    f->chain = chain;

    return edge_server_certificate_digest(x, f->digest) ? NGX_OK : NGX_ERROR;
}


static int
ngx_edge_certificates_compare(const void *one, const void *two)
{
    const ngx_edge_certificates_found_t *a = one;
    const ngx_edge_certificates_found_t *b = two;

    return ngx_memcmp(a->digest, b->digest, EDGE_SERVER_CERTIFICATE_DIGEST);
}


static ngx_int_t
ngx_edge_certificates_add(ngx_conf_t *cf, ngx_edge_certificates_conf_t *conf,
    ngx_edge_certificates_found_t *found)
{
    ngx_edge_certificate_t  *c;

    c = ngx_array_push(&conf->certificates);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->expires = edge_server_certificate_expires(found->x);
    c->server = *found->server;
    c->chain = found->chain;

    if (ngx_edge_certificates_text(cf->pool, found->x,
                                   edge_server_certificate_join_names,
                                   &c->names)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_edge_certificates_text(cf->pool, found->x,
                                      edge_server_certificate_issuer,
                                      &c->issuer);
}


static ngx_int_t
ngx_edge_certificates_text(ngx_pool_t *pool, X509 *x,
    size_t (*write)(X509 *x, char *buf, size_t size), ngx_str_t *text)
{
    char    buf[NGX_EDGE_CERTIFICATES_TEXT];
    size_t  len;

    len = write(x, buf, sizeof(buf));

    text->data = ngx_pnalloc(pool, len + 1);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(text->data, buf, len + 1);
    text->len = len;

    return NGX_OK;
}


static int
ngx_edge_certificates_compare_expires(const void *one, const void *two)
{
    const ngx_edge_certificate_t *a = one;
    const ngx_edge_certificate_t *b = two;

    return (a->expires > b->expires) - (a->expires < b->expires);
}


ngx_int_t
ngx_edge_certificates_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    X509       *x;
    ngx_int_t   rc;
    ngx_str_t   text;

    x = NULL;

    if (r->connection->ssl) {
        x = SSL_get_certificate(r->connection->ssl->connection);
    }

    if (x == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    switch ((ngx_edge_certificate_field_e) data) {

    case NGX_EDGE_CERTIFICATE_NAMES:
        rc = ngx_edge_certificates_text(r->pool, x,
                                        edge_server_certificate_join_names,
                                        &text);
        break;

    case NGX_EDGE_CERTIFICATE_ISSUER:
        rc = ngx_edge_certificates_text(r->pool, x,
                                        edge_server_certificate_issuer, &text);
        break;

    default:
        text.data = ngx_pnalloc(r->pool, NGX_INT64_LEN);
        rc = text.data ? NGX_OK : NGX_ERROR;

        if (rc == NGX_OK) {
            text.len = ngx_sprintf(text.data, "%l",
                           edge_server_certificate_days_left(
                               edge_server_certificate_expires(x), ngx_time()))
                       - text.data;
        }

        break;
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    v->len = text.len;
    v->data = text.data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
