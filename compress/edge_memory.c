
#define _GNU_SOURCE

#include <stdlib.h>

#include <sys/mman.h>

#include "edge_memory.h"


/*
 * From this size on blocks are mapped one by one: freeing an encoder then
 * gives its pages back to the system at once, instead of leaving a hole in
 * the heap that a small allocation may pin for the life of the worker.
 */
#define EDGE_MEMORY_MAPPED  (256 * 1024)

/* the size stands in front of each block, in a cache line for alignment */
#define EDGE_MEMORY_HEADER  EDGE_MEMORY_OVERHEAD


void *
edge_memory_alloc(edge_memory_t *memory, size_t size)
{
    void    *block;
    size_t   total;

    total = size + EDGE_MEMORY_HEADER;

    if (total < size || !edge_memory_has_room(memory, total)) {
        return NULL;
    }

    if (total >= EDGE_MEMORY_MAPPED) {
        block = mmap(NULL, total, PROT_READ|PROT_WRITE,
                     MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);

        if (block == MAP_FAILED) {
            return NULL;
        }

    } else if (posix_memalign(&block, EDGE_MEMORY_HEADER, total) != 0) {
        return NULL;
    }

    *(size_t *) block = total;

    memory->used += total;

    if (memory->used > memory->peak) {
        memory->peak = memory->used;
    }

    return (char *) block + EDGE_MEMORY_HEADER;
}


void
edge_memory_free(edge_memory_t *memory, void *data)
{
    char    *block;
    size_t   total;

    if (data == NULL) {
        return;
    }

    block = (char *) data - EDGE_MEMORY_HEADER;
    total = *(size_t *) block;

    memory->used -= total;

    if (total >= EDGE_MEMORY_MAPPED) {
        (void) munmap(block, total);

    } else {
        free(block);
    }
}


unsigned
edge_memory_has_room(const edge_memory_t *memory, size_t size)
{
    return memory->ceiling == 0
           || (memory->used <= memory->ceiling
               && size <= memory->ceiling - memory->used);
}
