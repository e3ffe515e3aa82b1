
#include "ngx_edge_tls_policy.h"
#include "edge_hostname.h"
#include "edge_policy_text.h"


static ngx_int_t ngx_edge_tls_policy_parse_name(ngx_conf_t *cf,
    ngx_str_t *value, edge_policy_record_t *record);
static void ngx_edge_tls_policy_set_source(ngx_edge_tls_policy_record_t *r);
static ngx_int_t ngx_edge_tls_policy_parse_setting(ngx_conf_t *cf,
    ngx_str_t *setting, edge_policy_t *policy);
static ngx_int_t ngx_edge_tls_policy_compile(ngx_conf_t *cf,
    ngx_edge_tls_policy_record_t *r, const edge_policy_t *policy);
static ngx_int_t ngx_edge_tls_policy_overlay(ngx_conf_t *cf,
    ngx_array_t *records, ngx_array_t *from);
static ngx_edge_tls_policy_record_t *ngx_edge_tls_policy_find_own(
    ngx_array_t *records, edge_policy_record_t *record);


ngx_edge_tls_policy_record_t *
ngx_edge_tls_policy_parse(ngx_conf_t *cf)
{
    ngx_str_t                     *value;
    ngx_uint_t                     i;
    ngx_edge_tls_policy_record_t  *r;

    r = ngx_pcalloc(cf->pool, sizeof(ngx_edge_tls_policy_record_t));
    if (r == NULL) {
        return NULL;
    }

    r->file = cf->conf_file->file.name;
    r->line = cf->conf_file->line;

    value = cf->args->elts;

    if (ngx_edge_tls_policy_parse_name(cf, &value[1], &r->record) != NGX_OK) {
        return NULL;
    }

    ngx_edge_tls_policy_set_source(r);

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_edge_tls_policy_parse_setting(cf, &value[i],
                                              &r->record.policy)
            != NGX_OK)
        {
            return NULL;
        }
    }

    if (ngx_edge_tls_policy_compile(cf, r, &r->record.policy) != NGX_OK) {
        return NULL;
    }

    return r;
}


static ngx_int_t
ngx_edge_tls_policy_parse_name(ngx_conf_t *cf, ngx_str_t *value,
    edge_policy_record_t *record)
{
    char    *name;
    size_t   len;

    name = ngx_pnalloc(cf->pool, EDGE_HOSTNAME_MAX + 1);
    if (name == NULL) {
        return NGX_ERROR;
    }

    if (edge_hostname_normalize_record((char *) value->data, value->len, name,
                                       &len)
        != EDGE_HOSTNAME_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" in \"ecg_policy\": it must be "
                           "%s", value,
                           edge_policy_text_allowed(EDGE_POLICY_TEXT_BAD_NAME,
                                                    NULL));
        return NGX_ERROR;
    }

    record->name = name;
    record->len = len;

    return NGX_OK;
}


/* What the name of a record is, as $ecg_policy_source tells. */

static void
ngx_edge_tls_policy_set_source(ngx_edge_tls_policy_record_t *r)
{
    const char  *name;

    name = r->record.name;

    if (name[0] == '*') {
        ngx_str_set(&r->source, "wildcard");

    } else if (ngx_strcmp(name, EDGE_POLICY_DEFAULT) == 0
               || ngx_strcmp(name, EDGE_POLICY_NO_SNI) == 0)
    {
        r->source.data = (u_char *) name;
        r->source.len = r->record.len;

    } else {
        ngx_str_set(&r->source, "exact");
    }
}


static ngx_int_t
ngx_edge_tls_policy_parse_setting(ngx_conf_t *cf, ngx_str_t *setting,
    edge_policy_t *policy)
{
    u_char         *p;
    ngx_str_t       key, value;
    edge_policy_e   result;

    p = ngx_strlchr(setting->data, setting->data + setting->len, '=');

    if (p == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"ecg_policy\": it "
                           "must be key=value", setting);
        return NGX_ERROR;
    }

    key.data = setting->data;
    key.len = p - setting->data;
    value.data = p + 1;
    value.len = setting->data + setting->len - value.data;

    result = edge_policy_set(policy, (char *) key.data, key.len,
                             (char *) value.data);

    switch (result) {

    case EDGE_POLICY_OK:
        return NGX_OK;

    case EDGE_POLICY_DUPLICATE_KEY:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate key \"%V\" in \"ecg_policy\"", &key);
        break;

    case EDGE_POLICY_BAD_VALUE:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" of \"%V\" in \"ecg_policy\": "
                           "it must be %s", &value, &key,
                           edge_policy_text_allowed(EDGE_POLICY_TEXT_BAD_VALUE,
                                                    (char *) setting->data));
        break;

    default:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown key \"%V\" in \"ecg_policy\": it must be "
                           "one of %s", &key, edge_policy_setting_names());
        break;
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_edge_tls_policy_compile(ngx_conf_t *cf, ngx_edge_tls_policy_record_t *r,
    const edge_policy_t *policy)
{
    const char               *key;
    edge_tls_policy_e         result;
    edge_tls_policy_error_t   error;

    result = edge_tls_policy_compile(&r->tls, policy, &error);
    if (result == EDGE_TLS_POLICY_OK) {
        return NGX_OK;
    }

    key = edge_policy_key_name(error.key);

    if (result == EDGE_TLS_POLICY_NEEDS_OPENSSL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"%s\" in \"%s\" of policy \"%s\" needs OpenSSL %s or "
                      "later, this is %s in %V:%ui", error.name, key,
                      r->record.name, error.needs,
                      OpenSSL_version(OPENSSL_VERSION_STRING), &r->file,
                      r->line);
        return NGX_ERROR;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"%s\" in \"%s\" of policy \"%s\" %s in %V:%ui",
                  error.name[0] ? error.name : policy->values[error.key].text,
                  key, r->record.name, edge_tls_policy_error_text(result),
                  &r->file, r->line);

    return NGX_ERROR;
}


ngx_int_t
ngx_edge_tls_policy_merge(ngx_conf_t *cf, ngx_array_t *own, ngx_array_t *outer,
    ngx_edge_tls_policy_conf_t *conf)
{
    ngx_uint_t                     i;
    ngx_array_t                    records;
    edge_policy_t                  policy;
    ngx_edge_tls_policy_record_t **r;

    if (own == NULL && outer == NULL) {
        return NGX_OK;
    }

    if (ngx_array_init(&records, cf->pool, 8,
                       sizeof(ngx_edge_tls_policy_record_t *))
        != NGX_OK
        || ngx_edge_tls_policy_overlay(cf, &records, own) != NGX_OK
        || ngx_edge_tls_policy_overlay(cf, &records, outer) != NGX_OK)
    {
        return NGX_ERROR;
    }

    conf->table.records = records.elts;
    conf->table.n = records.nelts;

    (void) edge_policy_table_sort(&conf->table);

    r = records.elts;

    for (i = 0; i < records.nelts; i++) {
        edge_policy_table_merge(&conf->table, &r[i]->record, &policy);

        if (ngx_edge_tls_policy_compile(cf, r[i], &policy) != NGX_OK) {
            return NGX_ERROR;
        }

        if (policy.values[EDGE_POLICY_HTTP2].text) {
            conf->http2 = 1;
        }
    }

    return NGX_OK;
}


/* Copies what is not there yet, and else the keys that are unset there. */

static ngx_int_t
ngx_edge_tls_policy_overlay(ngx_conf_t *cf, ngx_array_t *records,
    ngx_array_t *from)
{
    ngx_uint_t                      i;
    ngx_edge_tls_policy_record_t  **r, **copy, *found;

    if (from == NULL) {
        return NGX_OK;
    }

    r = from->elts;

    for (i = 0; i < from->nelts; i++) {

        found = ngx_edge_tls_policy_find_own(records, &r[i]->record);

        if (found) {
            edge_policy_inherit(&found->record.policy, &r[i]->record.policy,
                                0);
            continue;
        }

        copy = ngx_array_push(records);
        if (copy == NULL) {
            return NGX_ERROR;
        }

        *copy = ngx_palloc(cf->pool, sizeof(ngx_edge_tls_policy_record_t));
        if (*copy == NULL) {
            return NGX_ERROR;
        }

        **copy = *r[i];
    }

    return NGX_OK;
}


static ngx_edge_tls_policy_record_t *
ngx_edge_tls_policy_find_own(ngx_array_t *records,
    edge_policy_record_t *record)
{
    ngx_uint_t                      i;
    ngx_edge_tls_policy_record_t  **r;

    r = records->elts;

    for (i = 0; i < records->nelts; i++) {
        if (r[i]->record.len == record->len
            && ngx_strcmp(r[i]->record.name, record->name) == 0)
        {
            return r[i];
        }
    }

    return NULL;
}
