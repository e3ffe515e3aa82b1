
/* Bodies of requests in JSON, and lines of NDJSON: the only use of jansson. */


#ifndef _EDGE_POLICY_JSON_H_INCLUDED_
#define _EDGE_POLICY_JSON_H_INCLUDED_


#include "edge_policy_text.h"


typedef enum {
    EDGE_POLICY_JSON_OK = 0,
    EDGE_POLICY_JSON_NO_MEMORY,

    /* no JSON; wrong says where */
    EDGE_POLICY_JSON_SYNTAX,

    /* JSON, but not what was asked for; wrong says what */
    EDGE_POLICY_JSON_SHAPE,

    /* a name, key or value: text and wrong tell */
    EDGE_POLICY_JSON_TEXT
} edge_policy_json_e;


typedef struct {
    /* of EDGE_POLICY_JSON_TEXT */
    edge_policy_text_e    text;

    /* as it may stand in a JSON string */
    char                  wrong[256];
} edge_policy_json_error_t;


/* The value of {"value": ...}, a string, a list of them, or true and false. */

edge_policy_json_e edge_policy_json_value(const char *json, size_t len,
    char *value, edge_policy_json_error_t *error);

/*
 * Reads {"hostname": name, "settings": {key: value, ...}}.  The values are
 * written to buf, of EDGE_POLICY_RECORD_MAX bytes.
 */

edge_policy_json_e edge_policy_json_record(const char *json, size_t len,
    uint64_t now, char *buf, edge_policy_named_t *out,
    edge_policy_json_error_t *error);

/*
 * Writes the value of a setting as JSON: a list where it is one, else a
 * string.  Returns the length.
 */

#define EDGE_POLICY_JSON_VALUE_MAX  (3 * EDGE_POLICY_VALUE_MAX + 8)

size_t edge_policy_json_format(unsigned setting, const char *value,
    char out[EDGE_POLICY_JSON_VALUE_MAX]);


#endif /* _EDGE_POLICY_JSON_H_INCLUDED_ */
