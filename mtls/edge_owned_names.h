
/*
 * A set of header names that clients must not send, found in every spelling
 * an upstream could read as the same name: ASCII letters in either case, and
 * any other character that is no digit standing for any other, since CGI and
 * its kin (RFC 3875, section 4.1.18) turn them into the underscore.
 */


#ifndef _EDGE_OWNED_NAMES_H_INCLUDED_
#define _EDGE_OWNED_NAMES_H_INCLUDED_


#include <stddef.h>


#define EDGE_OWNED_NAMES_MAX_LEN  255


typedef struct {
    const char             *data;
    size_t                  len;
} edge_owned_name_t;


/* Zeroed is empty.  Names are not copied and must outlive the set. */

typedef struct {
    edge_owned_name_t      *slots;
    size_t                  nslots;    /* a power of two, or 0 */
    size_t                  count;

    /* does any name have this length: most headers are let through by it */
    unsigned char           lengths[EDGE_OWNED_NAMES_MAX_LEN + 1];
} edge_owned_names_t;


typedef enum {
    EDGE_OWNED_NAMES_OK,
    EDGE_OWNED_NAMES_BAD_NAME,         /* empty or too long */
    EDGE_OWNED_NAMES_NO_MEMORY
} edge_owned_names_result_e;


/* Adds a name, once however often it is given. */

edge_owned_names_result_e edge_owned_names_add(edge_owned_names_t *names,
    const char *name, size_t len);


/*
 * Returns the name as it was added, of the same length, if the given one is a
 * spelling of it, or NULL.  Allocates nothing.
 */

const char *edge_owned_names_find(const edge_owned_names_t *names,
    const char *name, size_t len);


void edge_owned_names_free(edge_owned_names_t *names);


#endif /* _EDGE_OWNED_NAMES_H_INCLUDED_ */
