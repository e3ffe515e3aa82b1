
#include "ngx_edge_status.h"

#include "ngx_edge_status_page.inc"


static ngx_int_t ngx_edge_status_page_hash(const char *text, u_char *hash);


static const char  *ngx_edge_status_page_parts[] = {
    ngx_edge_status_page_head, ngx_edge_status_page_css,
    ngx_edge_status_page_middle, ngx_edge_status_page_js,
    ngx_edge_status_page_tail
};


ngx_int_t
ngx_edge_status_page_policy(ngx_conf_t *cf, ngx_str_t *policy)
{
    u_char  css[64], js[64];

    static const char  format[] =
        "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'%Z";

    if (ngx_edge_status_page_hash(ngx_edge_status_page_css, css) != NGX_OK
        || ngx_edge_status_page_hash(ngx_edge_status_page_js, js) != NGX_OK)
    {
        return NGX_ERROR;
    }

    policy->data = ngx_pnalloc(cf->pool, sizeof(format) + 128);
    if (policy->data == NULL) {
        return NGX_ERROR;
    }

    policy->len = ngx_sprintf(policy->data, format, css, js) - policy->data
                  - 1;

    return NGX_OK;
}


/* In base64; the element has a newline before the text, in the page. */

static ngx_int_t
ngx_edge_status_page_hash(const char *text, u_char *hash)
{
    u_char       digest[EVP_MAX_MD_SIZE];
    unsigned     len;
    EVP_MD_CTX  *md;

    md = EVP_MD_CTX_new();

    if (md == NULL
        || !EVP_DigestInit_ex(md, EVP_sha256(), NULL)
        || !EVP_DigestUpdate(md, "\n", 1)
        || !EVP_DigestUpdate(md, text, ngx_strlen(text))
        || !EVP_DigestFinal_ex(md, digest, &len))
    {
        EVP_MD_CTX_free(md);
        return NGX_ERROR;
    }

    EVP_MD_CTX_free(md);

    (void) EVP_EncodeBlock(hash, digest, (int) len);

    return NGX_OK;
}


void
ngx_edge_status_page_write(ngx_edge_status_out_t *out)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(ngx_edge_status_page_parts) / sizeof(char *); i++) {
        ngx_edge_status_write(out, (u_char *) ngx_edge_status_page_parts[i],
                              ngx_strlen(ngx_edge_status_page_parts[i]));
    }
}
