
#ifndef EDGE_RULE_RANGE_H
#define EDGE_RULE_RANGE_H


#include <stddef.h>
#include <stdint.h>


/* Numbers from least to most, both among them. */

typedef struct {
    uint64_t  least;
    uint64_t  most;
} edge_rule_range_t;


/* "404", "500-599" or "5xx".  0, or -1: it is none of them. */
int edge_rule_range_status(const char *text, size_t len,
    edge_rule_range_t *range);

/* "1k-64k", "1m-", "-100" or "unknown", which is UINT64_MAX and no other. */
int edge_rule_range_size(const char *text, size_t len,
    edge_rule_range_t *range);


#endif /* EDGE_RULE_RANGE_H */
