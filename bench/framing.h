
#ifndef FRAMING_H
#define FRAMING_H


#include <stddef.h>


/* Where the chunked framing is: in a size line, data, the line end after it,
 * the last line end. */

typedef struct {
    enum { SIZE, DATA, DATA_END, LAST, DONE }  at;
    size_t                                     chunk_left;
} framing_t;

/* Takes a piece of the body; -1: the framing is to stop. */
typedef int (*framing_body_t)(void *owner, const char *data, size_t size);


/* A zeroed framing is at its start. -1: bytes that cannot be right, or what
 * comes after the end. */
int framing_take(framing_t *framing, const char *data, size_t size,
    framing_body_t body, void *owner);


#endif /* FRAMING_H */
