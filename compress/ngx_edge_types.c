
#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_edge_types.h"


/* textual and other media types that shrink; text/html is always among them */

ngx_str_t  ngx_edge_types[] = {
    ngx_string("text/html"),
    ngx_string("text/plain"),
    ngx_string("text/css"),
    ngx_string("text/csv"),
    ngx_string("text/javascript"),
    ngx_string("text/markdown"),
    ngx_string("text/vtt"),
    ngx_string("text/wgsl"),
    ngx_string("text/x-component"),
    ngx_string("text/xml"),
    ngx_string("application/atom+xml"),
    ngx_string("application/geo+json"),
    ngx_string("application/javascript"),
    ngx_string("application/json"),
    ngx_string("application/json-seq"),
    ngx_string("application/ld+json"),
    ngx_string("application/manifest+json"),
    ngx_string("application/problem+json"),
    ngx_string("application/rss+xml"),
    ngx_string("application/vnd.api+json"),
    ngx_string("application/vnd.ms-fontobject"),
    ngx_string("application/wasm"),
    ngx_string("application/x-javascript"),
    ngx_string("application/x-ndjson"),
    ngx_string("application/xhtml+xml"),
    ngx_string("application/xml"),
    ngx_string("application/xml+rss"),
    ngx_string("font/otf"),
    ngx_string("font/ttf"),
    ngx_string("image/bmp"),
    ngx_string("image/svg+xml"),
    ngx_string("image/x-icon"),
    ngx_null_string
};
