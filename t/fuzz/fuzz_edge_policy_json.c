/* fuzz: ecg/edge_policy_json.c ecg/edge_policy_text.c ecg/edge_hostname.c */
/* fuzz: ecg/edge_policy_record.c ecg/edge_policy.c -ljansson */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge_policy_json.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* What comes out may stand between quotes in a JSON string. */

static void
check_text(const char *text, size_t max)
{
    size_t  i;

    for (i = 0; text[i]; i++) {
        if (i == max || (unsigned char) text[i] < 0x20 || text[i] == '"') {
            abort();
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                      *json;
    unsigned                   i;
    edge_policy_named_t        named;
    edge_policy_json_e         result;
    edge_policy_json_error_t   error;

    static char                value[EDGE_POLICY_VALUE_MAX + 1];
    static char                buf[EDGE_POLICY_RECORD_MAX];
    static char                out[EDGE_POLICY_JSON_VALUE_MAX];

    json = malloc(size ? size : 1);
    if (json == NULL) {
        return 0;
    }

    memcpy(json, data, size);
    memset(&error, 0, sizeof(error));

    result = edge_policy_json_value(json, size, value, &error);

    if (result == EDGE_POLICY_JSON_OK
        && strlen(value) > EDGE_POLICY_VALUE_MAX)
    {
        abort();
    }

    check_text(error.wrong, sizeof(error.wrong));

    result = edge_policy_json_record(json, size, 1, buf, &named, &error);

    check_text(error.wrong, sizeof(error.wrong));

    for (i = 0; result == EDGE_POLICY_JSON_OK && i < EDGE_POLICY_SETTINGS;
         i++)
    {
        if (named.stored.settings[i].value) {
            (void) edge_policy_json_format(i, named.stored.settings[i].value,
                                           out);
        }
    }

    free(json);

    return 0;
}
