
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_decode.h"
#include "ngx_edge_decode_parts.h"


/* a short body may well shrink more than a long one should */
#define NGX_EDGE_DECODE_RATIO_FROM  (1024 * 1024)


/* by ngx_edge_decode_result_e: the label of a counter, and what is logged */

static const struct {
    const char  *label;
    const char  *message;
} ngx_edge_decode_results[] = {
    { "aborted", NULL },
    { "whole", NULL },
    { "damaged", "is damaged" },
    { "cut", "is cut short" },
    { "window", "needs a window over 8 MB" },
    { "ratio", "grows by more than \"compression_decode_max_ratio\"" },
    { "size", "is larger than \"compression_decode_max_size\"" },
    { "memory", NULL }
};


ngx_int_t
ngx_edge_decode_failed(ngx_edge_decode_t *decode,
    ngx_edge_decode_result_e result)
{
    ngx_log_t  *log;

    log = decode->request->connection->log;
    decode->result = result;

    if (result == NGX_EDGE_DECODE_NO_MEMORY) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "no memory to decode a \"%s\" body",
                      decode->decoder->name);

        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "\"%s\" body %s, after %uL bytes decoded to %uL",
                  decode->decoder->name,
                  ngx_edge_decode_results[result].message, decode->bytes_in,
                  decode->bytes_out);

    return NGX_HTTP_BAD_GATEWAY;
}


ngx_int_t
ngx_edge_decode_check_limits(ngx_edge_decode_t *decode)
{
    const ngx_edge_decode_conf_t  *conf;

    conf = decode->conf;

    if (conf->max_size && decode->bytes_out > (uint64_t) conf->max_size) {
        return ngx_edge_decode_failed(decode, NGX_EDGE_DECODE_SIZE);
    }

    if (conf->max_ratio && decode->bytes_out > NGX_EDGE_DECODE_RATIO_FROM
        && decode->bytes_out / conf->max_ratio > decode->bytes_in)
    {
        return ngx_edge_decode_failed(decode, NGX_EDGE_DECODE_RATIO);
    }

    return NGX_OK;
}


void
ngx_edge_decode_count(ngx_edge_decode_t *decode)
{
    uint64_t                *cells;
    const char              *labels[3];
    ngx_edge_metrics_t      *metrics;
    ngx_edge_metrics_key_t   key;

    metrics = decode->encoders->metrics;

    /* nobody asks, or there was no body: HEAD */

    if (metrics == NULL
        || (decode->result == NGX_EDGE_DECODE_ABORTED
            && decode->bytes_in == 0))
    {
        return;
    }

    labels[0] = decode->decoder->name;
    labels[1] = decode->sent ? decode->sent : "none";
    labels[2] = ngx_edge_decode_results[decode->result].label;

    ngx_memzero(&key, sizeof(ngx_edge_metrics_key_t));

    key.kind = NGX_EDGE_METRICS_DECODED;
    key.server = ngx_http_get_module_srv_conf(decode->request,
                                              ngx_http_core_module);
    key.ids[0] = (uintptr_t) labels[0];
    key.ids[1] = (uintptr_t) labels[1];
    key.ids[2] = (uintptr_t) labels[2];

    cells = ngx_edge_metrics_find(metrics, &key);

    if (cells == NULL) {
        cells = ngx_edge_metrics_make(metrics, &key, labels);
    }

    cells[NGX_EDGE_METRICS_COUNT]++;
    cells[NGX_EDGE_METRICS_DECODED_IN] += decode->bytes_in;
    cells[NGX_EDGE_METRICS_DECODED_OUT] += decode->bytes_out;
}
