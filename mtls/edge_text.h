
/*
 * Text that may stand in an HTTP header field whatever it was made from: each
 * function but edge_text_add() writes visible ASCII and spaces only.
 */


#ifndef _EDGE_TEXT_H_INCLUDED_
#define _EDGE_TEXT_H_INCLUDED_


#include <stddef.h>


/* Zeroed is empty.  The buffer belongs to the text: edge_text_free() it. */

typedef struct {
    char    *data;
    size_t   len;
    size_t   size;
    int      failed;    /* memory failed to come; latched, text is not whole */
} edge_text_t;


typedef enum {
    EDGE_TEXT_UPPER,
    EDGE_TEXT_LOWER
} edge_text_case_e;


/* Appends len bytes as they are: the caller's own constants. */

void edge_text_add(edge_text_t *text, const char *data, size_t len);


/*
 * Appends len foreign bytes; controls, bytes above 0x7e, the backslash and the
 * characters of the string specials become \HH, as in RFC 4514, section 2.4.
 */

void edge_text_add_escaped(edge_text_t *text, const void *data, size_t len,
    const char *specials);


/* Appends two hexadecimal digits a byte. */

void edge_text_add_hex(edge_text_t *text, const void *data, size_t len,
    edge_text_case_e letters);


/* Appends base64 with padding, RFC 4648, section 4. */

void edge_text_add_base64(edge_text_t *text, const void *data, size_t len);


/* Appends len bytes, percent-encoded but for the unreserved of RFC 3986. */

void edge_text_add_percent(edge_text_t *text, const void *data, size_t len);


/*
 * Says whether one of the comma-separated items of list is the given one,
 * ASCII case aside if asked.  An empty item is never found.
 */

int edge_text_list_has(const char *list, size_t list_len, const char *item,
    size_t item_len, int ignore_case);


void edge_text_free(edge_text_t *text);


#endif /* _EDGE_TEXT_H_INCLUDED_ */
