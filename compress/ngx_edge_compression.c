
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_compression.h"


ngx_int_t
ngx_edge_compression_vary(ngx_http_request_t *r,
    ngx_http_zstd_loc_conf_t *conf, ngx_edge_headers_t *headers)
{
    if (conf->bypass_vary.len
        && ngx_edge_headers_add(r, "Vary", &conf->bypass_vary) == NULL)
    {
        return NGX_ERROR;
    }

    if (conf->rules && conf->rules->vary.len
        && ngx_edge_headers_add(r, "Vary", &conf->rules->vary) == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_edge_headers_vary(r, headers,
                                 conf->dictionaries || conf->store);
}


ngx_uint_t
ngx_edge_compression_codings(ngx_http_request_t *r,
    ngx_http_zstd_loc_conf_t *conf, ngx_edge_rule_t **rule,
    edge_coding_e *order)
{
    *rule = ngx_edge_rules_find(r, conf->rules);

    return *rule ? ngx_edge_rules_order(*rule, order)
                 : ngx_edge_choice_order(r, &conf->choice, order);
}


const ngx_edge_dictionary_t *
ngx_edge_compression_dictionary(ngx_http_request_t *r,
    ngx_http_zstd_loc_conf_t *conf, ngx_edge_headers_t *headers,
    edge_coding_e *order, ngx_uint_t *count)
{
    const ngx_edge_dictionary_t  *dictionary;

    if (conf->dictionaries == NULL && conf->store == NULL) {
        return NULL;
    }

    dictionary = ngx_edge_dictionaries_find(r, conf->dictionaries,
                                            conf->store, headers);

    if (dictionary) {
        *count = ngx_edge_dictionaries_order(dictionary, order, *count);
    }

    return dictionary;
}
