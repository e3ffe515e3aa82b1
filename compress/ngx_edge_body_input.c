
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_body.h"
#include "ngx_edge_body_parts.h"


ngx_uint_t
ngx_edge_body_reads_files(ngx_http_request_t *r)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    return clcf->aio == NGX_HTTP_AIO_OFF;
}


static ngx_uint_t
ngx_edge_body_is_file(ngx_buf_t *buf)
{
    return buf->in_file && !ngx_buf_in_memory(buf)
           && buf->file_pos < buf->file_last;
}


/* size bytes of the file at the place of the buffer; it is as it was opened */

static ngx_int_t
ngx_edge_body_read_file(ngx_edge_body_t *body, ngx_buf_t *buf, u_char *data,
    size_t size)
{
    ssize_t  n;

    n = ngx_read_file(buf->file, data, size, buf->file_pos);

    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

    if ((size_t) n != size) {
        ngx_log_error(NGX_LOG_ALERT, body->request->connection->log, 0,
                      "only %z of %uz bytes at %O could be read from \"%V\"",
                      n, size, buf->file_pos, &buf->file->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_edge_body_view(ngx_edge_body_t *body, ngx_buf_t *buf, size_t max,
    edge_in_t *in)
{
    u_char  *data;

    in->pos = 0;
    in->size = ngx_buf_size(buf);

    if (!ngx_edge_body_is_file(buf)) {
        in->data = buf->pos;
        return NGX_OK;
    }

    if (in->size > max) {
        in->size = max;
    }

    data = ngx_edge_encoders_input(body->encoders, in->size);
    if (data == NULL) {
        return NGX_ERROR;
    }

    in->data = data;

    return ngx_edge_body_read_file(body, buf, data, in->size);
}


ngx_int_t
ngx_edge_body_copy(ngx_edge_body_t *body, ngx_buf_t *buf, u_char *data)
{
    if (ngx_edge_body_is_file(buf)) {
        return ngx_edge_body_read_file(body, buf, data, ngx_buf_size(buf));
    }

    ngx_memcpy(data, buf->pos, ngx_buf_size(buf));

    return NGX_OK;
}


void
ngx_edge_body_advance(ngx_edge_body_t *body, ngx_buf_t *buf, size_t size)
{
    /* a buffer of nothing may be nowhere */

    if (size == 0) {
        return;
    }

    if (ngx_edge_body_is_file(buf)) {
        buf->file_pos += size;

    } else {
        buf->pos += size;
    }

    body->taken += size;
}
