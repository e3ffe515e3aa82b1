
/*
 * What a hostname demands of a connection, as text: keys, values, presets,
 * and how an unset key is inherited.  What the values mean to TLS is known in
 * edge_tls_policy.
 */


#ifndef _EDGE_POLICY_H_INCLUDED_
#define _EDGE_POLICY_H_INCLUDED_


#include <stddef.h>


#define EDGE_POLICY_VALUE_MAX  2048


typedef enum {
    EDGE_POLICY_MIN_TLS = 0,
    EDGE_POLICY_MAX_TLS,
    EDGE_POLICY_CIPHERS,
    EDGE_POLICY_CIPHERSUITES,
    EDGE_POLICY_GROUPS,
    EDGE_POLICY_SIGALGS,
    EDGE_POLICY_HTTP2,
    EDGE_POLICY_RESUMPTION,
    EDGE_POLICY_ACTION,
    EDGE_POLICY_KEYS
} edge_policy_key_e;


typedef enum {
    EDGE_POLICY_OK = 0,
    EDGE_POLICY_UNKNOWN_KEY,
    EDGE_POLICY_DUPLICATE_KEY,
    EDGE_POLICY_BAD_VALUE,
    EDGE_POLICY_MIN_ABOVE_MAX
} edge_policy_e;


enum {
    EDGE_POLICY_OFF = 0,
    EDGE_POLICY_ON = 1
};


enum {
    EDGE_POLICY_ACCEPT = 0,
    EDGE_POLICY_REJECT = 1
};


typedef struct {
    /* NULL if the key is unset */
    const char                *text;

    /* TLS: 0x0301 to 0x0304; switches and actions as above */
    int                        number;

    /* the record it came from: 0 is the policy's own, 1 the next, ... */
    unsigned char              level;

    /* from that record's preset */
    unsigned char              preset;
} edge_policy_value_t;


typedef struct {
    edge_policy_value_t        values[EDGE_POLICY_KEYS];
    const char                *preset;
} edge_policy_t;


typedef struct {
    const char                *name;
    const char                *source;
    const char                *values[EDGE_POLICY_KEYS];
} edge_policy_preset_t;


/* Ends with a NULL name. */

extern const edge_policy_preset_t  edge_policy_presets[];


/* The name of a key as it is written, e.g. "min_tls". */

const char *edge_policy_key_name(edge_policy_key_e key);

/* Returns EDGE_POLICY_KEYS if name[len] is no key. */

edge_policy_key_e edge_policy_find_key(const char *name, size_t len);

/* The values a key allows, for messages. */

const char *edge_policy_key_allowed(edge_policy_key_e key);


/*
 * Sets a key, or a preset by the key "preset", in a policy that was zeroed.
 * value ends with NUL and is kept by pointer.  A key set beats the preset,
 * whichever comes first.  The policy is left as it was on errors.
 */

edge_policy_e edge_policy_set(edge_policy_t *policy, const char *key,
    size_t key_len, const char *value);

/* The same by the key's number; not for presets. */

edge_policy_e edge_policy_set_key(edge_policy_t *policy, edge_policy_key_e key,
    const char *value);

/* What can be seen wrong between the keys without knowing TLS. */

edge_policy_e edge_policy_check(const edge_policy_t *policy);

/* Unset keys of policy are taken from parent, whose level this is. */

void edge_policy_inherit(edge_policy_t *policy, const edge_policy_t *parent,
    unsigned level);

/* Non-zero if both demand the same, wherever that came from. */

int edge_policy_equal(const edge_policy_t *a, const edge_policy_t *b);

/*
 * A mask with a bit for each key that is set, by its number; but of a switch
 * only if it is off, and of the action only if that is to reject.
 */

unsigned edge_policy_demands(const edge_policy_t *policy);


#endif /* _EDGE_POLICY_H_INCLUDED_ */
