
#include "ngx_edge_status.h"


/* What sources have told, before it is written family by family. */

typedef struct {
    ngx_edge_metrics_looked_up_e   what;
    u_char                        *labels;
    uint64_t                       values[4];
} ngx_edge_status_told_t;


static void ngx_edge_status_one(ngx_edge_status_out_t *out, const char *name,
    ngx_edge_status_type_e type, uint64_t value, const char *help);
static void ngx_edge_status_info(ngx_edge_status_out_t *out,
    ngx_edge_status_t *status);
static void ngx_edge_status_store(ngx_edge_status_out_t *out,
    ngx_edge_policy_store_conf_t *conf);
static void ngx_edge_status_sources(ngx_edge_status_out_t *out,
    ngx_edge_metrics_zone_t *zone);
static ngx_int_t ngx_edge_status_tell(void *to,
    ngx_edge_metrics_looked_up_e what, const ngx_str_t *label,
    const uint64_t *values);


static const char  *ngx_edge_status_none[] = { NULL };

static const struct {
    const char                    *name;
    ngx_edge_metrics_looked_up_e   what;
    ngx_uint_t                     value;
    ngx_uint_t                     milliseconds;
    const char                    *label;
    const char                    *help;
} ngx_edge_status_lists[] = {

    { "mtls_crl_entries", NGX_EDGE_METRICS_CRL, NGX_EDGE_METRICS_CRL_ENTRIES,
      0, "issuer", "Revoked certificates that the lists of an issuer have." },

    { "mtls_crl_this_update_timestamp_seconds", NGX_EDGE_METRICS_CRL,
      NGX_EDGE_METRICS_CRL_THIS_UPDATE, 0, "issuer",
      "When the latest list of an issuer was made." },

    { "mtls_crl_next_update_timestamp_seconds", NGX_EDGE_METRICS_CRL,
      NGX_EDGE_METRICS_CRL_NEXT_UPDATE, 0, "issuer",
      "When the first of the lists of an issuer is out of date." },

    { "mtls_crl_load_timestamp_seconds", NGX_EDGE_METRICS_CRL_LOAD,
      NGX_EDGE_METRICS_CRL_LOAD_TIME, 0, NULL,
      "When lists were last loaded, or were tried to be." },

    { "mtls_crl_load_duration_seconds", NGX_EDGE_METRICS_CRL_LOAD,
      NGX_EDGE_METRICS_CRL_LOAD_MSEC, 1, NULL, "How long that took." },

    { "mtls_crl_load_success", NGX_EDGE_METRICS_CRL_LOAD,
      NGX_EDGE_METRICS_CRL_LOAD_OK, 0, NULL,
      "Whether there is a new index since; 0: the one before serves." },

    { "mtls_crl_load_problems", NGX_EDGE_METRICS_CRL_LOAD,
      NGX_EDGE_METRICS_CRL_LOAD_PROBLEMS, 0, NULL,
      "Files and lists left aside then; the error log names them." },

    { "compression_dictionaries_entries", NGX_EDGE_METRICS_KEPT,
      NGX_EDGE_METRICS_KEPT_NUMBER, 0, NULL,
      "Dictionaries of origins that are kept." },

    { "compression_dictionaries_bytes", NGX_EDGE_METRICS_KEPT,
      NGX_EDGE_METRICS_KEPT_BYTES, 0, NULL, "Bytes of their content." },

    { "compression_dictionaries_found_total", NGX_EDGE_METRICS_KEPT,
      NGX_EDGE_METRICS_KEPT_FOUND, 0, NULL,
      "Requests that announced one that serves them." },

    { "compression_dictionaries_evicted_total", NGX_EDGE_METRICS_KEPT,
      NGX_EDGE_METRICS_KEPT_EVICTED, 0, NULL,
      "Dictionaries that went as there was no room." }
};


void
ngx_edge_status_looked_up(ngx_edge_status_out_t *out,
    ngx_edge_status_t *status)
{
    ngx_edge_metrics_shared_t  *shared;

    shared = status->slot->zone->shared;

    ngx_edge_status_info(out, status);

    ngx_edge_status_one(out, "start_time_seconds", NGX_EDGE_STATUS_GAUGE,
                        shared->since, "Since when there are these counters.");
    ngx_edge_status_one(out, "series_left_out_total", NGX_EDGE_STATUS_COUNTER,
                        shared->left_out,
                        "Series not counted: ecg_status_zone is too small.");

    if (status->store->path.data) {
        ngx_edge_status_store(out, status->store);
    }

    ngx_edge_status_write_certificates(out, &status->main->certificates);
    ngx_edge_status_sources(out, status->slot->zone);
}


static void
ngx_edge_status_one(ngx_edge_status_out_t *out, const char *name,
    ngx_edge_status_type_e type, uint64_t value, const char *help)
{
    ngx_edge_status_sample_t  sample;

    ngx_memzero(&sample, sizeof(ngx_edge_status_sample_t));

    sample.value = value;

    ngx_edge_status_begin(out, name, type, ngx_edge_status_none, help);
    ngx_edge_status_sample(out, &sample);
    ngx_edge_status_end(out);
}


static void
ngx_edge_status_info(ngx_edge_status_out_t *out, ngx_edge_status_t *status)
{
    u_char                     labels[256];
    ngx_edge_status_sample_t   sample;

    static const char         *names[] = { "nginx", "openssl", "modules",
                                           NULL };

    ngx_memzero(&sample, sizeof(ngx_edge_status_sample_t));

    (void) ngx_slprintf(labels, labels + sizeof(labels) - 1,
                        "%s%Z%s%Z%V%Z", NGINX_VERSION,
                        OpenSSL_version(OPENSSL_VERSION_STRING),
                        &status->main->modules);

    sample.labels = labels;
    sample.value = 1;

    ngx_edge_status_begin(out, "info", NGX_EDGE_STATUS_GAUGE, names,
                          "What is running; always 1.");
    ngx_edge_status_sample(out, &sample);
    ngx_edge_status_end(out);
}


static void
ngx_edge_status_store(ngx_edge_status_out_t *out,
    ngx_edge_policy_store_conf_t *conf)
{
    uint64_t              names, used, map;
    edge_policy_store_t  *store;

    store = ngx_edge_policy_store_get(conf, out->request->connection->log);

    ngx_edge_status_one(out, "policy_store_up", NGX_EDGE_STATUS_GAUGE,
                        store != NULL, "Whether the store can be read.");

    if (store == NULL
        || edge_policy_store_begin_read(store) != EDGE_STORE_OK)
    {
        return;
    }

    if (edge_lmdb_count(store->db, EDGE_LMDB_RECORDS, &names)
        == EDGE_STORE_OK)
    {
        ngx_edge_status_one(out, "policy_store_names", NGX_EDGE_STATUS_GAUGE,
                            names, "Hostnames with records in the store.");
    }

    edge_policy_store_end_read(store);

    edge_lmdb_size(store->db, &used, &map);

    ngx_edge_status_one(out, "policy_store_bytes", NGX_EDGE_STATUS_GAUGE,
                        used, "Bytes of the store that are in use.");
    ngx_edge_status_one(out, "policy_store_limit_bytes",
                        NGX_EDGE_STATUS_GAUGE, map,
                        "Bytes that the store may have.");
}


/* nearly all is what is; the last of them are counts */

static ngx_edge_status_type_e
ngx_edge_status_list_type(ngx_uint_t k)
{
    return (ngx_edge_status_lists[k].what == NGX_EDGE_METRICS_KEPT
            && ngx_edge_status_lists[k].value >= NGX_EDGE_METRICS_KEPT_FOUND)
           ? NGX_EDGE_STATUS_COUNTER : NGX_EDGE_STATUS_GAUGE;
}


static void
ngx_edge_status_sources(ngx_edge_status_out_t *out,
    ngx_edge_metrics_zone_t *zone)
{
    ngx_uint_t                  i, k, begun;
    const char                 *names[2];
    ngx_array_t                 told;
    ngx_edge_status_told_t     *t;
    ngx_edge_status_sample_t    sample;
    ngx_edge_metrics_source_t  *source;

    if (ngx_array_init(&told, out->request->pool, 8,
                       sizeof(ngx_edge_status_told_t))
        != NGX_OK)
    {
        out->failed = 1;
        return;
    }

    source = zone->sources.elts;

    for (i = 0; i < zone->sources.nelts; i++) {
        if (source[i].handler(source[i].data, &told, ngx_edge_status_tell)
            != NGX_OK)
        {
            out->failed = 1;
            return;
        }
    }

    t = told.elts;
    names[1] = NULL;

    for (k = 0; k < sizeof(ngx_edge_status_lists)
                    / sizeof(ngx_edge_status_lists[0]); k++)
    {
        names[0] = ngx_edge_status_lists[k].label;
        begun = 0;

        for (i = 0; i < told.nelts; i++) {

            if (t[i].what != ngx_edge_status_lists[k].what) {
                continue;
            }

            if (!begun++) {
                ngx_edge_status_begin(out, ngx_edge_status_lists[k].name,
                                      ngx_edge_status_list_type(k), names,
                                      ngx_edge_status_lists[k].help);
            }

            ngx_memzero(&sample, sizeof(ngx_edge_status_sample_t));

            sample.labels = t[i].labels;
            sample.value = t[i].values[ngx_edge_status_lists[k].value];
            sample.milliseconds = ngx_edge_status_lists[k].milliseconds;

            ngx_edge_status_sample(out, &sample);
        }

        if (begun) {
            ngx_edge_status_end(out);
        }
    }
}


static ngx_int_t
ngx_edge_status_tell(void *to, ngx_edge_metrics_looked_up_e what,
    const ngx_str_t *label, const uint64_t *values)
{
    ngx_array_t *told = to;

    ngx_edge_status_told_t  *t;

    t = ngx_array_push(told);
    if (t == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(t, sizeof(ngx_edge_status_told_t));

    t->what = what;

    if (label) {
        t->labels = ngx_pnalloc(told->pool, label->len + 1);
        if (t->labels == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(t->labels, label->data, label->len);
        t->labels[label->len] = '\0';
    }

    ngx_memcpy(t->values, values,
               (what == NGX_EDGE_METRICS_CRL ? 3 : 4) * sizeof(uint64_t));

    return NGX_OK;
}
