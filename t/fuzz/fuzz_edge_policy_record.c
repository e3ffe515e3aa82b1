/* fuzz: ecg/edge_policy_record.c ecg/edge_policy.c ecg/edge_policy_text.c */
/* fuzz: ecg/edge_hostname.c */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge_policy_text.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* What was read is written as something that reads the same. */

static void
check_round_trip(const edge_policy_stored_t *stored)
{
    size_t                len;
    unsigned              i;
    edge_policy_stored_t  again;

    static char           bytes[EDGE_POLICY_RECORD_MAX];
    static char           buf[EDGE_POLICY_RECORD_MAX + 1];

    len = edge_policy_record_encode(stored, bytes);

    if (len == 0) {
        return;
    }

    if (!edge_policy_record_decode(bytes, len, buf, &again)) {
        abort();
    }

    for (i = 0; i < EDGE_POLICY_SETTINGS; i++) {
        if ((stored->settings[i].value == NULL)
            != (again.settings[i].value == NULL)
            || (stored->settings[i].value
                && (strcmp(stored->settings[i].value, again.settings[i].value)
                    != 0
                    || stored->settings[i].updated
                       != again.settings[i].updated)))
        {
            abort();
        }
    }
}


/* First byte: a stored record, or a line of text. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                  *copy;
    unsigned               setting;
    edge_policy_t          policy;
    edge_policy_named_t    named;
    edge_policy_stored_t   stored;

    static char            buf[EDGE_POLICY_RECORD_MAX + 1];
    static char            line[EDGE_POLICY_LINE_MAX];

    if (size == 0) {
        return 0;
    }

    copy = malloc(size);
    if (copy == NULL) {
        return 0;
    }

    memcpy(copy, data + 1, size - 1);

    if (data[0] & 1) {
        if (edge_policy_record_decode(copy, size - 1, buf, &stored)) {
            check_round_trip(&stored);
            (void) edge_policy_record_policy(&stored, &policy, &setting);
            (void) edge_policy_text_format("a", 1, &stored, line);
        }

    } else {
        copy[size - 1] = '\0';

        if (edge_policy_text_parse(copy, 1, &named) == EDGE_POLICY_TEXT_OK) {
            check_round_trip(&named.stored);
            (void) edge_policy_text_format(named.name, named.len,
                                           &named.stored, line);
        }
    }

    free(copy);

    return 0;
}
