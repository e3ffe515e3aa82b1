
#ifndef EDGE_STRUCTURED_FIELD_H
#define EDGE_STRUCTURED_FIELD_H


#include <stddef.h>


/*
 * RFC 9651, structured field values: items, and dictionaries of items and
 * inner lists.  Nothing is allocated or copied: what is read are spans of
 * the field.  Parameters are checked and left out.
 */

typedef enum {
    EDGE_SF_OK,
    EDGE_SF_END,            /* no further member */
    EDGE_SF_MALFORMED,      /* the whole field is to be ignored (4.2) */
    EDGE_SF_TOO_LONG        /* it does not fit where it was to go */
} edge_sf_e;


typedef enum {
    EDGE_SF_NUMBER,         /* Integer or Decimal, as text */
    EDGE_SF_STRING,         /* between its quotes, still escaped */
    EDGE_SF_TOKEN,
    EDGE_SF_BYTES,          /* between its colons, base64 */
    EDGE_SF_BOOLEAN,        /* "0" or "1" */
    EDGE_SF_DATE,           /* after its "@", as text */
    EDGE_SF_DISPLAY,        /* between its quotes, still escaped */
    EDGE_SF_LIST            /* between its parentheses */
} edge_sf_type_e;


typedef struct {
    edge_sf_type_e   type;
    const char      *data;
    size_t           size;
} edge_sf_value_t;


/* what is left of a dictionary or of an inner list */

typedef struct {
    const char      *p;
    const char      *end;
    unsigned         begun;
} edge_sf_reader_t;


/* A field that is one item (4.2.3).  OK or MALFORMED. */
edge_sf_e edge_sf_item(const char *field, size_t size,
    edge_sf_value_t *value);

/* Begins with all of a field, or with the span of a LIST. */
void edge_sf_read(edge_sf_reader_t *reader, const char *data, size_t size);

/*
 * The next member of a dictionary (4.2.2): OK, END or MALFORMED.  Of a key
 * that comes twice the last counts, and nothing does before END.
 */
edge_sf_e edge_sf_next_member(edge_sf_reader_t *reader, edge_sf_value_t *key,
    edge_sf_value_t *value);

/* The next item of an inner list (4.2.1.2): OK, END or MALFORMED. */
edge_sf_e edge_sf_next_item(edge_sf_reader_t *reader, edge_sf_value_t *value);

/*
 * What a STRING or BYTES stands for, into at most max bytes of out; *size is
 * how many.  OK, MALFORMED (another type, or bad base64) or TOO_LONG.
 */
edge_sf_e edge_sf_string(const edge_sf_value_t *value, char *out, size_t max,
    size_t *size);
edge_sf_e edge_sf_bytes(const edge_sf_value_t *value, unsigned char *out,
    size_t max, size_t *size);

/* Bytes that edge_sf_write_string() writes; 0: text can't be a string. */
size_t edge_sf_string_size(const char *text, size_t size);

/* Text with its quotes and escapes; returns the end of what was written. */
char *edge_sf_write_string(char *out, const char *text, size_t size);


#endif /* EDGE_STRUCTURED_FIELD_H */
