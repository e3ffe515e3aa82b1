
/*
 * Memory in pages of its own, for buffers that are needed for a moment.  What a
 * thread has freed its heap keeps, and a thread that lives for one task takes
 * another heap each time; these pages go back to the system at once.
 */


#ifndef _EDGE_PAGES_H_INCLUDED_
#define _EDGE_PAGES_H_INCLUDED_


#include <stddef.h>


/* So many bytes, all of them zero, or NULL; freed by edge_pages_free(). */

void *edge_pages_alloc(size_t size);


/* The size is the one that was asked for. */

void edge_pages_free(void *data, size_t size);


#endif /* _EDGE_PAGES_H_INCLUDED_ */
