
#include "edge_hot.h"
#include "ngx_edge_client_hello.h"
#include "ngx_edge_virtual_server.h"


#if (nginx_version >= 1029002)

EDGE_HOT ngx_int_t
ngx_edge_client_hello_select(ngx_edge_client_hello_t *hello, int *alert)
{
    ngx_http_connection_t  *hc;

    if (ngx_ssl_client_hello_callback(hello->ssl_conn, alert, NULL)
        != SSL_CLIENT_HELLO_SUCCESS)
    {
        return NGX_ERROR;
    }

    hc = hello->connection->data;
    hello->conf_ctx = hc->conf_ctx;

    return NGX_OK;
}

#else

static size_t ngx_edge_client_hello_host(ngx_str_t *sni, u_char *host);
static ngx_int_t ngx_edge_client_hello_switch_context(
    ngx_edge_client_hello_t *hello, SSL_CTX *ctx);


/*
 * nginx selects the server in its servername callback, when the version and
 * the session are decided already.  Switching here makes "ssl_protocols" and
 * the session context of that server hold; nginx then does the same again.
 */

EDGE_HOT ngx_int_t
ngx_edge_client_hello_select(ngx_edge_client_hello_t *hello, int *alert)
{
    u_char                     buf[TLSEXT_MAXLEN_host_name];
    ngx_str_t                  host;
    ngx_http_connection_t     *hc;
    ngx_http_ssl_srv_conf_t   *sscf;
    ngx_http_core_srv_conf_t  *cscf;
    ngx_http_virtual_names_t  *names;

    hc = hello->connection->data;
    hello->conf_ctx = hc->conf_ctx;

    names = hc->addr_conf->virtual_names;

    if (names) {
        host.data = buf;
        host.len = ngx_edge_client_hello_host(&hello->sni, buf);

        cscf = host.len ? ngx_edge_virtual_server(names, &host) : NULL;

        if (cscf) {
            hello->conf_ctx = cscf->ctx;
        }
    }

    sscf = hello->conf_ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    if (sscf->reject_handshake) {
        hello->connection->ssl->handshake_rejected = 1;
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return NGX_ERROR;
    }

    if (sscf->ssl.ctx == NULL) {
        return NGX_OK;
    }

    if (ngx_edge_client_hello_switch_context(hello, sscf->ssl.ctx) != NGX_OK) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Writes the name as nginx looks it up: lower case, without port and trailing
 * dot.  Returns its length, 0 for a name nginx selects no server by.
 */

EDGE_HOT static size_t
ngx_edge_client_hello_host(ngx_str_t *sni, u_char *host)
{
    u_char  ch;
    size_t  i, len;

    len = sni->len;

    for (i = 0; i < sni->len; i++) {
        ch = sni->data[i];

        if (ch <= 0x20 || ch == 0x7f || ngx_path_separator(ch)
            || (ch == '.' && i && sni->data[i - 1] == '.'))
        {
            return 0;
        }

        if (ch == ':' && len == sni->len && sni->data[0] != '[') {
            len = i;
        }

        if (ch == ']' && len == sni->len && sni->data[0] == '[') {
            len = i + 1;
        }

        host[i] = ngx_tolower(ch);
    }

    if (len && host[len - 1] == '.') {
        len--;
    }

    return len;
}


EDGE_HOT static ngx_int_t
ngx_edge_client_hello_switch_context(ngx_edge_client_hello_t *hello,
    SSL_CTX *ctx)
{
    uint64_t         options;
    ngx_ssl_conn_t  *ssl_conn;

    ssl_conn = hello->ssl_conn;

    if (SSL_get_SSL_CTX(ssl_conn) == ctx) {
        return NGX_OK;
    }

    if (SSL_set_SSL_CTX(ssl_conn, ctx) == NULL) {
        return NGX_ERROR;
    }

    /* what SSL_set_SSL_CTX() does not switch */

    SSL_set_verify(ssl_conn, SSL_CTX_get_verify_mode(ctx),
                   SSL_CTX_get_verify_callback(ctx));
    SSL_set_verify_depth(ssl_conn, SSL_CTX_get_verify_depth(ctx));

    options = SSL_CTX_get_options(ctx) | SSL_OP_NO_RENEGOTIATION;

#if (NGX_HTTP_V3)
    /* QUIC has no compatibility mode, RFC 9001, section 8.4 */

    if (hello->connection->listening->quic) {
        options &= ~(uint64_t) SSL_OP_ENABLE_MIDDLEBOX_COMPAT;
    }
#endif

    SSL_clear_options(ssl_conn, SSL_get_options(ssl_conn) & ~options);
    SSL_set_options(ssl_conn, options);

    return NGX_OK;
}

#endif
