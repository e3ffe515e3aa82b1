
#include "ngx_edge_certificates.h"
#include "ngx_edge_status.h"


#define ngx_edge_status_same(one, two)                                       \
    ((one)->len == (two)->len                                                 \
     && ngx_memcmp((one)->data, (two)->data, (two)->len) == 0)


typedef struct {
    ngx_conf_t   *cf;
    ngx_array_t  *certificates;
} ngx_edge_status_collect_t;


static ngx_int_t ngx_edge_status_certificate(void *data, SSL_CTX *ctx,
    X509 *x, ngx_str_t *server);
static ngx_uint_t ngx_edge_status_has_certificate(ngx_array_t *certificates,
    const ngx_edge_status_certificate_t *cert);
static ngx_int_t ngx_edge_status_bio(ngx_conf_t *cf, BIO *bio, ngx_str_t *to);


/* Certificates with variables in their names are not known here. */

ngx_int_t
ngx_edge_status_certificates(ngx_conf_t *cf, ngx_edge_status_main_t *main)
{
    ngx_edge_status_collect_t  collect = { cf, &main->certificates };

    return ngx_edge_certificates_each(cf, ngx_edge_status_certificate,
                                      &collect);
}


static ngx_int_t
ngx_edge_status_certificate(void *data, SSL_CTX *ctx, X509 *x,
    ngx_str_t *server)
{
    ngx_edge_status_collect_t *collect = data;

    BIO                            *bio;
    ngx_int_t                       rc;
    ngx_conf_t                     *cf;
    ngx_edge_status_certificate_t  *to;

    cf = collect->cf;

    to = ngx_array_push(collect->certificates);
    if (to == NULL) {
        return NGX_ERROR;
    }

    to->server = *server;
    to->not_after = edge_server_certificate_expires(x);

    if (to->server.len == 0) {
        ngx_str_set(&to->server, "_");
    }

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (X509_NAME_print_ex(bio, X509_get_subject_name(x), 0,
                           XN_FLAG_RFC2253)
        < 0 || ngx_edge_status_bio(cf, bio, &to->subject) != NGX_OK)
    {
        goto failed;
    }

    if (X509_NAME_print_ex(bio, X509_get_issuer_name(x), 0,
                           XN_FLAG_RFC2253)
        < 0 || ngx_edge_status_bio(cf, bio, &to->issuer) != NGX_OK)
    {
        goto failed;
    }

    if (i2a_ASN1_INTEGER(bio, X509_get0_serialNumber(x)) < 0) {
        goto failed;
    }

    rc = ngx_edge_status_bio(cf, bio, &to->serial);

    /* one sample for all server blocks of this name */

    collect->certificates->nelts--;

    if (!ngx_edge_status_has_certificate(collect->certificates, to)) {
        collect->certificates->nelts++;
    }

failed:

    BIO_free(bio);

    return rc;
}


static ngx_uint_t
ngx_edge_status_has_certificate(ngx_array_t *certificates,
    const ngx_edge_status_certificate_t *cert)
{
    ngx_uint_t                            i;
    const ngx_edge_status_certificate_t  *known;

    known = certificates->elts;

    for (i = 0; i < certificates->nelts; i++) {
        if (ngx_edge_status_same(&known[i].serial, &cert->serial)
            && ngx_edge_status_same(&known[i].server, &cert->server)
            && ngx_edge_status_same(&known[i].subject, &cert->subject)
            && ngx_edge_status_same(&known[i].issuer, &cert->issuer))
        {
            return 1;
        }
    }

    return 0;
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
