
/*
 * A record as the store keeps it: one line for each key that is set,
 *
 *     key created updated value
 *
 * with times in seconds since 1970 and one space between.
 */


#ifndef _EDGE_POLICY_RECORD_H_INCLUDED_
#define _EDGE_POLICY_RECORD_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "edge_policy.h"


/* the keys of a policy, and its preset */
#define EDGE_POLICY_SETTINGS    (EDGE_POLICY_KEYS + 1)
#define EDGE_POLICY_SET_PRESET  EDGE_POLICY_KEYS

#define EDGE_POLICY_RECORD_MAX  16384


typedef struct {
    /* NULL if unset */
    const char               *value;

    uint64_t                  created;
    uint64_t                  updated;
} edge_policy_setting_t;


typedef struct {
    edge_policy_setting_t     settings[EDGE_POLICY_SETTINGS];
} edge_policy_stored_t;


/* "min_tls" and so on, or "preset"; NULL for a number that is none. */

const char *edge_policy_setting_name(unsigned setting);

/*
 * The number of a setting by its name; "min_tls_version" and
 * "max_tls_version" are understood, too.  EDGE_POLICY_SETTINGS if unknown.
 */

unsigned edge_policy_setting_find(const char *name, size_t len);

/* What it may be set to, for messages. */

const char *edge_policy_setting_allowed(unsigned setting);

/* All names, "min_tls, ..., action or preset", for messages. */

const char *edge_policy_setting_names(void);

/*
 * Reads a record of len bytes.  The values point into buf, of
 * EDGE_POLICY_RECORD_MAX + 1 bytes.  Returns 0 if it is damaged.
 */

int edge_policy_record_decode(const char *bytes, size_t len, char *buf,
    edge_policy_stored_t *out);

/*
 * Writes a record to buf of EDGE_POLICY_RECORD_MAX bytes.  Returns its length,
 * 0 if nothing is set or it would be too long.
 */

size_t edge_policy_record_encode(const edge_policy_stored_t *stored,
    char *buf);

/*
 * The record as a policy, whose strings are those of the record.  On errors
 * *setting tells which it was.
 */

edge_policy_e edge_policy_record_policy(const edge_policy_stored_t *stored,
    edge_policy_t *policy, unsigned *setting);


#endif /* _EDGE_POLICY_RECORD_H_INCLUDED_ */
