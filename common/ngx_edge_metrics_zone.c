
#include "ngx_edge_metrics.h"


static ngx_int_t ngx_edge_metrics_init_zone(ngx_shm_zone_t *shm_zone,
    void *data);
static ngx_edge_metrics_series_t *ngx_edge_metrics_series(
    ngx_edge_metrics_zone_t *zone, ngx_edge_metrics_kind_e kind,
    u_char *labels, size_t len);
static ngx_edge_metrics_block_t *ngx_edge_metrics_block(
    ngx_edge_metrics_zone_t *zone, ngx_edge_metrics_series_t *series);


const ngx_edge_metrics_shape_t  ngx_edge_metrics_kinds[] = {
    { NGX_EDGE_METRICS_CODED_CELLS, 0, 2, 1 },
    { 1, 0, 1, 1 },
    { NGX_EDGE_METRICS_ENCODERS_CELLS, NGX_EDGE_METRICS_ENCODERS_PARKED,
      0, 0 },
    { 1, 0, 5, 1 },
    { 1, 0, 1, 1 },
    { 1, 0, 2, 1 },
    { NGX_EDGE_METRICS_HISTOGRAM, 0, 0, 0 },
    { 1, 0, 1, 0 },
    { 1, 0, 1, 1 },
    { 1, 0, 2, 1 },
    { 1, 0, 1, 1 },
    { 1, 0, 0, 0 },
    { NGX_EDGE_METRICS_DECODED_CELLS, 0, 3, 1 }
};


/* in nanoseconds: from 10 microseconds to a second */

const uint64_t  ngx_edge_metrics_bounds[NGX_EDGE_METRICS_BUCKETS - 1] = {
    10000, 30000, 100000, 300000, 1000000, 3000000, 10000000, 30000000,
    100000000, 300000000, 1000000000
};


/* what is counted when there is no room */
uint64_t  ngx_edge_metrics_nowhere[NGX_EDGE_METRICS_MAX_CELLS];


ngx_int_t
ngx_edge_metrics_create(ngx_conf_t *cf, ngx_edge_metrics_slot_t *slot,
    size_t size, void *tag)
{
    ngx_str_t                 name = ngx_string("ecg_status");
    ngx_edge_metrics_zone_t  *zone;

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_edge_metrics_zone_t));
    if (zone == NULL) {
        return NGX_ERROR;
    }

    if (ngx_array_init(&zone->sources, cf->pool, 2,
                       sizeof(ngx_edge_metrics_source_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    zone->zone = ngx_shared_memory_add(cf, &name, size, tag);
    if (zone->zone == NULL) {
        return NGX_ERROR;
    }

    zone->zone->init = ngx_edge_metrics_init_zone;
    zone->zone->data = zone;

    slot->magic = NGX_EDGE_METRICS_MAGIC;
    slot->version = NGX_EDGE_METRICS_VERSION;
    slot->zone = zone;

    return NGX_OK;
}


static ngx_int_t
ngx_edge_metrics_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t          *pool;
    ngx_edge_metrics_zone_t  *zone, *before;

    zone = shm_zone->data;
    before = data;

    if (before) {
        zone->shared = before->shared;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    zone->shared = ngx_slab_calloc(pool, sizeof(ngx_edge_metrics_shared_t));
    if (zone->shared == NULL) {
        return NGX_ERROR;
    }

    zone->shared->since = ngx_time();

    /* left_out tells */
    pool->log_nomem = 0;

    return NGX_OK;
}


/* The only place with a lock: a process is here once for each series. */

uint64_t *
ngx_edge_metrics_open(ngx_edge_metrics_zone_t *zone,
    ngx_edge_metrics_kind_e kind, u_char *labels, size_t len)
{
    ngx_slab_pool_t            *pool;
    ngx_edge_metrics_block_t   *block;
    ngx_edge_metrics_series_t  *series;

    pool = (ngx_slab_pool_t *) zone->zone->shm.addr;
    block = NULL;

    ngx_shmtx_lock(&pool->mutex);

    series = ngx_edge_metrics_series(zone, kind, labels, len);

    if (series) {
        block = ngx_edge_metrics_block(zone, series);
    }

    if (block == NULL) {
        zone->shared->left_out++;
    }

    ngx_shmtx_unlock(&pool->mutex);

    return block ? block->cells : ngx_edge_metrics_nowhere;
}


static ngx_edge_metrics_series_t *
ngx_edge_metrics_series(ngx_edge_metrics_zone_t *zone,
    ngx_edge_metrics_kind_e kind, u_char *labels, size_t len)
{
    uint32_t                     hash;
    ngx_slab_pool_t             *pool;
    ngx_edge_metrics_series_t   *series, **bucket;
    ngx_edge_metrics_shared_t   *shared;

    shared = zone->shared;
    hash = ngx_crc32_short(labels, len) + (uint32_t) kind;
    bucket = &shared->hash[hash % 1024];

    for (series = *bucket; series; series = series->chain) {
        if (series->hash == hash && series->kind == kind && series->len == len
            && ngx_memcmp(series->labels, labels, len) == 0)
        {
            return series;
        }
    }

    pool = (ngx_slab_pool_t *) zone->zone->shm.addr;

    series = ngx_slab_calloc_locked(pool, sizeof(ngx_edge_metrics_series_t)
                                          + len);
    if (series == NULL) {
        return NULL;
    }

    series->hash = hash;
    series->kind = kind;
    series->len = len;
    ngx_memcpy(series->labels, labels, len);
    series->chain = *bucket;

    /* whole before anybody sees it: readers take no lock */

    ngx_memory_barrier();

    *bucket = series;

    if (shared->last[kind]) {
        shared->last[kind]->next = series;

    } else {
        shared->first[kind] = series;
    }

    shared->last[kind] = series;

    return series;
}


static ngx_edge_metrics_block_t *
ngx_edge_metrics_block(ngx_edge_metrics_zone_t *zone,
    ngx_edge_metrics_series_t *series)
{
    ngx_uint_t                 i, n;
    ngx_slab_pool_t           *pool;
    ngx_edge_metrics_block_t  *block;

    for (block = series->blocks; block; block = block->next) {

        if (block->slot != ngx_process_slot) {
            continue;
        }

        /* of a process that is gone; what was at its time is over */

        n = (block->pid == ngx_pid)
            ? 0 : ngx_edge_metrics_kinds[series->kind].gauges;

        for (i = 0; i < n; i++) {
            block->cells[i] = 0;
        }

        block->pid = ngx_pid;

        return block;
    }

    pool = (ngx_slab_pool_t *) zone->zone->shm.addr;

    block = ngx_slab_calloc_locked(pool, sizeof(ngx_edge_metrics_block_t)
                                   + ngx_edge_metrics_kinds[series->kind].cells
                                     * sizeof(uint64_t));
    if (block == NULL) {
        return NULL;
    }

    block->slot = ngx_process_slot;
    block->pid = ngx_pid;
    block->next = series->blocks;

    ngx_memory_barrier();

    series->blocks = block;

    return block;
}


uint64_t
ngx_edge_metrics_sum(const ngx_edge_metrics_series_t *series, ngx_uint_t cell,
    ngx_uint_t gauge)
{
    uint64_t                         sum;
    const ngx_edge_metrics_block_t  *block;

    sum = 0;

    for (block = series->blocks; block; block = block->next) {

        if (gauge && kill(block->pid, 0) == -1) {
            continue;
        }

        sum += block->cells[cell];
    }

    return sum;
}
