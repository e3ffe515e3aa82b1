
#ifndef EDGE_CALLOC_H
#define EDGE_CALLOC_H


#include <stddef.h>


/*
 * calloc() that fails once: in so many calls, counted from 1, or never if it
 * is 0.  For programs linked with -Wl,--wrap=calloc.
 */

extern unsigned  edge_calloc_refused;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);


#endif /* EDGE_CALLOC_H */
