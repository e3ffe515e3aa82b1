
#include "ngx_edge_metrics.h"


struct ngx_edge_metrics_known_s {
    ngx_edge_metrics_known_t   *next;
    ngx_edge_metrics_key_t      key;
    uint64_t                   *cells;
};


static ngx_edge_metrics_slot_t *ngx_edge_metrics_slot(ngx_conf_t *cf);
static ngx_uint_t ngx_edge_metrics_hash(const ngx_edge_metrics_key_t *key);


ngx_int_t
ngx_edge_metrics_join(ngx_conf_t *cf, ngx_edge_metrics_t **metrics,
    ngx_edge_metrics_source_pt handler, void *data)
{
    ngx_edge_metrics_slot_t    *slot;
    ngx_edge_metrics_source_t  *source;

    *metrics = NULL;

    slot = ngx_edge_metrics_slot(cf);

    if (slot == NULL || slot->magic != NGX_EDGE_METRICS_MAGIC) {
        return NGX_OK;
    }

    if (slot->version != NGX_EDGE_METRICS_VERSION) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"ecg_status\" is of another release than an edge "
                      "module loaded beside it");
        return NGX_ERROR;
    }

    *metrics = ngx_pcalloc(cf->pool, sizeof(ngx_edge_metrics_t));
    if (*metrics == NULL) {
        return NGX_ERROR;
    }

    (*metrics)->zone = slot->zone;

    if (handler == NULL) {
        return NGX_OK;
    }

    source = ngx_array_push(&slot->zone->sources);
    if (source == NULL) {
        return NGX_ERROR;
    }

    source->handler = handler;
    source->data = data;

    return NGX_OK;
}


static ngx_edge_metrics_slot_t *
ngx_edge_metrics_slot(ngx_conf_t *cf)
{
    ngx_uint_t            i;
    ngx_module_t         *module;
    ngx_http_conf_ctx_t  *ctx;

    ctx = cf->ctx;

    for (i = 0; cf->cycle->modules[i]; i++) {
        module = cf->cycle->modules[i];

        if (module->type == NGX_HTTP_MODULE
            && ngx_strcmp(module->name, "ngx_http_ecg_module") == 0)
        {
            return ctx->main_conf[module->ctx_index];
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_edge_metrics_hash(const ngx_edge_metrics_key_t *key)
{
    uintptr_t   hash;
    ngx_uint_t  i;

    hash = (uintptr_t) key->server + (uintptr_t) key->kind;

    for (i = 0; i < 4; i++) {
        hash = hash * 31 + key->ids[i];
    }

    return (hash ^ (hash >> 8) ^ (hash >> 16)) % 256;
}


uint64_t *
ngx_edge_metrics_find(ngx_edge_metrics_t *metrics,
    const ngx_edge_metrics_key_t *key)
{
    ngx_edge_metrics_known_t  *known;

    for (known = metrics->known[ngx_edge_metrics_hash(key)];
         known;
         known = known->next)
    {
        if (known->key.kind == key->kind && known->key.server == key->server
            && ngx_memcmp(known->key.ids, key->ids, sizeof(key->ids)) == 0)
        {
            return known->cells;
        }
    }

    return NULL;
}


uint64_t *
ngx_edge_metrics_make(ngx_edge_metrics_t *metrics,
    const ngx_edge_metrics_key_t *key, const char **labels)
{
    u_char                     buf[1024], *p, *last;
    uint64_t                  *cells;
    ngx_str_t                 *name;
    ngx_uint_t                 i;
    ngx_edge_metrics_known_t  *known, **bucket;

    if (metrics->zone->shared == NULL) {
        return ngx_edge_metrics_nowhere;
    }

    p = buf;
    last = buf + sizeof(buf) - 1;

    if (ngx_edge_metrics_kinds[key->kind].server) {
        name = &key->server->server_name;
        p = name->len ? ngx_slprintf(p, last, "%V", name)
                      : ngx_slprintf(p, last, "_");
        *p++ = '\0';
    }

    for (i = 0; i < ngx_edge_metrics_kinds[key->kind].labels; i++) {
        p = ngx_slprintf(p, last, "%s", labels[i]);

        if (p == last) {
            return ngx_edge_metrics_nowhere;
        }

        *p++ = '\0';
    }

    cells = ngx_edge_metrics_open(metrics->zone, key->kind, buf, p - buf);

    known = ngx_palloc(ngx_cycle->pool, sizeof(ngx_edge_metrics_known_t));
    if (known == NULL) {
        return cells;
    }

    bucket = &metrics->known[ngx_edge_metrics_hash(key)];

    known->key = *key;
    known->cells = cells;
    known->next = *bucket;
    *bucket = known;

    return cells;
}


void
ngx_edge_metrics_count(ngx_edge_metrics_t *metrics,
    ngx_edge_metrics_kind_e kind, ngx_http_core_srv_conf_t *server,
    const char *label)
{
    uint64_t                *cells;
    ngx_edge_metrics_key_t   key;

    if (metrics == NULL) {
        return;
    }

    ngx_memzero(&key, sizeof(ngx_edge_metrics_key_t));

    key.kind = kind;
    key.server = server;
    key.ids[0] = (uintptr_t) label;

    cells = ngx_edge_metrics_find(metrics, &key);

    if (cells == NULL) {
        cells = ngx_edge_metrics_make(metrics, &key, &label);
    }

    cells[NGX_EDGE_METRICS_COUNT]++;
}


void
ngx_edge_metrics_time(uint64_t *cells, uint64_t nanoseconds)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_EDGE_METRICS_BUCKETS - 1; i++) {
        if (nanoseconds <= ngx_edge_metrics_bounds[i]) {
            break;
        }
    }

    cells[NGX_EDGE_METRICS_BUCKET + i]++;
    cells[NGX_EDGE_METRICS_COUNT]++;
    cells[NGX_EDGE_METRICS_NANOSECONDS] += nanoseconds;
}
