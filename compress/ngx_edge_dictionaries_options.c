
#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_structured_field.h"
#include "ngx_edge_dictionaries_options.h"
#include "ngx_edge_parameters.h"


/* RFC 9842, 2.1.3 */
#define NGX_EDGE_DICTIONARY_ID_MAX     1024


/* what is too long to be shown is shown in part */
#define NGX_EDGE_DICTIONARY_SHOWN      100


static char *
ngx_edge_dictionaries_refuse(ngx_conf_t *cf, const ngx_str_t *arg,
    const char *allowed)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%*s\" of "
                       "\"compression_dictionary\", it must be %s",
                       ngx_min(arg->len, NGX_EDGE_DICTIONARY_SHOWN),
                       arg->data, allowed);

    return NGX_CONF_ERROR;
}


/* "off" or a level from min to max, or -1: neither */

static ngx_int_t
ngx_edge_dictionaries_read_level(const ngx_str_t *value, int min, int max,
    int *level)
{
    ngx_int_t  n;

    if (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0) {
        *level = EDGE_DICTIONARY_OFF;
        return NGX_OK;
    }

    n = ngx_atoi(value->data, value->len);

    if (n < min || n > max) {
        return NGX_ERROR;
    }

    *level = n;

    return NGX_OK;
}


static char *
ngx_edge_dictionaries_read_option(ngx_conf_t *cf, const ngx_str_t *arg,
    ngx_edge_dictionary_options_t *options)
{
    ngx_str_t  value;

    if (ngx_edge_parameters_takes(arg, "match=", &options->match)
        || ngx_edge_parameters_takes(arg, "match-dest=", &options->dest)
        || ngx_edge_parameters_takes(arg, "id=", &options->id))
    {
        return NGX_CONF_OK;
    }

    if (ngx_edge_parameters_takes(arg, "level=", &value)) {

        if (ngx_edge_dictionaries_read_level(&value, 1, 11,
                                             &options->dcz_level)
            != NGX_OK
            || options->dcz_level == EDGE_DICTIONARY_OFF)
        {
            return ngx_edge_dictionaries_refuse(cf, arg, "1 to 11");
        }

        options->dcb_level = options->dcz_level;

        return NGX_CONF_OK;
    }

    if (ngx_edge_parameters_takes(arg, "dcz=", &value)) {

        if (ngx_edge_dictionaries_read_level(&value, 1, 19,
                                             &options->dcz_level)
            != NGX_OK)
        {
            return ngx_edge_dictionaries_refuse(cf, arg, "\"off\" or a level "
                                                "from 1 to 19");
        }

        return NGX_CONF_OK;
    }

    if (ngx_edge_parameters_takes(arg, "dcb=", &value)) {

        if (ngx_edge_dictionaries_read_level(&value, 2, 11,
                                             &options->dcb_level)
            != NGX_OK)
        {
            return ngx_edge_dictionaries_refuse(cf, arg, "\"off\" or a level "
                                                "from 2 to 11");
        }

        options->dcb_asked = (options->dcb_level != EDGE_DICTIONARY_OFF);

        return NGX_CONF_OK;
    }

    return ngx_edge_dictionaries_refuse(cf, arg, "\"match=\", \"match-dest=\""
                                        ", \"id=\", \"level=\", \"dcz=\" or "
                                        "\"dcb=\" with a value");
}


static char *
ngx_edge_dictionaries_read_args(ngx_conf_t *cf,
    ngx_edge_dictionary_options_t *options)
{
    ngx_str_t   *args;
    ngx_uint_t   i;

    if (ngx_edge_parameters_differ(cf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    args = cf->args->elts;

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_edge_dictionaries_read_option(cf, &args[i], options)
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (edge_dictionary_has_brotli()) {
        return NGX_CONF_OK;
    }

    if (options->dcb_asked) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"dcb\" in \"compression_dictionary\" needs "
                           "libbrotlienc 1.1 or later, this module was built "
                           "with an older one: leave it out, clients with "
                           "dcb have dcz as well");
        return NGX_CONF_ERROR;
    }

    options->dcb_level = EDGE_DICTIONARY_OFF;

    return NGX_CONF_OK;
}


static char *
ngx_edge_dictionaries_read_match(ngx_conf_t *cf,
    const ngx_edge_dictionary_options_t *options,
    ngx_edge_dictionary_t *dictionary)
{
    const ngx_str_t  *match;

    static const char  *reasons[] = {
        NULL,
        "it is empty",
        "it is longer than 512 bytes",
        "a space, a control character, \"#\" or a \"\\\" at its end is in it",
        "it must begin with \"/\" and have no \"(\", \"{\" or \":name\""
    };

    match = &options->match;

    switch (edge_match_pattern_read(&dictionary->match, (char *) match->data,
                                    match->len, NULL, 0))
    {

    case EDGE_MATCH_PATTERN_OK:
        return NGX_CONF_OK;

    case EDGE_MATCH_PATTERN_EMPTY:
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no \"match=\" in \"compression_dictionary\", "
                           "\"match=/*\" is for all of a site");
        return NGX_CONF_ERROR;

    default:
        break;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid pattern \"%V\" in \"compression_dictionary\": "
                       "%s", match,
                       reasons[edge_match_pattern_read(&dictionary->match,
                                    (char *) match->data, match->len,
                                    NULL, 0)]);

    return NGX_CONF_ERROR;
}


/* names parted by commas, as of Sec-Fetch-Dest */

static char *
ngx_edge_dictionaries_read_dests(ngx_conf_t *cf, const ngx_str_t *list,
    ngx_edge_dictionary_t *dictionary)
{
    u_char     *p, *end;
    ngx_str_t  *dest;

    if (ngx_array_init(&dictionary->dests, cf->pool, 2, sizeof(ngx_str_t))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (list->len == 0) {
        return NGX_CONF_OK;
    }

    p = list->data;
    end = p + list->len;

    do {
        dest = ngx_array_push(&dictionary->dests);
        if (dest == NULL) {
            return NGX_CONF_ERROR;
        }

        dest->data = p;

        while (p < end && ((*p >= 'a' && *p <= 'z') || *p == '-')) {
            p++;
        }

        dest->len = p - dest->data;

        if (dest->len == 0 || (p < end && *p != ',')) {
            return ngx_edge_dictionaries_refuse(cf, list, "destinations "
                                   "parted by commas, such as \"script\" or "
                                   "\"document,frame\"");
        }

    } while (p++ < end);

    return NGX_CONF_OK;
}


/* bytes as a string of a structured field, 0: it is none, or has quotes */

static size_t
ngx_edge_dictionaries_string(const ngx_str_t *s)
{
    if (s->len && ngx_strlchr(s->data, s->data + s->len, '"')) {
        return 0;
    }

    return edge_sf_string_size((char *) s->data, s->len);
}


/* match="/a*", match-dest=("script" "style"), id="v1" (RFC 9842, 2.1) */

static char *
ngx_edge_dictionaries_write_use_as(ngx_conf_t *cf,
    const ngx_edge_dictionary_options_t *options,
    ngx_edge_dictionary_t *dictionary)
{
    char        *p;
    size_t       size;
    ngx_str_t   *dests;
    ngx_uint_t   i;

    size = ngx_edge_dictionaries_string(&options->match);

    if (size == 0) {
        return ngx_edge_dictionaries_refuse(cf, &options->match,
                                "printable ASCII without quotes");
    }

    if (ngx_edge_dictionaries_string(&options->id) == 0
        || options->id.len > NGX_EDGE_DICTIONARY_ID_MAX)
    {
        return ngx_edge_dictionaries_refuse(cf, &options->id,
                                "printable ASCII without quotes, no longer "
                                "than 1024 characters");
    }

    size += sizeof("match=, match-dest=(), id=") + 3 * options->dest.len
            + ngx_edge_dictionaries_string(&options->id);

    p = ngx_pnalloc(cf->pool, size);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    dictionary->use_as.data = (u_char *) p;

    p = (char *) ngx_cpymem(p, "match=", 6);
    p = edge_sf_write_string(p, (char *) options->match.data,
                             options->match.len);

    dests = dictionary->dests.elts;

    for (i = 0; i < dictionary->dests.nelts; i++) {
        p = (char *) (i ? ngx_cpymem(p, " ", 1)
                        : ngx_cpymem(p, ", match-dest=(", 14));
        p = edge_sf_write_string(p, (char *) dests[i].data, dests[i].len);
    }

    if (i) {
        *p++ = ')';
    }

    if (options->id.len) {
        p = (char *) ngx_cpymem(p, ", id=", 5);
        p = edge_sf_write_string(p, (char *) options->id.data,
                                 options->id.len);
    }

    dictionary->use_as.len = (u_char *) p - dictionary->use_as.data;

    return NGX_CONF_OK;
}


char *
ngx_edge_dictionaries_read_options(ngx_conf_t *cf,
    ngx_edge_dictionary_options_t *options,
    ngx_edge_dictionary_t *dictionary)
{
    if (ngx_edge_dictionaries_read_args(cf, options) != NGX_CONF_OK
        || ngx_edge_dictionaries_read_match(cf, options, dictionary)
           != NGX_CONF_OK
        || ngx_edge_dictionaries_read_dests(cf, &options->dest, dictionary)
           != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    return ngx_edge_dictionaries_write_use_as(cf, options, dictionary);
}
