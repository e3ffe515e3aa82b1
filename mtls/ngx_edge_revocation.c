
#include "ngx_edge_revocation.h"

#include <openssl/rand.h>


static ngx_int_t ngx_edge_revocation_init_zone(ngx_shm_zone_t *zone,
    void *data);
static void ngx_edge_revocation_cleanup(void *data);
static ngx_int_t ngx_edge_revocation_digest(ngx_conf_t *cf,
    ngx_edge_revocation_t *rev);
static ngx_edge_revocation_status_e ngx_edge_revocation_find_one(
    ngx_edge_revocation_t *rev, const edge_revocation_index_t *index,
    const edge_session_note_span_t *key, edge_revocation_kind_e kind);


ngx_int_t
ngx_edge_revocation_init(ngx_conf_t *cf, ngx_edge_revocation_t *rev, void *tag)
{
    ngx_str_t            name = ngx_string("mtls_crl");
    ngx_pool_cleanup_t  *cln;

#if (NGX_THREADS)

    rev->pool = ngx_thread_pool_add(cf, NULL);
    if (rev->pool == NULL) {
        return NGX_ERROR;
    }

#else

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"mtls_crl\" requires nginx to be built with threads");
    return NGX_ERROR;

#endif

    rev->issuers = sk_X509_new_null();
    if (rev->issuers == NULL) {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        sk_X509_free(rev->issuers);
        return NGX_ERROR;
    }

    cln->handler = ngx_edge_revocation_cleanup;
    cln->data = rev;

    rev->zone = ngx_shared_memory_add(cf, &name, rev->zone_size, tag);
    if (rev->zone == NULL) {
        return NGX_ERROR;
    }

    rev->zone->init = ngx_edge_revocation_init_zone;
    rev->zone->data = rev;

    return NGX_OK;
}


static void
ngx_edge_revocation_cleanup(void *data)
{
    ngx_edge_revocation_t  *rev = data;

    sk_X509_pop_free(rev->issuers, X509_free);
}


ngx_int_t
ngx_edge_revocation_add_issuers(ngx_conf_t *cf, ngx_edge_revocation_t *rev,
    SSL_CTX *ctx)
{
    X509                          *cert;
    edge_text_t                    ski;
    ngx_uint_t                     i;
    struct stack_st_X509          *certs;
    ngx_edge_revocation_policy_t  *policy;

    ngx_memzero(&ski, sizeof(edge_text_t));

    certs = X509_STORE_get1_all_certs(SSL_CTX_get_cert_store(ctx));

    while (certs && (cert = sk_X509_shift(certs)) != NULL) {
        ski.len = 0;
        edge_certificate_add_ski(&ski, cert);

        policy = rev->policies.elts;

        for (i = 0; i < rev->policies.nelts; i++) {
            if (policy[i].issuer_ski.len && policy[i].issuer_ski.len == ski.len
                && ngx_strncasecmp(policy[i].issuer_ski.data,
                                   (u_char *) ski.data, ski.len)
                   == 0)
            {
                edge_revocation_issuer_id(cert, policy[i].id);
            }
        }

        if (sk_X509_push(rev->issuers, cert) == 0) {
            X509_free(cert);
            ski.failed = 1;
        }
    }

    edge_text_free(&ski);
    sk_X509_pop_free(certs, X509_free);

    return (certs && !ski.failed) ? ngx_edge_revocation_digest(cf, rev)
                                  : NGX_ERROR;
}


static ngx_int_t
ngx_edge_revocation_digest(ngx_conf_t *cf, ngx_edge_revocation_t *rev)
{
    int           ok, i;
    u_char        id[EDGE_REVOCATION_ID_LEN];
    ngx_uint_t    k;
    EVP_MD_CTX   *md;
    const char  **paths;

    md = EVP_MD_CTX_new();
    ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL);

    paths = rev->paths.elts;

    for (k = 0; ok && k < rev->paths.nelts; k++) {
        ok = EVP_DigestUpdate(md, paths[k], ngx_strlen(paths[k]) + 1);
    }

    for (i = 0; ok && i < sk_X509_num(rev->issuers); i++) {
        ok = edge_revocation_issuer_id(sk_X509_value(rev->issuers, i), id)
             && EVP_DigestUpdate(md, id, sizeof(id));
    }

    ok = ok && EVP_DigestFinal_ex(md, rev->digest, NULL);

    EVP_MD_CTX_free(md);

    return ok ? NGX_OK : NGX_ERROR;
}


/* Untouched pages of the slots take no memory, however large they are. */

static ngx_int_t
ngx_edge_revocation_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_uint_t                     i;
    ngx_slab_pool_t               *pool;
    ngx_edge_revocation_t         *rev, *old;
    ngx_edge_revocation_shared_t  *shared;

    old = data;
    rev = zone->data;

    if (old) {
        rev->shared = old->shared;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    shared = ngx_slab_calloc(pool, sizeof(ngx_edge_revocation_shared_t));
    if (shared == NULL) {
        return NGX_ERROR;
    }

    /* what the slab allocator needs for itself is below this */

    shared->size = (zone->shm.size - zone->shm.size / 64 - 32 * ngx_pagesize)
                   / 2 / ngx_pagesize * ngx_pagesize;

    for (i = 0; i < 2; i++) {
        shared->slots[i] = ngx_slab_alloc(pool, shared->size);

        if (shared->slots[i] == NULL) {
            return NGX_ERROR;
        }
    }

    if (RAND_bytes((u_char *) shared->key, sizeof(shared->key)) != 1) {
        return NGX_ERROR;
    }

    rev->shared = shared;

    /* here, not in init_module(), where an error ends the master process */

    return ngx_test_config ? NGX_OK
                           : ngx_edge_revocation_start(rev, zone->shm.log);
}


ngx_atomic_uint_t
ngx_edge_revocation_generation(ngx_edge_revocation_t *rev)
{
    return rev->shared->generation;
}


ngx_edge_revocation_status_e
ngx_edge_revocation_find(ngx_edge_revocation_t *rev,
    const edge_session_note_t *note)
{
    size_t                         i;
    ngx_atomic_uint_t              generation;
    edge_revocation_index_t       *index;
    ngx_edge_revocation_status_e   status, found;

    do {
        generation = rev->shared->generation;
        ngx_memory_barrier();

        index = rev->shared->slots[generation % 2];
        status = NGX_EDGE_REVOCATION_GOOD;

        for (i = 0; i < note->nkeys; i++) {
            found = ngx_edge_revocation_find_one(rev, index, &note->keys[i],
                                                 note->is_ca[i]
                                                     ? EDGE_REVOCATION_CA
                                                     : EDGE_REVOCATION_USER);

            if (found != NGX_EDGE_REVOCATION_GOOD
                && status != NGX_EDGE_REVOCATION_REVOKED)
            {
                status = found;
            }
        }

        ngx_memory_barrier();

        /* it may have been replaced, and its memory used again, meanwhile */

    } while (rev->shared->generation != generation);

    return status;
}


static ngx_edge_revocation_policy_t *
ngx_edge_revocation_policy(ngx_edge_revocation_t *rev, const u_char *id)
{
    ngx_uint_t                     i;
    ngx_edge_revocation_policy_t  *policy, *others;

    others = NULL;
    policy = rev->policies.elts;

    for (i = 0; i < rev->policies.nelts; i++) {
        if (policy[i].issuer_ski.len == 0) {
            others = &policy[i];

        } else if (ngx_memcmp(policy[i].id, id, EDGE_REVOCATION_ID_LEN) == 0) {
            return &policy[i];
        }
    }

    return others;
}


static ngx_edge_revocation_status_e
ngx_edge_revocation_find_one(ngx_edge_revocation_t *rev,
    const edge_revocation_index_t *index, const edge_session_note_span_t *key,
    edge_revocation_kind_e kind)
{
    ngx_edge_revocation_policy_t  *policy;

    policy = ngx_edge_revocation_policy(rev, key->data);

    switch (edge_revocation_index_find(index, key->data,
                                       key->data + EDGE_REVOCATION_ID_LEN,
                                       key->len - EDGE_REVOCATION_ID_LEN,
                                       kind, ngx_time(), policy->stale))
    {
    case EDGE_REVOCATION_GOOD:
        return NGX_EDGE_REVOCATION_GOOD;

    case EDGE_REVOCATION_REVOKED:
        return NGX_EDGE_REVOCATION_REVOKED;

    default: /* EDGE_REVOCATION_NO_LIST, EDGE_REVOCATION_STALE */
        return policy->hard ? NGX_EDGE_REVOCATION_UNKNOWN
                            : NGX_EDGE_REVOCATION_GOOD;
    }
}
