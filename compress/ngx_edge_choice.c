
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_choice.h"


typedef struct {
    ngx_str_t      name;
    edge_coding_e  coding;
} ngx_edge_choice_name_t;


/* in the order that "on" stands for */

static const ngx_edge_choice_name_t  ngx_edge_choice_names[] = {
    { ngx_string("zstd"), EDGE_CODING_ZSTD },
    { ngx_string("br"), EDGE_CODING_BR },
    { ngx_string("gzip"), EDGE_CODING_GZIP }
};


void
ngx_edge_choice_init(ngx_edge_choice_t *choice)
{
    choice->set = NGX_CONF_UNSET;
    choice->zstd = NGX_CONF_UNSET;
    choice->brotli = NGX_CONF_UNSET;
}


static ngx_uint_t
ngx_edge_choice_is(const ngx_str_t *word, const char *name, size_t len)
{
    return word->len == len
           && ngx_strncasecmp(word->data, (u_char *) name, len) == 0;
}


static ngx_uint_t
ngx_edge_choice_has(const edge_coding_e *order, ngx_uint_t count,
    edge_coding_e coding)
{
    while (count--) {
        if (order[count] == coding) {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_edge_choice_all(edge_coding_e *order)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_EDGE_CODINGS; i++) {
        order[i] = ngx_edge_choice_names[i].coding;
    }

    return NGX_EDGE_CODINGS;
}


ngx_edge_choice_e
ngx_edge_choice_add(edge_coding_e *order, ngx_uint_t *count,
    const ngx_str_t *word)
{
    ngx_uint_t                     i;
    const ngx_edge_choice_name_t  *known;

    for (i = 0; i < NGX_EDGE_CODINGS; i++) {
        known = &ngx_edge_choice_names[i];

        if (!ngx_edge_choice_is(word, (char *) known->name.data,
                                known->name.len))
        {
            continue;
        }

        if (ngx_edge_choice_has(order, *count, known->coding)) {
            return NGX_EDGE_CHOICE_TWICE;
        }

        order[(*count)++] = known->coding;

        return NGX_EDGE_CHOICE_ADDED;
    }

    return NGX_EDGE_CHOICE_UNKNOWN;
}


/* zstd goes in front; Brotli behind it, or in front of gzip */

static void
ngx_edge_choice_insert(ngx_edge_choice_t *choice, edge_coding_e coding)
{
    ngx_uint_t  i, at;

    if (ngx_edge_choice_has(choice->order, choice->count, coding)) {
        return;
    }

    at = (choice->count && choice->order[0] == EDGE_CODING_ZSTD) ? 1 : 0;

    for (i = choice->count++; i > at; i--) {
        choice->order[i] = choice->order[i - 1];
    }

    choice->order[at] = coding;
}


static void
ngx_edge_choice_remove(ngx_edge_choice_t *choice, edge_coding_e coding)
{
    ngx_uint_t  i, count;

    count = 0;

    for (i = 0; i < choice->count; i++) {
        if (choice->order[i] != coding) {
            choice->order[count++] = choice->order[i];
        }
    }

    choice->count = count;
}


static void
ngx_edge_choice_apply(ngx_edge_choice_t *choice, ngx_flag_t flag,
    edge_coding_e coding)
{
    if (flag == 1) {
        ngx_edge_choice_insert(choice, coding);

    } else if (flag == 0) {
        ngx_edge_choice_remove(choice, coding);
    }
}


static void
ngx_edge_choice_settle(ngx_edge_choice_t *choice)
{
    ngx_edge_choice_apply(choice, choice->zstd, EDGE_CODING_ZSTD);
    ngx_edge_choice_apply(choice, choice->brotli, EDGE_CODING_BR);

    choice->zstd = NGX_CONF_UNSET;
    choice->brotli = NGX_CONF_UNSET;
}


void
ngx_edge_choice_merge(ngx_edge_choice_t *prev, ngx_edge_choice_t *conf)
{
    ngx_uint_t  i;

    /* at the top level nothing was merged before */

    ngx_edge_choice_settle(prev);

    if (conf->set == NGX_CONF_UNSET) {
        conf->count = prev->count;
        conf->list = prev->list;

        for (i = 0; i < prev->count; i++) {
            conf->order[i] = prev->order[i];
        }
    }

    ngx_edge_choice_settle(conf);
}


ngx_uint_t
ngx_edge_choice_possible(const ngx_edge_choice_t *choice,
    edge_coding_e *order)
{
    ngx_uint_t  i;

    if (choice->list) {
        return ngx_edge_choice_all(order);
    }

    for (i = 0; i < choice->count; i++) {
        order[i] = choice->order[i];
    }

    return choice->count;
}


/* the next word of a list, parted by spaces or commas; 0: there is none */

static ngx_uint_t
ngx_edge_choice_word(ngx_str_t *rest, ngx_str_t *word)
{
    u_char  *p, *end;

    p = rest->data;
    end = p + rest->len;

    while (p < end && (*p == ' ' || *p == ',' || *p == '\t')) {
        p++;
    }

    word->data = p;

    while (p < end && *p != ' ' && *p != ',' && *p != '\t') {
        p++;
    }

    word->len = p - word->data;
    rest->data = p;
    rest->len = end - p;

    return word->len != 0;
}


static ngx_uint_t
ngx_edge_choice_read(ngx_http_request_t *r, ngx_edge_choice_t *choice,
    ngx_str_t *value, edge_coding_e *order)
{
    ngx_str_t   rest, word;
    ngx_uint_t  count;

    rest = *value;
    count = 0;

    while (ngx_edge_choice_word(&rest, &word)) {

        if (ngx_edge_choice_is(&word, "on", 2)) {
            return ngx_edge_choice_all(order);
        }

        if (ngx_edge_choice_is(&word, "off", 3)) {
            return 0;
        }

        if (ngx_edge_choice_add(order, &count, &word)
            == NGX_EDGE_CHOICE_UNKNOWN
            && !choice->warned)
        {
            choice->warned = 1;
            ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                          "unknown coding \"%V\" in the value of "
                          "\"compression\" ignored", &word);
        }
    }

    return count;
}


ngx_uint_t
ngx_edge_choice_order(ngx_http_request_t *r, ngx_edge_choice_t *choice,
    edge_coding_e *order)
{
    ngx_str_t  value;

    if (choice->list == NULL) {
        return ngx_edge_choice_possible(choice, order);
    }

    /* what can't be evaluated is no reason to fail the response */

    if (ngx_http_complex_value(r, choice->list, &value) != NGX_OK) {
        return 0;
    }

    return ngx_edge_choice_read(r, choice, &value, order);
}


/* two modules for the same directives: the one loaded last would win */

ngx_int_t
ngx_edge_choice_check_modules(ngx_conf_t *cf, const char *ours)
{
    ngx_uint_t  i, j;

    static char  *rivals[] = {
        "ngx_http_brotli_filter_module",
        "ngx_http_brotli_static_module"
    };

    for (i = 0; cf->cycle->modules[i]; i++) {
        for (j = 0; j < sizeof(rivals) / sizeof(rivals[0]); j++) {

            if (ngx_strcmp(cf->cycle->modules[i]->name, rivals[j]) == 0) {
                ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                              "%s does what %s is loaded for, with the same "
                              "directives: remove the \"load_module\" line "
                              "of %s.so",
                              ours, rivals[j],
                              rivals[j]);
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}
