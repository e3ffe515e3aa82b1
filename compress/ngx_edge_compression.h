
#ifndef NGX_EDGE_COMPRESSION_H
#define NGX_EDGE_COMPRESSION_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_body.h"
#include "ngx_edge_choice.h"
#include "ngx_edge_coder.h"
#include "ngx_edge_coding.h"
#include "ngx_edge_dictionaries.h"
#include "ngx_edge_dictionary_store.h"
#include "ngx_edge_elect.h"
#include "ngx_edge_encoders.h"
#include "ngx_edge_headers.h"
#include "ngx_edge_precompressed.h"
#include "ngx_edge_rules.h"


/*
 * The configurations of the door, and what they say of a response: for the
 * door itself, and for the questions of the module that decodes.
 */

typedef struct {
    ngx_edge_encoders_t     encoders;
    ngx_edge_params_t       params;
    ngx_str_t               dict_file;
    ngx_flag_t              dict_unsafe;
    ngx_array_t             dictionary_files;
    ngx_edge_dictionary_store_t  *store;    /* or NULL */
} ngx_http_zstd_main_conf_t;


typedef struct {
    ngx_edge_elect_conf_t   elect;
    ngx_edge_body_conf_t    body;

    ngx_edge_choice_t       choice;
    ngx_edge_coder_t       *coders;         /* by edge_coding_e */
    ngx_array_t            *dictionaries;   /* ngx_edge_dictionary_t */
    ngx_flag_t              stored;
    ngx_edge_dictionary_store_t  *store;    /* where stored, or NULL */
    ngx_edge_rules_t       *rules;          /* or NULL */
    ngx_edge_coder_t      **rule_coders;    /* of those with levels */
    ngx_hash_t              types;
    ngx_array_t            *types_keys;
    ngx_str_t               bypass_vary;
    ngx_edge_coding_settings_t  settings;
    ngx_edge_precompressed_conf_t  precompressed;
} ngx_http_zstd_loc_conf_t;


extern ngx_module_t  ngx_http_zstd_filter_module;


/*
 * The codings that the rule which applies asks for, or else the location, in
 * order, for NGX_EDGE_CODINGS of them: how many.  *rule may be NULL.
 */
ngx_uint_t ngx_edge_compression_codings(ngx_http_request_t *r,
    ngx_http_zstd_loc_conf_t *conf, ngx_edge_rule_t **rule,
    edge_coding_e *order);

/*
 * The dictionary that may be used, or NULL.  Its codings are added to the
 * *count in order, where there must be room for two more.
 */
const ngx_edge_dictionary_t *ngx_edge_compression_dictionary(
    ngx_http_request_t *r, ngx_http_zstd_loc_conf_t *conf,
    ngx_edge_headers_t *headers, edge_coding_e *order, ngx_uint_t *count);

/*
 * The fields that caches go by, on a response that might be coded.
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_edge_compression_vary(ngx_http_request_t *r,
    ngx_http_zstd_loc_conf_t *conf, ngx_edge_headers_t *headers);


#endif /* NGX_EDGE_COMPRESSION_H */
