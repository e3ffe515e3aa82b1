
#include "ngx_edge_connection.h"

#include <ngx_md5.h>


static void ngx_edge_connection_id(ngx_connection_t *c, u_char *id);


/* on, off, or name= and a token, RFC 9110, section 5.6.2 */

char *
ngx_edge_connection_parse(ngx_conf_t *cf, ngx_str_t *name)
{
    size_t      i;
    ngx_str_t  *value;

    if (name->data) {
        return (char *) "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        ngx_str_set(name, "");
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[1].data, "on") == 0) {
        ngx_str_set(name, "cfL4");

    } else if (ngx_strncmp(value[1].data, "name=", 5) == 0
               && value[1].len > 5)
    {
        name->data = value[1].data + 5;
        name->len = value[1].len - 5;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"ecg_server_timing\": "
                           "it must be on, off, or name= and a name",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < name->len; i++) {
        if (ngx_strchr("!#$%&'*+-.^_`|~0123456789"
                       "abcdefghijklmnopqrstuvwxyz"
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ", name->data[i])
            == NULL)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid name \"%V\" in \"ecg_server_timing\"",
                               name);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_edge_connection_add_timing(ngx_http_request_t *r, ngx_str_t *name)
{
    char              figures[EDGE_TCP_INFO_MAX];
    u_char            id[16], *p;
    size_t            len;
    ngx_connection_t *c;
    ngx_table_elt_t  *h;
    edge_tcp_info_t   info;

    c = r->connection;

    if (!edge_tcp_info_read(c->fd, &info)) {
        return NGX_OK;
    }

    len = name->len + sizeof(";desc=\"?&cid=&ts=\"") + 32 + NGX_TIME_T_LEN
          + edge_tcp_info_format(&info, figures);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_edge_connection_id(c, id);

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    ngx_str_set(&h->key, "Server-Timing");
    h->lowcase_key = (u_char *) "server-timing";
    h->value.data = p;
    h->value.len = ngx_snprintf(p, len, "%V;desc=\"?%s&cid=%*s&ts=%M\"", name,
                                figures, sizeof(id), id,
                                ngx_current_msec - c->start_time)
                   - p;

    return NGX_OK;
}


/* The same on all requests of a connection, and nothing to count by. */

static void
ngx_edge_connection_id(ngx_connection_t *c, u_char *id)
{
    u_char            digest[16];
    ngx_md5_t         md5;

    static uint64_t   secret[2];
    static ngx_pid_t  pid;

    if (pid != ngx_pid) {
        pid = ngx_pid;

        if (RAND_bytes((u_char *) secret, sizeof(secret)) != 1) {
            secret[0] ^= (uint64_t) ngx_random();
        }
    }

    ngx_md5_init(&md5);
    ngx_md5_update(&md5, secret, sizeof(secret));
    ngx_md5_update(&md5, &c->number, sizeof(c->number));
    ngx_md5_final(digest, &md5);

    (void) ngx_hex_dump(id, digest, 8);
}


ngx_int_t
ngx_edge_connection_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char           *p;
    edge_tcp_info_t   info;

    if (!edge_tcp_info_read(r->connection->fd, &info)) {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;

    switch (data) {

    case NGX_EDGE_CONNECTION_CID:
        ngx_edge_connection_id(r->connection, p);
        v->len = 16;
        break;

    case NGX_EDGE_CONNECTION_TS:
        v->len = ngx_sprintf(p, "%M", ngx_current_msec
                                      - r->connection->start_time)
                 - p;
        break;

    default:
        v->len = ngx_sprintf(p, "%uL", info.figures[data]) - p;
        break;
    }

    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    return NGX_OK;
}
