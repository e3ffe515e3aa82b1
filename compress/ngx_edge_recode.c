
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_compression.h"
#include "ngx_edge_recode.h"
#include "ngx_edge_variables.h"


ngx_edge_encoders_t *
ngx_edge_recode_encoders(ngx_http_request_t *r)
{
    ngx_http_zstd_main_conf_t  *zmcf;

    zmcf = ngx_http_get_module_main_conf(r, ngx_http_zstd_filter_module);

    return (ngx_edge_encoders_ready(&zmcf->encoders, r->connection->log)
            == NGX_OK) ? &zmcf->encoders : NULL;
}


void
ngx_edge_recode_find(ngx_http_request_t *r, ngx_edge_headers_t *headers,
    ngx_edge_recode_t *recode)
{
    ngx_edge_headers_t         plain;
    ngx_http_zstd_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_zstd_filter_module);

    plain = *headers;
    plain.coded = 0;

    recode->dictionary = NULL;
    recode->count = ngx_edge_compression_codings(r, conf, &recode->rule,
                                                 recode->order);

    if (recode->count == 0
        || ngx_edge_elect_response(r, &conf->elect, &plain,
                                   recode->rule ? recode->rule->waived : 0)
           != NGX_EDGE_CODED
        || ngx_http_test_predicates(r, conf->elect.bypass) != NGX_OK)
    {
        recode->count = 0;
        return;
    }

    recode->dictionary = ngx_edge_compression_dictionary(r, conf, &plain,
                                                         recode->order,
                                                         &recode->count);
}


ngx_uint_t
ngx_edge_recode_has_room(ngx_http_request_t *r,
    const ngx_edge_recode_t *recode, size_t size)
{
    ngx_edge_coder_t          *coders;
    ngx_edge_encoders_t       *encoders;
    ngx_http_zstd_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_zstd_filter_module);
    encoders = ngx_edge_recode_encoders(r);

    if (encoders == NULL) {
        return 0;
    }

    coders = ngx_edge_rules_coders(recode->rule, conf->rule_coders,
                                   conf->coders);

    return edge_pool_has_bytes(encoders->pool, size)
           && ngx_edge_coder_find(encoders, coders, recode->dictionary,
                                  recode->order, recode->count, -1);
}


const char *
ngx_edge_recode_coding(ngx_http_request_t *r)
{
    ngx_edge_context_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_zstd_filter_module);

    return (ctx && ctx->verdict == NGX_EDGE_CODED) ? ctx->coding : "identity";
}


ngx_int_t
ngx_edge_recode_vary(ngx_http_request_t *r, ngx_edge_headers_t *headers)
{
    ngx_edge_rule_t           *rule;
    edge_coding_e              order[NGX_EDGE_CODINGS];
    ngx_edge_headers_t         plain;
    ngx_http_zstd_loc_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_zstd_filter_module);

    plain = *headers;
    plain.coded = 0;

    if ((conf->rules == NULL
         && ngx_edge_compression_codings(r, conf, &rule, order) == 0)
        || ngx_edge_elect_response(r, &conf->elect, &plain,
                                   NGX_EDGE_WAIVE_TYPE|NGX_EDGE_WAIVE_LENGTH)
           != NGX_EDGE_CODED)
    {
        return NGX_OK;
    }

    return ngx_edge_compression_vary(r, conf, headers);
}
