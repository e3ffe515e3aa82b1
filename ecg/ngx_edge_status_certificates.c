
#include "ngx_edge_status.h"


static ngx_int_t ngx_edge_status_certificate(ngx_conf_t *cf, X509 *cert,
    ngx_edge_status_certificate_t *to);
static ngx_int_t ngx_edge_status_bio(ngx_conf_t *cf, BIO *bio, ngx_str_t *to);


/* Certificates with variables in their names are not known here. */

ngx_int_t
ngx_edge_status_certificates(ngx_conf_t *cf, ngx_edge_status_main_t *main)
{
    X509                           *cert;
    SSL_CTX                        *ctx;
    ngx_uint_t                      i;
    ngx_http_ssl_srv_conf_t        *sscf;
    ngx_http_core_srv_conf_t      **cscfp;
    ngx_http_core_main_conf_t      *cmcf;
    ngx_edge_status_certificate_t  *to;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        sscf = cscfp[i]->ctx->srv_conf[ngx_http_ssl_module.ctx_index];
        ctx = sscf->ssl.ctx;

        if (ctx == NULL
            || SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_FIRST) != 1)
        {
            continue;
        }

        do {
            cert = SSL_CTX_get0_certificate(ctx);
            to = ngx_array_push(&main->certificates);

            if (cert == NULL || to == NULL) {
                return NGX_ERROR;
            }

            to->server = cscfp[i]->server_name;

            if (to->server.len == 0) {
                ngx_str_set(&to->server, "_");
            }

            if (ngx_edge_status_certificate(cf, cert, to) != NGX_OK) {
                return NGX_ERROR;
            }

        } while (SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_NEXT) == 1);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_edge_status_certificate(ngx_conf_t *cf, X509 *cert,
    ngx_edge_status_certificate_t *to)
{
    int        days, seconds, ok;
    BIO       *bio;
    ngx_int_t  rc;

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    ok = ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert));

    to->not_after = ok ? ngx_time() + (time_t) days * 86400 + seconds : 0;

    if (X509_NAME_print_ex(bio, X509_get_subject_name(cert), 0,
                           XN_FLAG_RFC2253)
        < 0 || ngx_edge_status_bio(cf, bio, &to->subject) != NGX_OK)
    {
        goto failed;
    }

    if (X509_NAME_print_ex(bio, X509_get_issuer_name(cert), 0,
                           XN_FLAG_RFC2253)
        < 0 || ngx_edge_status_bio(cf, bio, &to->issuer) != NGX_OK)
    {
        goto failed;
    }

    if (i2a_ASN1_INTEGER(bio, X509_get0_serialNumber(cert)) < 0) {
        goto failed;
    }

    rc = ngx_edge_status_bio(cf, bio, &to->serial);

failed:

    BIO_free(bio);

    return rc;
}


static ngx_int_t
ngx_edge_status_bio(ngx_conf_t *cf, BIO *bio, ngx_str_t *to)
{
    int  n;

    to->len = BIO_pending(bio);
    to->data = ngx_pnalloc(cf->pool, to->len + 1);

    if (to->data == NULL) {
        return NGX_ERROR;
    }

    n = BIO_read(bio, to->data, (int) to->len);

    to->len = ngx_max(n, 0);

    return NGX_OK;
}


void
ngx_edge_status_write_certificates(ngx_edge_status_out_t *out,
    ngx_array_t *certificates)
{
    u_char                         labels[2048], *p;
    ngx_uint_t                     i;
    ngx_edge_status_sample_t       sample;
    ngx_edge_status_certificate_t  *cert;

    static const char             *names[] = { "server", "subject", "issuer",
                                               "serial", NULL };

    if (certificates->nelts == 0) {
        return;
    }

    ngx_edge_status_begin(out, "certificate_not_after_timestamp_seconds",
                          NGX_EDGE_STATUS_GAUGE, names,
                          "When a certificate of a server is out of date.");

    ngx_memzero(&sample, sizeof(ngx_edge_status_sample_t));

    sample.labels = labels;
    cert = certificates->elts;

    for (i = 0; i < certificates->nelts; i++) {
        p = ngx_slprintf(labels, labels + sizeof(labels) - 1,
                         "%V%Z%V%Z%V%Z%V%Z", &cert[i].server,
                         &cert[i].subject, &cert[i].issuer, &cert[i].serial);

        if (p == labels + sizeof(labels) - 1) {
            continue;
        }

        sample.value = cert[i].not_after;
        ngx_edge_status_sample(out, &sample);
    }

    ngx_edge_status_end(out);
}
