
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "edge_policy_json.h"


static edge_policy_json_e edge_policy_json_load(const char *json, size_t len,
    json_t **out, edge_policy_json_error_t *error);
static edge_policy_json_e edge_policy_json_text_of(json_t *node, char *buf,
    size_t size, edge_policy_json_error_t *error);
static edge_policy_json_e edge_policy_json_settings(json_t *settings,
    uint64_t now, char *buf, edge_policy_named_t *out,
    edge_policy_json_error_t *error);
static edge_policy_json_e edge_policy_json_shape(
    edge_policy_json_error_t *error, const char *what);
static edge_policy_json_e edge_policy_json_wrong(
    edge_policy_json_error_t *error, edge_policy_text_e text,
    const char *what);
static void edge_policy_json_say(edge_policy_json_error_t *error,
    const char *what);


edge_policy_json_e
edge_policy_json_value(const char *json, size_t len, char *value,
    edge_policy_json_error_t *error)
{
    json_t              *root, *node;
    edge_policy_json_e   result;

    result = edge_policy_json_load(json, len, &root, error);
    if (result != EDGE_POLICY_JSON_OK) {
        return result;
    }

    node = json_object_get(root, "value");

    result = node ? edge_policy_json_text_of(node, value,
                                             EDGE_POLICY_VALUE_MAX + 1, error)
                  : edge_policy_json_shape(error, "no \"value\"");

    json_decref(root);

    return result;
}


static edge_policy_json_e
edge_policy_json_load(const char *json, size_t len, json_t **out,
    edge_policy_json_error_t *error)
{
    json_error_t  why;

    *out = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);

    if (*out == NULL) {
        /* jansson may fail for want of memory and not say so */

        if (json_error_code(&why) == json_error_out_of_memory
            || why.text[0] == '\0')
        {
            return EDGE_POLICY_JSON_NO_MEMORY;
        }

        (void) snprintf(error->wrong, sizeof(error->wrong),
                        "line %d, column %d", why.line, why.column);
        return EDGE_POLICY_JSON_SYNTAX;
    }

    if (!json_is_object(*out)) {
        json_decref(*out);
        return edge_policy_json_shape(error, "not an object");
    }

    return EDGE_POLICY_JSON_OK;
}


static edge_policy_json_e
edge_policy_json_text_of(json_t *node, char *buf, size_t size,
    edge_policy_json_error_t *error)
{
    size_t       i, n, len;
    json_t      *item;
    const char  *text;

    if (json_is_boolean(node)) {
        (void) snprintf(buf, size, "%s", json_is_true(node) ? "on" : "off");
        return EDGE_POLICY_JSON_OK;
    }

    n = json_is_array(node) ? json_array_size(node) : 1;

    for (i = 0, len = 0; i < n; i++) {
        item = json_is_array(node) ? json_array_get(node, i) : node;
        text = json_string_value(item);

        if (text == NULL) {
            return edge_policy_json_shape(error, "a value is neither a string "
                                          "nor a list of strings");
        }

        /* a name with a colon in it would be two */

        if (json_is_array(node) && strchr(text, ':')) {
            return edge_policy_json_shape(error, "a colon in a list");
        }

        if (strlen(text) + 2 > size - len) {
            return edge_policy_json_shape(error, "a value is too long");
        }

        len += (size_t) snprintf(buf + len, size - len, "%s%s", i ? ":" : "",
                                 text);
    }

    buf[len] = '\0';

    return EDGE_POLICY_JSON_OK;
}


edge_policy_json_e
edge_policy_json_record(const char *json, size_t len, uint64_t now, char *buf,
    edge_policy_named_t *out, edge_policy_json_error_t *error)
{
    json_t              *root, *settings;
    const char          *name;
    edge_policy_t        policy;
    edge_policy_text_e   text;
    edge_policy_json_e   result;

    memset(out, 0, sizeof(edge_policy_named_t));

    result = edge_policy_json_load(json, len, &root, error);
    if (result != EDGE_POLICY_JSON_OK) {
        return result;
    }

    name = json_string_value(json_object_get(root, "hostname"));
    settings = json_object_get(root, "settings");

    if (name == NULL || !json_is_object(settings)) {
        result = edge_policy_json_shape(error,
                                        "no \"hostname\" or \"settings\"");

    } else if (edge_hostname_normalize_record(name, strlen(name), out->name,
                                              &out->len)
               != EDGE_HOSTNAME_OK)
    {
        result = edge_policy_json_wrong(error, EDGE_POLICY_TEXT_BAD_NAME,
                                        name);
    } else {
        result = edge_policy_json_settings(settings, now, buf, out, error);
    }

    if (result == EDGE_POLICY_JSON_OK) {
        text = edge_policy_text_check(out, &policy);

        if (text != EDGE_POLICY_TEXT_OK) {
            result = edge_policy_json_wrong(error, text, out->name);
        }
    }

    json_decref(root);

    return result;
}


static edge_policy_json_e
edge_policy_json_settings(json_t *settings, uint64_t now, char *buf,
    edge_policy_named_t *out, edge_policy_json_error_t *error)
{
    char                *p;
    size_t               left, n;
    json_t              *node;
    unsigned             setting;
    const char          *key;
    edge_policy_text_e   text;
    edge_policy_json_e   result;

    if (json_object_size(settings) == 0) {
        return edge_policy_json_wrong(error, EDGE_POLICY_TEXT_NO_SETTINGS,
                                      out->name);
    }

    p = buf;
    left = EDGE_POLICY_RECORD_MAX;

    json_object_foreach(settings, key, node) {
        setting = edge_policy_setting_find(key, strlen(key));

        if (setting == EDGE_POLICY_SETTINGS) {
            return edge_policy_json_wrong(error, EDGE_POLICY_TEXT_UNKNOWN_KEY,
                                          key);
        }

        result = edge_policy_json_text_of(node, p, left, error);
        if (result != EDGE_POLICY_JSON_OK) {
            return result;
        }

        text = edge_policy_text_set(out, setting, p, now);
        if (text != EDGE_POLICY_TEXT_OK) {
            return edge_policy_json_wrong(error, text, key);
        }

        n = strlen(p) + 1;
        p += n;
        left -= n;
    }

    return EDGE_POLICY_JSON_OK;
}


static edge_policy_json_e
edge_policy_json_shape(edge_policy_json_error_t *error, const char *what)
{
    edge_policy_json_say(error, what);

    return EDGE_POLICY_JSON_SHAPE;
}


static edge_policy_json_e
edge_policy_json_wrong(edge_policy_json_error_t *error,
    edge_policy_text_e text, const char *what)
{
    error->text = text;
    edge_policy_json_say(error, what);

    return EDGE_POLICY_JSON_TEXT;
}


/* It may be anything a client sent. */

static void
edge_policy_json_say(edge_policy_json_error_t *error, const char *what)
{
    char  *p;

    (void) strncpy(error->wrong, what, sizeof(error->wrong) - 1);
    error->wrong[sizeof(error->wrong) - 1] = '\0';

    for (p = error->wrong; *p; p++) {
        if (*p < 0x20 || *p == 0x7f || *p == '"' || *p == '\\') {
            *p = '?';
        }
    }
}


size_t
edge_policy_json_format(unsigned setting, const char *value,
    char out[EDGE_POLICY_JSON_VALUE_MAX])
{
    int    is_list;
    char  *p;

    is_list = setting >= EDGE_POLICY_CIPHERS
              && setting <= EDGE_POLICY_SIGALGS;

    p = out;

    if (is_list) {
        *p++ = '[';
    }

    *p++ = '"';

    /* values have neither quotes nor control characters */

    while (*value && p < out + EDGE_POLICY_JSON_VALUE_MAX - 6) {
        if (is_list && *value == ':') {
            p = (char *) memcpy(p, "\",\"", 3) + 3;

        } else {
            *p++ = *value;
        }

        value++;
    }

    *p++ = '"';

    if (is_list) {
        *p++ = ']';
    }

    *p = '\0';

    return (size_t) (p - out);
}
