
#include "ngx_edge_client_hello.h"


static int ngx_edge_client_hello_not_resumable(ngx_ssl_conn_t *ssl_conn,
    int is_forward_secure);


ngx_int_t
ngx_edge_client_hello_refuse_resumption(ngx_edge_client_hello_t *hello)
{
    u_char  context[SSL_MAX_SID_CTX_LENGTH];

    /* a session offered is of another context, whatever it is */

    if (RAND_bytes(context, SSL_MAX_SID_CTX_LENGTH) != 1
        || SSL_set_session_id_context(hello->ssl_conn, context,
                                      SSL_MAX_SID_CTX_LENGTH)
           != 1)
    {
        return NGX_ERROR;
    }

    /* options would be undone by nginx's servername callback: not used */

    SSL_set_not_resumable_session_callback(hello->ssl_conn,
                                           ngx_edge_client_hello_not_resumable);

    if (SSL_set_num_tickets(hello->ssl_conn, 0) != 1) {
        return NGX_ERROR;
    }

    hello->resumption_refused = 1;

    return NGX_OK;
}


ngx_int_t
ngx_edge_client_hello_session_context(ngx_edge_client_hello_t *hello,
    u_char *context, size_t len)
{
    if (hello->resumption_refused) {
        return NGX_OK;
    }

    if (SSL_set_session_id_context(hello->ssl_conn, context,
                                   (unsigned int) len)
        != 1)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static int
ngx_edge_client_hello_not_resumable(ngx_ssl_conn_t *ssl_conn,
    int is_forward_secure)
{
    return 1;
}
