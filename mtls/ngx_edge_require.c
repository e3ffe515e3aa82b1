
#include "ngx_edge_require.h"

#include "ngx_edge_identity.h"


typedef enum {
    NGX_EDGE_REQUIRE_TEXT,    /* the very same */
    NGX_EDGE_REQUIRE_HEX,     /* case and colons aside */
    NGX_EDGE_REQUIRE_ITEM,    /* one of a list */
    NGX_EDGE_REQUIRE_HOST     /* one of a list, case aside */
} ngx_edge_require_match_e;


typedef struct {
    ngx_str_t                     name;
    ngx_uint_t                    field;
    ngx_edge_require_match_e      match;
} ngx_edge_require_attribute_t;


typedef struct {
    ngx_edge_require_attribute_t  *attribute;
    ngx_str_t                      value;
} ngx_edge_require_term_t;


/* Without a term any verified certificate will do. */

typedef struct {
    ngx_array_t                    terms;
    ngx_uint_t                     status;
    ngx_uint_t                     any;
} ngx_edge_require_demand_t;


static char *ngx_edge_require_parse_argument(ngx_conf_t *cf,
    ngx_edge_require_demand_t *demand, ngx_str_t *argument, ngx_uint_t *known);
static char *ngx_edge_require_parse_status(ngx_conf_t *cf,
    ngx_edge_require_demand_t *demand, ngx_str_t *argument);
static char *ngx_edge_require_parse_term(ngx_conf_t *cf,
    ngx_edge_require_demand_t *demand, ngx_str_t *argument);
static ngx_int_t ngx_edge_require_normalize(ngx_conf_t *cf,
    ngx_edge_require_match_e match, ngx_str_t *value);
static ngx_int_t ngx_edge_require_check_demand(ngx_http_request_t *r,
    ngx_edge_require_demand_t *demand);
static ngx_int_t ngx_edge_require_check_term(ngx_http_request_t *r,
    ngx_edge_require_term_t *term);


static ngx_edge_require_attribute_t  ngx_edge_require_attributes[] = {
    { ngx_string("subject"), EDGE_CERTIFICATE_SUBJECT_DN,
      NGX_EDGE_REQUIRE_TEXT },
    { ngx_string("issuer"), EDGE_CERTIFICATE_ISSUER_DN, NGX_EDGE_REQUIRE_TEXT },
    { ngx_string("serial"), EDGE_CERTIFICATE_SERIAL, NGX_EDGE_REQUIRE_HEX },
    { ngx_string("ski"), EDGE_CERTIFICATE_SKI, NGX_EDGE_REQUIRE_HEX },
    { ngx_string("issuer_serial"), NGX_EDGE_IDENTITY_ISSUER_SERIAL,
      NGX_EDGE_REQUIRE_HEX },
    { ngx_string("issuer_ski"), NGX_EDGE_IDENTITY_ISSUER_SKI,
      NGX_EDGE_REQUIRE_HEX },
    { ngx_string("sha256"), EDGE_CERTIFICATE_SHA256, NGX_EDGE_REQUIRE_HEX },
    { ngx_string("san_dns"), EDGE_CERTIFICATE_SAN_DNS, NGX_EDGE_REQUIRE_HOST },
    { ngx_string("san_uri"), EDGE_CERTIFICATE_SAN_URI, NGX_EDGE_REQUIRE_ITEM },
    { ngx_string("san_email"), EDGE_CERTIFICATE_SAN_EMAIL,
      NGX_EDGE_REQUIRE_ITEM },
    { ngx_string("san_ip"), EDGE_CERTIFICATE_SAN_IP, NGX_EDGE_REQUIRE_ITEM }
};


#define NGX_EDGE_REQUIRE_NATTRIBUTES                                          \
    (sizeof(ngx_edge_require_attributes)                                      \
     / sizeof(ngx_edge_require_attribute_t))


char *
ngx_edge_require_parse(ngx_conf_t *cf, ngx_array_t **demands)
{
    char                       *rv;
    ngx_str_t                  *args;
    ngx_uint_t                  i, verified;
    ngx_edge_require_demand_t  *demand;

    if (*demands == NULL) {
        *demands = ngx_array_create(cf->pool, 2,
                                    sizeof(ngx_edge_require_demand_t));
        if (*demands == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    demand = ngx_array_push(*demands);
    if (demand == NULL) {
        return NGX_CONF_ERROR;
    }

    demand->status = 0;
    demand->any = NGX_CONF_UNSET_UINT;
    verified = 0;

    if (ngx_array_init(&demand->terms, cf->pool, 4,
                       sizeof(ngx_edge_require_term_t))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    args = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        rv = ngx_edge_require_parse_argument(cf, demand, &args[i], &verified);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (demand->terms.nelts == 0 && !verified) {
        return (char *) "requires \"verified\" or an attribute and its value";
    }

    ngx_conf_init_uint_value(demand->any, 0);

    if (demand->status == 0) {
        demand->status = NGX_HTTP_FORBIDDEN;
    }

    return NGX_CONF_OK;
}


static char *
ngx_edge_require_parse_argument(ngx_conf_t *cf,
    ngx_edge_require_demand_t *demand, ngx_str_t *argument,
    ngx_uint_t *verified)
{
    if (ngx_strcmp(argument->data, "any") == 0
        || ngx_strcmp(argument->data, "all") == 0)
    {
        if (demand->any != NGX_CONF_UNSET_UINT) {
            return (char *) "takes \"any\" or \"all\", once";
        }

        demand->any = (argument->data[1] == 'n');
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(argument->data, "verified") == 0) {
        *verified = 1;
        return NGX_CONF_OK;
    }

    if (ngx_strncmp(argument->data, "status=", 7) == 0) {
        return ngx_edge_require_parse_status(cf, demand, argument);
    }

    return ngx_edge_require_parse_term(cf, demand, argument);
}


static char *
ngx_edge_require_parse_status(ngx_conf_t *cf,
    ngx_edge_require_demand_t *demand, ngx_str_t *argument)
{
    ngx_int_t  status;

    if (demand->status) {
        return (char *) "takes one status";
    }

    status = ngx_atoi(argument->data + 7, argument->len - 7);

    if (status < 400 || status > 599) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"mtls_require\", the "
                           "status must be from 400 to 599", argument);
        return NGX_CONF_ERROR;
    }

    demand->status = (ngx_uint_t) status;

    return NGX_CONF_OK;
}


static char *
ngx_edge_require_parse_term(ngx_conf_t *cf, ngx_edge_require_demand_t *demand,
    ngx_str_t *argument)
{
    u_char                        *equals;
    ngx_uint_t                     i;
    ngx_edge_require_term_t       *term;
    ngx_edge_require_attribute_t  *attribute;

    equals = ngx_strlchr(argument->data, argument->data + argument->len, '=');

    for (i = 0; equals && i < NGX_EDGE_REQUIRE_NATTRIBUTES; i++) {
        attribute = &ngx_edge_require_attributes[i];

        if (attribute->name.len != (size_t) (equals - argument->data)
            || ngx_strncmp(attribute->name.data, argument->data,
                           attribute->name.len)
               != 0)
        {
            continue;
        }

        term = ngx_array_push(&demand->terms);
        if (term == NULL) {
            return NGX_CONF_ERROR;
        }

        term->attribute = attribute;
        term->value.data = equals + 1;
        term->value.len = argument->len - attribute->name.len - 1;

        if (term->value.len == 0) {
            break;
        }

        return ngx_edge_require_normalize(cf, attribute->match, &term->value)
                       == NGX_OK
                   ? NGX_CONF_OK
                   : NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"mtls_require\", it must "
                       "be \"any\", \"all\", \"verified\", status=code or "
                       "attribute=value, where the attribute is subject, "
                       "issuer, serial, ski, issuer_serial, issuer_ski, "
                       "sha256, san_dns, san_uri, san_email or san_ip; or "
                       "\"off\" alone", argument);

    return NGX_CONF_ERROR;
}


/* Writes the value as the field would have it. */

static ngx_int_t
ngx_edge_require_normalize(ngx_conf_t *cf, ngx_edge_require_match_e match,
    ngx_str_t *value)
{
    u_char       *p;
    size_t        i;
    edge_text_t   text;

    if (match == NGX_EDGE_REQUIRE_TEXT) {
        return NGX_OK;
    }

    if (match == NGX_EDGE_REQUIRE_HEX) {
        p = value->data;

        for (i = 0; i < value->len; i++) {
            if (value->data[i] != ':') {
                *p++ = value->data[i];
            }
        }

        value->len = (size_t) (p - value->data);

        return NGX_OK;
    }

    ngx_memzero(&text, sizeof(edge_text_t));
    edge_text_add_escaped(&text, value->data, value->len, ", \"");

    value->len = text.len;
    value->data = text.failed ? NULL : ngx_pnalloc(cf->pool, text.len);

    if (value->data) {
        ngx_memcpy(value->data, text.data, text.len);
    }

    edge_text_free(&text);

    return value->data ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_edge_require_check(ngx_http_request_t *r, ngx_array_t *demands)
{
    ngx_int_t                   rc;
    ngx_uint_t                  i;
    ngx_edge_require_demand_t  *demand;

    demand = demands->elts;

    for (i = 0; i < demands->nelts; i++) {
        rc = ngx_edge_require_check_demand(r, &demand[i]);

        if (rc == NGX_OK) {
            continue;
        }

        if (rc == NGX_DECLINED) {
            ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                          "client certificate does not meet mtls_require");
            return (ngx_int_t) demand[i].status;
        }

        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_edge_require_check_demand(ngx_http_request_t *r,
    ngx_edge_require_demand_t *demand)
{
    ngx_int_t                 rc;
    ngx_uint_t                i;
    ngx_edge_require_term_t  *term;

    if (ngx_edge_identity_state(r) != NGX_EDGE_IDENTITY_VERIFIED) {
        return NGX_DECLINED;
    }

    rc = NGX_OK;
    term = demand->terms.elts;

    for (i = 0; i < demand->terms.nelts; i++) {
        rc = ngx_edge_require_check_term(r, &term[i]);

        if (rc == NGX_ERROR || (rc == NGX_OK) == demand->any) {
            return rc;
        }
    }

    return rc;
}


static ngx_int_t
ngx_edge_require_check_term(ngx_http_request_t *r,
    ngx_edge_require_term_t *term)
{
    int          same;
    ngx_int_t    rc;
    ngx_str_t    value;
    const char  *wanted;

    rc = ngx_edge_identity_get(r, term->attribute->field, &value);

    if (rc != NGX_OK) {
        return (rc == NGX_ERROR) ? NGX_ERROR : NGX_DECLINED;
    }

    wanted = (char *) term->value.data;

    switch (term->attribute->match) {

    case NGX_EDGE_REQUIRE_TEXT:
        same = (value.len == term->value.len
                && ngx_strncmp(value.data, wanted, value.len) == 0);
        break;

    case NGX_EDGE_REQUIRE_HEX:
        same = (value.len == term->value.len
                && ngx_strncasecmp(value.data, term->value.data, value.len)
                   == 0);
        break;

    default:
        same = edge_text_list_has(
            (char *) value.data, value.len, wanted, term->value.len,
            term->attribute->match == NGX_EDGE_REQUIRE_HOST);
        break;
    }

    return same ? NGX_OK : NGX_DECLINED;
}
