
#ifndef EDGE_REALLOC_H
#define EDGE_REALLOC_H


#include <stddef.h>


/*
 * realloc() that fails: this many calls are still served, all if it is -1.
 * For programs linked with -Wl,--wrap=realloc.
 */

extern int  edge_realloc_left;

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);


#endif /* EDGE_REALLOC_H */
