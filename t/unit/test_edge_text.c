/* unit: mtls/edge_text.c t/unit/edge_realloc.c -Wl,--wrap=realloc */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge_realloc.h"
#include "edge_text.h"


static void
assert_text(edge_text_t *text, const char *wanted)
{
    assert_false(text->failed);
    assert_int_equal(text->len, strlen(wanted));
    assert_memory_equal(text->data, wanted, text->len);

    edge_text_free(text);
}


static void
escapes_what_breaks_a_header(void **state)
{
    edge_text_t  text = { 0 };

    edge_text_add_escaped(&text, "a\r\nb\0c\x7f\xc3\xa9\\d e", 13, ",");
    assert_text(&text, "a\\0D\\0Ab\\00c\\7F\\C3\\A9\\5Cd e");

    edge_text_add_escaped(&text, "a,b;c", 5, ",;");
    assert_text(&text, "a\\2Cb\\3Bc");
}


static void
escapes_every_byte_or_leaves_it(void **state)
{
    int            c;
    edge_text_t    text = { 0 };
    unsigned char  byte;

    for (c = 0; c < 256; c++) {
        byte = (unsigned char) c;
        text.len = 0;
        edge_text_add_escaped(&text, &byte, 1, "");

        if (c >= 0x20 && c <= 0x7e && c != '\\') {
            assert_int_equal(text.len, 1);
            assert_int_equal(text.data[0], c);

        } else {
            assert_int_equal(text.len, 3);
            assert_int_equal(text.data[0], '\\');
        }
    }

    edge_text_free(&text);
}


static void
writes_hex(void **state)
{
    edge_text_t  text = { 0 };

    edge_text_add_hex(&text, "\x00\xab\x7f", 3, EDGE_TEXT_UPPER);
    edge_text_add_hex(&text, "\x00\xab\x7f", 3, EDGE_TEXT_LOWER);
    edge_text_add_hex(&text, "", 0, EDGE_TEXT_LOWER);
    assert_text(&text, "00AB7F00ab7f");
}


/* the examples of RFC 4648, section 10 */

static void
writes_base64(void **state)
{
    size_t       i;
    edge_text_t  text = { 0 };

    static const char  *wanted[] = { "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==",
                                     "Zm9vYmE=", "Zm9vYmFy" };

    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        edge_text_add_base64(&text, "foobar", i);
        assert_text(&text, wanted[i]);
    }

    edge_text_add_base64(&text, "\xff\xef\xbe", 3);
    assert_text(&text, "/+++");
}


static void
writes_percent_encoding(void **state)
{
    edge_text_t  text = { 0 };

    edge_text_add_percent(&text, "-._~aZ9 +/=\n\0\xff", 14);
    assert_text(&text, "-._~aZ9%20%2B%2F%3D%0A%00%FF");
}


static void
finds_items_of_a_list(void **state)
{
    assert_true(edge_text_list_has("a,bc,d", 6, "bc", 2, 0));
    assert_true(edge_text_list_has("a,bc,d", 6, "d", 1, 0));
    assert_true(edge_text_list_has("a,bc,d", 6, "BC", 2, 1));
    assert_false(edge_text_list_has("a,bc,d", 6, "BC", 2, 0));
    assert_false(edge_text_list_has("a,bc,d", 6, "b", 1, 0));
    assert_false(edge_text_list_has("a,bc,d", 6, "bc,d", 4, 0));
    assert_false(edge_text_list_has("a,,d", 4, "", 0, 0));
    assert_false(edge_text_list_has("", 0, "a", 1, 0));
}


static void
grows_to_any_size(void **state)
{
    int          i;
    edge_text_t  text = { 0 };

    for (i = 0; i < 100000; i++) {
        edge_text_add(&text, "0123456789", 10);
    }

    assert_false(text.failed);
    assert_int_equal(text.len, 1000000);
    assert_memory_equal(text.data + 999990, "0123456789", 10);

    edge_text_free(&text);
    assert_null(text.data);
}


static void
latches_the_lack_of_memory(void **state)
{
    int          left;
    char         bytes[7000];
    edge_text_t  text = { 0 };

    memset(bytes, 'a', sizeof(bytes));

    for (left = 0; left < 3; left++) {
        edge_realloc_left = left;

        edge_text_add_escaped(&text, bytes, 200, "");
        edge_text_add_hex(&text, bytes, 700, EDGE_TEXT_LOWER);
        edge_text_add_base64(&text, bytes, 700);
        edge_text_add_percent(&text, bytes, 700);
        edge_text_add(&text, bytes, 700);
        edge_text_add(&text, bytes, 7000);

        assert_true(text.failed);

        edge_realloc_left = -1;
        edge_text_add(&text, "more", 4);
        assert_true(text.failed);

        edge_text_free(&text);
    }
}


static void
refuses_sizes_that_overflow(void **state)
{
    edge_text_t  text = { 0 };

    edge_text_add_hex(&text, "", SIZE_MAX / 2, EDGE_TEXT_LOWER);
    assert_true(text.failed);
    edge_text_free(&text);

    edge_text_add_base64(&text, "", SIZE_MAX / 2);
    assert_true(text.failed);
    edge_text_free(&text);

    edge_text_add(&text, "", SIZE_MAX - 10);
    assert_true(text.failed);
    edge_text_free(&text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(escapes_what_breaks_a_header),
        cmocka_unit_test(escapes_every_byte_or_leaves_it),
        cmocka_unit_test(writes_hex),
        cmocka_unit_test(writes_base64),
        cmocka_unit_test(writes_percent_encoding),
        cmocka_unit_test(finds_items_of_a_list),
        cmocka_unit_test(grows_to_any_size),
        cmocka_unit_test(latches_the_lack_of_memory),
        cmocka_unit_test(refuses_sizes_that_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
