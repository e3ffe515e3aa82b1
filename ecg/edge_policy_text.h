
/* Records as lines of text, as people and files have them. */


#ifndef _EDGE_POLICY_TEXT_H_INCLUDED_
#define _EDGE_POLICY_TEXT_H_INCLUDED_


#include "edge_hostname.h"
#include "edge_policy_record.h"


#define EDGE_POLICY_LINE_MAX  (EDGE_HOSTNAME_MAX + EDGE_POLICY_RECORD_MAX)


typedef enum {
    EDGE_POLICY_TEXT_OK = 0,

    /* nothing but a comment */
    EDGE_POLICY_TEXT_EMPTY,

    EDGE_POLICY_TEXT_BAD_NAME,
    EDGE_POLICY_TEXT_NO_SETTINGS,

    /* not key=value */
    EDGE_POLICY_TEXT_NO_VALUE,

    EDGE_POLICY_TEXT_UNKNOWN_KEY,
    EDGE_POLICY_TEXT_DUPLICATE_KEY,
    EDGE_POLICY_TEXT_BAD_VALUE,
    EDGE_POLICY_TEXT_MIN_ABOVE_MAX
} edge_policy_text_e;


/* A name and what is set for it; the values are the caller's. */

typedef struct {
    char                    name[EDGE_HOSTNAME_MAX + 1];
    size_t                  len;
    edge_policy_stored_t    stored;

    /* what was wrong, in the line; NULL if it was right */
    const char             *wrong;
} edge_policy_named_t;


/*
 * Reads "name key=value ...", as ecg_policy has it, from a line that ends with
 * NUL and is cut up.  Blanks are between the words; "#" begins a comment.
 * Both times of each setting are now.
 */

edge_policy_text_e edge_policy_text_parse(char *line, uint64_t now,
    edge_policy_named_t *out);

/*
 * Checks and takes one setting by its number.  Returns EDGE_POLICY_TEXT_OK,
 * _DUPLICATE_KEY or _BAD_VALUE.
 */

edge_policy_text_e edge_policy_text_set(edge_policy_named_t *named,
    unsigned setting, const char *value, uint64_t now);

/* What the keys do to each other: _MIN_ABOVE_MAX or OK. */

edge_policy_text_e edge_policy_text_check(const edge_policy_named_t *named,
    edge_policy_t *policy);

/* One phrase for a result, e.g. "unknown key". */

const char *edge_policy_text_error(edge_policy_text_e result);

/*
 * What would have been right, for a message that ends with "it must be ";
 * NULL if there is no more to say.  wrong is what was wrong, "key=value" or
 * "key".
 */

const char *edge_policy_text_allowed(edge_policy_text_e result,
    const char *wrong);

/*
 * Writes a line without its end to buf, of EDGE_POLICY_LINE_MAX bytes, with
 * a final NUL.  Returns its length.
 */

size_t edge_policy_text_format(const char *name, size_t len,
    const edge_policy_stored_t *stored, char *buf);


#endif /* _EDGE_POLICY_TEXT_H_INCLUDED_ */
