
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_headers.h"
#include "ngx_edge_precompressed.h"


/* in the order of preference where the operator gives none */

static const ngx_edge_precompressed_t  ngx_edge_precompressed[] = {
    { ngx_string(".zst"), ngx_string("zstd"), EDGE_CODING_ZSTD },
    { ngx_string(".br"), ngx_string("br"), EDGE_CODING_BR },
    { ngx_string(".gz"), ngx_string("gzip"), EDGE_CODING_GZIP }
};


ngx_conf_enum_t  ngx_edge_precompressed_modes[] = {
    { ngx_string("off"), NGX_EDGE_PRECOMPRESSED_OFF },
    { ngx_string("on"), NGX_EDGE_PRECOMPRESSED_ON },
    { ngx_string("always"), NGX_EDGE_PRECOMPRESSED_ALWAYS },
    { ngx_null_string, 0 }
};


void
ngx_edge_precompressed_init(ngx_edge_precompressed_conf_t *conf)
{
    ngx_uint_t  i;

    conf->all = NGX_CONF_UNSET_UINT;

    for (i = 0; i < NGX_EDGE_PRECOMPRESSED; i++) {
        conf->mode[i] = NGX_CONF_UNSET_UINT;
    }
}


/* "compression_static" is for what this level says nothing else of */

static void
ngx_edge_precompressed_settle(ngx_edge_precompressed_conf_t *conf)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_EDGE_PRECOMPRESSED; i++) {
        ngx_conf_init_uint_value(conf->mode[i], conf->all);
    }
}


void
ngx_edge_precompressed_merge(ngx_edge_precompressed_conf_t *prev,
    ngx_edge_precompressed_conf_t *conf)
{
    ngx_uint_t  i;

    ngx_edge_precompressed_settle(prev);
    ngx_edge_precompressed_settle(conf);

    for (i = 0; i < NGX_EDGE_PRECOMPRESSED; i++) {
        ngx_conf_merge_uint_value(conf->mode[i], prev->mode[i],
                                  NGX_EDGE_PRECOMPRESSED_OFF);
    }
}


static ngx_uint_t
ngx_edge_precompressed_index(edge_coding_e coding)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_EDGE_PRECOMPRESSED; i++) {
        if (ngx_edge_precompressed[i].coding == coding) {
            break;
        }
    }

    return i;
}


/* appends coding to files, unless it is off or there; returns how many */

static ngx_uint_t
ngx_edge_precompressed_add(const ngx_edge_precompressed_conf_t *conf,
    edge_coding_e *files, ngx_uint_t count, edge_coding_e coding)
{
    ngx_uint_t  i;

    i = ngx_edge_precompressed_index(coding);

    if (i == NGX_EDGE_PRECOMPRESSED
        || conf->mode[i] == NGX_EDGE_PRECOMPRESSED_OFF)
    {
        return count;
    }

    for (i = 0; i < count; i++) {
        if (files[i] == coding) {
            return count;
        }
    }

    files[count] = coding;

    return count + 1;
}


/* all that are on: the operator's order first, the others behind it */

static ngx_uint_t
ngx_edge_precompressed_order(const ngx_edge_precompressed_conf_t *conf,
    const edge_coding_e *order, ngx_uint_t count, edge_coding_e *files)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < count; i++) {
        n = ngx_edge_precompressed_add(conf, files, n, order[i]);
    }

    for (i = 0; i < NGX_EDGE_PRECOMPRESSED; i++) {
        n = ngx_edge_precompressed_add(conf, files, n,
                                       ngx_edge_precompressed[i].coding);
    }

    return n;
}


/*
 * The first that may be sent of count files, of which the client accepts the
 * first so many.  Beyond these, one that is there is enough to know that
 * there was a choice.
 */

static ngx_int_t
ngx_edge_precompressed_first(ngx_http_request_t *r,
    const ngx_edge_precompressed_conf_t *conf, const edge_coding_e *files,
    ngx_uint_t count, ngx_uint_t accepted, ngx_edge_precompressed_at_t *found)
{
    ngx_int_t   rc;
    ngx_uint_t  i, at, always;

    for (i = 0; i < count; i++) {
        at = ngx_edge_precompressed_index(files[i]);
        always = (conf->mode[at] == NGX_EDGE_PRECOMPRESSED_ALWAYS);

        if (i >= accepted && !always && (found->negotiated || r != r->main)) {
            continue;
        }

        found->coding = &ngx_edge_precompressed[at];

        rc = ngx_edge_precompressed_open(r, found->coding, &found->of,
                                         &found->path);

        if (rc == NGX_DECLINED) {
            continue;
        }

        if (rc != NGX_OK) {
            return rc;
        }

        found->negotiated |= (!always || count > 1);

        if (i < accepted || always) {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


ngx_uint_t
ngx_edge_precompressed_wanted(ngx_http_request_t *r,
    const ngx_edge_precompressed_conf_t *conf)
{
    ngx_uint_t  i;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        || r->uri.data[r->uri.len - 1] == '/')
    {
        return 0;
    }

    for (i = 0; i < NGX_EDGE_PRECOMPRESSED; i++) {
        if (conf->mode[i] != NGX_EDGE_PRECOMPRESSED_OFF) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_edge_precompressed_find(ngx_http_request_t *r,
    const ngx_edge_precompressed_conf_t *conf, const edge_coding_e *order,
    ngx_uint_t count, ngx_edge_precompressed_at_t *found)
{
    ngx_uint_t              i, n, accepted;
    edge_coding_e           all[NGX_EDGE_PRECOMPRESSED];
    edge_coding_e           files[NGX_EDGE_PRECOMPRESSED];
    edge_accept_encoding_t  accept;

    found->negotiated = 0;
    accepted = 0;

    count = ngx_edge_precompressed_order(conf, order, count, all);

    /* a part of another response is never coded by itself */

    if (r == r->main) {
        ngx_memcpy(files, all, count * sizeof(edge_coding_e));
        ngx_edge_headers_accept(r, &accept);
        accepted = edge_accept_encoding_rank(&accept, files, count);
    }

    n = accepted;

    for (i = 0; i < count; i++) {
        n = ngx_edge_precompressed_add(conf, files, n, all[i]);
    }

    return ngx_edge_precompressed_first(r, conf, files, n, accepted, found);
}
