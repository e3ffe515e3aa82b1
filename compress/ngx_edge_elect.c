
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_elect.h"


ngx_str_t  ngx_edge_verdicts[NGX_EDGE_VERDICTS] = {
    ngx_string("coded"),
    ngx_string("off"),
    ngx_string("subrequest"),
    ngx_string("status"),
    ngx_string("already-coded"),
    ngx_string("empty"),
    ngx_string("length"),
    ngx_string("no-transform"),
    ngx_string("type"),
    ngx_string("bypass"),
    ngx_string("not-accepted"),
    ngx_string("memory"),
    ngx_string("rule")
};


static ngx_uint_t
ngx_edge_elect_status(ngx_uint_t status)
{
    return status >= NGX_HTTP_OK
           && status != NGX_HTTP_NO_CONTENT
           && status != 205
           && status != NGX_HTTP_PARTIAL_CONTENT
           && status != NGX_HTTP_NOT_MODIFIED;
}


ngx_edge_verdict_e
ngx_edge_elect_response(ngx_http_request_t *r,
    const ngx_edge_elect_conf_t *conf, const ngx_edge_headers_t *headers,
    ngx_uint_t waived)
{
    off_t  length;

    if (!ngx_edge_elect_status(r->headers_out.status)) {
        return NGX_EDGE_STATUS;
    }

    if (headers->coded) {
        return NGX_EDGE_ALREADY_CODED;
    }

    length = r->headers_out.content_length_n;

    if (length == 0) {
        return NGX_EDGE_EMPTY;
    }

    if (length != -1
        && !(waived & NGX_EDGE_WAIVE_LENGTH)
        && (length < (off_t) conf->min_length
            || (conf->max_length && length > conf->max_length)))
    {
        return NGX_EDGE_LENGTH;
    }

    if (headers->no_transform) {
        return NGX_EDGE_NO_TRANSFORM;
    }

    if (!(waived & NGX_EDGE_WAIVE_TYPE)
        && ngx_http_test_content_type(r, conf->types) == NULL)
    {
        return NGX_EDGE_TYPE;
    }

    return NGX_EDGE_CODED;
}


ngx_uint_t
ngx_edge_elect_not_modified(ngx_http_request_t *r,
    const ngx_edge_elect_conf_t *conf, const ngx_edge_headers_t *headers,
    ngx_uint_t waived)
{
    void        *found;
    ngx_str_t   *type;

    type = &r->headers_out.content_type;

    if (r->headers_out.status != NGX_HTTP_NOT_MODIFIED || headers->coded
        || headers->no_transform)
    {
        return 0;
    }

    if (waived & NGX_EDGE_WAIVE_TYPE) {
        return 1;
    }

    if (type->len || type->data == NULL) {
        return 0;
    }

    /* the type of the page is not sent, but still there */

    type->len = r->headers_out.content_type_len;
    found = ngx_http_test_content_type(r, conf->types);
    type->len = 0;

    return found != NULL;
}


ngx_edge_verdict_e
ngx_edge_elect_codings(ngx_http_request_t *r,
    const ngx_edge_elect_conf_t *conf, edge_coding_e *order,
    ngx_uint_t *count)
{
    edge_accept_encoding_t  accept;

    /* a value that can't be evaluated is no reason to fail the response */

    if (ngx_http_test_predicates(r, conf->bypass) != NGX_OK) {
        return NGX_EDGE_BYPASS;
    }

    ngx_edge_headers_accept(r, &accept);

    *count = edge_accept_encoding_rank(&accept, order, *count);

    return *count ? NGX_EDGE_CODED : NGX_EDGE_NOT_ACCEPTED;
}
