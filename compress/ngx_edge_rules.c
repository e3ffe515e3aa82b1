
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_rules.h"


ngx_int_t
ngx_edge_rules_name(ngx_conf_t *cf, ngx_edge_rule_t *rule)
{
    u_char     *p, *end;
    ngx_str_t  *file;

    if (rule->name.len == 0) {
        file = &cf->conf_file->file.name;
        end = file->data + file->len;

        for (p = end; p > file->data && p[-1] != '/'; p--) { /* void */ }

        rule->name.data = ngx_pnalloc(cf->pool, end - p + 1 + NGX_INT_T_LEN);
        if (rule->name.data == NULL) {
            return NGX_ERROR;
        }

        rule->name.len = ngx_sprintf(rule->name.data, "%*s:%ui",
                                     (size_t) (end - p), p,
                                     cf->conf_file->line)
                         - rule->name.data;
    }

    rule->reason_off.data = ngx_pnalloc(cf->pool, 5 + rule->name.len);
    rule->reason_coded.data = ngx_pnalloc(cf->pool, 6 + rule->name.len);

    if (rule->reason_off.data == NULL || rule->reason_coded.data == NULL) {
        return NGX_ERROR;
    }

    rule->reason_off.len = 5 + rule->name.len;
    rule->reason_coded.len = 6 + rule->name.len;
    (void) ngx_sprintf(rule->reason_off.data, "rule:%V", &rule->name);
    (void) ngx_sprintf(rule->reason_coded.data, "coded:%V", &rule->name);

    return NGX_OK;
}


static edge_rule_text_t
ngx_edge_rules_text(const ngx_str_t *value)
{
    edge_rule_text_t  text;

    text.data = (char *) value->data;
    text.len = value->len;

    return text;
}


static ngx_uint_t
ngx_edge_rules_is_field(ngx_table_elt_t *field, const ngx_str_t *name)
{
    return field->hash && field->key.len == name->len
           && ngx_strncmp(field->lowcase_key, name->data, name->len) == 0;
}


/* what the matcher asks: the first line of a request header field */

typedef struct {
    ngx_http_request_t      *request;
    const ngx_edge_rules_t  *rules;
} ngx_edge_rules_asked_t;


static edge_rule_text_t
ngx_edge_rules_header(void *data, unsigned i)
{
    ngx_uint_t               n;
    ngx_str_t               *names;
    ngx_list_part_t         *part;
    ngx_table_elt_t         *fields;
    edge_rule_text_t         none = { NULL, 0 };
    ngx_edge_rules_asked_t  *asked = data;

    names = asked->rules->headers.elts;

    for (part = &asked->request->headers_in.headers.part; part;
         part = part->next)
    {
        fields = part->elts;

        for (n = 0; n < part->nelts; n++) {
            if (ngx_edge_rules_is_field(&fields[n], &names[i])) {
                return ngx_edge_rules_text(&fields[n].value);
            }
        }
    }

    return none;
}


/* without its parameters */

static edge_rule_text_t
ngx_edge_rules_type(const ngx_str_t *type)
{
    size_t            len;
    edge_rule_text_t  text;

    text = ngx_edge_rules_text(type);

    for (len = 0; len < text.len; len++) {
        if (text.data[len] == ';' || text.data[len] == ' ') {
            break;
        }
    }

    text.len = len;

    return text;
}


ngx_edge_rule_t *
ngx_edge_rules_find(ngx_http_request_t *r, const ngx_edge_rules_t *rules)
{
    int                      i;
    off_t                    length;
    ngx_edge_rule_t        **list;
    edge_rule_facts_t        facts;
    ngx_edge_rules_asked_t   asked;

    if (rules == NULL) {
        return NULL;
    }

    asked.request = r;
    asked.rules = rules;
    length = r->headers_out.content_length_n;

    facts.text[EDGE_RULE_TYPE] =
                             ngx_edge_rules_type(&r->headers_out.content_type);
    facts.text[EDGE_RULE_EXTENSION] = ngx_edge_rules_text(&r->exten);
    facts.text[EDGE_RULE_PATH] = ngx_edge_rules_text(&r->uri);
    facts.text[EDGE_RULE_HOST] = ngx_edge_rules_text(&r->headers_in.server);
    facts.status = (unsigned) r->headers_out.status;
    facts.size = (length == -1) ? EDGE_RULE_SIZE_UNKNOWN : (uint64_t) length;
    facts.header = ngx_edge_rules_header;
    facts.data = &asked;

    i = edge_rules_match(rules->compiled, &facts);

    if (i == -1) {
        return NULL;
    }

    list = rules->list.elts;

    return list[i];
}


ngx_uint_t
ngx_edge_rules_order(const ngx_edge_rule_t *rule, edge_coding_e *order)
{
    ngx_uint_t  i;

    for (i = 0; i < rule->count; i++) {
        order[i] = rule->order[i];
    }

    return rule->count;
}


ngx_uint_t
ngx_edge_rules_possible(const ngx_edge_rules_t *rules, edge_coding_e *order,
    ngx_uint_t count)
{
    ngx_uint_t         i, n, known;
    ngx_edge_rule_t  **list;

    if (rules == NULL) {
        return count;
    }

    list = rules->list.elts;

    for (i = 0; i < rules->list.nelts; i++) {
        for (n = 0; n < list[i]->count; n++) {

            for (known = 0; known < count; known++) {
                if (order[known] == list[i]->order[n]) {
                    break;
                }
            }

            if (known == count) {
                order[count++] = list[i]->order[n];
            }
        }
    }

    return count;
}


char *
ngx_edge_rules_prepare(ngx_conf_t *cf, const ngx_edge_rules_t *rules,
    ngx_edge_params_t params, const ngx_edge_coding_settings_t *settings,
    ngx_edge_coder_t ***coders)
{
    char                        *rc;
    ngx_uint_t                   i, n;
    ngx_edge_rule_t            **list;
    ngx_edge_coding_settings_t   own;

    if (rules == NULL) {
        return NGX_CONF_OK;
    }

    list = rules->list.elts;

    for (i = 0; i < rules->list.nelts; i++) {

        if (!list[i]->leveled) {
            continue;
        }

        if (*coders == NULL) {
            *coders = ngx_pcalloc(cf->pool, rules->list.nelts
                                            * sizeof(ngx_edge_coder_t *));
            if (*coders == NULL) {
                return NGX_CONF_ERROR;
            }
        }

        own = *settings;

        for (n = 0; n < EDGE_CODINGS; n++) {
            if (list[i]->level[n] != NGX_EDGE_LEVEL_UNSET) {
                own.level[n] = list[i]->level[n];
            }
        }

        rc = ngx_edge_coding_prepare_all(cf, params, &own, list[i]->order,
                                         list[i]->count, &(*coders)[i]);
        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    return NGX_CONF_OK;
}


ngx_edge_coder_t *
ngx_edge_rules_coders(const ngx_edge_rule_t *rule,
    ngx_edge_coder_t **coders, ngx_edge_coder_t *base)
{
    if (rule == NULL || !rule->leveled) {
        return base;
    }

    return coders[rule->index];
}
