
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "edge_policy_record.h"


static int edge_policy_record_decode_line(char *line,
    edge_policy_stored_t *out);
static char *edge_policy_record_number(char *p, uint64_t *number);


const char *
edge_policy_setting_name(unsigned setting)
{
    if (setting == EDGE_POLICY_SET_PRESET) {
        return "preset";
    }

    return (setting < EDGE_POLICY_SET_PRESET)
           ? edge_policy_key_name((edge_policy_key_e) setting) : NULL;
}


const char *
edge_policy_setting_allowed(unsigned setting)
{
    return (setting < EDGE_POLICY_SET_PRESET)
           ? edge_policy_key_allowed((edge_policy_key_e) setting)
           : "modern, intermediate, pq, pq-only or pci";
}


const char *
edge_policy_setting_names(void)
{
    size_t       len;
    unsigned     setting;

    static char  names[256];

    if (names[0]) {
        return names;
    }

    for (setting = 0, len = 0; setting < EDGE_POLICY_SETTINGS; setting++) {
        len += (size_t) snprintf(names + len, sizeof(names) - len, "%s%s",
                                 setting == 0 ? ""
                                 : setting + 1 < EDGE_POLICY_SETTINGS ? ", "
                                 : " or ",
                                 edge_policy_setting_name(setting));
    }

    return names;
}


unsigned
edge_policy_setting_find(const char *name, size_t len)
{
    if (len == 6 && memcmp(name, "preset", 6) == 0) {
        return EDGE_POLICY_SET_PRESET;
    }

    if (len == 15 && memcmp(name, "min_tls_version", 15) == 0) {
        return EDGE_POLICY_MIN_TLS;
    }

    if (len == 15 && memcmp(name, "max_tls_version", 15) == 0) {
        return EDGE_POLICY_MAX_TLS;
    }

    if (edge_policy_find_key(name, len) == EDGE_POLICY_KEYS) {
        return EDGE_POLICY_SETTINGS;
    }

    return (unsigned) edge_policy_find_key(name, len);
}


int
edge_policy_record_decode(const char *bytes, size_t len, char *buf,
    edge_policy_stored_t *out)
{
    char  *line, *end;

    memset(out, 0, sizeof(edge_policy_stored_t));

    if (len == 0 || len > EDGE_POLICY_RECORD_MAX || bytes[len - 1] != '\n'
        || memchr(bytes, '\0', len))
    {
        return 0;
    }

    memcpy(buf, bytes, len);
    buf[len] = '\0';

    for (line = buf; *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';

        if (!edge_policy_record_decode_line(line, out)) {
            return 0;
        }
    }

    return 1;
}


static int
edge_policy_record_decode_line(char *line, edge_policy_stored_t *out)
{
    char                   *p;
    unsigned                number;
    edge_policy_setting_t  *setting;

    p = strchr(line, ' ');
    if (p == NULL) {
        return 0;
    }

    number = edge_policy_setting_find(line, (size_t) (p - line));
    if (number == EDGE_POLICY_SETTINGS) {
        return 0;
    }

    setting = &out->settings[number];

    p = edge_policy_record_number(p + 1, &setting->created);
    if (p == NULL) {
        return 0;
    }

    p = edge_policy_record_number(p, &setting->updated);

    if (p == NULL || *p == '\0' || setting->value) {
        return 0;
    }

    setting->value = p;

    return 1;
}


/* Returns what follows the space behind it, NULL if there is no number. */

static char *
edge_policy_record_number(char *p, uint64_t *number)
{
    unsigned  digits;

    *number = 0;

    for (digits = 0; *p >= '0' && *p <= '9' && digits < 19; digits++) {
        *number = *number * 10 + (uint64_t) (*p++ - '0');
    }

    return (digits && *p == ' ') ? p + 1 : NULL;
}


size_t
edge_policy_record_encode(const edge_policy_stored_t *stored, char *buf)
{
    int                           n;
    size_t                        len;
    unsigned                      i;
    const edge_policy_setting_t  *setting;

    len = 0;

    for (i = 0; i < EDGE_POLICY_SETTINGS; i++) {
        setting = &stored->settings[i];

        if (setting->value == NULL) {
            continue;
        }

        n = snprintf(buf + len, EDGE_POLICY_RECORD_MAX - len,
                     "%s %" PRIu64 " %" PRIu64 " %s\n",
                     edge_policy_setting_name(i), setting->created,
                     setting->updated, setting->value);

        if (n < 0 || (size_t) n >= EDGE_POLICY_RECORD_MAX - len) {
            return 0;
        }

        len += (size_t) n;
    }

    return len;
}


edge_policy_e
edge_policy_record_policy(const edge_policy_stored_t *stored,
    edge_policy_t *policy, unsigned *setting)
{
    const char     *value;
    edge_policy_e   result;

    memset(policy, 0, sizeof(edge_policy_t));

    for (*setting = 0; *setting < EDGE_POLICY_SETTINGS; (*setting)++) {
        if (stored->settings[*setting].value == NULL) {
            continue;
        }

        value = stored->settings[*setting].value;

        result = (*setting == EDGE_POLICY_SET_PRESET)
                 ? edge_policy_set(policy, "preset", 6, value)
                 : edge_policy_set_key(policy, (edge_policy_key_e) *setting,
                                       value);
        if (result != EDGE_POLICY_OK) {
            return result;
        }
    }

    return EDGE_POLICY_OK;
}
