
#include "ngx_edge_policy_api.h"


#define NGX_EDGE_POLICY_API_LIMIT      100
#define NGX_EDGE_POLICY_API_LIMIT_MAX  1000


static ngx_int_t ngx_edge_policy_api_settings(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request, ngx_str_t *path);
static ngx_int_t ngx_edge_policy_api_method(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request);
static ngx_int_t ngx_edge_policy_api_get(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request);
static ngx_int_t ngx_edge_policy_api_list(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request);
static ngx_uint_t ngx_edge_policy_api_cut(ngx_str_t *path, const char *prefix);


ngx_int_t
ngx_edge_policy_api(ngx_http_request_t *r, ngx_edge_policy_api_conf_t *conf)
{
    ngx_str_t                       path;
    ngx_http_core_loc_conf_t       *clcf;
    ngx_edge_policy_api_request_t  *request;

    request = ngx_pcalloc(r->pool, sizeof(ngx_edge_policy_api_request_t));
    if (request == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    request->conf = conf;
    request->store = ngx_edge_policy_store_get(conf->policies->store,
                                               r->connection->log);
    if (request->store == NULL) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                         "no store", "");
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    path = r->uri;
    path.data += clcf->name.len;
    path.len -= clcf->name.len;

    if (path.len && path.data[0] == '/') {
        path.data++;
        path.len--;
    }

    if (ngx_edge_policy_api_cut(&path, "explain/")) {
        return ngx_edge_policy_api_explain(r, request, &path);
    }

    if (ngx_edge_policy_api_cut(&path, "hostnames/settings/")) {
        return ngx_edge_policy_api_settings(r, request, &path);
    }

    return ngx_edge_policy_api_error(r, NGX_HTTP_NOT_FOUND, "no such path",
                                     "");
}


static ngx_uint_t
ngx_edge_policy_api_cut(ngx_str_t *path, const char *prefix)
{
    size_t  len;

    len = ngx_strlen(prefix);

    if (path->len < len || ngx_strncmp(path->data, prefix, len) != 0) {
        return 0;
    }

    path->data += len;
    path->len -= len;

    return 1;
}


/* path is "bulk", a setting, or a setting and a name. */

static ngx_int_t
ngx_edge_policy_api_settings(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request, ngx_str_t *path)
{
    char     *name;
    u_char   *slash;
    size_t    len;

    slash = ngx_strlchr(path->data, path->data + path->len, '/');
    len = slash ? (size_t) (slash - path->data) : path->len;

    if (slash == NULL && len == 4 && ngx_strncmp(path->data, "bulk", 4) == 0) {
        request->setting = EDGE_POLICY_SETTINGS;
        return ngx_edge_policy_api_method(r, request);
    }

    request->setting = edge_policy_setting_find((char *) path->data, len);

    if (request->setting == EDGE_POLICY_SETTINGS) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_NOT_FOUND,
                                         "no such setting", "");
    }

    if (slash == NULL) {
        return ngx_edge_policy_api_method(r, request);
    }

    name = ngx_pnalloc(r->pool, EDGE_HOSTNAME_MAX + 1);
    if (name == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    len = path->data + path->len - (slash + 1);

    if (edge_hostname_normalize_record((char *) slash + 1, len, name,
                                       &request->name.len)
        != EDGE_HOSTNAME_OK)
    {
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "invalid hostname", "");
    }

    request->name.data = (u_char *) name;

    return ngx_edge_policy_api_method(r, request);
}


static ngx_int_t
ngx_edge_policy_api_method(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request)
{
    if (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)
        && request->setting != EDGE_POLICY_SETTINGS)
    {
        if (request->name.len) {
            return ngx_edge_policy_api_get(r, request);
        }

        return ngx_edge_policy_api_list(r, request);
    }

    if (!(r->method == NGX_HTTP_PUT
          && (request->name.len || request->setting == EDGE_POLICY_SETTINGS))
        && !(r->method == NGX_HTTP_DELETE && request->name.len))
    {
        return ngx_edge_policy_api_error(r, NGX_HTTP_NOT_ALLOWED,
                                         "method not allowed", "");
    }

    if (request->conf->mode != NGX_EDGE_POLICY_API_WRITE) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_FORBIDDEN,
                                         "writing is not allowed", "");
    }

    if (!ngx_edge_policy_api_may_write(r)) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_FORBIDDEN,
                                         "writing is not allowed",
                                         "the client is remote, and the "
                                         "location has no access control that "
                                         "allows it");
    }

    return ngx_edge_policy_api_write(r, request);
}


static ngx_int_t
ngx_edge_policy_api_get(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request)
{
    edge_store_e                result;
    edge_policy_stored_t        stored;
    ngx_edge_policy_api_out_t   out;

    static char                 buf[EDGE_POLICY_RECORD_MAX + 1];

    result = edge_policy_store_begin_read(request->store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_get(request->store,
                                       (char *) request->name.data,
                                       request->name.len, buf, &stored);
        edge_policy_store_end_read(request->store);
    }

    if (result == EDGE_STORE_OK
        && stored.settings[request->setting].value == NULL)
    {
        result = EDGE_STORE_NOT_FOUND;
    }

    if (result != EDGE_STORE_OK) {
        return ngx_edge_policy_api_store_error(r, result);
    }

    ngx_edge_policy_api_begin(&out, r);
    ngx_edge_policy_api_add_setting(&out, (char *) request->name.data,
                                    request->name.len, request->setting,
                                    &stored.settings[request->setting],
                                    "active");

    return ngx_edge_policy_api_send(&out, NGX_HTTP_OK);
}


/* ?after=name&limit=number: the names behind that one that have the setting */

static ngx_int_t
ngx_edge_policy_api_list(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request)
{
    size_t                      len;
    ngx_int_t                   limit;
    ngx_str_t                   value;
    ngx_uint_t                  looked;
    const char                 *name, *comma;
    edge_store_e                result;
    edge_policy_stored_t        stored;
    ngx_edge_policy_api_out_t   out;

    static char                 buf[EDGE_POLICY_RECORD_MAX + 1];

    comma = "";
    limit = NGX_EDGE_POLICY_API_LIMIT;

    if (ngx_http_arg(r, (u_char *) "limit", 5, &value) == NGX_OK) {
        limit = ngx_atoi(value.data, value.len);
    }

    if (limit < 1 || limit > NGX_EDGE_POLICY_API_LIMIT_MAX) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "limit must be from 1 to 1000", "");
    }

    ngx_str_null(&value);
    (void) ngx_http_arg(r, (u_char *) "after", 5, &value);

    name = (char *) value.data;
    len = value.len;

    result = edge_policy_store_begin_read(request->store);
    if (result != EDGE_STORE_OK) {
        return ngx_edge_policy_api_store_error(r, result);
    }

    ngx_edge_policy_api_begin(&out, r);
    ngx_edge_policy_api_add(&out, 1, "[");

    /* no request looks at more than a part of a large store */

    for (looked = 0; limit && looked < 100000; looked++) {
        result = edge_policy_store_next(request->store, &name, &len, buf,
                                        &stored);

        if (result == EDGE_STORE_OK
            && stored.settings[request->setting].value)
        {
            ngx_edge_policy_api_add(&out, 1, comma);
            comma = ",";

            ngx_edge_policy_api_add_setting(&out, name, len, request->setting,
                                         &stored.settings[request->setting],
                                         "active");
            limit--;
        }

        if (result != EDGE_STORE_OK && result != EDGE_STORE_CORRUPT) {
            break;
        }
    }

    /* what to go on after; empty at the end */

    ngx_edge_policy_api_add(&out, EDGE_HOSTNAME_MAX + 64,
                            "],\"result_info\":{\"after\":\"%*s\"",
                            result == EDGE_STORE_NOT_FOUND ? (size_t) 0 : len,
                            name);
    out.nested = 1;

    edge_policy_store_end_read(request->store);

    return ngx_edge_policy_api_send(&out, NGX_HTTP_OK);
}
