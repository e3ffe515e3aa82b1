
#include "ngx_edge_compression_metrics.h"


static void ngx_edge_compression_metrics_coded(ngx_http_request_t *r,
    ngx_edge_metrics_t *metrics, const ngx_edge_body_t *body);
static void ngx_edge_compression_metrics_publish(
    ngx_edge_encoders_t *encoders);
static ngx_int_t ngx_edge_compression_metrics_tell(void *data, void *to,
    ngx_edge_metrics_add_pt add);


ngx_int_t
ngx_edge_compression_metrics_init(ngx_conf_t *cf,
    ngx_edge_encoders_t *encoders, ngx_edge_dictionary_store_t *store,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_edge_metrics_t         *metrics;
    ngx_http_core_main_conf_t  *cmcf;

    if (ngx_edge_metrics_join(cf, &metrics,
                              store ? ngx_edge_compression_metrics_tell : NULL,
                              store)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (metrics == NULL) {
        return NGX_OK;
    }

    encoders->metrics = metrics;
    encoders->publish = ngx_edge_compression_metrics_publish;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


void
ngx_edge_compression_metrics_count(ngx_http_request_t *r,
    ngx_edge_encoders_t *encoders, ngx_edge_verdict_e verdict,
    const ngx_edge_body_t *body)
{
    ngx_http_core_srv_conf_t  *cscf;

    if (body && !r->header_only) {
        ngx_edge_compression_metrics_coded(r, encoders->metrics, body);
        return;
    }

    if (verdict != NGX_EDGE_CODED) {
        cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

        ngx_edge_metrics_count(encoders->metrics, NGX_EDGE_METRICS_SKIPPED,
                               cscf,
                               (char *) ngx_edge_verdicts[verdict].data);
    }
}


static void
ngx_edge_compression_metrics_coded(ngx_http_request_t *r,
    ngx_edge_metrics_t *metrics, const ngx_edge_body_t *body)
{
    u_char                     level[NGX_INT32_LEN + 1];
    uint64_t                  *cells;
    const char                *labels[2];
    ngx_edge_metrics_key_t     key;
    const edge_codec_t        *codec;

    codec = body->coder->coding[0].codec;

    ngx_memzero(&key, sizeof(ngx_edge_metrics_key_t));

    key.kind = NGX_EDGE_METRICS_CODED;
    key.server = ngx_http_get_module_srv_conf(r, ngx_http_core_module);
    key.ids[0] = (uintptr_t) codec;
    key.ids[1] = (uintptr_t) body->level;

    cells = ngx_edge_metrics_find(metrics, &key);

    if (cells == NULL) {
        labels[0] = codec->name;
        labels[1] = (char *) level;

        (void) ngx_sprintf(level, "%d%Z", body->level);

        cells = ngx_edge_metrics_make(metrics, &key, labels);
    }

    ngx_edge_metrics_time(&cells[NGX_EDGE_METRICS_CODED_TIME],
                          body->nanoseconds);

    cells[NGX_EDGE_METRICS_CODED_IN] += body->stream.bytes_in;
    cells[NGX_EDGE_METRICS_CODED_OUT] += body->stream.bytes_out;

    if (body->phase != NGX_EDGE_BODY_DONE) {
        cells[NGX_EDGE_METRICS_CODED_ABORTED]++;
    }
}


/* What this worker has now, for the others to read. */

static void
ngx_edge_compression_metrics_publish(ngx_edge_encoders_t *encoders)
{
    unsigned                 alive, idle;
    uint64_t                *cells;
    ngx_edge_metrics_key_t   key;

    ngx_memzero(&key, sizeof(ngx_edge_metrics_key_t));

    key.kind = NGX_EDGE_METRICS_ENCODERS;

    cells = ngx_edge_metrics_find(encoders->metrics, &key);

    if (cells == NULL) {
        cells = ngx_edge_metrics_make(encoders->metrics, &key, NULL);
    }

    edge_pool_count(encoders->pool, &alive, &idle);

    cells[NGX_EDGE_METRICS_ENCODERS_BUSY] = alive - idle;
    cells[NGX_EDGE_METRICS_ENCODERS_POOLED] = idle;
    cells[NGX_EDGE_METRICS_ENCODERS_MEMORY] =
                                      edge_pool_memory(encoders->pool)->used;
    cells[NGX_EDGE_METRICS_ENCODERS_CEILING] = encoders->ceiling;
    cells[NGX_EDGE_METRICS_ENCODERS_PARKED] += encoders->parked;

    encoders->parked = 0;
}


/* What is kept is counted in the index, for all workers. */

static ngx_int_t
ngx_edge_compression_metrics_tell(void *data, void *to,
    ngx_edge_metrics_add_pt add)
{
    ngx_edge_dictionary_store_t *store = data;

    uint64_t            values[4];
    edge_kept_counts_t  counts;

    ngx_shmtx_lock(&store->shared->mutex);
    edge_kept_index_count(store->index, &counts);
    ngx_shmtx_unlock(&store->shared->mutex);

    values[NGX_EDGE_METRICS_KEPT_NUMBER] = counts.count;
    values[NGX_EDGE_METRICS_KEPT_BYTES] = counts.bytes;
    values[NGX_EDGE_METRICS_KEPT_FOUND] = counts.found;
    values[NGX_EDGE_METRICS_KEPT_EVICTED] = counts.evicted;

    return add(to, NGX_EDGE_METRICS_KEPT, NULL, values);
}
