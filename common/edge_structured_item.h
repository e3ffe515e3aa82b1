
#ifndef EDGE_STRUCTURED_ITEM_H
#define EDGE_STRUCTURED_ITEM_H


#include "edge_structured_field.h"


/* What edge_structured_field.c and edge_structured_item.c share. */

#define edge_sf_is_digit(c)                                                  \
    ((c) >= '0' && (c) <= '9')

#define edge_sf_is_lower(c)                                                  \
    ((c) >= 'a' && (c) <= 'z')

#define edge_sf_is_upper(c)                                                  \
    ((c) >= 'A' && (c) <= 'Z')

#define edge_sf_is_alpha(c)                                                  \
    (edge_sf_is_lower(c) || edge_sf_is_upper(c))

#define edge_sf_is_text(c)                                                   \
    ((c) >= 0x20 && (c) <= 0x7e)

/* Is c the next byte? */
#define edge_sf_is_at(reader, c)                                             \
    ((reader)->p < (reader)->end && *(reader)->p == (c))


/* A bare item (4.2.3.1): OK or MALFORMED. */
edge_sf_e edge_sf_bare_item(edge_sf_reader_t *reader,
    edge_sf_value_t *value);


#endif /* EDGE_STRUCTURED_ITEM_H */
