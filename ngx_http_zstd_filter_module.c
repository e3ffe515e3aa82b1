
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_compression.h"
#include "ngx_edge_compression_metrics.h"
#include "ngx_edge_slots.h"
#include "ngx_edge_types.h"
#include "ngx_edge_variables.h"


static ngx_int_t ngx_http_zstd_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_zstd_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_http_zstd_static_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_zstd_log_handler(ngx_http_request_t *r);

static char *ngx_http_zstd_dictionary(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_zstd_dictionary_store(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_http_zstd_preconfigure(ngx_conf_t *cf);
static void *ngx_http_zstd_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_zstd_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_zstd_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_zstd_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_http_zstd_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_zstd_init_process(ngx_cycle_t *cycle);


/* as cmd->post below: nothing but the file is given, and dcz is meant */
static ngx_uint_t  ngx_http_zstd_dcz_compat = 1;


#define NGX_HTTP_ZSTD_LOC                                                    \
    NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF
#define NGX_HTTP_ZSTD_LIF  NGX_HTTP_ZSTD_LOC|NGX_HTTP_LIF_CONF

/* a directive of a location, under its name and under its older spelling */
#define ngx_http_zstd_slot(name, args, set, field, post)                     \
    { ngx_string(name), NGX_HTTP_ZSTD_LOC|args, set,                         \
      NGX_HTTP_LOC_CONF_OFFSET,                                              \
      offsetof(ngx_http_zstd_loc_conf_t, field), post }

#define ngx_http_zstd_main_slot(name, args, set, field, post)                \
    { ngx_string(name), NGX_HTTP_MAIN_CONF|args, set,                        \
      NGX_HTTP_MAIN_CONF_OFFSET,                                             \
      offsetof(ngx_http_zstd_main_conf_t, field), post }


static ngx_command_t  ngx_http_zstd_filter_commands[] = {

    { ngx_string("compression"),
      NGX_HTTP_ZSTD_LIF|NGX_CONF_1MORE,
      ngx_edge_set_choice_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_zstd_loc_conf_t, choice),
      NULL },

    { ngx_string("zstd"),
      NGX_HTTP_ZSTD_LIF|NGX_CONF_FLAG,
      ngx_edge_set_choice_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_zstd_loc_conf_t, choice),
      NULL },

    { ngx_string("brotli"),
      NGX_HTTP_ZSTD_LIF|NGX_CONF_FLAG,
      ngx_edge_set_choice_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_zstd_loc_conf_t, choice),
      &ngx_edge_choice_brotli },

    { ngx_string("compression_bypass"),
      NGX_HTTP_ZSTD_LIF|NGX_CONF_1MORE,
      ngx_http_set_predicate_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_zstd_loc_conf_t, elect.bypass),
      NULL },

    { ngx_string("zstd_bypass"),
      NGX_HTTP_ZSTD_LIF|NGX_CONF_1MORE,
      ngx_http_set_predicate_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_zstd_loc_conf_t, elect.bypass),
      NULL },

    ngx_http_zstd_slot("zstd_bypass_vary", NGX_CONF_TAKE1,
                       ngx_edge_set_field_name_slot, bypass_vary, NULL),

    ngx_http_zstd_slot("compression_rule", NGX_CONF_1MORE,
                       ngx_edge_set_rule_slot, rules, NULL),

    ngx_http_zstd_slot("compression_types", NGX_CONF_1MORE,
                       ngx_http_types_slot, types_keys,
                       &ngx_edge_types[0]),
    ngx_http_zstd_slot("zstd_types", NGX_CONF_1MORE,
                       ngx_http_types_slot, types_keys,
                       &ngx_edge_types[0]),
    ngx_http_zstd_slot("brotli_types", NGX_CONF_1MORE,
                       ngx_http_types_slot, types_keys,
                       &ngx_edge_types[0]),

    ngx_http_zstd_slot("compression_min_length", NGX_CONF_TAKE1,
                       ngx_edge_set_checked_slot, elect.min_length,
                       &ngx_edge_check_length),
    ngx_http_zstd_slot("zstd_min_length", NGX_CONF_TAKE1,
                       ngx_edge_set_checked_slot, elect.min_length,
                       &ngx_edge_check_length),
    ngx_http_zstd_slot("brotli_min_length", NGX_CONF_TAKE1,
                       ngx_edge_set_checked_slot, elect.min_length,
                       &ngx_edge_check_length),

    ngx_http_zstd_slot("compression_max_length", NGX_CONF_TAKE1,
                       ngx_edge_set_checked_slot, elect.max_length,
                       &ngx_edge_check_max_length),
    ngx_http_zstd_slot("zstd_max_length", NGX_CONF_TAKE1,
                       ngx_edge_set_checked_slot, elect.max_length,
                       &ngx_edge_check_max_length),

    ngx_http_zstd_slot("compression_level", NGX_CONF_1MORE,
                       ngx_edge_set_levels_slot, settings.level, NULL),
    ngx_http_zstd_slot("zstd_comp_level", NGX_CONF_TAKE1,
                       ngx_edge_set_zstd_level_slot, settings.level, NULL),
    ngx_http_zstd_slot("brotli_comp_level", NGX_CONF_TAKE1,
                       ngx_edge_set_brotli_level_slot, settings.level, NULL),

    ngx_http_zstd_slot("compression_window", NGX_CONF_TAKE1,
                       ngx_edge_set_window_slot, settings.window_log, NULL),
    ngx_http_zstd_slot("zstd_window_log", NGX_CONF_TAKE1,
                       ngx_edge_set_window_log_slot, settings.window_log, NULL),
    ngx_http_zstd_slot("brotli_window", NGX_CONF_TAKE1,
                       ngx_edge_set_brotli_window_slot,
                       settings.brotli_window_log, NULL),

    ngx_http_zstd_slot("compression_buffers", NGX_CONF_TAKE2,
                       ngx_edge_set_buffers_slot, body.bufs, NULL),
    ngx_http_zstd_slot("zstd_buffers", NGX_CONF_TAKE2,
                       ngx_edge_set_buffers_slot, body.bufs, NULL),
    ngx_http_zstd_slot("brotli_buffers", NGX_CONF_TAKE2,
                       ngx_edge_set_buffers_slot, body.bufs, NULL),

    ngx_http_zstd_slot("zstd_target_cblock_size", NGX_CONF_TAKE1,
                       ngx_edge_set_target_block_slot,
                       settings.target_block, NULL),

    ngx_http_zstd_slot("zstd_long", NGX_CONF_FLAG,
                       ngx_conf_set_flag_slot, settings.long_distance, NULL),

    ngx_http_zstd_slot("zstd_max_cctx_memory", NGX_CONF_TAKE1,
                       ngx_edge_set_checked_slot, settings.memory_max,
                       &ngx_edge_check_memory),

    ngx_http_zstd_slot("compression_static", NGX_CONF_TAKE1,
                       ngx_edge_set_enum_slot, precompressed.all,
                       &ngx_edge_precompressed_modes),
    ngx_http_zstd_slot("zstd_static", NGX_CONF_TAKE1,
                       ngx_edge_set_enum_slot, precompressed.mode[0],
                       &ngx_edge_precompressed_modes),
    ngx_http_zstd_slot("brotli_static", NGX_CONF_TAKE1,
                       ngx_edge_set_enum_slot, precompressed.mode[1],
                       &ngx_edge_precompressed_modes),

    ngx_http_zstd_main_slot("compression_memory", NGX_CONF_TAKE1,
                            ngx_edge_set_checked_slot, encoders.ceiling,
                            &ngx_edge_check_memory),
    ngx_http_zstd_main_slot("compression_pool", NGX_CONF_TAKE1,
                            ngx_edge_set_checked_slot, encoders.idle_max,
                            &ngx_edge_check_pool),
    ngx_http_zstd_main_slot("compression_idle", NGX_CONF_TAKE1,
                            ngx_edge_set_checked_slot, encoders.idle_time,
                            &ngx_edge_check_idle),

    ngx_http_zstd_slot("compression_dictionary", NGX_CONF_1MORE,
                       ngx_http_zstd_dictionary, dictionaries, NULL),
    ngx_http_zstd_slot("zstd_dcz_dict_file", NGX_CONF_TAKE1,
                       ngx_http_zstd_dictionary, dictionaries,
                       &ngx_http_zstd_dcz_compat),

    ngx_http_zstd_slot("compression_dictionary_store", NGX_CONF_1MORE,
                       ngx_http_zstd_dictionary_store, stored, NULL),

    ngx_http_zstd_main_slot("zstd_dict_file", NGX_CONF_TAKE1,
                            ngx_conf_set_str_slot, dict_file, NULL),
    ngx_http_zstd_main_slot("zstd_dict_file_unsafe", NGX_CONF_FLAG,
                            ngx_conf_set_flag_slot, dict_unsafe, NULL),

      ngx_null_command
};


static ngx_http_module_t  ngx_http_zstd_filter_module_ctx = {
    ngx_http_zstd_preconfigure,            /* preconfiguration */
    ngx_http_zstd_init,                    /* postconfiguration */

    ngx_http_zstd_create_main_conf,        /* create main configuration */
    ngx_http_zstd_init_main_conf,          /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_zstd_create_loc_conf,         /* create location configuration */
    ngx_http_zstd_merge_loc_conf           /* merge location configuration */
};


ngx_module_t  ngx_http_zstd_filter_module = {
    NGX_MODULE_V1,
    &ngx_http_zstd_filter_module_ctx,      /* module context */
    ngx_http_zstd_filter_commands,         /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_zstd_init_process,            /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* contexts of what is not coded; the last is for a .zst not asked for */

static ngx_edge_context_t  ngx_http_zstd_verdicts[NGX_EDGE_VERDICTS];

static ngx_edge_context_t  ngx_http_zstd_beside = {
    NGX_EDGE_OFF, 1, NULL, NULL, NULL, NULL
};


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


/* NGX_EDGE_CODED with ctx filled in, another verdict, or NGX_ERROR */

static ngx_int_t
ngx_http_zstd_code(ngx_http_request_t *r, ngx_http_zstd_loc_conf_t *conf,
    const ngx_edge_rule_t *rule, const ngx_edge_dictionary_t *dictionary,
    const edge_coding_e *order, ngx_uint_t count, ngx_edge_context_t **ctx)
{
    off_t                       length;
    const ngx_edge_coder_t     *coder;
    ngx_http_zstd_main_conf_t  *zmcf;

    zmcf = ngx_http_get_module_main_conf(r, ngx_http_zstd_filter_module);

    if (ngx_edge_encoders_ready(&zmcf->encoders, r->connection->log)
        != NGX_OK)
    {
        return NGX_EDGE_MEMORY;
    }

    length = r->headers_out.content_length_n;
    coder = ngx_edge_coder_find(&zmcf->encoders,
                                ngx_edge_rules_coders(rule, conf->rule_coders,
                                                      conf->coders),
                                dictionary, order, count, length);

    if (coder == NULL) {
        return NGX_EDGE_MEMORY;
    }

    *ctx = ngx_pcalloc(r->pool, sizeof(ngx_edge_context_t));
    if (*ctx == NULL) {
        return NGX_ERROR;
    }

    (*ctx)->verdict = NGX_EDGE_CODED;
    (*ctx)->rule = rule;
    (*ctx)->coding = coder->coding[0].codec->name;

    if (r->header_only) {
        return NGX_EDGE_CODED;
    }

    (*ctx)->body = ngx_edge_body_create(r, &conf->body, coder,
                                        &zmcf->encoders, length,
                                        ngx_http_next_body_filter);

    return (*ctx)->body ? NGX_EDGE_CODED : NGX_ERROR;
}


/*
 * Neither a rule nor the list of codings asks for one: a verdict or NGX_ERROR.
 * With other fields in the request a rule might, of which caches must hear.
 */

static ngx_int_t
ngx_http_zstd_leave(ngx_http_request_t *r, ngx_http_zstd_loc_conf_t *conf,
    ngx_edge_headers_t *headers, ngx_edge_rule_t *rule,
    ngx_edge_context_t **ctx)
{
    if (conf->rules && conf->rules->vary.len
        && ngx_edge_elect_response(r, &conf->elect, headers,
                                   NGX_EDGE_WAIVE_TYPE|NGX_EDGE_WAIVE_LENGTH)
           == NGX_EDGE_CODED
        && ngx_edge_compression_vary(r, conf, headers) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (rule == NULL) {
        return NGX_EDGE_OFF;
    }

    *ctx = &rule->context;

    return NGX_EDGE_RULE;
}


/* a verdict or NGX_ERROR; header fields that follow from it are set */

static ngx_int_t
ngx_http_zstd_decide(ngx_http_request_t *r, ngx_http_zstd_loc_conf_t *conf,
    ngx_edge_context_t **ctx, ngx_edge_dictionary_tap_t **tap)
{
    ngx_int_t                     verdict;
    ngx_uint_t                    count, unchanged;
    edge_coding_e                 order[NGX_EDGE_CODINGS + 2];
    ngx_edge_rule_t              *rule;
    ngx_edge_headers_t            headers;
    const ngx_edge_dictionary_t  *dictionary;

    if (r != r->main) {
        return NGX_EDGE_SUBREQUEST;
    }

    ngx_edge_headers_read(r, &headers);

    if (*ctx && (*ctx)->vary
        && ngx_edge_headers_vary(r, &headers, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (headers.use_as && conf->store
        && ngx_edge_dictionary_store_tap(r, conf->store, tap) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (conf->dictionaries
        && ngx_edge_dictionaries_announce(r, conf->dictionaries, &headers)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    count = ngx_edge_compression_codings(r, conf, &rule, order);

    if (count == 0) {
        return ngx_http_zstd_leave(r, conf, &headers, rule, ctx);
    }

    verdict = ngx_edge_elect_response(r, &conf->elect, &headers,
                                      rule ? rule->waived : 0);

    unchanged = ngx_edge_elect_not_modified(r, &conf->elect, &headers,
                                            rule ? rule->waived : 0);

    if ((verdict == NGX_EDGE_CODED || unchanged)
        && ngx_edge_compression_vary(r, conf, &headers) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (unchanged
        && ngx_edge_elect_codings(r, &conf->elect, order, &count)
           == NGX_EDGE_CODED)
    {
        ngx_http_weak_etag(r);
    }

    if (verdict != NGX_EDGE_CODED) {
        return verdict;
    }

    dictionary = ngx_edge_compression_dictionary(r, conf, &headers, order,
                                                 &count);

    verdict = ngx_edge_elect_codings(r, &conf->elect, order, &count);

    if (verdict != NGX_EDGE_CODED) {
        return verdict;
    }

    verdict = ngx_http_zstd_code(r, conf, rule, dictionary, order, count,
                                 ctx);

    if (verdict != NGX_EDGE_CODED) {
        return verdict;
    }

    if (ngx_edge_headers_coded(r, &headers, (*ctx)->coding) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!ngx_edge_body_reads_files(r)) {
        r->main_filter_need_in_memory = 1;
    }

    return NGX_EDGE_CODED;
}


static ngx_int_t
ngx_http_zstd_header_filter(ngx_http_request_t *r)
{
    ngx_int_t                   verdict;
    ngx_edge_context_t         *ctx;
    ngx_http_zstd_loc_conf_t   *conf;
    ngx_edge_dictionary_tap_t  *tap;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_zstd_filter_module);
    ctx = ngx_http_get_module_ctx(r, ngx_http_zstd_filter_module);
    tap = NULL;

    verdict = ngx_http_zstd_decide(r, conf, &ctx, &tap);

    if (verdict == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (verdict != NGX_EDGE_CODED && verdict != NGX_EDGE_RULE) {
        ctx = &ngx_http_zstd_verdicts[verdict];
    }

    if (tap && ngx_edge_context_tap(r, &ctx, tap) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_set_ctx(r, ctx, ngx_http_zstd_filter_module);

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_zstd_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_edge_context_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_zstd_filter_module);

    if (ctx && ctx->tap) {
        ngx_edge_dictionary_store_copy(ctx->tap, in);
    }

    if (ctx == NULL || ctx->body == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    return ngx_edge_body_filter(ctx->body, in);
}


static ngx_int_t
ngx_http_zstd_static_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_uint_t                   count;
    edge_coding_e                order[NGX_EDGE_CODINGS];
    ngx_http_zstd_loc_conf_t    *conf;
    ngx_edge_precompressed_at_t  found;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_zstd_filter_module);

    if (!ngx_edge_precompressed_wanted(r, &conf->precompressed)) {
        return NGX_DECLINED;
    }

    count = ngx_edge_choice_order(r, &conf->choice, order);

    rc = ngx_edge_precompressed_find(r, &conf->precompressed, order, count,
                                     &found);

    if (found.negotiated) {
        ngx_http_set_ctx(r, &ngx_http_zstd_beside,
                         ngx_http_zstd_filter_module);
    }

    return (rc == NGX_OK) ? ngx_edge_precompressed_send(r, &found) : rc;
}


static ngx_int_t
ngx_http_zstd_log_handler(ngx_http_request_t *r)
{
    ngx_edge_context_t         *ctx;
    ngx_http_zstd_main_conf_t  *zmcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_zstd_filter_module);

    if (ctx) {
        zmcf = ngx_http_get_module_main_conf(r, ngx_http_zstd_filter_module);

        ngx_edge_compression_metrics_count(r, &zmcf->encoders, ctx->verdict,
                                           ctx->body);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_zstd_preconfigure(ngx_conf_t *cf)
{
    if (ngx_edge_choice_check_modules(cf, ngx_http_zstd_filter_module.name)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_edge_variables_add(cf);
}


static char *
ngx_http_zstd_dictionary(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_zstd_loc_conf_t *zlcf = conf;

    ngx_http_zstd_main_conf_t  *zmcf;

    zmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_zstd_filter_module);

    return ngx_edge_dictionaries_add(cf, &zmcf->dictionary_files,
                                     &zlcf->dictionaries, cmd->post != NULL);
}


static char *
ngx_http_zstd_dictionary_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_zstd_main_conf_t  *zmcf;

    zmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_zstd_filter_module);

    return ngx_edge_dictionary_store_set(cf, cmd, conf, &zmcf->store,
                                         &zmcf->encoders,
                                         &ngx_http_zstd_filter_module);
}


static void *
ngx_http_zstd_create_main_conf(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t         *cln;
    ngx_http_zstd_main_conf_t  *zmcf;

    zmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_zstd_main_conf_t));
    if (zmcf == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_edge_encoders_destroy;
    cln->data = &zmcf->encoders;

    if (ngx_edge_coding_init_params(cf, zmcf->params) != NGX_OK
        || ngx_array_init(&zmcf->dictionary_files, cf->pool, 4,
                          sizeof(ngx_edge_dictionary_file_t *))
           != NGX_OK)
    {
        return NULL;
    }

    zmcf->encoders.ceiling = NGX_CONF_UNSET_SIZE;
    zmcf->encoders.idle_max = NGX_CONF_UNSET_UINT;
    zmcf->encoders.idle_time = NGX_CONF_UNSET_MSEC;
    zmcf->dict_unsafe = NGX_CONF_UNSET;

    return zmcf;
}


static char *
ngx_http_zstd_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_zstd_main_conf_t *zmcf = conf;

    ngx_conf_init_size_value(zmcf->encoders.ceiling, 256 * 1024 * 1024);
    ngx_conf_init_uint_value(zmcf->encoders.idle_max, 8);
    ngx_conf_init_msec_value(zmcf->encoders.idle_time, 1000);
    ngx_conf_init_value(zmcf->dict_unsafe, 0);

    if (zmcf->dict_file.len && !zmcf->dict_unsafe) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"zstd_dict_file\" makes responses that only "
                           "clients with the same dictionary can decode; "
                           "\"zstd_dict_file_unsafe on\" says that all have "
                           "it");
        return NGX_CONF_ERROR;
    }

    if (zmcf->dict_file.len
        && ngx_conf_full_name(cf->cycle, &zmcf->dict_file, 1) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static void *
ngx_http_zstd_create_loc_conf(ngx_conf_t *cf)
{
    ngx_uint_t                 i;
    ngx_http_zstd_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_zstd_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->types = { NULL };
     *     conf->types_keys = NULL;
     *     conf->bypass_vary = { 0, NULL };
     *     conf->choice.order = { 0 };
     *     conf->choice.count = 0;
     *     conf->choice.list = NULL;
     *     conf->coders = NULL;
     *     conf->rule_coders = NULL;
     *     conf->body.bufs.num = 0;
     *     conf->store = NULL;
     */

    ngx_edge_choice_init(&conf->choice);

    ngx_edge_precompressed_init(&conf->precompressed);

    for (i = 0; i < EDGE_CODINGS; i++) {
        conf->settings.level[i] = NGX_EDGE_LEVEL_UNSET;
    }

    conf->rules = NGX_CONF_UNSET_PTR;

    conf->elect.min_length = NGX_CONF_UNSET_SIZE;
    conf->elect.max_length = NGX_CONF_UNSET;
    conf->elect.bypass = NGX_CONF_UNSET_PTR;
    conf->dictionaries = NGX_CONF_UNSET_PTR;
    conf->stored = NGX_CONF_UNSET;

    conf->settings.window_log = NGX_CONF_UNSET_UINT;
    conf->settings.brotli_window_log = NGX_CONF_UNSET_UINT;
    conf->settings.target_block = NGX_CONF_UNSET_UINT;
    conf->settings.long_distance = NGX_CONF_UNSET;
    conf->settings.memory_max = NGX_CONF_UNSET_SIZE;

    return conf;
}


static char *
ngx_http_zstd_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_zstd_loc_conf_t *prev = parent;
    ngx_http_zstd_loc_conf_t *conf = child;

    char                       *rc;
    ngx_uint_t                  count;
    edge_coding_e               order[NGX_EDGE_CODINGS];
    ngx_http_zstd_main_conf_t  *zmcf;

    /* "compression" takes the place of rules above it, too */

    if (conf->choice.set == NGX_CONF_UNSET) {
        ngx_conf_merge_ptr_value(conf->rules, prev->rules, NULL);
    }

    ngx_conf_init_ptr_value(conf->rules, NULL);

    ngx_edge_choice_merge(&prev->choice, &conf->choice);

    ngx_edge_precompressed_merge(&prev->precompressed, &conf->precompressed);

    ngx_conf_merge_str_value(conf->bypass_vary, prev->bypass_vary, "");
    ngx_conf_merge_bufs_value(conf->body.bufs, prev->body.bufs, 4, 16384);

    ngx_conf_merge_size_value(conf->elect.min_length, prev->elect.min_length,
                              50);
    ngx_conf_merge_off_value(conf->elect.max_length, prev->elect.max_length,
                             0);
    ngx_conf_merge_ptr_value(conf->elect.bypass, prev->elect.bypass, NULL);
    ngx_conf_merge_ptr_value(conf->dictionaries, prev->dictionaries, NULL);

    if (conf->dictionaries && conf->dictionaries->nelts == 0) {
        conf->dictionaries = NULL;
    }

    if (ngx_http_merge_types(cf, &conf->types_keys, &conf->types,
                             &prev->types_keys, &prev->types,
                             ngx_edge_types)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_edge_coding_merge_settings(&prev->settings, &conf->settings);

    conf->elect.types = &conf->types;
    conf->body.max_length = conf->elect.max_length;

    zmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_zstd_filter_module);

    rc = ngx_edge_dictionary_store_merge(cf, zmcf->store, prev->stored,
                                         &conf->stored, &conf->store);
    if (rc != NGX_CONF_OK) {
        return rc;
    }

    count = ngx_edge_choice_possible(&conf->choice, order);
    count = ngx_edge_rules_possible(conf->rules, order, count);

    rc = ngx_edge_coding_prepare_all(cf, zmcf->params, &conf->settings,
                                     order, count, &conf->coders);
    if (rc != NGX_CONF_OK) {
        return rc;
    }

    return ngx_edge_rules_prepare(cf, conf->rules, zmcf->params,
                                  &conf->settings, &conf->rule_coders);
}


static ngx_int_t
ngx_http_zstd_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_edge_verdict_e          verdict;
    ngx_http_core_main_conf_t  *cmcf;
    ngx_http_zstd_main_conf_t  *zmcf;

    for (verdict = 0; verdict < NGX_EDGE_VERDICTS; verdict++) {
        ngx_http_zstd_verdicts[verdict].verdict = verdict;
    }

    zmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_zstd_filter_module);

    if (zmcf->dict_file.len
        && ngx_edge_coding_load_dictionary(cf, zmcf->params,
                                           &zmcf->dict_file)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_CONTENT_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_zstd_static_handler;

    if (ngx_edge_compression_metrics_init(cf, &zmcf->encoders, zmcf->store,
                                          ngx_http_zstd_log_handler)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_zstd_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_zstd_body_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_zstd_init_process(ngx_cycle_t *cycle)
{
    ngx_http_zstd_main_conf_t  *zmcf;

    zmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_zstd_filter_module);

    ngx_edge_dictionary_store_start(zmcf ? zmcf->store : NULL);

    return NGX_OK;
}
