
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_decode.h"
#include "ngx_edge_variable_table.h"


/*
 * The second module of the same .so, which has a place of its own in the
 * order of filters: in front of all that read or change text.
 */


static ngx_int_t ngx_http_zstd_decode_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_zstd_decode_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);

static ngx_int_t ngx_http_zstd_decode_add_variables(ngx_conf_t *cf);
static ngx_int_t ngx_http_zstd_decode_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static void *ngx_http_zstd_decode_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_zstd_decode_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static ngx_int_t ngx_http_zstd_decode_init(ngx_conf_t *cf);


static ngx_edge_slot_check_t  ngx_http_zstd_decode_check_ratio = {
    ngx_conf_set_num_slot, NULL, "a number, as \"200\", or 0 for any"
};


static ngx_edge_slot_check_t  ngx_http_zstd_decode_check_size = {
    ngx_conf_set_off_slot, NULL, "a size, as \"100m\", or 0 for any"
};


static ngx_command_t  ngx_http_zstd_decode_filter_commands[] = {

    { ngx_string("compression_decode"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_edge_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_edge_decode_conf_t, mode),
      &ngx_edge_decode_modes },

    { ngx_string("compression_decode_buffers"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_edge_set_buffers_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_edge_decode_conf_t, bufs),
      NULL },

    { ngx_string("compression_decode_max_ratio"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_edge_set_checked_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_edge_decode_conf_t, max_ratio),
      &ngx_http_zstd_decode_check_ratio },

    { ngx_string("compression_decode_max_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_edge_set_checked_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_edge_decode_conf_t, max_size),
      &ngx_http_zstd_decode_check_size },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_zstd_decode_filter_module_ctx = {
    ngx_http_zstd_decode_add_variables,    /* preconfiguration */
    ngx_http_zstd_decode_init,             /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_zstd_decode_create_loc_conf,  /* create location configuration */
    ngx_http_zstd_decode_merge_loc_conf    /* merge location configuration */
};


ngx_module_t  ngx_http_zstd_decode_filter_module = {
    NGX_MODULE_V1,
    &ngx_http_zstd_decode_filter_module_ctx,  /* module context */
    ngx_http_zstd_decode_filter_commands,  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_http_variable_t  ngx_http_zstd_decode_variables[] = {

    { ngx_string("compression_decoded"), NULL,
      ngx_http_zstd_decode_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


/*
 * NGX_OK: it is to be decoded; NGX_DECLINED: it is left as it is; NGX_ERROR.
 * Fields that caches go by are set.
 */

static ngx_int_t
ngx_http_zstd_decode_decide(ngx_http_request_t *r,
    ngx_edge_decode_conf_t *conf, ngx_edge_headers_t *headers,
    edge_coding_e coding)
{
    ngx_edge_decode_e  verdict;
    ngx_edge_recode_t  recode;

    /* a part of another response is put together plain */

    if (r != r->main || conf->mode == NGX_EDGE_DECODE_ALWAYS) {
        return NGX_OK;
    }

    if (ngx_edge_headers_vary(r, headers, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_edge_recode_find(r, headers, &recode);
    verdict = ngx_edge_decode_elect(r, coding, &recode);

    if (verdict == NGX_EDGE_DECODE_MUST
        || (verdict == NGX_EDGE_DECODE_MAY
            && ngx_edge_recode_has_room(r, &recode,
                                        ngx_edge_decode_memory(coding))))
    {
        return NGX_OK;
    }

    return (ngx_edge_recode_vary(r, headers) == NGX_OK) ? NGX_DECLINED
                                                        : NGX_ERROR;
}


static ngx_int_t
ngx_http_zstd_decode_start(ngx_http_request_t *r,
    ngx_edge_decode_conf_t *conf, ngx_edge_headers_t *headers,
    edge_coding_e coding)
{
    ngx_edge_decode_t    *decode;
    ngx_edge_encoders_t  *encoders;

    encoders = ngx_edge_recode_encoders(r);
    if (encoders == NULL) {
        return NGX_ERROR;
    }

    decode = ngx_edge_decode_create(r, conf, coding, headers, encoders);
    if (decode == NULL) {
        return NGX_ERROR;
    }

    decode->next_header = ngx_http_next_header_filter;
    decode->next_body = ngx_http_next_body_filter;

    ngx_http_set_ctx(r, decode, ngx_http_zstd_decode_filter_module);

    /* the header waits for the first plain bytes, where any are to come */

    if (r == r->main && !r->header_only && r->method != NGX_HTTP_HEAD) {
        decode->pending = 1;
        return NGX_OK;
    }

    return ngx_http_next_header_filter(r);
}


/*
 * A 304 has the Vary and the ETag that the 200 would have (RFC 9110, 15.4.5):
 * all is asked as if it were that.
 */

static ngx_int_t
ngx_http_zstd_decode_not_modified(ngx_http_request_t *r,
    ngx_edge_decode_conf_t *conf, ngx_edge_headers_t *headers,
    edge_coding_e coding)
{
    size_t      len;
    ngx_int_t   rc;
    ngx_str_t  *type;

    type = &r->headers_out.content_type;
    len = type->len;

    r->headers_out.status = NGX_HTTP_OK;
    type->len = r->headers_out.content_type_len;

    rc = ngx_http_zstd_decode_decide(r, conf, headers, coding);

    r->headers_out.status = NGX_HTTP_NOT_MODIFIED;
    type->len = len;

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_OK) {
        ngx_edge_decode_header(r, headers);
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_zstd_decode_header_filter(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    edge_coding_e            coding;
    ngx_edge_headers_t       headers;
    ngx_edge_decode_conf_t  *conf;

    conf = ngx_http_get_module_loc_conf(r, ngx_http_zstd_decode_filter_module);

    if (conf->mode == NGX_EDGE_DECODE_OFF) {
        return ngx_http_next_header_filter(r);
    }

    ngx_edge_headers_read(r, &headers);
    coding = ngx_edge_decode_coding(r, &headers);

    if (coding == EDGE_CODING_IDENTITY) {
        return ngx_http_next_header_filter(r);
    }

    if (r->headers_out.status == NGX_HTTP_NOT_MODIFIED) {
        return ngx_http_zstd_decode_not_modified(r, conf, &headers, coding);
    }

    rc = ngx_http_zstd_decode_decide(r, conf, &headers, coding);

    if (rc == NGX_OK) {
        return ngx_http_zstd_decode_start(r, conf, &headers, coding);
    }

    return (rc == NGX_DECLINED) ? ngx_http_next_header_filter(r) : rc;
}


static ngx_int_t
ngx_http_zstd_decode_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_edge_decode_t  *decode;

    decode = ngx_http_get_module_ctx(r, ngx_http_zstd_decode_filter_module);

    if (decode == NULL || r->header_only) {
        return ngx_http_next_body_filter(r, in);
    }

    return ngx_edge_decode_filter(decode, in);
}


static ngx_int_t
ngx_http_zstd_decode_add_variables(ngx_conf_t *cf)
{
    return ngx_edge_variable_table_add(cf, ngx_http_zstd_decode_variables);
}


static ngx_int_t
ngx_http_zstd_decode_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_edge_decode_t  *decode;

    decode = ngx_http_get_module_ctx(r, ngx_http_zstd_decode_filter_module);

    if (decode == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->data = (u_char *) decode->decoder->name;
    v->len = ngx_strlen(v->data);

    return NGX_OK;
}


static void *
ngx_http_zstd_decode_create_loc_conf(ngx_conf_t *cf)
{
    ngx_edge_decode_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_edge_decode_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->bufs.num = 0;
     */

    conf->mode = NGX_CONF_UNSET_UINT;
    conf->max_ratio = NGX_CONF_UNSET;
    conf->max_size = NGX_CONF_UNSET;

    return conf;
}


static char *
ngx_http_zstd_decode_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_edge_decode_conf_t *prev = parent;
    ngx_edge_decode_conf_t *conf = child;

    ngx_conf_merge_uint_value(conf->mode, prev->mode, NGX_EDGE_DECODE_OFF);
    ngx_conf_merge_bufs_value(conf->bufs, prev->bufs, 4, 16384);
    ngx_conf_merge_value(conf->max_ratio, prev->max_ratio, 200);
    ngx_conf_merge_off_value(conf->max_size, prev->max_size, 0);

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_zstd_decode_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_zstd_decode_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_zstd_decode_body_filter;

    return NGX_OK;
}
