
#ifndef EDGE_KEPT_TEST_H
#define EDGE_KEPT_TEST_H


#include "edge_kept.h"
#include "edge_test.h"


/* What the tests of kept dictionaries share: one of a host, with a content. */

static inline edge_kept_t
kept_of(const char *origin, const char *match, const char *content)
{
    edge_kept_t    kept;
    edge_use_as_t  use;

    memset(&use, 0, sizeof(edge_use_as_t));
    strcpy(use.match, match);

    assert_int_equal(edge_kept_init(&kept, origin, strlen(origin), "/d/a.js",
                                    strlen("/d/a.js"), &use),
                     EDGE_KEPT_OK);
    assert_int_equal(edge_dictionary_digest(content, strlen(content),
                                            kept.digest),
                     0);
    kept.size = (uint32_t) strlen(content);
    kept.expires = 1000;
    assert_int_equal(edge_kept_set_key(&kept), EDGE_KEPT_OK);

    return kept;
}


#endif /* EDGE_KEPT_TEST_H */
