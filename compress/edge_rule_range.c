
#include <string.h>

#include "edge_rule_range.h"


#define EDGE_RULE_STATUS_MIN  100
#define EDGE_RULE_STATUS_MAX  999


/* digits with "k", "m" or "g" behind, where units are allowed: 0 or -1 */

static int
edge_rule_range_number(const char *text, size_t len, unsigned units,
    uint64_t *number)
{
    size_t    i;
    unsigned  shift;

    shift = 0;

    if (units && len) {
        switch (text[len - 1]) {

        case 'k':
        case 'K':
            shift = 10;
            break;

        case 'm':
        case 'M':
            shift = 20;
            break;

        case 'g':
        case 'G':
            shift = 30;
            break;

        default:
            break;
        }

        len -= (shift != 0);
    }

    /* no more digits than are sure not to overflow */

    if (len == 0 || len > 9) {
        return -1;
    }

    *number = 0;

    for (i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }

        *number = *number * 10 + (uint64_t) (text[i] - '0');
    }

    *number <<= shift;

    return 0;
}


int
edge_rule_range_status(const char *text, size_t len, edge_rule_range_t *range)
{
    const char  *dash;

    if (len == 3 && text[0] >= '1' && text[0] <= '9'
        && memcmp(text + 1, "xx", 2) == 0)
    {
        range->least = 100 * (uint64_t) (text[0] - '0');
        range->most = range->least + 99;

        return 0;
    }

    dash = memchr(text, '-', len);

    if (dash == NULL) {
        if (edge_rule_range_number(text, len, 0, &range->least) != 0) {
            return -1;
        }

        range->most = range->least;

    } else if (edge_rule_range_number(text, dash - text, 0, &range->least) != 0
               || edge_rule_range_number(dash + 1, text + len - dash - 1, 0,
                                         &range->most)
                  != 0)
    {
        return -1;
    }

    return (range->least < EDGE_RULE_STATUS_MIN
            || range->most > EDGE_RULE_STATUS_MAX
            || range->most < range->least)
           ? -1 : 0;
}


int
edge_rule_range_size(const char *text, size_t len, edge_rule_range_t *range)
{
    const char  *dash;

    if (len == 7 && memcmp(text, "unknown", 7) == 0) {
        range->least = UINT64_MAX;
        range->most = UINT64_MAX;

        return 0;
    }

    dash = memchr(text, '-', len);

    if (dash == NULL || len == 1) {
        return -1;
    }

    range->least = 0;
    range->most = UINT64_MAX - 1;

    if (dash != text
        && edge_rule_range_number(text, dash - text, 1, &range->least) != 0)
    {
        return -1;
    }

    if (dash + 1 != text + len
        && edge_rule_range_number(dash + 1, text + len - dash - 1, 1,
                                  &range->most)
           != 0)
    {
        return -1;
    }

    return (range->most < range->least) ? -1 : 0;
}
