
#include <string.h>

#include "edge_policy_text.h"


#define EDGE_POLICY_TEXT_BLANK  " \t\r\n"


static edge_policy_text_e edge_policy_text_parse_setting(
    edge_policy_named_t *named, char *word, uint64_t now);


edge_policy_text_e
edge_policy_text_parse(char *line, uint64_t now, edge_policy_named_t *out)
{
    char                *word, *rest;
    edge_policy_t        policy;
    edge_policy_text_e   result;

    memset(out, 0, sizeof(edge_policy_named_t));

    line[strcspn(line, "#")] = '\0';

    word = strtok_r(line, EDGE_POLICY_TEXT_BLANK, &rest);
    if (word == NULL) {
        return EDGE_POLICY_TEXT_EMPTY;
    }

    out->wrong = word;

    if (edge_hostname_normalize_record(word, strlen(word), out->name,
                                       &out->len)
        != EDGE_HOSTNAME_OK)
    {
        return EDGE_POLICY_TEXT_BAD_NAME;
    }

    word = strtok_r(NULL, EDGE_POLICY_TEXT_BLANK, &rest);
    if (word == NULL) {
        return EDGE_POLICY_TEXT_NO_SETTINGS;
    }

    do {
        out->wrong = word;

        result = edge_policy_text_parse_setting(out, word, now);
        if (result != EDGE_POLICY_TEXT_OK) {
            return result;
        }

        word = strtok_r(NULL, EDGE_POLICY_TEXT_BLANK, &rest);
    } while (word);

    out->wrong = out->name;

    result = edge_policy_text_check(out, &policy);

    if (result == EDGE_POLICY_TEXT_OK) {
        out->wrong = NULL;
    }

    return result;
}


static edge_policy_text_e
edge_policy_text_parse_setting(edge_policy_named_t *named, char *word,
    uint64_t now)
{
    char      *value;
    unsigned   setting;

    value = strchr(word, '=');
    if (value == NULL) {
        return EDGE_POLICY_TEXT_NO_VALUE;
    }

    setting = edge_policy_setting_find(word, (size_t) (value - word));
    if (setting == EDGE_POLICY_SETTINGS) {
        return EDGE_POLICY_TEXT_UNKNOWN_KEY;
    }

    return edge_policy_text_set(named, setting, value + 1, now);
}


edge_policy_text_e
edge_policy_text_set(edge_policy_named_t *named, unsigned setting,
    const char *value, uint64_t now)
{
    const char     *name;
    edge_policy_t   policy;

    if (named->stored.settings[setting].value) {
        return EDGE_POLICY_TEXT_DUPLICATE_KEY;
    }

    memset(&policy, 0, sizeof(edge_policy_t));

    name = edge_policy_setting_name(setting);

    if (edge_policy_set(&policy, name, strlen(name), value) != EDGE_POLICY_OK)
    {
        return EDGE_POLICY_TEXT_BAD_VALUE;
    }

    named->stored.settings[setting].value = value;
    named->stored.settings[setting].created = now;
    named->stored.settings[setting].updated = now;

    return EDGE_POLICY_TEXT_OK;
}


edge_policy_text_e
edge_policy_text_check(const edge_policy_named_t *named, edge_policy_t *policy)
{
    unsigned  setting;

    if (edge_policy_record_policy(&named->stored, policy, &setting)
        != EDGE_POLICY_OK)
    {
        return EDGE_POLICY_TEXT_BAD_VALUE;
    }

    return (edge_policy_check(policy) == EDGE_POLICY_OK)
           ? EDGE_POLICY_TEXT_OK : EDGE_POLICY_TEXT_MIN_ABOVE_MAX;
}


const char *
edge_policy_text_error(edge_policy_text_e result)
{
    static const char *const  texts[] = {
        [EDGE_POLICY_TEXT_OK] = "",
        [EDGE_POLICY_TEXT_EMPTY] = "nothing",
        [EDGE_POLICY_TEXT_BAD_NAME] = "invalid name",
        [EDGE_POLICY_TEXT_NO_SETTINGS] = "no settings",
        [EDGE_POLICY_TEXT_NO_VALUE] = "not key=value",
        [EDGE_POLICY_TEXT_UNKNOWN_KEY] = "unknown key",
        [EDGE_POLICY_TEXT_DUPLICATE_KEY] = "duplicate key",
        [EDGE_POLICY_TEXT_BAD_VALUE] = "invalid value",
        [EDGE_POLICY_TEXT_MIN_ABOVE_MAX] = "min_tls above max_tls"
    };

    return texts[result];
}


const char *
edge_policy_text_allowed(edge_policy_text_e result, const char *wrong)
{
    unsigned  setting;

    switch (result) {

    case EDGE_POLICY_TEXT_BAD_NAME:
        return "a hostname, *. and a hostname, default or no-sni";

    case EDGE_POLICY_TEXT_UNKNOWN_KEY:
        return edge_policy_setting_names();

    case EDGE_POLICY_TEXT_BAD_VALUE:
        setting = edge_policy_setting_find(wrong, strcspn(wrong, "="));

        return (setting < EDGE_POLICY_SETTINGS)
               ? edge_policy_setting_allowed(setting) : NULL;

    default:
        return NULL;
    }
}


size_t
edge_policy_text_format(const char *name, size_t len,
    const edge_policy_stored_t *stored, char *buf)
{
    char        *p;
    size_t       n;
    unsigned     i;
    const char  *key, *value;

    if (len > EDGE_HOSTNAME_MAX) {
        len = EDGE_HOSTNAME_MAX;
    }

    memcpy(buf, name, len);
    p = buf + len;

    for (i = 0; i < EDGE_POLICY_SETTINGS; i++) {
        value = stored->settings[i].value;

        if (value == NULL) {
            continue;
        }

        key = edge_policy_setting_name(i);
        n = strlen(value);

        /* a record that was read has room for two times, too */

        if (n + strlen(key) + 3 > (size_t) (buf + EDGE_POLICY_LINE_MAX - p)) {
            break;
        }

        *p++ = ' ';
        p = (char *) memcpy(p, key, strlen(key)) + strlen(key);
        *p++ = '=';
        p = (char *) memcpy(p, value, n) + n;
    }

    *p = '\0';

    return (size_t) (p - buf);
}
