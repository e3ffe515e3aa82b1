
#ifndef EDGE_RULE_TEXT_H
#define EDGE_RULE_TEXT_H


#include <stddef.h>
#include <stdint.h>


/* Whether the len bytes of both are alike; fold: case does not count. */
int edge_rule_text_same(const char *a, const char *b, size_t len,
    unsigned fold);

/* Whether text is what pattern says, where "*" stands for any bytes. */
int edge_rule_text_glob(const char *pattern, size_t pattern_len,
    const char *text, size_t len, unsigned fold);

/*
 * The first and the last bytes of a text, up to eight of each, those next to
 * its ends in the same place whatever its length; missing ones are zero.
 */

typedef struct {
    uint64_t  head;
    uint64_t  tail;
} edge_rule_ends_t;

void edge_rule_text_ends(const char *text, size_t len, unsigned fold,
    edge_rule_ends_t *ends);

/*
 * The same of what a pattern has before its first and behind its last "*", of
 * which it has one at least: a text can match only if its ends, masked, are
 * these.
 */
void edge_rule_text_pattern_ends(const char *pattern, size_t len,
    unsigned fold, edge_rule_ends_t *ends, edge_rule_ends_t *masks);

/* Texts that differ in case only have the same. */
uint32_t edge_rule_text_hash(const char *text, size_t len);


#endif /* EDGE_RULE_TEXT_H */
