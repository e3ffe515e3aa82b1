
#include "ngx_edge_policy_api.h"


static void ngx_edge_policy_api_body(ngx_http_request_t *r);
static ngx_int_t ngx_edge_policy_api_start(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request);
static ngx_int_t ngx_edge_policy_api_read_body(ngx_http_request_t *r,
    ngx_str_t *body);
static ngx_int_t ngx_edge_policy_api_parse_one(ngx_http_request_t *r,
    ngx_edge_policy_api_task_t *task, ngx_str_t *body);
static ngx_int_t ngx_edge_policy_api_parse_bulk(ngx_http_request_t *r,
    ngx_edge_policy_api_task_t *task, ngx_str_t *body);
static ngx_int_t ngx_edge_policy_api_json_error(ngx_http_request_t *r,
    edge_policy_json_e result, edge_policy_json_error_t *error,
    ngx_uint_t line);


ngx_int_t
ngx_edge_policy_api_write(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request)
{
    ngx_int_t  rc;

    ngx_http_set_ctx(r, request, ngx_http_ecg_module);

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_edge_policy_api_body);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


static void
ngx_edge_policy_api_body(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_edge_policy_api_request_t  *request;

    request = ngx_http_get_module_ctx(r, ngx_http_ecg_module);
    ngx_http_set_ctx(r, NULL, ngx_http_ecg_module);

    rc = ngx_edge_policy_api_start(r, request);

    /* else it goes on when the thread is done */

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_int_t
ngx_edge_policy_api_start(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request)
{
    ngx_int_t                    rc;
    ngx_str_t                    body;
    ngx_edge_policy_api_task_t  *task;

    ngx_str_null(&body);

    if (r->method != NGX_HTTP_DELETE
        && ngx_edge_policy_api_read_body(r, &body) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    task = ngx_pcalloc(r->pool, sizeof(ngx_edge_policy_api_task_t));
    if (task == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    task->request = r;
    task->api = request;
    task->delete = (r->method == NGX_HTTP_DELETE);

    if (request->setting == EDGE_POLICY_SETTINGS) {
        rc = ngx_edge_policy_api_parse_bulk(r, task, &body);

    } else {
        rc = ngx_edge_policy_api_parse_one(r, task, &body);
    }

    /* what was wrong has been answered */

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (ngx_edge_policy_api_log_start(task) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_edge_policy_api_run(task);
}


static ngx_int_t
ngx_edge_policy_api_read_body(ngx_http_request_t *r, ngx_str_t *body)
{
    size_t        n;
    u_char       *p;
    ssize_t       size;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (r->request_body == NULL) {
        return NGX_OK;
    }

    for (n = 0, cl = r->request_body->bufs; cl; cl = cl->next) {
        n += (size_t) ngx_buf_size(cl->buf);
    }

    p = ngx_pnalloc(r->pool, n + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b)) {
            p = ngx_cpymem(p, b->pos, b->last - b->pos);
            continue;
        }

        /* the end of an empty body is a buffer, too */

        if (!b->in_file) {
            continue;
        }

        size = ngx_read_file(b->file, p, (size_t) (b->file_last - b->file_pos),
                             b->file_pos);
        if (size != b->file_last - b->file_pos) {
            return NGX_ERROR;
        }

        p += size;
    }

    *p = '\0';
    body->len = p - body->data;

    return NGX_OK;
}


/* Returns NGX_DECLINED if there is something to store. */

static ngx_int_t
ngx_edge_policy_api_parse_one(ngx_http_request_t *r,
    ngx_edge_policy_api_task_t *task, ngx_str_t *body)
{
    char                           *value;
    edge_policy_named_t            *change;
    edge_policy_text_e              text;
    edge_policy_json_e              result;
    edge_policy_json_error_t        error;
    ngx_edge_policy_api_request_t  *request;

    request = task->api;

    change = ngx_pcalloc(r->pool, sizeof(edge_policy_named_t));
    value = ngx_pcalloc(r->pool, EDGE_POLICY_VALUE_MAX + 1);

    if (change == NULL || value == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    task->changes = change;
    task->n = 1;

    change->len = request->name.len;
    ngx_memcpy(change->name, request->name.data, request->name.len);

    if (task->delete) {
        change->stored.settings[request->setting].value = value;
        return NGX_DECLINED;
    }

    result = edge_policy_json_value((char *) body->data, body->len, value,
                                    &error);
    if (result != EDGE_POLICY_JSON_OK) {
        return ngx_edge_policy_api_json_error(r, result, &error, 0);
    }

    text = edge_policy_text_set(change, request->setting, value,
                                (uint64_t) ngx_time());
    if (text != EDGE_POLICY_TEXT_OK) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "invalid value, it must be",
                                         edge_policy_setting_allowed(
                                             request->setting));
    }

    return ngx_edge_policy_api_check(r, task, change);
}


/* One record of {"hostname": ..., "settings": ...} a line. */

static ngx_int_t
ngx_edge_policy_api_parse_bulk(ngx_http_request_t *r,
    ngx_edge_policy_api_task_t *task, ngx_str_t *body)
{
    char                      *buf;
    u_char                    *p, *end, *last;
    ngx_int_t                  rc;
    ngx_uint_t                 line;
    ngx_array_t                changes;
    edge_policy_named_t       *change;
    edge_policy_json_e         result;
    edge_policy_json_error_t   error;

    if (ngx_array_init(&changes, r->pool, 16, sizeof(edge_policy_named_t))
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    last = body->data + body->len;

    for (p = body->data, line = 1; p < last; p = end + 1, line++) {

        end = ngx_strlchr(p, last, '\n');
        if (end == NULL) {
            end = last;
        }

        if (end == p) {
            continue;
        }

        /* values are never longer than what they were read from */

        change = ngx_array_push(&changes);
        buf = ngx_pnalloc(r->pool, EDGE_POLICY_RECORD_MAX);

        if (change == NULL || buf == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        result = edge_policy_json_record((char *) p, end - p,
                                         (uint64_t) ngx_time(), buf, change,
                                         &error);
        if (result != EDGE_POLICY_JSON_OK) {
            return ngx_edge_policy_api_json_error(r, result, &error, line);
        }

        rc = ngx_edge_policy_api_check(r, task, change);
        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    if (changes.nelts == 0) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "no records", "");
    }

    task->changes = changes.elts;
    task->n = changes.nelts;

    return NGX_DECLINED;
}


static ngx_int_t
ngx_edge_policy_api_json_error(ngx_http_request_t *r,
    edge_policy_json_e result, edge_policy_json_error_t *error,
    ngx_uint_t line)
{
    u_char      *p, text[512];
    const char  *what, *allowed;

    if (result == EDGE_POLICY_JSON_NO_MEMORY) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    what = (result == EDGE_POLICY_JSON_SYNTAX) ? "invalid JSON"
           : (result == EDGE_POLICY_JSON_SHAPE) ? "unexpected JSON"
           : edge_policy_text_error(error->text);

    allowed = (result == EDGE_POLICY_JSON_TEXT)
              ? edge_policy_text_allowed(error->text, error->wrong) : NULL;

    p = text;

    if (line) {
        p = ngx_sprintf(p, "record %ui, ", line);
    }

    (void) ngx_snprintf(p, text + sizeof(text) - p, "%s%s%s%Z", error->wrong,
                        allowed ? ", it must be " : "",
                        allowed ? allowed : "");

    return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST, what,
                                     (char *) text);
}
