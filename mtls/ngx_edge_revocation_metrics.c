
#include "ngx_edge_revocation_metrics.h"


static ngx_uint_t ngx_edge_revocation_copy(ngx_edge_revocation_t *rev,
    const u_char *id, edge_revocation_issuer_t *issuer);
static ngx_int_t ngx_edge_revocation_tell_issuer(ngx_edge_revocation_t *rev,
    X509 *cert, void *to, ngx_edge_metrics_add_pt add);
static uint64_t ngx_edge_revocation_msec(void);


static uint64_t
ngx_edge_revocation_msec(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


void
ngx_edge_revocation_load_begins(ngx_edge_revocation_t *rev)
{
    rev->shared->load_begun = ngx_edge_revocation_msec();
}


void
ngx_edge_revocation_load_ends(ngx_edge_revocation_t *rev, ngx_uint_t ok,
    ngx_uint_t problems)
{
    ngx_edge_revocation_shared_t  *shared;

    shared = rev->shared;

    shared->load_time = ngx_time();
    shared->load_msec = ngx_edge_revocation_msec() - shared->load_begun;
    shared->load_ok = ok;
    shared->load_problems = problems;
}


ngx_int_t
ngx_edge_revocation_tell(void *data, void *to, ngx_edge_metrics_add_pt add)
{
    ngx_edge_revocation_t *rev = data;

    int       i, k;
    X509     *cert;
    uint64_t  values[4];

    if (rev->shared == NULL) {
        return NGX_OK;
    }

    values[NGX_EDGE_METRICS_CRL_LOAD_TIME] = rev->shared->load_time;
    values[NGX_EDGE_METRICS_CRL_LOAD_MSEC] = rev->shared->load_msec;
    values[NGX_EDGE_METRICS_CRL_LOAD_OK] = rev->shared->load_ok;
    values[NGX_EDGE_METRICS_CRL_LOAD_PROBLEMS] = rev->shared->load_problems;

    if (add(to, NGX_EDGE_METRICS_CRL_LOAD, NULL, values) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < sk_X509_num(rev->issuers); i++) {
        cert = sk_X509_value(rev->issuers, i);

        /* an authority of several servers is there several times */

        for (k = 0; k < i; k++) {
            if (X509_cmp(cert, sk_X509_value(rev->issuers, k)) == 0) {
                break;
            }
        }

        if (k == i
            && ngx_edge_revocation_tell_issuer(rev, cert, to, add) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* An issuer's name and the key tell it apart, so both are in the label. */

static ngx_int_t
ngx_edge_revocation_tell_issuer(ngx_edge_revocation_t *rev, X509 *cert,
    void *to, ngx_edge_metrics_add_pt add)
{
    BIO                       *bio;
    char                      *text;
    u_char                     id[EDGE_REVOCATION_ID_LEN], label[512];
    uint64_t                   values[3];
    ngx_int_t                  rc;
    ngx_str_t                  name;
    edge_revocation_issuer_t   issuer;

    if (!edge_revocation_issuer_id(cert, id)
        || !ngx_edge_revocation_copy(rev, id, &issuer))
    {
        return NGX_OK;
    }

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (X509_NAME_print_ex(bio, X509_get_subject_name(cert), 0,
                           XN_FLAG_RFC2253)
        >= 0)
    {
        name.len = BIO_get_mem_data(bio, &text);
        name.data = label;

        name.len = ngx_snprintf(label, sizeof(label), "%*s [%02xd%02xd%02xd"
                                "%02xd]", ngx_min(name.len, 400), text, id[0],
                                id[1], id[2], id[3])
                   - label;

        values[NGX_EDGE_METRICS_CRL_ENTRIES] = issuer.count;
        values[NGX_EDGE_METRICS_CRL_THIS_UPDATE] = issuer.this_update;
        values[NGX_EDGE_METRICS_CRL_NEXT_UPDATE] = issuer.next_update;

        rc = add(to, NGX_EDGE_METRICS_CRL, &name, values);
    }

    BIO_free(bio);

    return rc;
}


/* It may be replaced, and its memory used again, meanwhile. */

static ngx_uint_t
ngx_edge_revocation_copy(ngx_edge_revocation_t *rev, const u_char *id,
    edge_revocation_issuer_t *issuer)
{
    ngx_atomic_uint_t          generation;
    edge_revocation_index_t   *index;
    edge_revocation_issuer_t  *found;

    do {
        generation = rev->shared->generation;

        if (generation == 0) {
            return 0;
        }

        ngx_memory_barrier();

        index = rev->shared->slots[generation % 2];
        found = edge_revocation_index_issuer(index, id);

        if (found) {
            *issuer = *found;
        }

        ngx_memory_barrier();

    } while (rev->shared->generation != generation);

    return found != NULL;
}
