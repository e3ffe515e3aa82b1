
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_structured_field.h"
#include "ngx_edge_dictionaries.h"
#include "ngx_edge_dictionary_store.h"


/* the fields of a request that decide, an empty string where there is none */

typedef struct {
    ngx_uint_t               announced;     /* lines of Available-Dictionary */
    ngx_str_t                available;
    ngx_str_t                dest;          /* Sec-Fetch-Dest */
    ngx_str_t                id;            /* Dictionary-ID */
    edge_dictionary_fetch_t  fetch;
} ngx_edge_dictionary_request_t;


#define ngx_edge_dictionaries_is(s, name)                                    \
    ((s)->len == sizeof(name) - 1                                            \
     && ngx_strncasecmp((s)->data, (u_char *) name, sizeof(name) - 1) == 0)


static void
ngx_edge_dictionaries_set(edge_span_t *span, const ngx_str_t *value)
{
    span->data = (char *) value->data;
    span->size = value->len;
}


static void
ngx_edge_dictionaries_note(ngx_edge_dictionary_request_t *request,
    ngx_table_elt_t *h)
{
    if (ngx_edge_dictionaries_is(&h->key, "Available-Dictionary")) {
        request->announced++;
        request->available = h->value;

    } else if (ngx_edge_dictionaries_is(&h->key, "Dictionary-ID")) {
        request->id = h->value;

    } else if (ngx_edge_dictionaries_is(&h->key, "Sec-Fetch-Dest")) {
        request->dest = h->value;

    } else if (ngx_edge_dictionaries_is(&h->key, "Sec-Fetch-Site")) {
        ngx_edge_dictionaries_set(&request->fetch.site, &h->value);

    } else if (ngx_edge_dictionaries_is(&h->key, "Sec-Fetch-Mode")) {
        ngx_edge_dictionaries_set(&request->fetch.mode, &h->value);

    } else if (ngx_edge_dictionaries_is(&h->key, "Origin")) {
        ngx_edge_dictionaries_set(&request->fetch.origin, &h->value);
    }
}


static void
ngx_edge_dictionaries_read(ngx_http_request_t *r,
    ngx_edge_dictionary_request_t *request)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_memzero(request, sizeof(ngx_edge_dictionary_request_t));

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].hash) {
                ngx_edge_dictionaries_note(request, &h[i]);
            }
        }
    }
}


/* a client that tells no destination has chosen the dictionary for it */

static ngx_uint_t
ngx_edge_dictionaries_serves(const ngx_edge_dictionary_t *dictionary,
    const ngx_str_t *dest)
{
    ngx_str_t   *dests;
    ngx_uint_t   i;

    if (dictionary->dests.nelts == 0 || dest->len == 0) {
        return 1;
    }

    dests = dictionary->dests.elts;

    for (i = 0; i < dictionary->dests.nelts; i++) {
        if (dests[i].len == dest->len
            && ngx_strncmp(dests[i].data, dest->data, dest->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static const ngx_edge_dictionary_t *
ngx_edge_dictionaries_match(ngx_http_request_t *r, ngx_array_t *dictionaries,
    const u_char *digest, const ngx_str_t *dest)
{
    ngx_uint_t              i;
    ngx_edge_dictionary_t  *d;

    d = dictionaries->elts;

    for (i = 0; i < dictionaries->nelts; i++) {

        if (ngx_memcmp(d[i].file->dictionary->digest, digest,
                       EDGE_DICTIONARY_DIGEST)
            == 0
            && edge_match_pattern_matches(&d[i].match,
                                          (char *) r->unparsed_uri.data,
                                          r->unparsed_uri.len)
            && ngx_edge_dictionaries_serves(&d[i], dest))
        {
            return &d[i];
        }
    }

    return NULL;
}


/* what origins have made: the client also sends the id, if they gave one */

static const ngx_edge_dictionary_t *
ngx_edge_dictionaries_ask_store(ngx_http_request_t *r,
    ngx_edge_dictionary_store_t *store, const u_char *digest,
    const ngx_edge_dictionary_request_t *request)
{
    char               id[EDGE_USE_AS_ID_MAX];
    edge_sf_value_t    value;
    edge_kept_query_t  query;

    ngx_memzero(&query, sizeof(edge_kept_query_t));

    query.digest = digest;
    query.target = (char *) r->unparsed_uri.data;
    query.target_size = r->unparsed_uri.len;
    query.dest = (char *) request->dest.data;
    query.dest_size = request->dest.len;
    query.now = ngx_time();

    if (request->id.len
        && edge_sf_item((char *) request->id.data, request->id.len, &value)
           == EDGE_SF_OK
        && edge_sf_string(&value, id, EDGE_USE_AS_ID_MAX, &query.id_size)
           == EDGE_SF_OK)
    {
        query.id = id;
    }

    return ngx_edge_dictionary_store_find(r, store, &query);
}


const ngx_edge_dictionary_t *
ngx_edge_dictionaries_find(ngx_http_request_t *r, ngx_array_t *dictionaries,
    ngx_edge_dictionary_store_t *store, ngx_edge_headers_t *headers)
{
    u_char                         digest[EDGE_DICTIONARY_DIGEST];
    const ngx_edge_dictionary_t   *found;
    ngx_edge_dictionary_request_t  request;

    ngx_edge_dictionaries_read(r, &request);

    /* it is one item (RFC 9842, 2.2); two lines are none */

    if (request.announced != 1
        || edge_dictionary_read_digest((char *) request.available.data,
                                       request.available.len, digest)
           != 0)
    {
        return NULL;
    }

    if (headers->allow_origin) {
        ngx_edge_dictionaries_set(&request.fetch.allow_origin,
                                  &headers->allow_origin->value);
    }

    if (!edge_dictionary_is_readable(&request.fetch)) {
        return NULL;
    }

    found = dictionaries ? ngx_edge_dictionaries_match(r, dictionaries,
                                                       digest, &request.dest)
                         : NULL;

    if (found == NULL && store) {
        found = ngx_edge_dictionaries_ask_store(r, store, digest, &request);
    }

    return found;
}


ngx_uint_t
ngx_edge_dictionaries_order(const ngx_edge_dictionary_t *dictionary,
    edge_coding_e *order, ngx_uint_t count)
{
    ngx_uint_t     i, n;
    edge_coding_e  first[2];

    n = 0;

    for (i = 0; i < count; i++) {

        if (order[i] == EDGE_CODING_ZSTD && dictionary->file->dictionary->zstd)
        {
            first[n++] = EDGE_CODING_DCZ;

        } else if (order[i] == EDGE_CODING_BR
                   && dictionary->file->dictionary->brotli)
        {
            first[n++] = EDGE_CODING_DCB;
        }
    }

    for (i = count; i--; /* void */) {
        order[i + n] = order[i];
    }

    for (i = 0; i < n; i++) {
        order[i] = first[i];
    }

    return count + n;
}


/* size and time first: few responses are as long as a dictionary */

static ngx_uint_t
ngx_edge_dictionaries_is_file(ngx_http_request_t *r,
    const ngx_edge_dictionary_file_t *file)
{
    size_t     root;
    u_char    *last;
    ngx_str_t  path;

    if (r->headers_out.content_length_n != (off_t) file->content.len
        || r->headers_out.last_modified_time != file->modified)
    {
        return 0;
    }

    last = ngx_http_map_uri_to_path(r, &path, &root, 0);
    if (last == NULL) {
        return 0;
    }

    path.len = last - path.data;

    return path.len == file->path.len
           && ngx_strncmp(path.data, file->path.data, path.len) == 0;
}


ngx_int_t
ngx_edge_dictionaries_announce(ngx_http_request_t *r,
    ngx_array_t *dictionaries, ngx_edge_headers_t *headers)
{
    ngx_uint_t              i;
    ngx_edge_dictionary_t  *d;

    /* a part of a file is no dictionary, and ranges are cut out below */

    if (r->headers_out.status != NGX_HTTP_OK || headers->use_as
        || r->headers_in.range)
    {
        return NGX_OK;
    }

    d = dictionaries->elts;

    for (i = 0; i < dictionaries->nelts; i++) {

        if (ngx_edge_dictionaries_is_file(r, d[i].file)) {
            return ngx_edge_headers_add(r, "Use-As-Dictionary", &d[i].use_as)
                   ? NGX_OK : NGX_ERROR;
        }
    }

    return NGX_OK;
}
