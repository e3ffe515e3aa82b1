
/*
 * What TLS sessions remember of a client, and where they may be resumed.
 */


#ifndef _NGX_EDGE_SESSION_H_INCLUDED_
#define _NGX_EDGE_SESSION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * Makes the handshakes of the context remember, in the session, what headers
 * need of the verified chain; *max_chain as in edge_session_note_make().
 */

void ngx_edge_session_remember(SSL_CTX *ctx, size_t *max_chain);


#endif /* _NGX_EDGE_SESSION_H_INCLUDED_ */
