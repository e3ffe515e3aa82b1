
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_freshness.h"
#include "ngx_edge_dictionary_store.h"
#include "ngx_edge_headers.h"


/* the fields of a response that decide */

typedef struct {
    ngx_uint_t            use_lines;    /* of Use-As-Dictionary */
    ngx_str_t             use;
    ngx_uint_t            refused;
    int64_t               age;
    int64_t               expires;
    int64_t               date;
    edge_cache_control_t  control;
    ngx_str_t             etag;
    ngx_str_t             last_modified;
} ngx_edge_dictionary_response_t;


#define ngx_edge_dictionary_is(h, name)                                      \
    ((h)->key.len == sizeof(name) - 1                                        \
     && ngx_strncasecmp((h)->key.data, (u_char *) name, sizeof(name) - 1)    \
        == 0)


/* what differs from one visitor to the next is not for all of them */

static ngx_uint_t
ngx_edge_dictionary_is_personal(ngx_str_t *vary)
{
    return ngx_edge_headers_lists(vary, "*", 1)
           || ngx_edge_headers_lists(vary, "Cookie", sizeof("Cookie") - 1)
           || ngx_edge_headers_lists(vary, "Authorization",
                                     sizeof("Authorization") - 1);
}


static void
ngx_edge_dictionary_note(ngx_edge_dictionary_response_t *response,
    ngx_table_elt_t *h)
{
    time_t  when;

    if (ngx_edge_dictionary_is(h, "Use-As-Dictionary")) {
        response->use_lines++;
        response->use = h->value;

    } else if (ngx_edge_dictionary_is(h, "Set-Cookie")
               || (ngx_edge_dictionary_is(h, "Content-Encoding")
                   && h->value.len))
    {
        response->refused = 1;

    } else if (ngx_edge_dictionary_is(h, "Vary")) {
        response->refused |= ngx_edge_dictionary_is_personal(&h->value);

    } else if (ngx_edge_dictionary_is(h, "Cache-Control")) {
        edge_cache_control_read(&response->control, (char *) h->value.data,
                                h->value.len);

    } else if (ngx_edge_dictionary_is(h, "Age")) {
        response->age = edge_freshness_read_age((char *) h->value.data,
                                                h->value.len);

    } else if (ngx_edge_dictionary_is(h, "Expires")) {
        when = ngx_parse_http_time(h->value.data, h->value.len);
        response->expires = (when == NGX_ERROR) ? 0 : when;

    } else if (ngx_edge_dictionary_is(h, "Date")) {
        when = ngx_parse_http_time(h->value.data, h->value.len);
        response->date = (when == NGX_ERROR) ? response->date : when;

    } else if (ngx_edge_dictionary_is(h, "ETag")) {
        response->etag = h->value;

    } else if (ngx_edge_dictionary_is(h, "Last-Modified")) {
        response->last_modified = h->value;
    }
}


static void
ngx_edge_dictionary_read_response(ngx_http_request_t *r,
    ngx_edge_dictionary_response_t *response)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_memzero(response, sizeof(ngx_edge_dictionary_response_t));
    edge_cache_control_init(&response->control);
    response->expires = EDGE_FRESHNESS_NONE;
    response->date = ngx_time();

    for (part = &r->headers_out.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].hash) {
                ngx_edge_dictionary_note(response, &h[i]);
            }
        }
    }
}


/* an upstream may have been asked for the host of the field, not of the URL */

static ngx_uint_t
ngx_edge_dictionary_host_is_one(ngx_http_request_t *r)
{
    u_char     *end;
    ngx_str_t  *host, *server;

    if (r->headers_in.host == NULL) {
        return 1;
    }

    host = &r->headers_in.host->value;
    server = &r->headers_in.server;

    if (host->len < server->len
        || ngx_strncasecmp(host->data, server->data, server->len) != 0)
    {
        return 0;
    }

    end = host->data + server->len;

    return host->len == server->len || *end == ':' || *end == '.';
}


/* a request of anybody for all of a representation as it is */

static ngx_uint_t
ngx_edge_dictionary_may_keep(ngx_http_request_t *r, size_t largest)
{
    return r == r->main
           && r->method == NGX_HTTP_GET
           && r->headers_out.status == NGX_HTTP_OK
           && r->headers_in.authorization == NULL
           && r->headers_out.content_length_n != 0
           && r->headers_out.content_length_n <= (off_t) largest
           && ngx_edge_dictionary_host_is_one(r);
}


/*
 * The response as others of its kind will show: what has the same is not
 * looked at again.  NGX_DECLINED: without a validator nothing shows.
 */

static ngx_int_t
ngx_edge_dictionary_set_source(ngx_http_request_t *r, edge_kept_t *kept,
    const ngx_edge_dictionary_response_t *response)
{
    u_char         *text, *end;
    size_t          size;
    unsigned char   digest[EDGE_DICTIONARY_DIGEST];

    if (response->etag.len == 0 && response->last_modified.len == 0) {
        return NGX_DECLINED;
    }

    size = EDGE_KEPT_ORIGIN_MAX + r->unparsed_uri.len + response->use.len
           + response->etag.len + response->last_modified.len
           + NGX_OFF_T_LEN + sizeof("\n\n\n\n\n");

    text = ngx_pnalloc(r->pool, size);
    if (text == NULL) {
        return NGX_ERROR;
    }

    end = ngx_snprintf(text, size, "%s\n%V\n%V\n%V\n%V\n%O", kept->origin,
                       &r->unparsed_uri, &response->use, &response->etag,
                       &response->last_modified,
                       r->headers_out.content_length_n);

    if (edge_dictionary_digest(text, end - text, digest) != 0) {
        return NGX_ERROR;
    }

    ngx_memcpy(kept->source, digest, EDGE_KEPT_SOURCE);

    return NGX_OK;
}


/* one that will be stale soon is kept anew: half its time is what it has */

static ngx_uint_t
ngx_edge_dictionary_is_known(ngx_edge_dictionary_store_t *store,
    const edge_kept_t *kept, int64_t fresh)
{
    ngx_uint_t  known;

    ngx_shmtx_lock(&store->shared->mutex);
    known = edge_kept_index_knows(store->index, kept->source,
                                  kept->expires - fresh / 2);
    ngx_shmtx_unlock(&store->shared->mutex);

    return known;
}


ngx_int_t
ngx_edge_dictionary_store_judge(ngx_http_request_t *r,
    ngx_edge_dictionary_store_t *store, edge_kept_t *kept)
{
    char                            origin[EDGE_KEPT_ORIGIN_MAX];
    size_t                          size;
    int64_t                         fresh;
    ngx_int_t                       rc;
    edge_use_as_t                   use;
    ngx_edge_dictionary_response_t  response;

    if (!ngx_edge_dictionary_may_keep(r, store->max_dictionary)) {
        return NGX_DECLINED;
    }

    ngx_edge_dictionary_read_response(r, &response);

    fresh = edge_freshness_left(&response.control, response.date,
                                response.expires, response.age);

    /* two lines would be one field; nobody writes it in two */

    if (response.refused || response.use_lines != 1 || fresh == 0
        || edge_use_as_read(&use, (char *) response.use.data,
                            response.use.len)
           != EDGE_USE_AS_OK)
    {
        return NGX_DECLINED;
    }

    size = ngx_edge_dictionary_store_origin(r, origin);

    if (edge_kept_init(kept, origin, size, (char *) r->unparsed_uri.data,
                       r->unparsed_uri.len, &use)
        != EDGE_KEPT_OK)
    {
        return NGX_DECLINED;
    }

    kept->expires = ngx_time() + fresh;

    rc = ngx_edge_dictionary_set_source(r, kept, &response);

    if (rc == NGX_OK && ngx_edge_dictionary_is_known(store, kept, fresh)) {
        return NGX_DECLINED;
    }

    return (rc == NGX_ERROR) ? NGX_ERROR : NGX_OK;
}
