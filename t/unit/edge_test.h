
#ifndef EDGE_TEST_H
#define EDGE_TEST_H


#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>


/* What the tests of compress/ share: bodies, chance, growing output. */

typedef enum {
    EDGE_TEST_TEXT,
    EDGE_TEST_NOISE,
    EDGE_TEST_ZERO,
    EDGE_TEST_KINDS
} edge_test_kind_e;


typedef struct {
    unsigned char  *data;
    size_t          size;
    size_t          room;
} edge_test_bytes_t;


/* 0..below-1, the same numbers at every run; below: 1 or more */
size_t edge_test_random(uint32_t *state, size_t below);

/* size bytes, freed by free() */
unsigned char *edge_test_body(edge_test_kind_e kind, size_t size);

void edge_test_append(edge_test_bytes_t *bytes, const void *data,
    size_t size);
void edge_test_release(edge_test_bytes_t *bytes);

/*
 * Decodes as much of a body of Zstandard frames as its first bytes allow:
 * appended to body.  Returns 1 if it ends where a frame does, 0 if more is
 * to come, -1 if it is malformed.  The decoder allows a window of 8 MB.
 */
int edge_test_unzstd(const void *coded, size_t size, const void *dictionary,
    size_t dictionary_size, edge_test_bytes_t *body);

/* the same, and fails the test unless the body is what it should be */
void edge_test_assert_zstd(const edge_test_bytes_t *coded, const void *body,
    size_t size);


#endif /* EDGE_TEST_H */
