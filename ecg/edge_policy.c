
#include <string.h>

#include "edge_policy.h"


typedef struct {
    const char                *text;
    int                        number;
} edge_policy_word_t;


typedef struct {
    const char                *name;
    const char                *allowed;

    /* NULL: a list of names, colon between them */
    const edge_policy_word_t  *words;
} edge_policy_key_t;


static int edge_policy_parse_value(edge_policy_key_e key, const char *value,
    edge_policy_value_t *out);
static int edge_policy_is_list(const char *value);
static edge_policy_e edge_policy_set_preset(edge_policy_t *policy,
    const char *name);


static const edge_policy_word_t  edge_policy_versions[] = {
    { "1.0", 0x0301 },
    { "1.1", 0x0302 },
    { "1.2", 0x0303 },
    { "1.3", 0x0304 },
    { NULL, 0 }
};


static const edge_policy_word_t  edge_policy_switches[] = {
    { "off", EDGE_POLICY_OFF },
    { "on", EDGE_POLICY_ON },
    { NULL, 0 }
};


static const edge_policy_word_t  edge_policy_actions[] = {
    { "accept", EDGE_POLICY_ACCEPT },
    { "reject", EDGE_POLICY_REJECT },
    { NULL, 0 }
};


static const edge_policy_key_t  edge_policy_keys[EDGE_POLICY_KEYS] = {
    { "min_tls", "1.0, 1.1, 1.2 or 1.3", edge_policy_versions },
    { "max_tls", "1.0, 1.1, 1.2 or 1.3", edge_policy_versions },
    { "ciphers", "a list of TLSv1.2 ciphers as OpenSSL names them", NULL },
    { "ciphersuites", "a list of TLSv1.3 cipher suites", NULL },
    { "groups", "a list of groups", NULL },
    { "sigalgs", "a list of signature algorithms", NULL },
    { "http2", "on or off", edge_policy_switches },
    { "resumption", "on or off", edge_policy_switches },
    { "action", "accept or reject", edge_policy_actions }
};


#define EDGE_POLICY_SUITES                                                    \
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"                          \
    "TLS_CHACHA20_POLY1305_SHA256"

#define EDGE_POLICY_GCM                                                       \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"              \
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"

#define EDGE_POLICY_CHACHA                                                    \
    ":ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"


const edge_policy_preset_t  edge_policy_presets[] = {

    { "modern",
      "Mozilla Server Side TLS guidelines 5.7, Modern",
      { "1.3", "1.3", NULL, EDGE_POLICY_SUITES, "X25519:P-256:P-384",
        NULL, NULL, NULL, NULL } },

    { "intermediate",
      "Mozilla Server Side TLS guidelines 5.7, Intermediate, without DHE",
      { "1.2", "1.3", EDGE_POLICY_GCM EDGE_POLICY_CHACHA, EDGE_POLICY_SUITES,
        "X25519:P-256:P-384", NULL, NULL, NULL, NULL } },

    { "pq",
      "draft-ietf-tls-ecdhe-mlkem, preferred",
      { "1.2", "1.3", EDGE_POLICY_GCM EDGE_POLICY_CHACHA, EDGE_POLICY_SUITES,
        "X25519MLKEM768:X25519:P-256:P-384", NULL, NULL, NULL, NULL } },

    { "pq-only",
      "draft-ietf-tls-ecdhe-mlkem, required",
      { "1.3", "1.3", NULL, EDGE_POLICY_SUITES,
        "X25519MLKEM768:SecP256r1MLKEM768:SecP384r1MLKEM1024",
        NULL, NULL, NULL, NULL } },

    { "pci",
      "PCI DSS 4.0.1, requirement 4.2.1; NIST SP 800-52 revision 2, 3.3.1",
      { "1.2", "1.3", EDGE_POLICY_GCM,
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", "P-256:P-384",
        NULL, NULL, NULL, NULL } },

    { NULL, NULL, { NULL } }
};


const char *
edge_policy_key_name(edge_policy_key_e key)
{
    return edge_policy_keys[key].name;
}


const char *
edge_policy_key_allowed(edge_policy_key_e key)
{
    return edge_policy_keys[key].allowed;
}


edge_policy_key_e
edge_policy_find_key(const char *name, size_t len)
{
    unsigned  key;

    for (key = 0; key < EDGE_POLICY_KEYS; key++) {
        if (strlen(edge_policy_keys[key].name) == len
            && memcmp(edge_policy_keys[key].name, name, len) == 0)
        {
            break;
        }
    }

    return (edge_policy_key_e) key;
}


edge_policy_e
edge_policy_set(edge_policy_t *policy, const char *key, size_t key_len,
    const char *value)
{
    edge_policy_key_e  k;

    if (key_len == 6 && memcmp(key, "preset", 6) == 0) {
        return edge_policy_set_preset(policy, value);
    }

    k = edge_policy_find_key(key, key_len);
    if (k == EDGE_POLICY_KEYS) {
        return EDGE_POLICY_UNKNOWN_KEY;
    }

    return edge_policy_set_key(policy, k, value);
}


edge_policy_e
edge_policy_set_key(edge_policy_t *policy, edge_policy_key_e key,
    const char *value)
{
    edge_policy_value_t  v;

    if (policy->values[key].text && !policy->values[key].preset) {
        return EDGE_POLICY_DUPLICATE_KEY;
    }

    if (!edge_policy_parse_value(key, value, &v)) {
        return EDGE_POLICY_BAD_VALUE;
    }

    policy->values[key] = v;

    return EDGE_POLICY_OK;
}


static edge_policy_e
edge_policy_set_preset(edge_policy_t *policy, const char *name)
{
    unsigned                     key;
    edge_policy_value_t          v;
    const edge_policy_preset_t  *preset;

    if (policy->preset) {
        return EDGE_POLICY_DUPLICATE_KEY;
    }

    for (preset = edge_policy_presets; preset->name; preset++) {
        if (strcmp(preset->name, name) == 0) {
            break;
        }
    }

    if (preset->name == NULL) {
        return EDGE_POLICY_BAD_VALUE;
    }

    policy->preset = preset->name;

    for (key = 0; key < EDGE_POLICY_KEYS; key++) {
        if (preset->values[key] == NULL || policy->values[key].text) {
            continue;
        }

        if (edge_policy_parse_value((edge_policy_key_e) key,
                                    preset->values[key], &v))
        {
            v.preset = 1;
            policy->values[key] = v;
        }
    }

    return EDGE_POLICY_OK;
}


static int
edge_policy_parse_value(edge_policy_key_e key, const char *value,
    edge_policy_value_t *out)
{
    const edge_policy_word_t  *word;

    memset(out, 0, sizeof(edge_policy_value_t));

    if (edge_policy_keys[key].words == NULL) {
        out->text = value;
        return edge_policy_is_list(value);
    }

    for (word = edge_policy_keys[key].words; word->text; word++) {
        if (strcmp(word->text, value) == 0) {
            out->text = word->text;
            out->number = word->number;
            return 1;
        }
    }

    return 0;
}


/* Graphic ASCII that needs no quoting in a record, a JSON string or a log. */

static int
edge_policy_is_list(const char *value)
{
    size_t         i;
    unsigned char  ch;

    for (i = 0; value[i]; i++) {
        ch = (unsigned char) value[i];

        if (ch <= 0x20 || ch >= 0x7f || ch == '"' || ch == '\\' || ch == ';') {
            return 0;
        }
    }

    return i != 0 && i <= EDGE_POLICY_VALUE_MAX;
}


edge_policy_e
edge_policy_check(const edge_policy_t *policy)
{
    const edge_policy_value_t  *min, *max;

    min = &policy->values[EDGE_POLICY_MIN_TLS];
    max = &policy->values[EDGE_POLICY_MAX_TLS];

    if (min->text && max->text && min->number > max->number) {
        return EDGE_POLICY_MIN_ABOVE_MAX;
    }

    return EDGE_POLICY_OK;
}


void
edge_policy_inherit(edge_policy_t *policy, const edge_policy_t *parent,
    unsigned level)
{
    unsigned  key;

    for (key = 0; key < EDGE_POLICY_KEYS; key++) {
        if (policy->values[key].text || parent->values[key].text == NULL) {
            continue;
        }

        policy->values[key] = parent->values[key];
        policy->values[key].level = (unsigned char) level;
    }
}


int
edge_policy_equal(const edge_policy_t *a, const edge_policy_t *b)
{
    unsigned     key;
    const char  *p, *q;

    for (key = 0; key < EDGE_POLICY_KEYS; key++) {
        p = a->values[key].text;
        q = b->values[key].text;

        if (p != q && (p == NULL || q == NULL || strcmp(p, q) != 0)) {
            return 0;
        }
    }

    return 1;
}


unsigned
edge_policy_demands(const edge_policy_t *policy)
{
    unsigned                    key, demands;
    const edge_policy_value_t  *values;

    values = policy->values;

    for (key = 0, demands = 0; key < EDGE_POLICY_KEYS; key++) {

        if (values[key].text == NULL
            || ((key == EDGE_POLICY_HTTP2 || key == EDGE_POLICY_RESUMPTION)
                && values[key].number != EDGE_POLICY_OFF)
            || (key == EDGE_POLICY_ACTION
                && values[key].number != EDGE_POLICY_REJECT))
        {
            continue;
        }

        demands |= 1u << key;
    }

    return demands;
}
