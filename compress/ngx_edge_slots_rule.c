
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_elect.h"
#include "ngx_edge_rules.h"


#define NGX_EDGE_RULE_CONDITIONS                                             \
    "\"type=\", \"ext=\", \"path=\", \"host=\", \"status=\", \"size=\" or "   \
    "\"header:NAME=\""


typedef struct {
    ngx_str_t         name;
    edge_rule_kind_e  kind;
    ngx_uint_t        waives;       /* what is not asked again */
    char             *allowed;
} ngx_edge_rule_word_t;


static const ngx_edge_rule_word_t  ngx_edge_rule_words[] = {
    { ngx_string("type"), EDGE_RULE_TYPE, NGX_EDGE_WAIVE_TYPE,
      "media types, with \"*\" for any bytes" },
    { ngx_string("ext"), EDGE_RULE_EXTENSION, 0,
      "extensions of files, without the dot" },
    { ngx_string("path"), EDGE_RULE_PATH, 0,
      "paths, with \"*\" for any bytes" },
    { ngx_string("host"), EDGE_RULE_HOST, 0,
      "host names, with \"*\" for any bytes" },
    { ngx_string("status"), EDGE_RULE_STATUS, 0,
      "statuses such as 404, 500-599 or 5xx" },
    { ngx_string("size"), EDGE_RULE_SIZE, NGX_EDGE_WAIVE_LENGTH,
      "ranges of bytes such as 1k-64k, 1m- or -100, or \"unknown\"" }
};

#define NGX_EDGE_RULE_WORDS                                                  \
    (sizeof(ngx_edge_rule_words) / sizeof(ngx_edge_rule_words[0]))


static void
ngx_edge_rules_cleanup(void *data)
{
    edge_rules_destroy(data);
}


static ngx_edge_rules_t *
ngx_edge_rules_create(ngx_conf_t *cf)
{
    ngx_edge_rules_t    *rules;
    ngx_pool_cleanup_t  *cln;

    rules = ngx_pcalloc(cf->pool, sizeof(ngx_edge_rules_t));
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (rules == NULL || cln == NULL
        || ngx_array_init(&rules->list, cf->pool, 4, sizeof(ngx_edge_rule_t *))
           != NGX_OK
        || ngx_array_init(&rules->headers, cf->pool, 4, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NULL;
    }

    rules->compiled = edge_rules_create();
    if (rules->compiled == NULL) {
        return NULL;
    }

    cln->handler = ngx_edge_rules_cleanup;
    cln->data = rules->compiled;

    return rules;
}


/* the kind of a field that conditions name, its number; NGX_ERROR */

static ngx_int_t
ngx_edge_rules_header_kind(ngx_conf_t *cf, ngx_edge_rules_t *rules,
    u_char *name, size_t len)
{
    u_char      *p;
    ngx_str_t   *known, vary;
    ngx_uint_t   i;

    known = rules->headers.elts;

    for (i = 0; i < rules->headers.nelts; i++) {
        if (known[i].len == len
            && ngx_strncasecmp(known[i].data, name, len) == 0)
        {
            return EDGE_RULE_HEADER + i;
        }
    }

    if (len == 0 || i == EDGE_RULE_HEADERS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid header \"%*s\" in \"compression_rule\", "
                           "it must be the name of a field, and no more than "
                           "%d of them at one level",
                           len, name, EDGE_RULE_HEADERS_MAX);
        return NGX_ERROR;
    }

    known = ngx_array_push(&rules->headers);
    vary.len = rules->vary.len + (rules->vary.len ? 2 : 0) + len;
    vary.data = ngx_pnalloc(cf->pool, vary.len);
    p = ngx_pnalloc(cf->pool, len);

    if (known == NULL || vary.data == NULL || p == NULL) {
        return NGX_ERROR;
    }

    ngx_strlow(p, name, len);
    known->data = p;
    known->len = len;

    (void) ngx_sprintf(vary.data, "%V%s%*s", &rules->vary,
                       rules->vary.len ? ", " : "", len, name);
    rules->vary = vary;

    return EDGE_RULE_HEADER + i;
}


static char *
ngx_edge_rules_condition(ngx_conf_t *cf, ngx_edge_rules_t *rules,
    ngx_uint_t kind, ngx_uint_t negated, ngx_str_t *arg, u_char *value,
    const char *allowed)
{
    switch (edge_rules_add(rules->compiled, kind, negated, (char *) value,
                           arg->data + arg->len - value))
    {
    case EDGE_RULE_OK:
        return NGX_CONF_OK;

    case EDGE_RULE_MALFORMED:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid condition \"%V\" in \"compression_rule\","
                           " allowed are %s, parted by commas",
                           arg, allowed);
        return NGX_CONF_ERROR;

    default:
        return NGX_CONF_ERROR;
    }
}


/* "name=values" or "name!=values"; NGX_CONF_OK, or another value */

static char *
ngx_edge_rules_parse_condition(ngx_conf_t *cf, ngx_edge_rules_t *rules,
    ngx_edge_rule_t *rule, ngx_str_t *arg, u_char *equals)
{
    u_char                      *value;
    size_t                       len;
    ngx_int_t                    kind;
    ngx_uint_t                   i, negated;
    const ngx_edge_rule_word_t  *word;

    value = equals + 1;
    negated = (equals != arg->data && equals[-1] == '!');
    len = equals - arg->data - negated;

    if (len >= 7 && ngx_strncmp(arg->data, "header:", 7) == 0) {
        kind = ngx_edge_rules_header_kind(cf, rules, arg->data + 7, len - 7);

        return (kind == NGX_ERROR)
               ? NGX_CONF_ERROR
               : ngx_edge_rules_condition(cf, rules, kind, negated, arg, value,
                                 "values of the field, with \"*\" for any "
                                 "bytes");
    }

    for (i = 0; i < NGX_EDGE_RULE_WORDS; i++) {
        word = &ngx_edge_rule_words[i];

        if (word->name.len == len
            && ngx_strncmp(arg->data, word->name.data, len) == 0)
        {
            rule->waived |= word->waives;

            return ngx_edge_rules_condition(cf, rules, word->kind, negated,
                                            arg, value, word->allowed);
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid condition \"%V\" in \"compression_rule\", it "
                       "must begin with " NGX_EDGE_RULE_CONDITIONS, arg);

    return NGX_CONF_ERROR;
}


/* "level=3" or "level=zstd=9,br=4" */

static char *
ngx_edge_rules_parse_levels(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_edge_rule_t *rule, ngx_str_t *arg, u_char *value)
{
    char       *rc;
    u_char     *end, *comma;
    ngx_str_t   word;

    end = arg->data + arg->len;

    for ( ;; ) {
        comma = ngx_strlchr(value, end, ',');
        word.data = value;
        word.len = (comma ? comma : end) - value;

        rc = ngx_edge_set_level(cf, cmd, rule->level, &word);

        if (rc != NGX_CONF_OK || comma == NULL) {
            rule->leveled = 1;
            return rc;
        }

        value = comma + 1;
    }
}


/* a coding, "on" or "off" */

static char *
ngx_edge_rules_parse_word(ngx_conf_t *cf, ngx_edge_rule_t *rule,
    ngx_str_t *arg, ngx_uint_t *said)
{
    if (ngx_strcmp(arg->data, "on") == 0 && *said == 0) {
        rule->count = ngx_edge_choice_all(rule->order);
        *said = 2;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(arg->data, "off") == 0 && *said == 0) {
        *said = 2;
        return NGX_CONF_OK;
    }

    if (*said != 2
        && ngx_edge_choice_add(rule->order, &rule->count, arg)
           == NGX_EDGE_CHOICE_ADDED)
    {
        *said = 1;
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"compression_rule\", after "
                       "its conditions it must say \"off\", \"on\" or, once "
                       "each, \"zstd\", \"br\" and \"gzip\"", arg);

    return NGX_CONF_ERROR;
}


static char *
ngx_edge_rules_parse(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_edge_rules_t *rules, ngx_edge_rule_t *rule)
{
    char        *rc;
    u_char      *equals;
    ngx_str_t   *args;
    ngx_uint_t   i, said;

    args = cf->args->elts;
    said = 0;

    for (i = 1; i < cf->args->nelts; i++) {
        equals = ngx_strlchr(args[i].data, args[i].data + args[i].len, '=');

        if (equals == NULL) {
            rc = ngx_edge_rules_parse_word(cf, rule, &args[i], &said);

        } else if (ngx_strncmp(args[i].data, "level=", 6) == 0) {
            rc = ngx_edge_rules_parse_levels(cf, cmd, rule, &args[i],
                                             equals + 1);

        } else if (ngx_strncmp(args[i].data, "name=", 5) == 0) {
            rule->name.data = equals + 1;
            rule->name.len = args[i].len - 5;
            rc = NGX_CONF_OK;

        } else {
            rc = ngx_edge_rules_parse_condition(cf, rules, rule, &args[i],
                                                equals);
        }

        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    if (said == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"compression_rule\" must say \"off\", \"on\" or "
                           "codings: \"zstd\", \"br\", \"gzip\"");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_edge_set_rule_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char              *rc;
    int                index;
    ngx_uint_t         i;
    ngx_edge_rule_t   *rule, **place;
    ngx_edge_rules_t  *rules, **field;

    field = (ngx_edge_rules_t **) ((char *) conf + cmd->offset);

    if (*field == NGX_CONF_UNSET_PTR) {
        *field = ngx_edge_rules_create(cf);
    }

    rules = *field;
    rule = ngx_pcalloc(cf->pool, sizeof(ngx_edge_rule_t));

    if (rules == NULL || rule == NULL) {
        return NGX_CONF_ERROR;
    }

    index = edge_rules_begin(rules->compiled);

    if (index == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "more than %d of \"compression_rule\" at one level",
                           EDGE_RULES_MAX);
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < EDGE_CODINGS; i++) {
        rule->level[i] = NGX_EDGE_LEVEL_UNSET;
    }

    rc = ngx_edge_rules_parse(cf, cmd, rules, rule);

    if (rc != NGX_CONF_OK) {
        return rc;
    }

    place = ngx_array_push(&rules->list);

    if (place == NULL || ngx_edge_rules_name(cf, rule) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rule->index = index;
    rule->context.verdict = NGX_EDGE_RULE;
    rule->context.rule = rule;
    *place = rule;

    return NGX_CONF_OK;
}
