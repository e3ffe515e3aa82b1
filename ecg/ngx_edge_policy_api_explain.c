
#include "ngx_edge_policy_api.h"
#include "edge_policy_resolve.h"


static void ngx_edge_policy_api_add_explanation(ngx_edge_policy_api_out_t *out,
    edge_policy_resolved_t *resolved);
static void ngx_edge_policy_api_add_handshake(ngx_edge_policy_api_out_t *out,
    edge_policy_resolved_t *resolved);
static unsigned ngx_edge_policy_api_versions(ngx_http_request_t *r);


ngx_int_t
ngx_edge_policy_api_explain(ngx_http_request_t *r,
    ngx_edge_policy_api_request_t *request, ngx_str_t *host)
{
    char                           *name, buf[EDGE_HOSTNAME_MAX + 1];
    size_t                          len;
    edge_store_e                    result;
    ngx_edge_policy_api_out_t       out;

    static edge_policy_resolved_t   resolved;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_NOT_ALLOWED,
                                         "method not allowed", "");
    }

    if (edge_hostname_normalize((char *) host->data, host->len, buf, &len)
        != EDGE_HOSTNAME_OK)
    {
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "invalid hostname", "");
    }

    name = (ngx_strcmp(buf, EDGE_POLICY_NO_SNI) == 0) ? NULL : buf;

    result = edge_policy_store_begin_read(request->store);
    if (result != EDGE_STORE_OK) {
        return ngx_edge_policy_api_store_error(r, result);
    }

    result = edge_policy_resolve(&request->conf->policies->table,
                                 request->store, name, len, &resolved);

    ngx_edge_policy_api_begin(&out, r);

    if (result == EDGE_STORE_OK) {
        ngx_edge_policy_api_add(&out, EDGE_HOSTNAME_MAX + 32,
                                "{\"hostname\":\"%s\",", buf);
        ngx_edge_policy_api_add_explanation(&out, &resolved);
        ngx_edge_policy_api_add_handshake(&out, &resolved);
        ngx_edge_policy_api_add(&out, 1, "}");
    }

    edge_policy_store_end_read(request->store);

    if (result != EDGE_STORE_OK) {
        return ngx_edge_policy_api_store_error(r, result);
    }

    return ngx_edge_policy_api_send(&out, NGX_HTTP_OK);
}


static void
ngx_edge_policy_api_add_explanation(ngx_edge_policy_api_out_t *out,
    edge_policy_resolved_t *resolved)
{
    unsigned               key;
    const char            *comma;
    edge_policy_value_t   *value;
    edge_policy_origin_t  *origin;

    static char            json[EDGE_POLICY_JSON_VALUE_MAX];

    ngx_edge_policy_api_add(out, EDGE_HOSTNAME_MAX + 64,
                            "\"policy\":\"%s\",\"source\":\"%s\","
                            "\"settings\":{",
                            resolved->n ? resolved->origins[0].name : "server",
                            edge_policy_resolved_source(resolved));

    for (key = 0, comma = ""; key < EDGE_POLICY_KEYS; key++) {
        value = &resolved->policy.values[key];

        if (value->text == NULL) {
            continue;
        }

        origin = &resolved->origins[value->level];

        edge_policy_json_format(key, value->text, json);

        ngx_edge_policy_api_add(out, EDGE_POLICY_JSON_VALUE_MAX + 400,
                                "%s\"%s\":{\"value\":%s,\"from\":\"%s\","
                                "\"in\":\"%s\",\"preset\":%s}", comma,
                                edge_policy_key_name((edge_policy_key_e) key),
                                json, origin->name,
                                origin->stored ? "store" : "configuration",
                                value->preset ? "true" : "false");
        comma = ",";
    }

    ngx_edge_policy_api_add(out, 1, "}");
}


/* What a ClientHello of the versions asked for would get, else of all. */

static void
ngx_edge_policy_api_add_handshake(ngx_edge_policy_api_out_t *out,
    edge_policy_resolved_t *resolved)
{
    SSL_CTX                  *ctx;
    edge_tls_hello_t          hello;
    edge_tls_policy_t         tls;
    edge_tls_server_t         server;
    edge_tls_choice_t         choice;
    edge_tls_verdict_e        verdict;
    edge_tls_policy_error_t   error;
    ngx_http_ssl_srv_conf_t  *sscf;

    if (edge_tls_policy_compile(&tls, &resolved->policy, &error)
        != EDGE_TLS_POLICY_OK)
    {
        ngx_edge_policy_api_add(out, 128, ",\"handshake\":{\"version\":null,"
                                "\"reason\":\"policy cannot be applied\"}");
        return;
    }

    sscf = ngx_http_get_module_srv_conf(out->request, ngx_http_ssl_module);
    ctx = sscf->ssl.ctx;

    server = edge_tls_some_server;

    if (ctx) {
        server.options = SSL_CTX_get_options(ctx);
        server.security_level = SSL_CTX_get_security_level(ctx);
    }

    ngx_memzero(&hello, sizeof(edge_tls_hello_t));

    hello.any_cipher = 1;
    hello.versions = ngx_edge_policy_api_versions(out->request);

    verdict = edge_tls_policy_judge(&tls, &hello, &server, &choice);

    if (verdict != EDGE_TLS_ALLOWED) {
        ngx_edge_policy_api_add(out, 128, ",\"handshake\":{\"version\":null,"
                                "\"reason\":\"%s\"}",
                                edge_tls_verdict_text(verdict));
        return;
    }

    ngx_edge_policy_api_add(out, 128,
                            ",\"handshake\":{\"version\":\"%s\","
                            "\"reason\":null}",
                            choice.version == EDGE_TLS_1_3 ? "1.3"
                            : choice.version == EDGE_TLS_1_2 ? "1.2"
                            : choice.version == EDGE_TLS_1_1 ? "1.1" : "1.0");
}


/* ?versions=1.2,1.3 */

static unsigned
ngx_edge_policy_api_versions(ngx_http_request_t *r)
{
    size_t       i;
    unsigned     mask;
    ngx_str_t    value;

    if (ngx_http_arg(r, (u_char *) "versions", 8, &value) != NGX_OK) {
        return EDGE_TLS_1_0|EDGE_TLS_1_1|EDGE_TLS_1_2|EDGE_TLS_1_3;
    }

    mask = 0;

    for (i = 0; i + 2 < value.len; i++) {
        if (value.data[i] == '1' && value.data[i + 1] == '.'
            && value.data[i + 2] >= '0' && value.data[i + 2] <= '3')
        {
            mask |= EDGE_TLS_1_0 << (value.data[i + 2] - '0');
        }
    }

    return mask;
}
